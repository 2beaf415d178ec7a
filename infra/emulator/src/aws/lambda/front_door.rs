//! The Lambda API's `Invoke`, as SDKs and the AWS CLI call it.
//!
//! Deals with: `RequestResponse`, `Event`, `DryRun`, payload limits, signatures, error shapes.
//! Does not deal with: managing functions, versions, aliases, response streaming, which are refused.

use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use serde::de::IgnoredAny;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::Lambda;
use super::body::{Read, read};
use super::invocation::{Invocation, Invoked};
use super::name::parse_name;
use super::spec::{ASYNC_LIMIT, SYNC_LIMIT, function_arn};
use crate::aws::auth;
use crate::identity::Action;
use crate::listening;

/// Largest decoded client context, in bytes.
const CONTEXT_LIMIT: usize = 3583;

/// Answers on `listener` until `stop`.
pub async fn serve(listener: TcpListener, lambda: Lambda, stop: CancellationToken) {
    let router = Router::new()
        .route("/2015-03-31/functions/{name}/invocations", post(invoke))
        .fallback(unsupported)
        .with_state(lambda);
    if let Err(error) = listening::serve(listener, router, stop).await {
        tracing::error!(%error, "the Lambda API stopped listening");
    }
}

/// A refusal: status, type, message.
struct Refusal(StatusCode, &'static str, String);

async fn invoke(
    State(lambda): State<Lambda>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let answer = call(&lambda, &name, &parts, body).await;
    answer.unwrap_or_else(|Refusal(status, kind, message)| {
        tracing::info!(%name, %status, kind, %message, "invoke refused");
        refusal_response(status, kind, &message)
    })
}

async fn call(lambda: &Lambda, name: &str, parts: &Parts, body: Body) -> Result<Response, Refusal> {
    let mode = text(&parts.headers, "x-amz-invocation-type").unwrap_or("RequestResponse");
    let limit = if mode == "Event" { ASYNC_LIMIT } else { SYNC_LIMIT };
    let body = match read(body, limit).await {
        Read::Whole(body) => body,
        Read::TooLarge => {
            let message = format!(
                "Request must be smaller than {limit} bytes for the InvokeFunction operation"
            );
            return Err(Refusal(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestTooLargeException",
                message,
            ));
        }
        Read::Truncated => {
            return Err(content("the connection broke in the middle of the payload"));
        }
    };
    let named = parse_name(name);
    let function = named.map_or(name, |named| named.function);
    authorise(lambda, function, parts, &body)?;
    let query = parts.uri.query().unwrap_or_default();
    let asked = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "Qualifier");
    let qualifier = named.and_then(|named| named.qualifier).or(asked.as_ref().map(|(_, q)| &**q));
    let known = named.is_some() && lambda.has(function);
    if !known || qualifier.is_some_and(|qualifier| qualifier != "$LATEST") {
        let suffix = qualifier.map_or_else(String::new, |qualifier| format!(":{qualifier}"));
        let message = format!("Function not found: {}{suffix}", function_arn(function));
        return Err(Refusal(StatusCode::NOT_FOUND, "ResourceNotFoundException", message));
    }
    let payload = event(body)?;
    match mode {
        "RequestResponse" => {
            let invocation = invocation(payload, &parts.headers)?;
            let tail = invocation.tail;
            let invoked = lambda.run(function, invocation).await.map_err(internal)?;
            Ok(answer(&invoked, tail))
        }
        "Event" => {
            let id = lambda.invoke_async(function, payload).await.map_err(internal)?;
            Ok((StatusCode::ACCEPTED, [("x-amzn-requestid", id)]).into_response())
        }
        "DryRun" => Ok(StatusCode::NO_CONTENT.into_response()),
        other => {
            let message = format!(
                "Value '{other}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
            );
            Err(Refusal(StatusCode::BAD_REQUEST, "ValidationException", message))
        }
    }
}

fn authorise(lambda: &Lambda, function: &str, parts: &Parts, body: &[u8]) -> Result<(), Refusal> {
    let identity = lambda.identity();
    let principal = auth::principal(identity, "lambda", parts, body, SystemTime::now())
        .map_err(|error| Refusal(error.status(), error.code(), error.to_string()))?;
    if principal.allows(&Action::Invoke(function.to_owned())) {
        return Ok(());
    }
    let message = format!(
        "User: {} is not authorized to perform: lambda:InvokeFunction on resource: {}",
        principal.name(),
        function_arn(function)
    );
    Err(Refusal(StatusCode::FORBIDDEN, "AccessDeniedException", message))
}

/// The payload, which must be JSON; none at all is the empty object.
fn event(body: Bytes) -> Result<Bytes, Refusal> {
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<IgnoredAny>(&body) {
        Ok(_) if std::str::from_utf8(&body).is_ok() => Ok(body),
        Ok(_) => Err(content("Could not parse payload into json: Invalid UTF-8")),
        Err(error) => Err(content(&format!("Could not parse payload into json: {error}"))),
    }
}

fn content(why: &str) -> Refusal {
    let message = format!("Could not parse request body into json: {why}");
    Refusal(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn internal(error: super::LambdaError) -> Refusal {
    tracing::error!(%error, "invoke failed");
    Refusal(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", error.to_string())
}

fn invocation(payload: Bytes, headers: &HeaderMap) -> Result<Invocation, Refusal> {
    let mut invocation = Invocation::new(payload);
    invocation.tail = text(headers, "x-amz-log-type") == Some("Tail");
    if let Some(trace) = text(headers, "x-amzn-trace-id") {
        trace.clone_into(&mut invocation.trace_id);
    }
    if let Some(context) = text(headers, "x-amz-client-context") {
        let decoded = STANDARD.decode(context).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let decoded = decoded.filter(|text| {
            text.len() <= CONTEXT_LIMIT && serde_json::from_str::<IgnoredAny>(text).is_ok()
        });
        let wanted = "the client context must be base64 of JSON, 3583 bytes at most";
        // A header takes one line; JSON means the same with its line ends as spaces.
        let context = decoded.ok_or_else(|| content(wanted))?.replace(['\r', '\n'], " ");
        invocation.client_context = Some(context);
    }
    Ok(invocation)
}

fn answer(invoked: &Invoked, tail: bool) -> Response {
    let mut response = invoked.payload.clone().into_response();
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("content-type", "application/json");
    put("x-amzn-requestid", &invoked.request_id);
    put("x-amz-executed-version", "$LATEST");
    if invoked.failed {
        put("x-amz-function-error", "Unhandled");
    }
    if tail {
        put("x-amz-log-result", &STANDARD.encode(&invoked.log_tail));
    }
    response
}

async fn unsupported(request: Request) -> Response {
    let what = format!(
        "{} {} is not emulated; of the Lambda API there is POST /2015-03-31/functions/NAME/invocations",
        request.method(),
        request.uri().path()
    );
    tracing::warn!("{what}");
    refusal_response(StatusCode::NOT_IMPLEMENTED, "UnsupportedOperationException", &what)
}

/// The Lambda API's error shape: the type in a header, the message in both of its spellings.
fn refusal_response(status: StatusCode, kind: &str, message: &str) -> Response {
    let body = json!({"Type": "User", "Message": message, "message": message}).to_string();
    let id = uuid::Uuid::new_v4().to_string();
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (HeaderName::from_static("x-amzn-errortype"), kind),
        (HeaderName::from_static("x-amzn-requestid"), &id),
    ];
    (status, headers, body).into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
