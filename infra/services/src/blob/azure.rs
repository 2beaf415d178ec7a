//! A store in Azure Blob Storage.
//!
//! Deals with: one block blob at a time, as a whole, and pages of a listing. Does not deal with: blocks
//! (`azure/blocks`), copies (`azure/copy`), deleting many (`azure/batch`), snapshots, leases, or
//! anything of a container but its blobs.

mod batch;
mod blocks;
mod copy;
mod listing;

use std::ops::Deref;

use bytes::Bytes;
use http::request::Builder;
use http::{Request, header};
use url::Url;

use super::remote::Remote;
use super::write::{When, gone};
use super::{Capability, Content, Page, many, read};
use crate::address;
use crate::credentials::AzureSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::sign::{Client, Signer};

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
    remote: Remote,
    pub(super) container: String,
}

/// It is read as any store behind a URL.
impl Deref for Azure {
    type Target = Remote;

    fn deref(&self) -> &Remote {
        &self.remote
    }
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
        let client = Client::new(environment, signer);
        let remote = Remote { client, base, prefix: String::new(), metadata: "x-ms-meta-" };
        Ok(Self { remote, container: container.to_owned() })
    }

    pub(super) fn account(&self) -> &str {
        match &self.client.signer {
            Signer::Azure { account, .. } => account,
            Signer::Aws { .. } => "",
        }
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
            self.call(operation, self.with_metadata(request, &content), content.bytes, key).await;
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
}

#[cfg(test)]
mod tests;
