//! Uploads in parts.
//!
//! Deals with: `CreateMultipartUpload`, `UploadPart`, `CompleteMultipartUpload`,
//! `AbortMultipartUpload`. Does not deal with: gathering parts (`blob::upload`).

use std::fmt::Write as _;

use bytes::Bytes;
use http::{Request, header};
use quick_xml::escape::escape;
use serde::Deserialize;

use super::{S3, Tagged};
use crate::address;
use crate::blob::upload::OPERATION;
use crate::blob::{Content, read};
use crate::error::{ErrorKind, Result};
use crate::http::Verdict;

/// What is read of `InitiateMultipartUploadResult`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Begun {
    upload_id: String,
}

impl S3 {
    pub(in crate::blob) async fn begin(&self, key: &str, like: &Content) -> Result<String> {
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
        let url = format!("{}{}", self.url(key), address::query(&[("uploadId", id)]));
        let request = Request::post(url)
            .header(header::CONTENT_TYPE, "application/xml")
            .extension(Verdict::Body);
        let reply = self.call(OPERATION, request, Bytes::from(listed(parts)), key).await?;
        self.xml(OPERATION, &reply, key).map(|completed: Tagged| read::unquoted(&completed.etag))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_markup_panics(body in "(<|</|/>|>|<A>|</A>|ETag|UploadId|&|amp;|quot;|[0-9a-z\"=! ]){0,40}") {
            let _ = quick_xml::de::from_reader::<_, Tagged>(body.as_bytes());
            let _ = quick_xml::de::from_reader::<_, Begun>(body.as_bytes());
        }
    }
}
