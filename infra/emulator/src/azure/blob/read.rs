//! Reading a blob: GET and HEAD.
//!
//! Deals with: ranges, conditions, the headers of the answer. Does not deal with: listings.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, Response, StatusCode, header};
use md5::{Digest as _, Md5};

use super::call::Call;
use super::errors::ReadError;
use super::{properties, range};
use crate::azure::error::StorageError;
use crate::blobs::Blobs;
use crate::identity::Action;

/// What would change the answer and is not there.
const UNKNOWN: [&str; 4] =
    ["x-ms-lease-id", "x-ms-if-tags", "x-ms-structured-body", "x-ms-range-get-content-crc64"];

pub(super) async fn get(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobRead(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    refuse_versions(call)?;
    let wanted = range::of(call)?;
    let within = move |size| match wanted {
        None => Ok(0..size),
        Some(range) => range.within(size).map_err(ReadError),
    };
    let conditions = call.conditions("")?;
    let got = blobs.get::<ReadError, _>(&call.container, &call.blob, conditions, within).await;
    let (blob, range, bytes) = got.map_err(|error| error.0)?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    properties::put_all(headers, &blob);
    properties::put(headers, header::CONTENT_LENGTH, &bytes.len().to_string());
    let md5 = blob.properties.md5.as_deref();
    if wanted.is_some() {
        let content_range =
            format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), blob.size);
        properties::put(headers, header::CONTENT_RANGE, &content_range);
        if let Some(md5) = md5 {
            properties::put(headers, HeaderName::from_static("x-ms-blob-content-md5"), md5);
        }
        if call.header("x-ms-range-get-content-md5") == Some("true") {
            let md5 = STANDARD.encode(Md5::digest(&bytes));
            properties::put(headers, HeaderName::from_static("content-md5"), &md5);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    } else if let Some(md5) = md5 {
        properties::put(headers, HeaderName::from_static("content-md5"), md5);
    }
    *response.body_mut() = Body::from(bytes);
    Ok(response)
}

pub(super) async fn head(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobRead(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    refuse_versions(call)?;
    let head = blobs.head(&call.container, &call.blob, call.conditions("")?).await;
    let blob = head.map_err(|error| ReadError::from(error).0)?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    properties::put_all(headers, &blob);
    properties::put(headers, header::CONTENT_LENGTH, &blob.size.to_string());
    if let Some(md5) = &blob.properties.md5 {
        properties::put(headers, HeaderName::from_static("content-md5"), md5);
    }
    Ok(response)
}

/// Snapshots and versions would be other blobs than the one that is there.
pub(super) fn refuse_versions(call: &Call) -> Result<(), StorageError> {
    for name in ["snapshot", "versionid"] {
        if !call.query(name).is_empty() {
            return Err(StorageError::unsupported(&format!("the query parameter {name}")));
        }
    }
    Ok(())
}
