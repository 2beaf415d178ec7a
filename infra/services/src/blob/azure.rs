//! A store in Azure Blob Storage.
//!
//! Deals with: one block blob at a time, as a whole, and pages of a listing. Does not deal with: blocks
//! (`azure/blocks`), copies (`azure/copy`), deleting many (`azure/batch`), snapshots, leases, or
//! anything of a container but its blobs.

mod batch;
mod blocks;
mod copy;
mod listing;

use std::ops::Range;

use bytes::Bytes;
use http::request::Builder;
use http::{Request, header};
use url::Url;

use super::reader::Source;
use super::write::{When, gone};
use super::{Capability, Content, Entry, Object, Page, key, many, read};
use crate::address;
use crate::credentials::AzureSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Http, Longest, Reply};
use crate::sign::{Client, Signer};

const METADATA: &str = "x-ms-meta-";

/// "Scalability and performance targets for Blob storage", and the reference of Put Blob, List Blobs
/// and Blob Batch. A block may be larger; it is as small as S3's so that memory is as little.
pub(super) const CAPABILITY: Capability = Capability {
    max_put_bytes: 5000 << 20,
    max_copy_bytes: u64::MAX,
    part_bytes: 5 << 20,
    max_parts: 50_000,
    max_page: 5000,
    max_deletions: 256,
    conditional_writes: true,
    conditional_delete: true,
    conditional_delete_many: true,
};

#[derive(Debug)]
pub(super) struct Azure {
    client: Client,
    /// The container's, without a slash at the end.
    base: String,
    pub(super) container: String,
}

impl Azure {
    pub(super) fn open(
        account: String,
        container: &str,
        endpoint: Option<&Url>,
        environment: &Environment,
    ) -> Result<Self> {
        let base = format!("{}/{container}", address::azure("blob", &account, endpoint));
        let source = AzureSource::find(environment)?;
        let signer = Signer::Azure { source, account };
        let client = Client { http: Http::default(), signer };
        Ok(Self { client, base, container: container.to_owned() })
    }

    pub(super) fn account(&self) -> &str {
        match &self.client.signer {
            Signer::Azure { account, .. } => account,
            Signer::Aws { .. } => "",
        }
    }

    pub(super) async fn get(&self, key: &str, longest: u64) -> Result<Object> {
        let operation = "blob get";
        let request = Request::get(self.url(key)).extension(Longest(longest));
        let reply = self.call(operation, request, Bytes::new(), key).await?;
        read::object(operation, reply, METADATA).map_err(|error| self.at(error, key))
    }

    pub(super) async fn range(&self, key: &str, range: Range<u64>) -> Result<Object> {
        let operation = "blob get range";
        let mut reply = None;
        if let Some(request) = read::within(Request::get(self.url(key)), &range) {
            reply = match self.call(operation, request, Bytes::new(), key).await {
                Err(error) if read::is_beyond(&error) => None,
                answer => Some(answer?),
            };
        }
        let reply = match reply {
            Some(reply) => reply,
            // No bytes of it, but all else.
            None => self.call(operation, Request::head(self.url(key)), Bytes::new(), key).await?,
        };
        read::object(operation, reply, METADATA).map_err(|error| self.at(error, key))
    }

    pub(super) async fn stream(
        &self,
        key: &str,
        from: Option<(u64, &str)>,
    ) -> Result<(Entry, Source)> {
        let operation = "blob stream";
        let request = read::going_on(Request::get(self.url(key)), from);
        let opened = async {
            let streaming = self.client.open(operation, request).await?;
            let entry = read::entry(operation, streaming.headers(), key)?;
            Ok((entry, Source::Coming(streaming)))
        };
        opened.await.map_err(|error| self.at(error, key))
    }

    pub(super) async fn head(&self, key: &str) -> Result<Entry> {
        let operation = "blob head";
        let reply = self.call(operation, Request::head(self.url(key)), Bytes::new(), key).await?;
        read::entry(operation, &reply.headers, key).map_err(|error| self.at(error, key))
    }

    pub(super) async fn write(
        &self,
        operation: &'static str,
        key: &str,
        content: Content,
        when: When<'_>,
    ) -> Result<String> {
        let request = when
            .on(Request::put(self.url(key)))
            .header("x-ms-blob-type", "BlockBlob")
            .header(header::CONTENT_TYPE, content.media_type());
        let reply =
            self.call(operation, with_metadata(request, &content), content.bytes, key).await;
        let reply = reply.map_err(|error| when.refused(error))?;
        read::etag(operation, &reply.headers).map_err(|error| self.at(error, key))
    }

    pub(super) async fn page(&self, prefix: &str, limit: u32, after: Option<&str>) -> Result<Page> {
        let (operation, limit) = ("blob list", limit.to_string());
        let mut query = vec![("restype", "container"), ("comp", "list"), ("maxresults", &*limit)];
        query.push(("prefix", prefix));
        query.extend(after.map(|marker| ("marker", marker)));
        let url = format!("{}{}", self.base, address::query(&query));
        let reply = self.call(operation, Request::get(url), Bytes::new(), prefix).await?;
        let page = listing::read(&reply.body);
        page.map_err(|text| self.at(Error::new(ErrorKind::Other, operation, text), prefix))
    }

    pub(super) async fn delete(&self, key: &str, when: When<'_>) -> Result<()> {
        let deleted =
            gone(self.call(many::OPERATION, self.deleting(key, when), Bytes::new(), key).await);
        match deleted {
            Err(error) if self.is_about_nothing(&error, key).await => Ok(()),
            outcome => outcome,
        }
    }

    /// Whether a delete was refused for its ETag and yet there is nothing to delete: the service says
    /// 412 of both.
    async fn is_about_nothing(&self, error: &Error, key: &str) -> bool {
        error.kind() == ErrorKind::Precondition
            && self.head(key).await.is_err_and(|error| error.kind() == ErrorKind::NotFound)
    }

    fn deleting(&self, key: &str, when: When<'_>) -> Builder {
        when.on(Request::delete(self.url(key)).header("x-ms-delete-snapshots", "include"))
    }

    fn url(&self, key: &str) -> String {
        format!("{}/{}", self.base, key::encode(key))
    }

    /// An answer that is no success is an error, about the key.
    async fn call(
        &self,
        operation: &'static str,
        request: Builder,
        body: Bytes,
        key: &str,
    ) -> Result<Reply> {
        let reply = self.client.call(operation, request, body).await;
        reply.map_err(|error| self.at(error, key))
    }

    fn at(&self, error: Error, key: &str) -> Error {
        error.with("key", key).with("store", &self.base)
    }
}

fn with_metadata(request: Builder, content: &Content) -> Builder {
    let pairs = content.metadata.iter();
    pairs.fold(request, |request, (name, value)| request.header(format!("{METADATA}{name}"), value))
}

#[cfg(test)]
mod tests;
