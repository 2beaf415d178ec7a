//! Copies within the account.
//!
//! Deals with: `x-ms-copy-source`, permission on the source. A copy is done before the answer.
//! Does not deal with: sources elsewhere on the network.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode};
use uuid::Uuid;

use super::call::{Call, needed, split_path};
use super::errors::invalid_header;
use super::properties::metadata;
use super::put::{UNKNOWN, write, written};
use crate::azure::error::StorageError;
use crate::blobs::{Blobs, Properties};
use crate::identity::{AZURE_ACCOUNT, Action};

pub(super) async fn blob(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobWrite(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    let from = source(needed(call, "x-ms-copy-source")?)?;
    call.require(&Action::BlobRead(from.0.clone()))?;
    let metadata = metadata(&call.head.headers)?;
    let change = move |properties: &mut Properties| {
        // Azure: metadata is the source's unless the request has its own.
        if !metadata.is_empty() {
            properties.metadata = metadata;
        }
    };
    let target = write(call, "CopyBlob", call.conditions("")?);
    let blob = blobs.copy(from, call.conditions("x-ms-source-")?, target, change).await?;
    let mut response = written(&blob, StatusCode::ACCEPTED);
    let headers = response.headers_mut();
    headers.insert("x-ms-copy-status", HeaderValue::from_static("success"));
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert("x-ms-copy-id", id);
    }
    Ok(response)
}

/// Container and blob that a source's URL names.
fn source(text: &str) -> Result<(String, String), StorageError> {
    let right = "like http://127.0.0.1:10000/devstoreaccount1/container/blob";
    let url = url::Url::parse(text).map_err(|_| invalid_header("x-ms-copy-source", text, right))?;
    if url.query().is_some() {
        return Err(StorageError::unsupported("a copy source with a query (a snapshot or a SAS)"));
    }
    let (container, blob) = split_path(url.path(), AZURE_ACCOUNT).map_err(|_| {
        StorageError::unsupported(&format!("copies from outside the account; the source is {text}"))
    })?;
    if container.is_empty() || blob.is_empty() {
        return Err(invalid_header("x-ms-copy-source", text, right));
    }
    Ok((container, blob))
}
