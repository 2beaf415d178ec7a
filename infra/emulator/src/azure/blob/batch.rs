//! Several deletes by one request.
//!
//! Deals with: Blob Batch on an account and on a container. Each request within proves its own right and
//! is answered alone. Does not deal with: reading `multipart/mixed` (`multipart`), setting tiers.

use std::time::SystemTime;

use axum::body::Body;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderValue, Method, Response, StatusCode, header};
use uuid::Uuid;

use super::call::{Call, needed};
use super::errors::invalid_header;
use super::multipart::{self, Part};
use super::{Service, put};
use crate::azure::auth;
use crate::azure::error::{SERVICE_VERSION, StorageError};

/// Requests of one batch at most.
const MAX_PARTS: usize = 256;
/// Bytes of one batch at most.
const MAX_BYTES: usize = 4 * 1024 * 1024;

pub(super) async fn submit(
    service: &Service,
    call: &Call,
    body: Body,
) -> Result<Response<Body>, StorageError> {
    let content_type = needed(call, "content-type")?;
    let boundary = multipart::boundary(content_type).ok_or_else(|| {
        invalid_header("Content-Type", content_type, "like multipart/mixed; boundary=batch_1")
    })?;
    let body = call.read_body(body).await?;
    if body.len() > MAX_BYTES {
        let text = format!("The batch has {} bytes; it may have {MAX_BYTES}.", body.len());
        return Err(StorageError::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", text));
    }
    let parts = multipart::read(boundary, &body).map_err(|why| invalid(&why))?;
    if parts.is_empty() {
        return Err(invalid("the batch has no requests"));
    }
    if parts.len() > MAX_PARTS {
        return Err(StorageError::new(
            StatusCode::BAD_REQUEST,
            "ExceedsMaxBatchRequestCount",
            format!(
                "The batch operation exceeds maximum number of allowed subrequests: it has {}, it \
                 may have {MAX_PARTS}.",
                parts.len()
            ),
        ));
    }
    // All at once: the store commits what waits together by one write to the disk.
    let answers = join_all(parts.into_iter().map(|part| answer(service, call, part))).await;
    let boundary = format!("batchresponse_{}", Uuid::new_v4());
    let mut response = Response::new(Body::from(multipart::written(&boundary, &answers)));
    *response.status_mut() = StatusCode::ACCEPTED;
    if let Ok(value) = HeaderValue::try_from(format!("multipart/mixed; boundary={boundary}")) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    Ok(response)
}

/// The answer to one of the requests, with its `Content-ID`.
async fn answer(service: &Service, batch: &Call, part: Part) -> (String, Response<Bytes>) {
    let Part { id, head } = part;
    let request_id = Uuid::new_v4().to_string();
    let response = match delete(service, batch, head).await {
        Ok(response) => response,
        Err(error) => error.response(&request_id, false),
    };
    let (mut head, body) = response.into_parts();
    // An error of the emulator's own making, a few hundred bytes.
    let body = axum::body::to_bytes(body, MAX_BYTES).await.unwrap_or_default();
    let version = HeaderValue::from_static(SERVICE_VERSION);
    let version = batch.head.headers.get("x-ms-version").cloned().unwrap_or(version);
    head.headers.insert("x-ms-version", version);
    if let Ok(request_id) = HeaderValue::try_from(request_id) {
        head.headers.insert("x-ms-request-id", request_id);
    }
    (id, Response::from_parts(head, body))
}

async fn delete(
    service: &Service,
    batch: &Call,
    mut head: http::request::Parts,
) -> Result<Response<Body>, StorageError> {
    let bears = head.headers.get(header::AUTHORIZATION).is_some_and(|value| {
        value.as_bytes().get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"bearer "))
    });
    // A token needs a version, which is the batch's; a signature covers what the part has itself.
    if bears && let Some(version) = batch.head.headers.get("x-ms-version") {
        head.headers.insert("x-ms-version", version.clone());
    }
    let principal = auth::principal(&service.identity, &head, SystemTime::now())?;
    let (account, _) = service.identity.azure_account();
    let call = Call::new(head, principal, account)?;
    if !batch.container.is_empty() && call.container != batch.container {
        return Err(invalid("all requests of a container's batch must be of that container"));
    }
    if call.head.method != Method::DELETE || call.blob.is_empty() || !call.query("comp").is_empty()
    {
        return Err(StorageError::unsupported("anything but deleting a blob in a batch"));
    }
    put::delete(&service.blobs, &call).await
}

fn invalid(why: &str) -> StorageError {
    StorageError::new(
        StatusCode::BAD_REQUEST,
        "InvalidInput",
        format!("One of the request inputs is not valid: {why}."),
    )
}
