//! A store in Azure Blob Storage.
//!
//! Deals with: the five calls a store is made of, on block blobs. Does not deal with: blocks (one put
//! takes up to 5000 MiB), snapshots, leases, or anything of a container but its blobs.

mod listing;

use bytes::Bytes;
use http::{Request, header};
use url::Url;

use super::{Content, Entry, Object, When, key, read};
use crate::address;
use crate::credentials::AzureSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Http, Longest, Reply};
use crate::reply;
use crate::sign::{Client, Signer};

const METADATA: &str = "x-ms-meta-";

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
        Ok(Self {
            client: Client { http: Http::default(), signer },
            base,
            container: container.to_owned(),
        })
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
            .header("x-ms-blob-type", "BlockBlob")
            .header(header::CONTENT_TYPE, content.media_type());
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
            // 409 and 412 are both in use for it.
            (When::Absent, ErrorKind::Precondition) => error.of_kind(ErrorKind::AlreadyExists),
            (When::Absent, ErrorKind::Other) if reply.status == http::StatusCode::CONFLICT => {
                error.of_kind(ErrorKind::AlreadyExists)
            }
            (When::Matches(_), ErrorKind::NotFound) => error.of_kind(ErrorKind::Precondition),
            _ => error,
        })
    }

    pub(super) async fn list(&self, prefix: &str) -> Result<Vec<Entry>> {
        let operation = "blob list";
        let (mut entries, mut marker) = (Vec::new(), None::<String>);
        loop {
            let mut query = vec![("restype", "container"), ("comp", "list"), ("prefix", prefix)];
            query.extend(marker.as_deref().map(|marker| ("marker", marker)));
            let url = format!("{}{}", self.base, address::query(&query));
            let reply = self.send(operation, Request::get(url), Bytes::new()).await?;
            if !reply.status.is_success() {
                return Err(self.at(reply::error(operation, &reply), prefix));
            }
            let page = listing::read(&reply.body);
            let page = page
                .map_err(|text| self.at(Error::new(ErrorKind::Other, operation, text), prefix))?;
            entries.extend(page.entries);
            // A page may be empty and yet not be the last one.
            if page.next.is_none() || page.next == marker {
                return Ok(entries);
            }
            marker = page.next;
        }
    }

    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        let operation = "blob delete";
        let request = Request::delete(self.url(key)).header("x-ms-delete-snapshots", "include");
        let reply = self.send(operation, request, Bytes::new()).await?;
        let error = reply::error(operation, &reply);
        if reply.status.is_success() || error.kind() == ErrorKind::NotFound {
            return Ok(());
        }
        Err(self.at(error, key))
    }

    fn url(&self, key: &str) -> String {
        format!("{}/{}", self.base, key::encode(key))
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
