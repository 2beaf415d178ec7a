//! Connections, until told to stop.
//!
//! Deals with: accepting, HTTP/1.1, letting running requests finish. Does not deal with: what a
//! request means.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ::http::{Request, Response, StatusCode};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::outlive::Outliving;
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

/// Serves every request with `handle`, each on a task of its own, until `stop` ends; then accepts
/// nothing more and returns when the running requests have finished.
pub(in crate::host) async fn listen<H, Fut>(
    listener: TcpListener,
    listening: Listening,
    stop: impl Future<Output = ()>,
    handle: H,
) where
    H: Fn(Request<Incoming>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let handle = Arc::new(handle);
    let (stopping, stopped) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    let serving = serve(stream, listening, stopped.clone(), Arc::clone(&handle));
                    connections.spawn(serving);
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
    let drained = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(listening.drain, drained).await.is_err() {
        tracing::error!("requests were still running when the time to stop was over");
    }
}

async fn serve<H, Fut>(
    stream: TcpStream,
    listening: Listening,
    mut stopped: watch::Receiver<bool>,
    handle: Arc<H>,
) where
    H: Fn(Request<Incoming>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    // Answers are written whole; waiting for more to send only delays them.
    let _ = stream.set_nodelay(true);
    let mut http = http1::Builder::new();
    if let Some(patience) = listening.patience {
        http.timer(TokioTimer::new()).header_read_timeout(patience);
    }
    let service = service_fn(move |request| {
        // A client that goes away must not take a begun call's supervision with it.
        let answering = Outliving::new(handle(request));
        async move { Ok::<_, Infallible>(answering.await.unwrap_or_else(broken)) }
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let mut told = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(fault) = ended {
                    tracing::debug!(%fault, "a connection ended early");
                }
                return;
            }
            _ = stopped.wait_for(|stop| *stop), if !told => {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

/// The answer where answering itself panicked.
fn broken() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
