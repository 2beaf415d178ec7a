//! S3, as far as clients of a handful of buckets use it; the wire format is the crate `s3s`.
//!
//! Deals with: serving it. A bucket is a store of `blobs`; path-style addressing only.
//! Does not deal with: versions, tags, ACLs, encryption: whoever asks for them is told so.

mod access;
mod backend;
mod body;
mod buckets;
mod copy;
mod errors;
mod list;
mod multipart;
mod objects;
mod respond;

use axum::Router;
use axum::extract::Request;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::blobs::Blobs;
use crate::identity::Identity;
use crate::listening;

/// Serves S3 on `listener` until `stop`; requests under way are then finished.
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
    let service = service(blobs, identity);
    Router::new()
        .fallback(move |request: Request| respond::respond(service.clone(), request))
        .layer(axum::extract::DefaultBodyLimit::disable())
}

fn service(blobs: Blobs, identity: Identity) -> S3Service {
    let mut builder = S3ServiceBuilder::new(backend::Backend { blobs });
    builder.set_auth(access::Keys(identity.clone()));
    builder.set_access(access::Grants(identity));
    builder.set_validation(buckets::Names);
    builder.build()
}

#[cfg(test)]
mod tests;
