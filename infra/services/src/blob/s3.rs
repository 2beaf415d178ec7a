//! A store in S3.
//!
//! Deals with: the five calls a store is made of. Does not deal with: multipart uploads (one put
//! takes up to 5 GiB), versions, or anything of a bucket but its keys.

mod listing;

use bytes::Bytes;
use http::{Request, header};
use url::Url;

use super::{Content, Entry, Object, When, key, read};
use crate::address;
use crate::credentials::AwsSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Http, Longest, Reply};
use crate::reply;
use crate::sign::{Client, Signer};

const METADATA: &str = "x-amz-meta-";

#[derive(Debug)]
pub(super) struct S3 {
    client: Client,
    /// Without a slash at the end.
    base: String,
    pub(super) bucket: String,
    /// Empty, or ending in `/`.
    pub(super) prefix: String,
}

impl S3 {
    pub(super) fn open(
        bucket: &str,
        prefix: String,
        region: Option<String>,
        endpoint: Option<&Url>,
        environment: &Environment,
    ) -> Result<Self> {
        let from_env = || environment.get("AWS_REGION").or(environment.get("AWS_DEFAULT_REGION"));
        let region = region.or_else(|| from_env().map(str::to_owned)).ok_or_else(|| {
            let text = format!(
                "no region: write s3://{bucket}?region=eu-central-1 or set AWS_REGION=eu-central-1"
            );
            Error::new(ErrorKind::Config, "open", text)
        })?;
        let base = address::s3(bucket, &region, endpoint);
        let source = AwsSource::find(environment, &region)?;
        let signer = Signer::Aws { source, service: "s3", region };
        Ok(Self {
            client: Client { http: Http::default(), signer },
            base,
            bucket: bucket.to_owned(),
            prefix,
        })
    }

    pub(super) async fn get(&self, key: &str, longest: u64) -> Result<Object> {
        let operation = "blob get";
        let request = Request::get(self.url(key)).extension(Longest(longest));
        let reply = self.send(operation, request, Bytes::new()).await;
        let reply = reply.map_err(|error| self.at(error, key))?;
        read::object(operation, reply, METADATA).map_err(|error| self.at(error, key))
    }

    pub(super) async fn head(&self, key: &str) -> Result<Entry> {
        let operation = "blob head";
        let reply = self.send(operation, Request::head(self.url(key)), Bytes::new()).await?;
        read::entry(operation, &reply, key).map_err(|error| self.at(error, key))
    }

    pub(super) async fn write(
        &self,
        operation: &'static str,
        key: &str,
        content: Content,
        when: When<'_>,
    ) -> Result<String> {
        let mut request = Request::put(self.url(key))
            .header(header::CONTENT_TYPE, content.media_type())
            .header(header::CONTENT_LENGTH, content.bytes.len());
        for (name, value) in &content.metadata {
            request = request.header(format!("{METADATA}{name}"), value);
        }
        request = match when {
            When::Always => request,
            When::Absent => request.header(header::IF_NONE_MATCH, "*"),
            When::Matches(etag) => request.header(header::IF_MATCH, format!("\"{etag}\"")),
        };
        let reply = self.send(operation, request, content.bytes).await?;
        if reply.status.is_success() {
            return read::etag(operation, &reply).map_err(|error| self.at(error, key));
        }
        let error = self.at(reply::error(operation, &reply), key);
        Err(match (when, error.kind()) {
            (When::Absent, ErrorKind::Precondition) => error.of_kind(ErrorKind::AlreadyExists),
            (When::Matches(_), ErrorKind::NotFound) => error.of_kind(ErrorKind::Precondition),
            _ => error,
        })
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Entry>> {
        let operation = "blob list";
        let full = format!("{}{prefix}", self.prefix);
        let (mut entries, mut token) = (Vec::new(), None::<String>);
        loop {
            let mut query = vec![("encoding-type", "url"), ("list-type", "2"), ("prefix", &*full)];
            query.extend(token.as_deref().map(|token| ("continuation-token", token)));
            let url = format!("{}/{}", self.base, address::query(&query));
            let reply = self.send(operation, Request::get(url), Bytes::new()).await?;
            if !reply.status.is_success() {
                return Err(self.at(reply::error(operation, &reply), prefix));
            }
            let page = listing::read(&reply.body);
            let page = page
                .map_err(|text| self.at(Error::new(ErrorKind::Other, operation, text), prefix))?;
            let own = page.entries.into_iter().filter_map(|entry| {
                let key = entry.key.strip_prefix(&self.prefix)?.to_owned();
                Some(Entry { key, ..entry })
            });
            entries.extend(own);
            // A token that stays the same would go round for ever.
            if page.next.is_none() || page.next == token {
                return Ok(entries);
            }
            token = page.next;
        }
    }

    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        let operation = "blob delete";
        let reply = self.send(operation, Request::delete(self.url(key)), Bytes::new()).await?;
        let error = reply::error(operation, &reply);
        if reply.status.is_success() || error.kind() == ErrorKind::NotFound {
            return Ok(());
        }
        Err(self.at(error, key))
    }

    fn url(&self, key: &str) -> String {
        format!("{}/{}", self.base, key::encode(&format!("{}{key}", self.prefix)))
    }

    async fn send(
        &self,
        operation: &'static str,
        request: http::request::Builder,
        body: Bytes,
    ) -> Result<Reply> {
        let malformed = |error| {
            Error::new(ErrorKind::Config, operation, "the request is malformed").because(error)
        };
        self.client.send(operation, request.body(body).map_err(malformed)?).await
    }

    fn at(&self, error: Error, key: &str) -> Error {
        error.with("key", key).with("store", &self.base)
    }
}

#[cfg(test)]
mod tests;
