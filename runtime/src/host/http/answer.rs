//! One request, from its arrival to its answer.
//!
//! Deals with: the call's description, running the function, errors as JSON. Does not deal with: how
//! the request and its body got here.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::http::{HeaderMap, HeaderName, Method, Request, Response, header};
use bytes::Bytes;
use http_body_util::Full;
use tokio::time::Instant;

use super::connection::Turn;
use super::route::{Found, Routes};
use crate::app::Function;
use crate::context::{Call, TraceContext, give_up_after};
use crate::engine::{Engine, Relief};
use crate::error::Error;
use crate::host::failed::wrong_method;
use crate::trigger::{Event, Reply, http};

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// What is sent back.
pub(in crate::host) type Outgoing = Response<Full<Bytes>>;

/// When, where and as what a request arrived.
pub(in crate::host) struct Arrival {
    pub(in crate::host) host: &'static str,
    pub(in crate::host) invocation_id: String,
    pub(in crate::host) at: SystemTime,
    /// How long the call may take.
    pub(in crate::host) timeout: Duration,
    pub(in crate::host) give_up: Instant,
    pub(in crate::host) turn: Turn,
}

impl Arrival {
    /// Without an `id` the call gets one of its own, which tells it apart in the log.
    pub(in crate::host) fn new(
        host: &'static str,
        id: Option<&str>,
        timeout: Duration,
        at: SystemTime,
        turn: Turn,
    ) -> Self {
        let since = || at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let invocation_id = id.map_or_else(|| format!("{:x}", since().as_nanos()), str::to_owned);
        Self { host, invocation_id, at, timeout, give_up: give_up_after(timeout), turn }
    }

    pub(in crate::host) fn call(
        &self,
        function: &Function,
        attempt: Option<u32>,
        headers: &HeaderMap,
        raw: Bytes,
    ) -> Call {
        Call {
            function: Arc::clone(&function.name),
            invocation_id: self.invocation_id.as_str().into(),
            message_id: None,
            attempt,
            deadline: self.at + self.timeout,
            give_up: self.give_up,
            trace: trace(headers).map(Arc::new),
            host: self.host,
            raw,
            part: None,
        }
    }

    /// Answers the request where its call blocks the task that would.
    pub(in crate::host) fn relief(
        &self,
        answer: impl FnOnce(&Error) -> Outgoing + Send + 'static,
    ) -> Relief {
        let turn = self.turn.clone();
        Box::new(|error| turn.relieve(answer(error)))
    }
}

/// The W3C trace context of a request, where it carries one.
pub(in crate::host) fn trace(headers: &HeaderMap) -> Option<TraceContext> {
    let text = |name: &HeaderName| headers.get(name)?.to_str().ok().map(str::to_owned);
    Some(TraceContext { traceparent: text(&TRACEPARENT)?, tracestate: text(&TRACESTATE) })
}

/// Runs the HTTP function that `request` is for, its path as the author's templates see it.
pub(in crate::host) async fn answer(
    engine: &Engine,
    routes: &Routes,
    request: Request<Bytes>,
    arrival: &Arrival,
) -> Outgoing {
    let head = request.method() == Method::HEAD;
    let found = routes.find(engine.functions(), request.method(), request.uri().path());
    let function = match found {
        Found::Function(function) => function,
        Found::Unclear(why) => {
            let invocation_id = &arrival.invocation_id;
            tracing::error!(invocation_id, error = why, "request refused");
            return outgoing(http::failure(&Error::retry(why)), head);
        }
        Found::Nothing => return outgoing(http::failure(&Error::status(404, "not found")), head),
        Found::WrongMethod(allowed) => return outgoing(wrong_method(&allowed), head),
    };
    let call = arrival.call(function, None, request.headers(), request.body().clone());
    let relief = arrival.relief(move |error| outgoing(http::failure(error), head));
    let response = match engine.run_here(function, Event::Http(request), call, relief).await {
        Ok(Reply::Http(response)) => response,
        Ok(_) => Response::new(Bytes::new()),
        Err(error) => http::failure(&error),
    };
    outgoing(response, head)
}

