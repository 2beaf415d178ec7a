//! The custom handler's server: what the Functions host calls.
//!
//! Deals with: listening before anything else is ready, which of the host's three requests it is
//! (readiness, an HTTP function's request, an invocation). Does not deal with: what an invocation
//! carries (`envelope`) and gives back (`reply`).
//!
//! | request | is |
//! |---|---|
//! | `GET /` without an invocation id | the readiness probe and health ping |
//! | any below `/api` | an HTTP function's request, proxied or forwarded by the host |
//! | `POST /{function}` with an invocation id | an invocation of any other function |
//!
//! The public reaches only what is below `/api`, and nothing there is ever read as an invocation: a
//! forged one ends as 404.

mod dead_letter;
mod envelope;
mod invoke;
mod reply;
mod timer;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::http::uri::PathAndQuery;
use ::http::{HeaderMap, HeaderName, Method, Request, Uri};
use bytes::Bytes;
use http_body::Body;
use percent_encoding::percent_decode_str;
use tokio::net::TcpListener;

use super::super::http::{
    Arrival, Intake, Listening, Outgoing, Routes, Turn, answer, listen, outgoing, port, termination,
};
use super::{Environment, ROUTE_PREFIX};
use crate::BoxError;
use crate::engine::Engine;
use crate::error::Error;
use crate::host::number;
use crate::trigger::http::failure;

/// The host's own limit of a request (`FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`'s default), in bytes.
const LARGEST_BODY: usize = 104_857_600;
/// So many of the largest may be in memory at once: an instance may have no more than 1.5 GB.
const AT_ONCE: usize = 4;
const PORT: &str = "FUNCTIONS_CUSTOMHANDLER_PORT";
const INVOCATION_ID: HeaderName = HeaderName::from_static("x-azure-functions-invocationid");

/// What a request is answered with.
struct Handler {
    engine: Arc<Engine>,
    routes: Routes,
    timeout: Duration,
    intake: Intake,
}

pub(in crate::host) async fn serve(
    engine: Arc<Engine>,
    environment: Environment,
) -> Result<(), String> {
    // The default is for trying the handler by hand, with ANYFN_HOST=azure: a host always sets it.
    let port = port(&environment, PORT, 7071)?;
    let timeout = Duration::from_secs(u64::from(number(&environment, "ANYFN_TIMEOUT", 300u32)?));
    let stop = termination()?;
    // The host speaks IPv4 loopback only, and nobody else shall speak at all.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|fault| format!("port {port} of {PORT} cannot be listened on: {fault}"))?;
    tracing::info!(port, app = engine.manifest.app, "listening");
    let routes = Routes::new(engine.functions(), as_host_reads);
    let handler = Handler { engine, routes, timeout, intake: Intake::new(LARGEST_BODY, AT_ONCE) };
    run(listener, handler, stop).await;
    Ok(())
}

async fn run(listener: TcpListener, handler: Handler, stop: impl Future<Output = ()>) {
    let drain = handler.timeout;
    let handler = Arc::new(handler);
    // Building begins when the host can already see the port: it gives a process 30 s to open it.
    drop(handler.engine.start());
    // The host keeps idle connections and would read a close as a failed invocation.
    let listening = Listening { patience: None, drain };
    listen(listener, listening, stop, move |request, turn| {
        let handler = Arc::clone(&handler);
        async move { handler.handle(request, turn).await }
    })
    .await;
}

impl Handler {
    async fn handle<B>(&self, request: Request<B>, turn: Turn) -> Outgoing
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let at = SystemTime::now();
        let (mut parts, body) = request.into_parts();
        let id = invocation_id(&parts.headers);
        // Before the body, which readiness must not wait for.
        if parts.method == Method::GET && parts.uri.path() == "/" && id.is_none() {
            return reply::ready();
        }
        let by_host = id.is_some();
        let arrival = Arrival::new("azure", id, self.timeout, at, turn);
        let (body, _room) = match self.intake.take(body, arrival.give_up).await {
            Ok(taken) => taken,
            Err(error) => {
                let (invocation_id, path) = (&arrival.invocation_id, parts.uri.path());
                tracing::error!(invocation_id, path, %error, "request refused");
                return outgoing(failure(&error), false);
            }
        };
        if let Some(uri) = below_prefix(&parts.uri) {
            parts.uri = uri;
            let request = Request::from_parts(parts, body);
            return answer(&self.engine, &self.routes, request, &arrival).await;
        }
        let function = parts.uri.path().strip_prefix('/').unwrap_or_default();
        if parts.method != Method::POST || function.contains('/') {
            return outgoing(failure(&Error::status(404, "not found")), false);
        }
        if !by_host {
            let fault = format!("an invocation of `{function}` has no {INVOCATION_ID}");
            tracing::error!("{fault}; the Functions host always sends one");
            return outgoing(failure(&Error::status(400, fault)), false);
        }
        invoke::invoke(&self.engine, function, &parts.headers, body, &arrival).await
    }
}

fn invocation_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(INVOCATION_ID)?.to_str().ok().filter(|id| !id.is_empty())
}

/// The path without the prefix, where it has it: what the author's templates see.
fn below_prefix(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_prefix('/')?;
    let (first, rest) = path.split_at(path.find('/').unwrap_or(path.len()));
    if !first.eq_ignore_ascii_case(ROUTE_PREFIX) {
        return None;
    }
    let path = if rest.is_empty() { "/" } else { rest };
    let text = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

/// A path as the host compares it with a route: decoded, without case and without a slash at its end.
///
/// The host has checked the caller's key for the function that *it* found. Were the function looked up
/// any other way, a path spelled oddly could be let in as one function's and run another.
fn as_host_reads(path: &str) -> String {
    let segment = |text: &str| {
        let text = percent_decode_str(text).decode_utf8_lossy().to_lowercase();
        // An encoded slash stays encoded to the host.
        text.replace('/', "%2f")
    };
    let path: Vec<String> = path.trim_end_matches('/').split('/').map(segment).collect();
    let path = path.join("/");
    if path.is_empty() { "/".to_owned() } else { path }
}

#[cfg(test)]
mod tests;
