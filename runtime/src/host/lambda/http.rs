//! Function URLs and HTTP APIs: payload format 2.0.
//!
//! Deals with: the request and the response as JSON
//! (<https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html>). Does not deal with: payload
//! format 1.0 and load balancers, which are refused by name.

use std::collections::BTreeMap;

use ::http::header::{COOKIE, HeaderName, HeaderValue, SET_COOKIE};
use ::http::{Request, Uri};
use bytes::Bytes;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Answer, answer};
use crate::app::Function;
use crate::context::{Call, TraceContext};
use crate::engine::Engine;
use crate::host::failed::{failed, wrong_method};
use crate::host::json;
use crate::manifest::TriggerSpec;
use crate::trigger::http::{Response, path_params, takes};
use crate::trigger::{Event, Reply};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    #[serde(default)]
    version: String,
    #[serde(default)]
    raw_path: String,
    #[serde(default)]
    raw_query_string: Option<String>,
    #[serde(default)]
    cookies: Option<Vec<String>>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    request_context: RequestContext,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct RequestContext {
    #[serde(default)]
    http: Option<Http>,
    #[serde(default)]
    stage: Option<String>,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    status_code: u16,
    headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    body: String,
    is_base64_encoded: bool,
}

pub(super) async fn run(
    engine: &Engine,
    function: &Function,
    payload: &RawValue,
    call: &Call,
) -> Answer {
    let request = request(payload.get())?;
    let mut call = call.clone();
    if let Some(trace) = trace(&request) {
        call.trace = Some(trace);
    }
    let invocation = call.invocation_id.clone();
    if let TriggerSpec::Http { methods, path, .. } = &function.trigger
        && !takes(methods, request.method().as_str())
        && matches!(path_params(path, request.uri().path()), Ok(Some(_)))
    {
        return answer(&answered(&wrong_method(methods)));
    }
    let response = match engine.run(function, Event::Http(request), call).await {
        Ok(Reply::Http(response)) => response,
        Ok(Reply::Done) => return Err("an HTTP function answered without a response".to_owned()),
        Err(error) => failed(&function.name, &invocation, &error),
    };
    answer(&answered(&response))
}

fn request(payload: &str) -> Result<Request<Bytes>, String> {
    let payload: Payload = json::read("an HTTP request of payload format 2.0", payload.as_bytes())?;
    let Some(http) = payload.request_context.http.filter(|_| payload.version == "2.0") else {
        return Err(format!(
            "this HTTP request has payload format `{}`; set the function URL or the HTTP API to format 2.0",
            payload.version
        ));
    };
    let body = match payload.body {
        None => Bytes::new(),
        Some(text) if payload.is_base64_encoded => json::base64("`body`", &text)?,
        Some(text) => Bytes::from(text),
    };
    let mut request = Request::builder()
        .method(http.method.as_str())
        .uri(uri(
            &payload.raw_path,
            payload.request_context.stage.as_deref(),
            payload.raw_query_string.as_deref(),
        )?)
        .body(body)
        .map_err(|fault| format!("`requestContext.http.method`: {fault}"))?;
    let headers = request.headers_mut();
    for (name, value) in payload.headers {
        let parsed = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value));
        let (Ok(name), Ok(value)) = parsed else {
            return Err(format!("`headers.{name}` is no valid HTTP header"));
        };
        headers.append(name, value);
    }
    if let Some(cookies) = payload.cookies.filter(|cookies| !cookies.is_empty()) {
        let joined = HeaderValue::from_str(&cookies.join("; "));
        headers.insert(COOKIE, joined.map_err(|_| "`cookies` is no valid HTTP header".to_owned())?);
    }
    Ok(request)
}

/// The path stays as encoded as the client sent it. The name of an HTTP API's stage comes first in it
/// and is the deployment's business, not the function's.
fn uri(path: &str, stage: Option<&str>, query: Option<&str>) -> Result<Uri, String> {
    let stage = stage.filter(|stage| !stage.is_empty() && *stage != "$default");
    let inner = stage
        .and_then(|stage| path.strip_prefix('/')?.strip_prefix(stage))
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
        .unwrap_or(path);
    let mut text =
        if inner.starts_with('/') { encoded(inner) } else { encoded(&format!("/{inner}")) };
    if let Some(query) = query.filter(|query| !query.is_empty()) {
        text.push('?');
        text.push_str(query);
    }
    text.parse().map_err(|fault| format!("`rawPath` or `rawQueryString`: `{text}`: {fault}"))
}

/// What no path may hold as it is.
const FOREIGN: &AsciiSet =
    &CONTROLS.add(b' ').add(b'#').add(b'?').add(b'<').add(b'>').add(b'`').add(b'\\').add(b'^');

/// `path` fit for a URI. Function URLs send it as the client did, and nothing of it changes. HTTP APIs
/// may have decoded it; what then looks encoded cannot be told from what is.
fn encoded(path: &str) -> String {
    let mut parts = path.split('%');
    let mut text = utf8_percent_encode(parts.next().unwrap_or_default(), FOREIGN).to_string();
    for part in parts {
        let hex = part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
        text.push_str(if hex { "%" } else { "%25" });
        text.extend(utf8_percent_encode(part, FOREIGN));
    }
    text
}

fn trace(request: &Request<Bytes>) -> Option<TraceContext> {
    let header = |name| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
    Some(TraceContext { traceparent: header("traceparent")?, tracestate: header("tracestate") })
}

fn answered(response: &Response) -> Answered {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let mut headers = BTreeMap::<String, String>::new();
    for (name, value) in response.headers().iter().filter(|(name, _)| *name != SET_COOKIE) {
        headers
            .entry(name.as_str().to_owned())
            .and_modify(|joined| {
                joined.push(',');
                joined.push_str(&text(value));
            })
            .or_insert_with(|| text(value));
    }
    let (body, is_base64_encoded) = match std::str::from_utf8(response.body()) {
        Ok(body) => (body.to_owned(), false),
        Err(_) => (json::to_base64(response.body()), true),
    };
    Answered {
        status_code: response.status().as_u16(),
        headers,
        cookies: response.headers().get_all(SET_COOKIE).iter().map(text).collect(),
        body,
        is_base64_encoded,
    }
}
