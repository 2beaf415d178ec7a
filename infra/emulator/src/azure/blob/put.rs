//! Writing a blob: whole, its properties, deleting it.
//!
//! Deals with: these operations' headers. Does not deal with: blocks (`blocks`), copies (`copy`).

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use md5::{Digest as _, Md5};

use super::call::{Call, needed};
use super::errors::{blob_not_found, invalid_header};
use super::properties::{self, metadata as metadata_of, of_a_write};
use super::read::refuse_versions;
use crate::azure::error::StorageError;
use crate::blobs::{Blob, BlobError, Blobs, Conditions, Unmet, Write};
use crate::cloud::Cloud;
use crate::identity::Action;

/// What would change the write and is not there.
pub(super) const UNKNOWN: [&str; 8] = [
    "x-ms-lease-id",
    "x-ms-if-tags",
    "x-ms-tags",
    "x-ms-content-crc64",
    "x-ms-structured-body",
    "x-ms-encryption-key",
    "x-ms-encryption-scope",
    "x-ms-immutability-policy-mode",
];

pub(super) async fn blob(
    blobs: &Blobs,
    call: &Call,
    body: Body,
) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobWrite(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    let kind = needed(call, "x-ms-blob-type")?;
    if kind != "BlockBlob" {
        return Err(StorageError::unsupported(&format!("the blob type {kind}; put a BlockBlob")));
    }
    let body = call.read_body(body).await?;
    verify_md5(call, "content-md5", &body)?;
    verify_md5(call, "x-ms-blob-content-md5", &body)?;
    let write = write(call, "PutBlob", call.conditions("")?);
    let blob = blobs.put(write, body, of_a_write(call)?).await?;
    let mut response = written(&blob, StatusCode::CREATED);
    if let Some(md5) = &blob.properties.md5 {
        properties::put(response.headers_mut(), HeaderName::from_static("content-md5"), md5);
    }
    Ok(response)
}

pub(super) async fn metadata(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobWrite(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    let metadata = metadata_of(&call.head.headers)?;
    let conditions = call.conditions("")?;
    let blob = blobs
        .set_properties(&call.container, &call.blob, conditions, |p| p.metadata = metadata)
        .await?;
    Ok(written(&blob, StatusCode::OK))
}

pub(super) async fn properties(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobWrite(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    let given = of_a_write(call)?;
    let content_type = call.header("x-ms-blob-content-type").map(str::to_owned);
    let blob = blobs
        .set_properties(&call.container, &call.blob, call.conditions("")?, move |kept| {
            // What is not given is cleared; metadata and the sums of the bytes stay.
            kept.content_type = content_type;
            kept.content_encoding = given.content_encoding;
            kept.content_language = given.content_language;
            kept.content_disposition = given.content_disposition;
            kept.cache_control = given.cache_control;
            kept.md5 = given.md5;
        })
        .await?;
    Ok(written(&blob, StatusCode::OK))
}

pub(super) async fn delete(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobDelete(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    refuse_versions(call)?;
    if call.header("x-ms-delete-snapshots") == Some("only") {
        return Err(StorageError::unsupported("snapshots"));
    }
    match blobs.delete(write(call, "DeleteBlob", call.conditions("")?)).await {
        Ok(Some(_)) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::ACCEPTED;
            let headers = response.headers_mut();
            headers.insert("x-ms-delete-type-permanent", HeaderValue::from_static("true"));
            Ok(response)
        }
        Ok(None) | Err(BlobError::Unmet(Unmet::MatchOfNothing)) => {
            Err(blob_not_found(&call.container, &call.blob))
        }
        Err(error) => Err(error.into()),
    }
}

/// This call's blob as the target of `operation`.
pub(super) fn write(call: &Call, operation: &'static str, conditions: Conditions) -> Write {
    Write {
        cloud: Cloud::Azure,
        store: call.container.clone(),
        key: call.blob.clone(),
        operation,
        conditions,
    }
}

/// The answer to a write.
pub(super) fn written(blob: &Blob, status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    properties::put_version(headers, blob.version, blob.modified_ms);
    headers.insert("x-ms-request-server-encrypted", HeaderValue::from_static("true"));
    response
}

/// Compares the body with the MD5 in the header `name`, if it is there.
pub(super) fn verify_md5(call: &Call, name: &str, body: &Bytes) -> Result<(), StorageError> {
    let Some(given) = call.header(name) else { return Ok(()) };
    let sum = STANDARD
        .decode(given)
        .ok()
        .filter(|sum| sum.len() == 16)
        .ok_or_else(|| invalid_header(name, given, "an MD5 in base64"))?;
    if Md5::digest(body).as_slice() == sum {
        return Ok(());
    }
    Err(StorageError::new(
        StatusCode::BAD_REQUEST,
        "Md5Mismatch",
        format!("The MD5 value specified in the request ({name}) did not match what was received."),
    ))
}
