//! Uploads in parts.
//!
//! Deals with: `CreateMultipartUpload`, `UploadPart`, `CompleteMultipartUpload`,
//! `AbortMultipartUpload`. Does not deal with: gathering parts (`blob::upload`).

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Request, header};
use quick_xml::escape::escape;
use serde::Deserialize;

use super::S3;
use crate::address;
use crate::blob::upload::OPERATION;
use crate::blob::{Content, read};
use crate::error::{ErrorKind, Result};
use crate::http::Verdict;

impl S3 {
    pub(in crate::blob) async fn begin(&self, key: &str, like: &Content) -> Result<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Begun {
            upload_id: String,
        }
        let request = self.described(Request::post(format!("{}?uploads=", self.url(key))), like);
        let reply = self.call(OPERATION, request, Bytes::new(), key).await?;
        self.xml(OPERATION, &reply, key).map(|begun: Begun| begun.upload_id)
    }

    /// Gives the part's ETag.
    pub(in crate::blob) async fn part(
        &self,
        key: &str,
        id: &str,
        number: usize,
        bytes: Bytes,
    ) -> Result<String> {
        let query = address::query(&[("partNumber", &number.to_string()), ("uploadId", id)]);
        let request = Request::put(format!("{}{query}", self.url(key)))
            .header(header::CONTENT_LENGTH, bytes.len());
        let reply = self.call(OPERATION, request, bytes, key).await?;
        read::etag(OPERATION, &reply.headers).map_err(|error| self.at(error, key))
    }

    pub(in crate::blob) async fn complete(
        &self,
        key: &str,
        _like: &Content,
        id: &str,
        parts: &[String],
    ) -> Result<String> {
        #[derive(Deserialize)]
        struct Completed {
            #[serde(rename = "ETag")]
            etag: String,
        }
        let url = format!("{}{}", self.url(key), address::query(&[("uploadId", id)]));
        let request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/xml")
            .extension(Verdict::Body);
        let reply = self.call(OPERATION, request, Bytes::from(listed(parts)), key).await?;
        self.xml(OPERATION, &reply, key).map(|completed: Completed| read::unquoted(&completed.etag))
    }

    pub(in crate::blob) async fn abort(&self, key: &str, id: &str) -> Result<()> {
        let url = format!("{}{}", self.url(key), address::query(&[("uploadId", id)]));
        match self.call(OPERATION, Request::delete(url), Bytes::new(), key).await {
            // It has ended already.
            Err(error) if error.kind() != ErrorKind::Precondition => Err(error),
            _ => Ok(()),
        }
    }
}

fn listed(parts: &[String]) -> String {
    let mut xml =
        String::from("<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
    for (etag, number) in parts.iter().zip(1..) {
        let (etag, number): (_, u32) = (escape(etag), number);
        let _ = write!(
            xml,
            "<Part><PartNumber>{number}</PartNumber><ETag>&quot;{etag}&quot;</ETag></Part>"
        );
    }
    xml.push_str("</CompleteMultipartUpload>");
    xml
}
