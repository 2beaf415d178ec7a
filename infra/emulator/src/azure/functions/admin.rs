//! `/admin`: what the real host offers to its operators.
//!
//! Deals with: status, ping, the list of functions, running one by hand.
//! Does not deal with: keys and the rest of the management API, which answer 404. As under Azure's own
//! tools no key is asked for; a JSON content type is, so that no web page can post here.

use std::sync::Arc;

use axum::body::Body;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use serde_json::{Value, json};

use super::function_json::{Function, Trigger};
use super::http::{Front, empty, url};
use super::wire::HOST_VERSION;
use super::worker::State;

/// A function to run by hand, and its input.
pub(crate) struct Job {
    pub(crate) function: Arc<Function>,
    pub(crate) input: String,
}

/// A manual input may be as large as an HTTP body.
const LIMIT: usize = 104_857_600;

pub(crate) async fn answer(front: &Front, request: Request<Body>) -> Response<Body> {
    let path = request.uri().path().trim_end_matches('/').to_owned();
    match (request.method(), path.as_str()) {
        (&Method::GET, "/admin/host/status") => status(front),
        (&Method::GET | &Method::POST, "/admin/host/ping") => empty(StatusCode::OK),
        (&Method::GET, "/admin/functions") => json_response(&Value::Array(
            front.functions.iter().map(|f| describe(front, f)).collect(),
        )),
        (method, path) => {
            let name = path.strip_prefix("/admin/functions/").unwrap_or_default();
            let found = front.functions.iter().find(|f| f.name.eq_ignore_ascii_case(name));
            match (method, found) {
                (&Method::GET, Some(function)) => json_response(&describe(front, function)),
                (&Method::POST, Some(function)) => run(front, function, request).await,
                _ => empty(StatusCode::NOT_FOUND),
            }
        }
    }
}

fn status(front: &Front) -> Response<Body> {
    let (state, errors) = match front.invoker.worker.state() {
        State::Starting => ("Initialized", Vec::new()),
        State::Ready(_) => ("Running", Vec::new()),
        State::Dead(why) | State::Stopped(why) => ("Error", vec![why]),
    };
    json_response(&json!({
        "id": front.app, "state": state, "version": HOST_VERSION, "versionDetails": HOST_VERSION,
        "errors": errors,
    }))
}

fn describe(front: &Front, function: &Function) -> Value {
    let template = match &function.trigger {
        Trigger::Http { route, .. } => {
            Some(url(&front.url, &front.invoker.host.route_prefix, route))
        }
        _ => None,
    };
    json!({
        "name": function.name, "config": function.raw, "invoke_url_template": template,
        "language": "Custom", "isDisabled": false,
        "href": format!("{}/admin/functions/{}", front.url, function.name),
    })
}

async fn run(front: &Front, function: &Arc<Function>, request: Request<Body>) -> Response<Body> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return empty(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    let wrong = || {
        let mut response = json_response(&json!({
            "error": "the body must be JSON like {\"input\": \"text\"}; an HTTP function is run by \
                      calling its URL",
        }));
        *response.status_mut() = StatusCode::BAD_REQUEST;
        response
    };
    let Ok(body) = Limited::new(request.into_body(), LIMIT).collect().await else {
        return empty(StatusCode::PAYLOAD_TOO_LARGE);
    };
    let Ok(Value::Object(object)) = serde_json::from_slice(&body.to_bytes()) else {
        return wrong();
    };
    let input = match object.get("input") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(_) => return wrong(),
    };
    if matches!(function.trigger, Trigger::Http { .. }) {
        return wrong();
    }
    let job = Job { function: Arc::clone(function), input };
    match front.queued.send(job) {
        Ok(()) => empty(StatusCode::ACCEPTED),
        Err(_) => empty(StatusCode::SERVICE_UNAVAILABLE),
    }
}

fn json_response(value: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(value.to_string()));
    let kind = HeaderValue::from_static("application/json; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
