//! The Lambda runtime API, version 2018-06-01, for one runtime.
//!
//! Deals with: paths, headers, status codes and error bodies. Each environment listens on a port of its
//! own: `AWS_LAMBDA_RUNTIME_API` carries no path in the runtimes that others wrote.
//! Does not deal with: extensions, telemetry, SnapStart and streamed responses, which are refused.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::body::{Read, read};
use super::invocation::Ended;
use super::session::{Event, Refusal, Session};
use super::spec::{RESPONSE_LIMIT, function_arn};
use crate::clock::millis;
use crate::listening;

#[derive(Clone)]
struct Api {
    session: Arc<Session>,
    function: Arc<str>,
}

/// Answers one runtime until `stop`.
pub(super) async fn serve(
    listener: TcpListener,
    session: Arc<Session>,
    function: Arc<str>,
    stop: CancellationToken,
) {
    let router = Router::new()
        .route("/2018-06-01/ping", get(|| async { "pong" }))
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .route("/2018-06-01/runtime/init/error", post(init_error))
        .fallback(unsupported)
        .with_state(Api { session, function });
    if let Err(error) = listening::serve(listener, router, stop).await {
        tracing::error!(%error, "the runtime API stopped listening");
    }
}

async fn next(State(api): State<Api>) -> Response {
    match api.session.next().await {
        Ok(event) => event_response(&event, &api.function),
        Err(refusal) => refused(&refusal),
    }
}

fn event_response(event: &Event, function: &str) -> Response {
    let invocation = &event.invocation;
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: &str| {
        // What cannot be a header value was never one where it came from; absent is allowed.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("content-type", "application/json");
    put("lambda-runtime-aws-request-id", &invocation.request_id);
    put("lambda-runtime-deadline-ms", &millis(event.deadline).to_string());
    put("lambda-runtime-invoked-function-arn", &function_arn(function));
    put("lambda-runtime-trace-id", &invocation.trace_id);
    if let Some(context) = &invocation.client_context {
        put("lambda-runtime-client-context", context);
    }
    (headers, invocation.payload.clone()).into_response()
}

const RESPONDED: &str = "InvocationResponse";

async fn response(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Err(refusal) = api.session.check(&id, RESPONDED) {
        return refused(&refusal);
    }
    let mode = headers.get("lambda-runtime-function-response-mode").map(HeaderValue::as_bytes);
    let (ended, reply) = match (mode, read(body, RESPONSE_LIMIT).await) {
        (None | Some(b""), Read::Whole(payload)) => (Ended::Success(payload), accepted()),
        (None | Some(b""), Read::TooLarge) => (Ended::TooLarge, too_large()),
        (Some(b"streaming"), _) => {
            let what = "streamed responses are not emulated; answer with a whole body";
            (Ended::Unsupported(what.to_owned()), not_supported(what))
        }
        (None | Some(b""), Read::Truncated) => {
            return problem(400, "TruncatedHTTPRequest", "HTTP request detected as truncated");
        }
        (Some(_), _) => {
            let what = "Invalid function response mode";
            let reply = problem(400, "InvalidFunctionResponseMode", what);
            (Ended::Unsupported(what.to_owned()), reply)
        }
    };
    answer(&api, &id, RESPONDED, ended, reply)
}

async fn error(State(api): State<Api>, Path(id): Path<String>, body: Body) -> Response {
    const REPORTED: &str = "InvocationErrorResponse";
    if let Err(refusal) = api.session.check(&id, REPORTED) {
        return refused(&refusal);
    }
    let (ended, reply) = match read(body, RESPONSE_LIMIT).await {
        Read::Whole(payload) => (Ended::Failure(payload), accepted()),
        Read::TooLarge => (Ended::TooLarge, too_large()),
        Read::Truncated => {
            return problem(400, "TruncatedHTTPRequest", "HTTP request detected as truncated");
        }
    };
    answer(&api, &id, REPORTED, ended, reply)
}

fn answer(api: &Api, id: &str, to: &'static str, ended: Ended, reply: Response) -> Response {
    api.session.answer(id, to, ended).map_or_else(|refusal| refused(&refusal), |()| reply)
}

async fn init_error(State(api): State<Api>, body: Body) -> Response {
    let Read::Whole(payload) = read(body, RESPONSE_LIMIT).await else { return too_large() };
    api.session.init_error(payload).map_or_else(|refusal| refused(&refusal), |()| accepted())
}

async fn unsupported(State(api): State<Api>, request: Request) -> Response {
    let what = format!("{} {} is not emulated", request.method(), request.uri().path());
    tracing::warn!(function = %api.function, "{what}: extensions, telemetry and SnapStart are missing");
    not_supported(&what)
}

fn accepted() -> Response {
    json_response(202, &json!({"status": "OK"}))
}

fn too_large() -> Response {
    let message = format!("Exceeded maximum allowed payload size ({RESPONSE_LIMIT} bytes).");
    problem(413, "RequestEntityTooLarge", &message)
}

fn not_supported(what: &str) -> Response {
    problem(501, "Emulator.NotSupported", what)
}

fn refused(refusal: &Refusal) -> Response {
    match refusal {
        Refusal::RequestId => problem(400, "InvalidRequestID", "Invalid request ID"),
        Refusal::State { from, to } => {
            let message = format!(
                "State transition from {from} to {to} failed for runtime. Error: State transition is not allowed"
            );
            problem(403, "InvalidStateTransition", &message)
        }
    }
}

fn problem(status: u16, kind: &str, message: &str) -> Response {
    json_response(status, &json!({"errorMessage": message, "errorType": kind}))
}

fn json_response(status: u16, body: &serde_json::Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
