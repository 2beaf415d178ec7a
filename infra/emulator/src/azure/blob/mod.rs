//! Azure Blob storage, as far as clients of a handful of containers use it.
//!
//! Deals with: serving it under path-style URLs, `/{account}/{container}/{blob}`; what every answer
//! has. A container is a store of `blobs`.
//! Does not deal with: leases, snapshots, tags, append and page blobs: whoever asks is told so.

mod batch;
mod blocks;
mod call;
mod containers;
mod copy;
mod errors;
mod list;
mod multipart;
mod properties;
mod put;
mod range;
mod read;
mod route;

use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use http::{HeaderValue, Method, Response, header};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use self::call::Call;
use super::auth;
use super::error::{SERVICE_VERSION, StorageError};
use crate::blobs::Blobs;
use crate::identity::Identity;
use crate::listening;

struct Service {
    blobs: Blobs,
    identity: Identity,
}

/// Serves blob storage on `listener` until `stop`; requests under way are then finished.
///
/// # Errors
/// The listener's own failure.
pub async fn serve(
    listener: TcpListener,
    blobs: Blobs,
    identity: Identity,
    stop: CancellationToken,
) -> std::io::Result<()> {
    listening::serve_and_finish(listener, router(blobs, identity), stop).await
}

/// The service without a socket, for tests.
fn router(blobs: Blobs, identity: Identity) -> Router {
    let service = Arc::new(Service { blobs, identity });
    Router::new()
        .fallback(move |request: Request| respond(Arc::clone(&service), request))
        .layer(DefaultBodyLimit::disable())
}

async fn respond(service: Arc<Service>, request: Request) -> Response<Body> {
    let id = Uuid::new_v4().to_string();
    let head = request.method() == Method::HEAD;
    let client_id = request.headers().get("x-ms-client-request-id").cloned();
    let version = request.headers().get("x-ms-version").cloned();
    let mut response = match handle(&service, request).await {
        Ok(response) => response,
        Err(error) => error.response(&id, head),
    };
    let headers = response.headers_mut();
    headers.insert(header::SERVER, HeaderValue::from_static("Windows-Azure-Blob/1.0"));
    let version = version.unwrap_or(HeaderValue::from_static(SERVICE_VERSION));
    headers.insert("x-ms-version", version);
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-ms-request-id", id);
    }
    if let Some(client_id) = client_id {
        headers.insert("x-ms-client-request-id", client_id);
    }
    response
}

async fn handle(service: &Service, request: Request) -> Result<Response<Body>, StorageError> {
    let (head, body) = request.into_parts();
    let principal = auth::principal(&service.identity, &head, SystemTime::now())?;
    let (account, _) = service.identity.azure_account();
    let call = Call::new(head, principal, account)?;
    route::dispatch(service, &call, body).await
}

#[cfg(test)]
mod tests;
