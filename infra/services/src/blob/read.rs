//! A blob from the headers that S3 and Azure share.
//!
//! Deals with: ETag, length, type, date, metadata. Does not deal with: listings.

use std::collections::BTreeMap;

use super::{Entry, Object};
use crate::dates;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Reply;
use crate::reply;

/// What `GET` gave; the provider's own name starts its metadata's headers, e.g. `x-amz-meta-`.
pub(super) fn object(operation: &'static str, reply: Reply, metadata: &str) -> Result<Object> {
    if !reply.status.is_success() {
        return Err(reply::error(operation, &reply));
    }
    let etag = etag(operation, &reply)?;
    let named = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let name = name.as_str().strip_prefix(metadata)?;
        Some((name.to_owned(), value.to_str().ok()?.to_owned()))
    };
    let metadata: BTreeMap<_, _> = reply.headers.iter().filter_map(named).collect();
    let content_type = reply.header("content-type").map(str::to_owned);
    let last_modified = dates::read(reply.header("last-modified").unwrap_or_default());
    Ok(Object { bytes: reply.body, etag, content_type, metadata, last_modified })
}

/// What `HEAD` gave.
pub(super) fn entry(operation: &'static str, reply: &Reply, key: &str) -> Result<Entry> {
    if !reply.status.is_success() {
        return Err(reply::error(operation, reply));
    }
    let size = reply.header("content-length").and_then(|length| length.parse().ok());
    let Some(size) = size else {
        return Err(Error::new(ErrorKind::Other, operation, "the answer has no content-length"));
    };
    let last_modified = dates::read(reply.header("last-modified").unwrap_or_default());
    Ok(Entry { key: key.to_owned(), size, etag: etag(operation, reply)?, last_modified })
}

/// The ETag of an answer that must have one.
pub(super) fn etag(operation: &'static str, reply: &Reply) -> Result<String> {
    let etag = reply.header("etag").map(unquoted).filter(|etag| !etag.is_empty());
    etag.ok_or_else(|| Error::new(ErrorKind::Other, operation, "the answer has no ETag"))
}

/// Headers have quotes, Azure's listings have none.
pub(super) fn unquoted(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}
