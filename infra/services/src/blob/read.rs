//! A blob from the headers that S3 and Azure share.
//!
//! Deals with: ETag, length, type, date, metadata, and asking for a part. Does not deal with: listings.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::SystemTime;

use http::header;
use http::request::Builder;
use http::{HeaderMap, StatusCode};

use super::{Entry, Object};
use crate::dates;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Reply;

/// What `GET` gave; the provider's own name starts its metadata's headers, e.g. `x-amz-meta-`.
pub(super) fn object(operation: &'static str, reply: Reply, metadata: &str) -> Result<Object> {
    let etag = etag(operation, &reply.headers)?;
    let named = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        let name = name.as_str().strip_prefix(metadata)?;
        Some((name.to_owned(), value.to_str().ok()?.to_owned()))
    };
    let metadata: BTreeMap<_, _> = reply.headers.iter().filter_map(named).collect();
    let content_type = reply.header("content-type").map(str::to_owned);
    let last_modified = date(&reply.headers);
    Ok(Object { bytes: reply.body, etag, content_type, metadata, last_modified })
}

/// What `HEAD` gave, or the head of a `GET`.
pub(super) fn entry(operation: &'static str, headers: &HeaderMap, key: &str) -> Result<Entry> {
    let size = text(headers, "content-length").and_then(|length| length.parse().ok());
    let Some(size) = size else {
        return Err(Error::new(ErrorKind::Other, operation, "the answer has no content-length"));
    };
    let last_modified = date(headers);
    Ok(Entry { key: key.to_owned(), size, etag: etag(operation, headers)?, last_modified })
}

/// Whoever wants a blob's bytes shall have them, whatever its date is.
fn date(headers: &HeaderMap) -> SystemTime {
    let date = text(headers, "last-modified").and_then(dates::read);
    date.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// What a page of a listing says of the date of `key`. Who lists may decide by it what to delete.
pub(super) fn listed_date(key: &str, date: &str) -> Result<SystemTime, String> {
    let wrong = || format!("the listing has {date:?} for the date of the last change of {key:?}");
    dates::read(date).ok_or_else(wrong)
}

/// The ETag of an answer that must have one.
pub(super) fn etag(operation: &'static str, headers: &HeaderMap) -> Result<String> {
    let etag = text(headers, "etag").map(unquoted).filter(|etag| !etag.is_empty());
    etag.ok_or_else(|| Error::new(ErrorKind::Other, operation, "the answer has no ETag"))
}

/// Headers have quotes, Azure's listings have none.
pub(super) fn unquoted(etag: &str) -> String {
    etag.trim_matches('"').to_owned()
}

/// The request, of these bytes only.
pub(super) fn within(request: Builder, range: &Range<u64>) -> Option<Builder> {
    Some(request.header(header::RANGE, span(range)?))
}

/// A header's value for these bytes only. HTTP has no word for a range without bytes.
pub(super) fn span(range: &Range<u64>) -> Option<String> {
    let last = range.end.checked_sub(1).filter(|last| *last >= range.start)?;
    // Servers count in signed numbers; no blob reaches their end.
    let (start, most) = (range.start, i64::MAX.unsigned_abs());
    match (start < most, last < most) {
        (false, _) => None,
        (true, false) => Some(format!("bytes={start}-")),
        (true, true) => Some(format!("bytes={start}-{last}")),
    }
}

/// The request, from a byte on, of what has the ETag only.
pub(super) fn going_on(request: Builder, from: Option<(u64, &str)>) -> Builder {
    match from {
        None => request,
        Some((at, etag)) => request
            .header(header::RANGE, format!("bytes={at}-"))
            .header(header::IF_MATCH, format!("\"{etag}\"")),
    }
}

/// Whether the answer is the part that was asked for: a server may leave the range out of account, and
/// answer with all of it.
pub(super) fn is_part(operation: &'static str, status: StatusCode) -> Result<()> {
    if status == StatusCode::PARTIAL_CONTENT {
        return Ok(());
    }
    let text = format!("{status} instead of 206 to a range: the server sends all of the blob");
    Err(Error::new(ErrorKind::Other, operation, text))
}

/// Whether the blob ends before the range begins.
pub(super) fn is_beyond(error: &Error) -> bool {
    error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
