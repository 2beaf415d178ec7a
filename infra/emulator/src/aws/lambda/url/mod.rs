//! A function's URL: a port of its own, every method and path.
//!
//! Deals with: listening, who may call, carrying the request to the function and its answer back.
//! Does not deal with: routing inside the function, CORS, response streaming.

mod request;
mod response;

use std::net::SocketAddr;
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::request::{Context, event};
use self::response::{plain, response};
use super::Lambda;
use super::body::{Read, read};
use super::invocation::Invocation;
use super::spec::SYNC_LIMIT;
use crate::aws::auth;
use crate::identity::Action;
use crate::listening;

/// One function's URL.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) lambda: Lambda,
    /// By name: what is behind it may be replaced.
    pub(super) function: String,
    pub(super) port: u16,
}

/// Answers on `listener` until `stop`.
pub(super) async fn serve(listener: TcpListener, site: Site, stop: CancellationToken) {
    let router = Router::new().fallback(handle).with_state(site);
    if let Err(error) = listening::serve(listener, router, stop).await {
        tracing::error!(%error, "a function URL stopped listening");
    }
}

async fn handle(
    State(site): State<Site>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    call(&site, peer, &parts, body).await.map(Body::from)
}

async fn call(site: &Site, peer: SocketAddr, parts: &Parts, body: Body) -> Response<Bytes> {
    let body = match read(body, SYNC_LIMIT).await {
        Read::Whole(body) => body,
        Read::TooLarge => {
            return problem(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestTooLargeException",
                "Request Too Long",
            );
        }
        Read::Truncated => {
            return problem(StatusCode::BAD_REQUEST, "BadRequestException", "Bad Request");
        }
    };
    let signer = match signer(site, parts, &body) {
        Ok(signer) => signer,
        Err(Refused(kind, message)) => return problem(StatusCode::FORBIDDEN, kind, &message),
    };
    let mut invocation = Invocation::new(Bytes::new());
    let sent = parts.headers.get("x-amzn-trace-id").and_then(|value| value.to_str().ok());
    if let Some(trace) = sent {
        trace.clone_into(&mut invocation.trace_id);
    }
    let context = Context {
        id: &site.function,
        peer,
        port: site.port,
        now: site.lambda.clock().now(),
        request_id: &invocation.request_id,
        trace_id: &invocation.trace_id,
        signer: signer.as_ref().map(|(key, name)| (key.as_str(), name.as_str())),
    };
    let payload = Bytes::from(event(parts, &body, &context).to_string());
    if payload.len() > SYNC_LIMIT {
        // Base64 and the envelope count: the function gets at most six mebibytes.
        let kind = "RequestTooLargeException";
        return problem(StatusCode::PAYLOAD_TOO_LARGE, kind, "Request Too Long");
    }
    let root = invocation.trace_id.split(';').next().unwrap_or_default().to_owned();
    let id = invocation.request_id.clone();
    invocation.payload = payload;
    let mut answer = match site.lambda.run(&site.function, invocation).await {
        Ok(invoked) => response(&invoked.payload, invoked.failed),
        Err(error) => {
            tracing::error!(function = %site.function, %error, "function URL failed");
            response(b"", true)
        }
    };
    for (name, value) in [("x-amzn-requestid", id), ("x-amzn-trace-id", root)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            answer.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    answer
}

/// Why somebody may not: type and message.
struct Refused(&'static str, String);

/// Access key id and name of who signed, if the URL asks for that.
fn signer(site: &Site, parts: &Parts, body: &[u8]) -> Result<Option<(String, String)>, Refused> {
    if site.lambda.is_public(&site.function) {
        return Ok(None);
    }
    let forbidden = || {
        let message = "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html";
        Refused("AccessDeniedException", message.to_owned())
    };
    let identity = site.lambda.identity();
    let principal = auth::principal(identity, "lambda", parts, body, SystemTime::now());
    let principal = principal.map_err(|error| match error {
        auth::AuthError::Missing => forbidden(),
        other => Refused(other.code(), other.to_string()),
    })?;
    if !principal.allows(&Action::Invoke(site.function.clone())) {
        return Err(forbidden());
    }
    let header = parts.headers.get(http::header::AUTHORIZATION);
    let header = header.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = header.split_once("Credential=").and_then(|(_, rest)| rest.split('/').next());
    Ok(Some((key.unwrap_or_default().to_owned(), principal.name().to_owned())))
}

fn problem(status: StatusCode, kind: &'static str, message: &str) -> Response<Bytes> {
    let mut response =
        plain(status, "application/json", json!({"Message": message}).to_string().into());
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-amzn-errortype"), HeaderValue::from_static(kind));
    response
}
