//! The app's public port.
//!
//! Deals with: routes, methods, keys, the size limit, the front end's patience, what a failed
//! invocation looks like from outside.
//! Does not deal with: how the request reaches the worker (`http_trigger`, `passthrough`), `/admin`
//! (`admin`).

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::State;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::{Frame, SizeHint};
use subtle::ConstantTimeEq;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::function_json::{AuthLevel, Function, Trigger};
use super::host::Current;
use super::host_json::HttpMode;
use super::invoke::{Invoker, Outcome};
use super::route::{Params, Route};
use super::{admin, http_trigger, passthrough};

/// What a request may carry: the real host's default.
const BODY_LIMIT: u64 = 104_857_600;
/// How long Azure's load balancer waits for an answer.
const FRONT_END: Duration = Duration::from_secs(230);

/// What the port needs to answer.
pub(crate) struct Front {
    pub(crate) app: String,
    pub(crate) functions: Vec<Arc<Function>>,
    pub(crate) invoker: Invoker,
    /// Shown as `x-functions-key` or `?code=`.
    pub(crate) key: String,
    pub(crate) url: String,
    pub(crate) queued: tokio::sync::mpsc::UnboundedSender<admin::Job>,
}

/// Answers every request of the port. A body that is streamed still comes from the worker, so the call
/// lasts until it has gone out.
pub(crate) async fn answer(
    State(current): State<Current>,
    request: Request<Body>,
) -> Response<Body> {
    let (front, call) = current.enter();
    let response = dispatch(&front, request).await;
    response.map(|body| Body::new(Counted { body, _call: call }))
}

async fn dispatch(front: &Arc<Front>, request: Request<Body>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    if path == "/admin" || path.starts_with("/admin/") {
        return admin::answer(front, request).await;
    }
    let Some((function, auth, params)) = front.find(request.method().as_str(), &path) else {
        return empty(StatusCode::NOT_FOUND);
    };
    if auth == AuthLevel::Function && !front.has_key(&request) {
        return empty(StatusCode::UNAUTHORIZED);
    }
    front.call(function, params, request).await
}

impl Front {
    /// The function whose route and methods fit; the most specific one if there are several.
    fn find(&self, method: &str, path: &str) -> Option<(Arc<Function>, AuthLevel, Params)> {
        let rest = below_prefix(&self.invoker.host.route_prefix, path)?;
        let fits = |function: &Arc<Function>| {
            let Trigger::Http { methods, auth, route } = &function.trigger else { return None };
            if !methods.is_empty() && !methods.iter().any(|known| known == method) {
                return None;
            }
            Some((route.rank(), Arc::clone(function), *auth, route.matches(rest)?))
        };
        let found = self.functions.iter().filter_map(fits).min_by_key(|(rank, ..)| rank.clone());
        found.map(|(_, function, auth, params)| (function, auth, params))
    }

    /// What the placeholders of `function`'s route stand for in `path`; `None`: another path.
    pub(crate) fn params(&self, function: &Function, path: &str) -> Option<Params> {
        let Trigger::Http { route, .. } = &function.trigger else { return None };
        route.matches(below_prefix(&self.invoker.host.route_prefix, path)?)
    }

    fn has_key(&self, request: &Request<Body>) -> bool {
        let header = request.headers().get("x-functions-key").map(|key| key.as_bytes().to_vec());
        let query = request.uri().query().unwrap_or_default();
        let code = || {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == "code")
                .map(|(_, code)| code.into_owned().into_bytes())
        };
        let shown = header.or_else(code);
        shown.is_some_and(|shown| shown.ct_eq(self.key.as_bytes()).into())
    }

    /// Gives the request to `function` in the way that host.json chose.
    pub(crate) async fn call(
        self: &Arc<Self>,
        function: Arc<Function>,
        params: Params,
        request: Request<Body>,
    ) -> Response<Body> {
        let announced = request.headers().get(http::header::CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
        if announced.is_some_and(|length| length > BODY_LIMIT) {
            return empty(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let mode = if function.is_http_only() {
            self.invoker.host.handler.mode
        } else {
            HttpMode::Envelope
        };
        if mode == HttpMode::Proxy {
            let proxied = passthrough::proxy(&self.invoker, &function, request);
            return match tokio::time::timeout(FRONT_END, proxied).await {
                Ok(outcome) => or_error(outcome),
                Err(_) => empty(StatusCode::BAD_GATEWAY),
            };
        }
        let Ok(request) = read(request).await else {
            return empty(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let front = Arc::clone(self);
        // The invocation goes on when the caller or the front end no longer waits.
        let running = tokio::spawn(async move {
            if mode == HttpMode::Forward {
                return or_error(passthrough::forward(&front.invoker, &function, request).await);
            }
            or_error(front.envelope(&function, &params, &request).await)
        });
        match tokio::time::timeout(FRONT_END, running).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => empty(StatusCode::INTERNAL_SERVER_ERROR),
            Err(_) => empty(StatusCode::BAD_GATEWAY),
        }
    }

    async fn envelope(
        &self,
        function: &Function,
        params: &Params,
        request: &Request<Bytes>,
    ) -> Outcome<Response<Body>> {
        let (data, binding_data) = http_trigger::describe(request, params);
        let outcome = self.invoker.run(function, data, &binding_data).await;
        Outcome {
            invocation_id: outcome.invocation_id,
            result: outcome.result.map(|response| response.unwrap_or_default().map(Body::from)),
            duration: outcome.duration,
        }
    }
}

/// A body, and the sign that a call is under way.
struct Counted {
    body: Body,
    _call: TaskTrackerToken,
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The URL template at which a function of this route is called.
pub(crate) fn url(base: &str, prefix: &str, route: &Route) -> String {
    let parts = [base, prefix, route.text()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

/// The path below `/{prefix}`, without its first slash.
fn below_prefix<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    let path = path.strip_prefix('/')?;
    if prefix.is_empty() {
        return Some(path);
    }
    let (head, rest) = (path.get(..prefix.len())?, path.get(prefix.len()..)?);
    if !head.eq_ignore_ascii_case(prefix) {
        return None;
    }
    if rest.is_empty() { Some("") } else { rest.strip_prefix('/') }
}

async fn read(request: Request<Body>) -> Result<Request<Bytes>, ()> {
    let (head, body) = request.into_parts();
    let limit = usize::try_from(BODY_LIMIT).unwrap_or(usize::MAX);
    let body = Limited::new(body, limit).collect().await.map_err(|_| ())?;
    Ok(Request::from_parts(head, body.to_bytes()))
}

/// Of a failed invocation the caller sees a status and nothing else.
fn or_error(outcome: Outcome<Response<Body>>) -> Response<Body> {
    outcome.result.unwrap_or_else(|_| empty(StatusCode::INTERNAL_SERVER_ERROR))
}

pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
