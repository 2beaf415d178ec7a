//! Connections, until told to stop.
//!
//! Deals with: accepting, HTTP/1.1, letting running requests finish. Does not deal with: what a
//! request means.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ::http::Request;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::answer::Outgoing;
use super::connection::{Connection, Turn};
use crate::host::Environment;

/// How connections are treated.
#[derive(Clone, Copy)]
pub(in crate::host) struct Listening {
    /// How long a client may be silent before and within the head of a request; `None` for ever.
    pub(in crate::host) patience: Option<Duration>,
    /// How long running requests may take to finish once it is time to stop.
    pub(in crate::host) drain: Duration,
}

/// How long to wait after a failed accept: the cause (too many open files) needs time to go away.
const PAUSE: Duration = Duration::from_millis(50);

/// The port that the variable `name` sets, or `default` where it is not set.
///
/// # Errors
/// It is none; the text shows a right one.
pub(in crate::host) fn port(
    environment: &Environment,
    name: &str,
    default: u16,
) -> Result<u16, String> {
    match environment.get(name).filter(|text| !text.is_empty()) {
        None => Ok(default),
        Some(text) => text.parse().ok().filter(|port| *port > 0).ok_or_else(|| {
            format!("{name}=`{text}` is not a port from 1 to 65535; a right one: {name}={default}")
        }),
    }
}

/// Serves every request with `handle`, each connection on a task of its own, until `stop` ends; then accepts
/// nothing more and returns when the running requests have finished.
pub(in crate::host) async fn listen<H, Fut>(
    listener: TcpListener,
    listening: Listening,
    stop: impl Future<Output = ()>,
    handle: H,
) where
    H: Fn(Request<Incoming>, Turn) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Outgoing> + Send + 'static,
{
    let handle = Arc::new(handle);
    let (stopping, stopped) = watch::channel(false);
    let (passed, mut taken) = mpsc::unbounded_channel();
    let mut connections = JoinSet::new();
    let serve =
        |connection: Arc<Connection>| connection.serve(Arc::clone(&handle), stopped.clone());
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            // Before all that may keep failing: whoever waits for these has little time left.
            Some(connection) = taken.recv() => drop(connections.spawn(serve(connection))),
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let connection = Connection::new(stream, listening.patience, passed.clone());
                    connections.spawn(serve(connection));
                }
                Err(fault) => {
                    tracing::warn!(%fault, "a connection could not be accepted");
                    tokio::time::sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let _ = stopping.send(true);
    let drained = async {
        loop {
            tokio::select! {
                biased;
                Some(connection) = taken.recv() => drop(connections.spawn(serve(connection))),
                ended = connections.join_next() => if ended.is_none() { return },
            }
        }
    };
    if tokio::time::timeout(listening.drain, drained).await.is_err() {
        tracing::error!("requests were still running when the time to stop was over");
    }
}
