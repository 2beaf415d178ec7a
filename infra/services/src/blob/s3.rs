//! A store in S3.
//!
//! Deals with: one object at a time, as a whole, and pages of a listing. Does not deal with: uploads in
//! parts (`s3/multipart`), deleting many (`s3/batch`), versions, or anything of a bucket but its keys.

mod batch;
mod listing;
mod multipart;

use std::ops::Deref;

use bytes::Bytes;
use http::request::Builder;
use http::{Request, header};
use serde::Deserialize;
use url::Url;

pub(super) use super::capability::S3 as CAPABILITY;
use super::remote::Remote;
use super::write::{When, gone};
use super::{Content, Page, key, many, read};
use crate::address;
use crate::credentials::AwsSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Reply, Verdict};
use crate::sign::{Client, Signer};

/// What is read of `CopyObjectResult` and `CompleteMultipartUploadResult`.
#[derive(Deserialize)]
struct Tagged {
    #[serde(rename = "ETag")]
    etag: String,
}

#[derive(Debug)]
pub(super) struct S3 {
    remote: Remote,
    pub(super) bucket: String,
}

/// It is read as any store behind a URL.
impl Deref for S3 {
    type Target = Remote;

    fn deref(&self) -> &Remote {
        &self.remote
    }
}

impl S3 {
    pub(super) fn open(
        bucket: &str,
        prefix: String,
        region: String,
        endpoint: Option<&Url>,
        environment: &Environment,
    ) -> Result<Self> {
        let base = address::s3(bucket, &region, endpoint);
        let source = AwsSource::find(environment, &region)?;
        let signer = Signer::Aws { source, service: "s3", region };
        let client = Client::new(environment, signer);
        let remote = Remote { client, base, prefix, metadata: "x-amz-meta-" };
        Ok(Self { remote, bucket: bucket.to_owned() })
    }

    pub(super) async fn write(
        &self,
        operation: &'static str,
        key: &str,
        content: Content,
        when: When<'_>,
    ) -> Result<String> {
        let request = self
            .described(when.on(Request::put(self.url(key))), &content)
            .header(header::CONTENT_LENGTH, content.bytes.len());
        let reply = self.call(operation, request, content.bytes, key).await;
        let reply = reply.map_err(|error| when.refused(error))?;
        read::etag(operation, &reply.headers).map_err(|error| self.at(error, key))
    }

    pub(super) async fn copy(&self, from: &str, to: &str) -> Result<String> {
        let operation = "blob copy";
        let source = key::encode(&format!("{}{from}", self.prefix));
        let request = Request::put(self.url(to))
            .header("x-amz-copy-source", format!("/{}/{source}", self.bucket))
            .extension(Verdict::Body);
        let reply = self.call(operation, request, Bytes::new(), from).await?;
        let copied: Tagged = self.xml(operation, &reply, to)?;
        Ok(read::unquoted(&copied.etag))
    }

    pub(super) async fn page(&self, prefix: &str, limit: u32, after: Option<&str>) -> Result<Page> {
        let operation = "blob list";
        let (full, limit) = (format!("{}{prefix}", self.prefix), limit.to_string());
        let mut query = vec![("encoding-type", "url"), ("list-type", "2"), ("max-keys", &*limit)];
        query.push(("prefix", &*full));
        query.extend(after.map(|token| ("continuation-token", token)));
        let url = format!("{}/{}", self.base, address::query(&query));
        let reply = self.call(operation, Request::get(url), Bytes::new(), prefix).await?;
        let page = listing::read(&reply.body, &self.prefix);
        page.map_err(|text| self.at(Error::new(ErrorKind::Other, operation, text), prefix))
    }

    pub(super) async fn delete(&self, key: &str, when: When<'_>) -> Result<()> {
        let request = when.on(Request::delete(self.url(key)));
        gone(self.call(many::OPERATION, request, Bytes::new(), key).await)
    }

    /// The request, with the content's type and metadata.
    fn described(&self, request: Builder, content: &Content) -> Builder {
        self.with_metadata(request.header(header::CONTENT_TYPE, content.media_type()), content)
    }

    /// What the body of a success says.
    fn xml<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        reply: &Reply,
        key: &str,
    ) -> Result<T> {
        quick_xml::de::from_reader(&*reply.body).map_err(|error| {
            let text = "the answer cannot be read";
            self.at(Error::new(ErrorKind::Other, operation, text).because(error), key)
        })
    }
}

#[cfg(test)]
mod tests;
