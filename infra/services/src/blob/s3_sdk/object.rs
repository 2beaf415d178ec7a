//! An object as the SDK gives it.
//!
//! Deals with: what it becomes here. Does not deal with: asking for it.

use std::time::SystemTime;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt as _, stream};
use http::StatusCode;

use crate::blob::reader::Source;
use crate::blob::{Entry, Object, read};
use crate::error::{Error, ErrorKind, Result};
use crate::http::Streaming;

/// All of it, unless it is over `longest` bytes: by its own word, before any of it is read, or else as
/// soon as it is.
pub(super) async fn whole(
    operation: &'static str,
    got: GetObjectOutput,
    longest: u64,
) -> Result<Object> {
    let over = |length: usize| -> Result<()> {
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let text = || format!("there are {length} bytes or more, over the limit of {longest}");
        let error = || Error::new(ErrorKind::TooLarge, operation, text());
        if length > longest { Err(error()) } else { Ok(()) }
    };
    over(got.content_length().and_then(|size| usize::try_from(size).ok()).unwrap_or_default())?;
    let etag = etag(operation, got.e_tag())?;
    let content_type = got.content_type().map(str::to_owned);
    let metadata = got.metadata().cloned().unwrap_or_default().into_iter().collect();
    let last_modified = time(got.last_modified());
    let (mut body, mut bytes) = (got.body, BytesMut::new());
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| {
            let text = "the connection broke before the end";
            Error::new(ErrorKind::Unavailable, operation, text).because(error)
        })?;
        bytes.extend_from_slice(&piece);
        over(bytes.len())?;
    }
    Ok(Object { bytes: bytes.freeze(), etag, content_type, metadata, last_modified })
}

/// What was got for a range, if it is one: 206 alone has a `Content-Range`.
pub(super) fn part(operation: &'static str, got: GetObjectOutput) -> Result<GetObjectOutput> {
    let partial = got.content_range().is_some();
    let status = if partial { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    read::is_part(operation, status)?;
    Ok(got)
}

/// None of its bytes.
pub(super) fn bare(operation: &'static str, seen: HeadObjectOutput) -> Result<Object> {
    Ok(Object {
        bytes: Bytes::new(),
        etag: etag(operation, seen.e_tag())?,
        content_type: seen.content_type().map(str::to_owned),
        last_modified: time(seen.last_modified()),
        metadata: seen.metadata.unwrap_or_default().into_iter().collect(),
    })
}

/// Its bytes as they come.
pub(super) fn coming(
    operation: &'static str,
    got: GetObjectOutput,
    key: &str,
) -> Result<(Entry, Source)> {
    let entry = entry(operation, key, got.content_length(), got.e_tag())?;
    let entry = Entry { last_modified: time(got.last_modified()), ..entry };
    let pieces = stream::unfold(got.body, |mut body: ByteStream| async {
        body.next().await.map(|piece| (piece, body))
    });
    // Who reads to the end may ask once more.
    let pieces = pieces.fuse();
    let response = http::Response::new(reqwest::Body::wrap_stream(pieces));
    let streaming = Streaming::new(operation, "the SDK's".to_owned(), response.into());
    Ok((entry, Source::Coming(streaming)))
}

/// What is known of it, but its date.
pub(super) fn entry(
    operation: &'static str,
    key: &str,
    size: Option<i64>,
    tag: Option<&str>,
) -> Result<Entry> {
    let size = size.and_then(|size| u64::try_from(size).ok()).ok_or_else(|| {
        Error::new(ErrorKind::Other, operation, "the answer has no content-length")
    })?;
    let etag = etag(operation, tag)?;
    Ok(Entry { key: key.to_owned(), size, etag, last_modified: SystemTime::UNIX_EPOCH })
}

/// The ETag of an answer that must have one.
pub(super) fn etag(operation: &'static str, etag: Option<&str>) -> Result<String> {
    let etag = etag.map(read::unquoted).filter(|etag| !etag.is_empty());
    etag.ok_or_else(|| Error::new(ErrorKind::Other, operation, "the answer has no ETag"))
}

/// Without a date, the epoch.
pub(super) fn time(date: Option<&DateTime>) -> SystemTime {
    let date = date.and_then(|date| SystemTime::try_from(*date).ok());
    date.unwrap_or(SystemTime::UNIX_EPOCH)
}
