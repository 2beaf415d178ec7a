//! Reading one blob of a provider.
//!
//! Deals with: what S3 and Azure do alike, down to the header, but for the name of metadata. Does not
//! deal with: writing, listing, deleting, which differ.

use std::ops::Range;

use bytes::Bytes;
use http::Request;
use http::request::Builder;

use super::reader::Source;
use super::{Content, Entry, Object, key, read};
use crate::error::{Error, Result};
use crate::http::{Longest, Reply};
use crate::sign::Client;

/// A store behind a URL.
#[derive(Debug)]
pub(super) struct Remote {
    pub(super) client: Client,
    /// The bucket's or container's, without a slash at the end.
    pub(super) base: String,
    /// What every key starts with: empty, or ending in `/`.
    pub(super) prefix: String,
    /// What precedes the name of metadata in a header, e.g. `x-amz-meta-`.
    pub(super) metadata: &'static str,
}

impl Remote {
    pub(super) async fn get(&self, key: &str, longest: u64) -> Result<Object> {
        let request = Request::get(self.url(key)).extension(Longest(longest));
        self.object("blob get", request, key).await
    }

    pub(super) async fn range(&self, key: &str, range: Range<u64>) -> Result<Object> {
        let operation = "blob get range";
        if let Some(request) = read::within(Request::get(self.url(key)), &range) {
            match self.call(operation, request, Bytes::new(), key).await {
                Err(error) if read::is_beyond(&error) => {}
                reply => {
                    let reply = reply?;
                    let part = read::is_part(operation, reply.status);
                    let object = part.and_then(|()| read::object(operation, reply, self.metadata));
                    return object.map_err(|error| self.at(error, key));
                }
            }
        }
        // No bytes of it, but all else.
        self.object(operation, Request::head(self.url(key)), key).await
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
            if from.is_some() {
                read::is_part(operation, streaming.status())?;
            }
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

    async fn object(&self, operation: &'static str, request: Builder, key: &str) -> Result<Object> {
        let reply = self.call(operation, request, Bytes::new(), key).await?;
        read::object(operation, reply, self.metadata).map_err(|error| self.at(error, key))
    }

    pub(super) fn url(&self, key: &str) -> String {
        format!("{}/{}{}", self.base, key::encode(&self.prefix), key::encode(key))
    }

    /// An answer that is no success is an error, about the key.
    pub(super) async fn call(
        &self,
        operation: &'static str,
        request: Builder,
        body: Bytes,
        key: &str,
    ) -> Result<Reply> {
        let reply = self.client.call(operation, request, body).await;
        reply.map_err(|error| self.at(error, key))
    }

    /// The request, with the content's metadata.
    pub(super) fn with_metadata(&self, request: Builder, content: &Content) -> Builder {
        content.metadata.iter().fold(request, |request, (name, value)| {
            request.header(format!("{}{name}", self.metadata), value)
        })
    }

    pub(super) fn at(&self, error: Error, key: &str) -> Error {
        error.with("key", key).with("store", &self.base)
    }
}
