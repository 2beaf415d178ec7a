//! Listing a bucket, by both versions of the operation.
//!
//! Deals with: markers, continuation tokens, URL encoding. Does not deal with: order and rolling up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{
    CommonPrefix, ETag, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass, Timestamp,
};
use s3s::{S3Result, s3_error};

use crate::blobs::{Blob, Blobs, Entry, ListRequest, Page};
use crate::clock::instant;

/// Entries of a page at most, and by default.
const MAX_KEYS: i32 = 1000;
/// What `encoding-type=url` leaves alone.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'/');

pub(super) async fn v1(blobs: &Blobs, input: ListObjectsInput) -> S3Result<ListObjectsOutput> {
    let limit = limit(input.max_keys)?;
    let request = ListRequest {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after: input.marker.clone(),
        limit: limit.1,
    };
    let page = blobs.list(&input.bucket, request).await?;
    let encode = encoder(input.encoding_type.as_ref());
    // AWS: without a delimiter the last key of the page is the marker, and is not repeated.
    let next_marker = page.next.clone().filter(|_| input.delimiter.is_some()).map(&encode);
    let is_truncated = page.next.is_some();
    let (contents, common_prefixes) = split(page, &encode);
    Ok(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(encode(input.prefix.unwrap_or_default())),
        marker: Some(encode(input.marker.unwrap_or_default())),
        max_keys: Some(limit.0),
        is_truncated: Some(is_truncated),
        contents: Some(contents),
        common_prefixes: Some(common_prefixes),
        delimiter: input.delimiter.map(&encode),
        next_marker,
        encoding_type: input.encoding_type,
        ..ListObjectsOutput::default()
    })
}

pub(super) async fn v2(blobs: &Blobs, input: ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
    let limit = limit(input.max_keys)?;
    let after = match &input.continuation_token {
        Some(token) => Some(untoken(token)?),
        None => input.start_after.clone(),
    };
    let request = ListRequest {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after,
        limit: limit.1,
    };
    let page = blobs.list(&input.bucket, request).await?;
    let encode = encoder(input.encoding_type.as_ref());
    let next = page.next.as_deref().map(|name| URL_SAFE_NO_PAD.encode(name));
    let key_count = i32::try_from(page.entries.len()).unwrap_or(i32::MAX);
    let (contents, common_prefixes) = split(page, &encode);
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(encode(input.prefix.unwrap_or_default())),
        max_keys: Some(limit.0),
        key_count: Some(key_count),
        continuation_token: input.continuation_token,
        is_truncated: Some(next.is_some()),
        next_continuation_token: next,
        contents: Some(contents),
        common_prefixes: Some(common_prefixes),
        delimiter: input.delimiter.map(&encode),
        encoding_type: input.encoding_type,
        start_after: input.start_after.map(&encode),
        ..ListObjectsV2Output::default()
    })
}

fn limit(max_keys: Option<i32>) -> S3Result<(i32, usize)> {
    let asked = max_keys.unwrap_or(MAX_KEYS).min(MAX_KEYS);
    let count = usize::try_from(asked).map_err(|_| {
        s3_error!(
            InvalidArgument,
            "max-keys must be an integer from 0 to 2147483647, not {}",
            asked
        )
    })?;
    Ok((asked, count))
}

fn untoken(token: &str) -> S3Result<String> {
    URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

fn encoder(encoding: Option<&EncodingType>) -> impl Fn(String) -> String + use<> {
    let url = encoding.is_some_and(|encoding| encoding.as_str() == EncodingType::URL);
    move |name| if url { utf8_percent_encode(&name, PLAIN).to_string() } else { name }
}

fn split(page: Page, encode: impl Fn(String) -> String) -> (Vec<Object>, Vec<CommonPrefix>) {
    let (mut objects, mut prefixes) = (Vec::new(), Vec::new());
    for entry in page.entries {
        match entry {
            Entry::Blob(blob) => objects.push(object(*blob, &encode)),
            Entry::Prefix(prefix) => prefixes.push(CommonPrefix { prefix: Some(encode(prefix)) }),
        }
    }
    (objects, prefixes)
}

fn object(blob: Blob, encode: impl Fn(String) -> String) -> Object {
    Object {
        e_tag: Some(ETag::Strong(blob.etag)),
        last_modified: Some(Timestamp::from(instant(blob.modified_ms))),
        size: Some(i64::try_from(blob.size).unwrap_or(i64::MAX)),
        key: Some(encode(blob.key)),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Object::default()
    }
}
