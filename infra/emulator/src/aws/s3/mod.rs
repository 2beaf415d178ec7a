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
use axum::serve::ListenerExt as _;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::blobs::Blobs;
use crate::identity::Identity;

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
    // Without it a small answer waits some 40 ms for the client's delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
    });
    axum::serve(listener, router(blobs, identity))
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
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
