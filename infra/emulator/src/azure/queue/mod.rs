//! Azure queue storage over HTTP, path-style: `/{account}/{queue}/messages/{id}`.
//!
//! Deals with: the server, whose request it is, which operation it asks for. Does not deal with: what is
//! kept and when it is visible (`queues`).

mod error;
mod manage;
mod messages;
mod request;
#[cfg(test)]
mod tests;
mod xml;

use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::request::{Call, Target};
use super::auth;
use super::error::{SERVICE_VERSION, StorageError};
use crate::identity::Identity;
use crate::listening;
use crate::queues::Queues;

/// XML may spell one byte of a message in six.
const REQUEST_MAX: usize = 512 * 1024;

/// What the server works on.
#[derive(Clone)]
pub struct Deps {
    /// Whose requests are served.
    pub identity: Identity,
    /// Where messages are kept.
    pub queues: Queues,
}

/// Serves the queue service until `stop`.
///
/// # Errors
/// Accepting fails for good.
pub async fn serve(
    listener: TcpListener,
    deps: Deps,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let router = Router::new().fallback(answer).with_state(deps);
    listening::serve_and_finish(listener, router, stop).await
}

/// What an operation answers with; the version, ids and date are added to it.
#[derive(Debug, Default)]
struct Reply {
    status: StatusCode,
    headers: Vec<(HeaderName, String)>,
    xml: Option<String>,
}

impl Reply {
    fn of(status: StatusCode) -> Self {
        Self { status, ..Self::default() }
    }

    fn xml(status: StatusCode, xml: String) -> Self {
        Self { status, xml: Some(xml), ..Self::default() }
    }
}

async fn answer(State(deps): State<Deps>, request: Request<Body>) -> Response<Body> {
    let request_id = uuid::Uuid::new_v4().to_string();
    let client_id = request.headers().get("x-ms-client-request-id").cloned();
    let head = request.method() == Method::HEAD;
    let mut response = match operate(&deps, request).await {
        Ok(reply) => respond(reply, &request_id),
        Err(error) => {
            tracing::debug!(code = error.code, message = error.message, "queue storage refused");
            error.response(&request_id, head)
        }
    };
    if let Some(id) = client_id {
        response.headers_mut().insert("x-ms-client-request-id", id);
    }
    response
}

fn respond(reply: Reply, request_id: &str) -> Response<Body> {
    let mut headers = HeaderMap::new();
    headers.insert("x-ms-version", HeaderValue::from_static(SERVICE_VERSION));
    let own = [(HeaderName::from_static("x-ms-request-id"), request_id.to_owned())];
    for (name, value) in reply.headers.into_iter().chain(own) {
        if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.insert(name, value);
        }
    }
    if reply.xml.is_some() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    }
    let mut response = Response::new(reply.xml.map_or_else(Body::empty, Body::from));
    *response.status_mut() = reply.status;
    *response.headers_mut() = headers;
    response
}

async fn operate(deps: &Deps, request: Request<Body>) -> Result<Reply, StorageError> {
    let (parts, body) = request.into_parts();
    // A signature's age is real time: the client has no other clock.
    let who = auth::principal(&deps.identity, &parts, SystemTime::now())?;
    let body = to_bytes(body, REQUEST_MAX).await.map_err(|_| error::body_too_large())?;
    let call = Call::new(&deps.queues, &who, &parts, &body)?;
    let method = parts.method.as_str();
    let comp = call.query("comp");
    match (&call.target, method, comp) {
        (Target::Account, "GET", Some("list")) => call.list().await,
        (Target::Queue(queue), "PUT", None) => call.create(queue).await,
        (Target::Queue(queue), "DELETE", None) => call.remove(queue).await,
        (Target::Queue(queue), "GET" | "HEAD", Some("metadata")) => call.metadata(queue).await,
        (Target::Queue(queue), "PUT", Some("metadata")) => call.set_metadata(queue).await,
        (Target::Messages(queue), "POST", None) => call.put(queue).await,
        (Target::Messages(queue), "GET", None) if call.query("peekonly") == Some("true") => {
            call.peek(queue).await
        }
        (Target::Messages(queue), "GET", None) => call.get(queue).await,
        (Target::Messages(queue), "DELETE", None) => call.clear(queue).await,
        (Target::Message(queue, id), "PUT", None) => call.update(queue, id).await,
        (Target::Message(queue, id), "DELETE", None) => call.delete(queue, id).await,
        _ => Err(StorageError::unsupported(&format!(
            "{method} {}{} on the queue service",
            parts.uri.path(),
            comp.map(|comp| format!("?comp={comp}")).unwrap_or_default()
        ))),
    }
}
