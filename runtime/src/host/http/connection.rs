//! One connection: its requests, one after the other, and the work on them.
//!
//! Deals with: work on the task that has the connection, which spares it a task of its own; clients that
//! go away meanwhile, work that blocks its task. Does not deal with: accepting connections (`listen`),
//! what a request means.
//!
//! Connection and work lie side by side: the one that is not being polled can be taken to another task.

use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use ::http::{Request, Response, StatusCode};
use futures_util::FutureExt;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};

use super::answer::Outgoing;
use super::bell::Bell;
use crate::lock::lock;

/// Where connections go on that are taken away from work that blocks its task.
pub(super) type Passed = mpsc::UnboundedSender<Arc<Connection>>;

pub(super) struct Connection {
    held: Mutex<Held>,
    desk: Arc<Desk>,
    passed: Passed,
}

struct Held {
    /// `None` once it has ended.
    http: Option<Pin<Box<Http>>>,
    /// Counts requests and answers. Whoever works on another than this has lost the connection; a relief
    /// that comes after the answer finds another too.
    turn: u64,
}

type Http = http1::Connection<TokioIo<TcpStream>, Counter>;

/// A request on its way to the work on it, and an answer on its way back.
#[derive(Default)]
struct Desk {
    request: Mutex<Option<Request<Incoming>>>,
    answer: Mutex<Option<Outgoing>>,
}

/// The side of the desk on which the connection is. Nobody wakes it for an answer: whoever brings one polls
/// it next.
#[derive(Clone)]
struct Counter(Arc<Desk>);

impl Service<Request<Incoming>> for Counter {
    type Response = Outgoing;
    type Error = Infallible;
    type Future = Self;

    fn call(&self, request: Request<Incoming>) -> Self {
        *lock(&self.0.request) = Some(request);
        self.clone()
    }
}

impl Future for Counter {
    type Output = Result<Outgoing, Infallible>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        lock(&self.0.answer).take().map_or(Poll::Pending, |answer| Poll::Ready(Ok(answer)))
    }
}

/// The request that a connection is at.
#[derive(Clone, Default)]
pub(in crate::host) struct Turn(Option<(Arc<Connection>, u64)>);

impl Turn {
    /// Answers in place of the work, which blocks its task; the connection goes on without it. Nothing
    /// happens where the work was quicker.
    pub(in crate::host) fn relieve(self, answer: Outgoing) {
        let Some((connection, turn)) = self.0 else { return };
        let mut held = connection.held();
        if held.turn == turn {
            held.turn += 1;
            *lock(&connection.desk.answer) = Some(answer);
            // Under the lock, so that the task which loses it does not end before it is passed on. Nobody
            // takes it where the server has stopped.
            let _ = connection.passed.send(Arc::clone(&connection));
        }
    }
}

impl Connection {
    /// `patience` is how long the client may be silent before and within the head of a request.
    pub(super) fn new(stream: TcpStream, patience: Option<Duration>, passed: Passed) -> Arc<Self> {
        // Answers are written whole; waiting for more to send only delays them.
        let _ = stream.set_nodelay(true);
        let mut builder = http1::Builder::new();
        if let Some(patience) = patience {
            builder.timer(TokioTimer::new()).header_read_timeout(patience);
        }
        let desk = Arc::default();
        let http = builder.serve_connection(TokioIo::new(stream), Counter(Arc::clone(&desk)));
        let held = Mutex::new(Held { http: Some(Box::pin(http)), turn: 0 });
        Arc::new(Self { held, desk, passed })
    }

    /// Serves its requests until it ends, or until it is taken away.
    pub(super) async fn serve<H, Fut>(
        self: Arc<Self>,
        handle: Arc<H>,
        mut stopped: watch::Receiver<bool>,
    ) where
        H: Fn(Request<Incoming>, Turn) -> Fut,
        Fut: Future<Output = Outgoing>,
    {
        let bell = Arc::new(Bell::default());
        let mut stopping = pin!(stopped.wait_for(|stop| *stop).fuse());
        let (mut work, mut answer) = (pin!(None), None);
        let mut turn = self.held().turn;
        let mut step = |context: &mut Context<'_>| {
            let stop = stopping.as_mut().poll(context).is_ready();
            loop {
                let mut held = self.held();
                if held.turn != turn {
                    return Poll::Ready(());
                }
                if answer.is_some() {
                    held.turn += 1;
                    turn = held.turn;
                    *lock(&self.desk.answer) = answer.take();
                }
                held.advance(stop, context);
                let ended = held.http.is_none();
                if work.is_none() {
                    let Some(request) = lock(&self.desk.request).take() else {
                        return if ended { Poll::Ready(()) } else { Poll::Pending };
                    };
                    held.turn += 1;
                    turn = held.turn;
                    drop(held);
                    let turn = Turn(Some((Arc::clone(&self), turn)));
                    work.set(Some(AssertUnwindSafe(handle(request, turn)).catch_unwind()));
                } else {
                    drop(held);
                }
                let Some(working) = work.as_mut().as_pin_mut() else { continue };
                answer = Some(ready!(working.poll(context)).unwrap_or_else(|_| broken()));
                work.set(None);
            }
        };
        poll_fn(|context| bell.answer(context, &mut step)).await;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        lock(&self.held)
    }
}

impl Held {
    /// Reads and writes what can be; with `stop`, no request after the present one.
    fn advance(&mut self, stop: bool, context: &mut Context<'_>) {
        let Some(http) = &mut self.http else { return };
        if stop {
            http.as_mut().graceful_shutdown();
        }
        if let Poll::Ready(ended) = http.as_mut().poll(context) {
            if let Err(fault) = ended {
                tracing::debug!(%fault, "a connection ended early");
            }
            self.http = None;
        }
    }
}

/// The answer where answering itself panicked.
fn broken() -> Outgoing {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

#[cfg(test)]
mod tests;
