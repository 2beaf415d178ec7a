//! Answering HTTP on a listener.
//!
//! Deals with: what every server of the emulator needs of its sockets, and when it ends. Does not deal
//! with: which requests there are.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Answers on `listener` until `stop`; requests under way are then finished, however long they take:
/// for storage, whose callers have been promised something.
///
/// # Errors
/// The listener's own failure.
pub(crate) async fn serve_and_finish(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = listener.tap_io(at_once);
    axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await
}

/// Answers on `listener` until `stop`; requests under way are left to end by themselves. Handlers find
/// their peer's address (`ConnectInfo<SocketAddr>`).
///
/// # Errors
/// The listener's own failure.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let listener = listener.tap_io(at_once);
    tokio::select! {
        ended = axum::serve(listener, service) => ended,
        () = stop.cancelled() => Ok(()),
    }
}

/// Without it a small answer waits some 40 ms for the client's delayed acknowledgement. A stream on which
/// it cannot be set is slower, not wrong.
fn at_once(stream: &mut tokio::net::TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
}