/// The author's response as it goes out. Length and connection are the server's business, except that
/// an answer to `HEAD` may tell the length of what `GET` would send.
pub(in crate::host) fn outgoing(response: http::Response, head: bool) -> Outgoing {
    let (mut parts, body) = response.into_parts();
    if !(head && body.is_empty()) {
        parts.headers.remove(header::CONTENT_LENGTH);
    }
    parts.headers.remove(header::TRANSFER_ENCODING);
    parts.headers.remove(header::CONNECTION);
    Response::from_parts(parts, Full::new(body))
}

#[cfg(test)]
mod tests {
    use ::http::HeaderValue;
    use tokio::runtime::Handle;

    use super::*;
    use crate::config::Settings;
    use crate::engine::Limits;
    use crate::{App, Context};

    #[test]
    fn a_call_ends_its_timeout_after_the_arrival_and_keeps_its_callers_trace() {
        let function = Function {
            name: "read".into(),
            trigger: crate::Trigger::spec(&http::get("/")),
            run: Arc::new(|_, _| Box::pin(async { Ok(Reply::Done) })),
        };
        let at = SystemTime::UNIX_EPOCH + Duration::from_nanos(0xabc);
        let mut headers = HeaderMap::new();
        headers.insert("tracestate", HeaderValue::from_static("a=b"));
        let arrival =
            |id| Arrival::new("container", id, Duration::from_secs(9), at, Turn::default());
        let call = arrival(Some("x")).call(&function, Some(2), &headers, Bytes::from("raw"));
        assert_eq!((&*call.function, call.host, call.attempt), ("read", "container", Some(2)));
        assert_eq!((&*call.invocation_id, call.raw), ("x", "raw".into()));
        assert_eq!(call.deadline, at + Duration::from_secs(9));
        assert_eq!(call.trace, None, "a state without a parent is no trace");
        headers.insert("traceparent", HeaderValue::from_static("00-1-2-01"));
        let call = arrival(None).call(&function, None, &headers, Bytes::new());
        let trace = call.trace.unwrap();
        assert_eq!(
            (trace.traceparent.as_str(), trace.tracestate.as_deref()),
            ("00-1-2-01", Some("a=b"))
        );
        assert_eq!(&*call.invocation_id, "abc");
    }

    #[tokio::test]
    async fn an_answer_to_head_tells_the_length_that_its_function_does() {
        let app = App::new("pages", |_| async { Ok(()) }).on(
            "read",
            http::any("/"),
            async |_: http::Request, _: Context<()>| {
                Ok(Response::builder().header("content-length", "7").body(Bytes::new())?)
            },
        );
        let manifest = app.manifest().unwrap();
        let (workers, timers) = (Handle::current(), Handle::current());
        let limits = Limits { max_in_flight: 1, workers, timers, fatal: Arc::new(|_: &str| ()) };
        let engine = Engine::new(app, manifest, Settings::default(), limits);
        let routes = Routes::new(engine.functions(), str::to_owned);
        for (method, told) in [(Method::HEAD, true), (Method::GET, false)] {
            let request = Request::builder().method(method).uri("/").body(Bytes::new()).unwrap();
            let nine = Duration::from_secs(9);
            let arrival = Arrival::new("container", None, nine, SystemTime::now(), Turn::default());
            let answer = answer(&engine, &routes, request, &arrival).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers().contains_key("content-length"), told);
        }
    }

    #[test]
    fn length_and_connection_are_the_servers_except_the_length_of_a_head() {
        let sent = |body: &'static str, head| {
            let response = Response::builder()
                .header("content-length", "7")
                .header("transfer-encoding", "chunked")
                .header("connection", "close")
                .header("x-own", "kept");
            let sent = outgoing(response.body(Bytes::from(body)).unwrap(), head);
            let mut names: Vec<_> = sent.headers().keys().map(ToString::to_string).collect();
            names.sort_unstable();
            names.join(" ")
        };
        assert_eq!(sent("body", false), "x-own");
        assert_eq!(sent("", false), "x-own");
        assert_eq!(sent("body", true), "x-own");
        assert_eq!(sent("", true), "content-length x-own");
    }
}
