//! A blob's properties in headers, both ways.
//!
//! Deals with: content headers, metadata, ETag and dates.
//! Does not deal with: listings, which have them in XML (`list`).

use std::collections::BTreeMap;
use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use time::OffsetDateTime;
use time::macros::format_description;

use super::call::{Call, text};
use crate::azure::error::StorageError;
use crate::blobs::{Blob, Properties, azure_etag};
use crate::clock::instant;

/// What precedes the name of metadata in a header.
const META: &str = "x-ms-meta-";
/// Bytes of names and values of metadata at most.
const MAX_METADATA: usize = 8 * 1024;

/// The properties that a writing request gives.
pub(super) fn of_a_write(call: &Call) -> Result<Properties, StorageError> {
    let given = |name: &str| call.header(name).map(str::to_owned);
    let content_type = given("x-ms-blob-content-type").or_else(|| given("content-type"));
    Ok(Properties {
        content_type: content_type.or_else(|| Some("application/octet-stream".to_owned())),
        content_encoding: given("x-ms-blob-content-encoding").or_else(|| given("content-encoding")),
        content_language: given("x-ms-blob-content-language").or_else(|| given("content-language")),
        content_disposition: given("x-ms-blob-content-disposition"),
        cache_control: given("x-ms-blob-cache-control").or_else(|| given("cache-control")),
        metadata: metadata(&call.head.headers)?,
        md5: given("x-ms-blob-content-md5"),
        checksums: BTreeMap::new(),
    })
}

/// The metadata of a request.
pub(super) fn metadata(headers: &HeaderMap) -> Result<BTreeMap<String, String>, StorageError> {
    let pair = |name: &HeaderName| {
        let key = name.as_str().strip_prefix(META)?;
        Some((key.to_owned(), text(headers, name.as_str())?.to_owned()))
    };
    let metadata: BTreeMap<String, String> = headers.keys().filter_map(pair).collect();
    let bytes: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    let identifier = |name: &str| {
        let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
        name.starts_with(letter) && name.chars().all(|c| letter(c) || c.is_ascii_digit())
    };
    if let Some(name) = metadata.keys().find(|name| !identifier(name)) {
        return Err(StorageError::new(
            StatusCode::BAD_REQUEST,
            "InvalidMetadata",
            format!(
                "The metadata name \"{name}\" is no identifier; it must be of letters, digits and \
                 underscores."
            ),
        ));
    }
    if bytes > MAX_METADATA {
        return Err(StorageError::new(
            StatusCode::BAD_REQUEST,
            "MetadataTooLarge",
            format!("The metadata has {bytes} bytes; it may have {MAX_METADATA}."),
        ));
    }
    Ok(metadata)
}

/// Everything but length and range of the body.
pub(super) fn put_all(headers: &mut HeaderMap, blob: &Blob) {
    put_version(headers, blob.version, blob.modified_ms);
    let properties = &blob.properties;
    let content_type = properties.content_type.as_deref().unwrap_or("application/octet-stream");
    put(headers, header::CONTENT_TYPE, content_type);
    for (name, value) in [
        (header::CONTENT_ENCODING, &properties.content_encoding),
        (header::CONTENT_LANGUAGE, &properties.content_language),
        (header::CONTENT_DISPOSITION, &properties.content_disposition),
        (header::CACHE_CONTROL, &properties.cache_control),
    ] {
        if let Some(value) = value {
            put(headers, name, value);
        }
    }
    put_metadata(headers, &properties.metadata);
    put(headers, header::ACCEPT_RANGES, "bytes");
    for (name, value) in [
        ("x-ms-blob-type", "BlockBlob"),
        ("x-ms-lease-status", "unlocked"),
        ("x-ms-lease-state", "available"),
        ("x-ms-server-encrypted", "true"),
        ("x-ms-access-tier", "Hot"),
        ("x-ms-access-tier-inferred", "true"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let created = http_time(instant(blob.created_ms));
    put(headers, HeaderName::from_static("x-ms-creation-time"), &created);
}

pub(super) fn put_metadata(headers: &mut HeaderMap, metadata: &BTreeMap<String, String>) {
    for (name, value) in metadata {
        if let Ok(name) = HeaderName::try_from(format!("{META}{name}")) {
            put(headers, name, value);
        }
    }
}

/// `ETag` and `Last-Modified` of what the write `version` made.
pub(super) fn put_version(headers: &mut HeaderMap, version: i64, modified_ms: i64) {
    put(headers, header::ETAG, &format!("\"{}\"", azure_etag(version)));
    put(headers, header::LAST_MODIFIED, &http_time(instant(modified_ms)));
}

/// A value that no header can carry came through the other cloud's API; it is left out.
pub(super) fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    match HeaderValue::from_str(value) {
        Ok(value) => {
            headers.insert(name, value);
        }
        Err(_) => tracing::debug!(%name, "a property is no header value and is left out"),
    }
}

/// RFC 1123, as headers and listings have it.
pub(super) fn http_time(time: SystemTime) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    OffsetDateTime::from(time).format(format).unwrap_or_default()
}
