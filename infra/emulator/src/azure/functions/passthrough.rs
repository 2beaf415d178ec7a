//! HTTP requests that reach the worker as HTTP: forwarded (rebuilt) or proxied (streamed).
//!
//! Deals with: which headers, path, query and body the worker sees, and what goes back.
//! Does not deal with: routing and keys (`http`).

use axum::body::Body;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, HeaderName, TRANSFER_ENCODING};
use http::{HeaderMap, Request, Response};

use super::function_json::Function;
use super::http_trigger::{kept_body, query};
use super::invoke::{Invoker, Outcome};
use super::wire::stamp;

/// Headers that belong to one connection.
const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
];

/// `enableForwardingHttpRequest`: method, whole path and headers are kept, the query is rebuilt with
/// repeated names joined by commas, a body of unannounced length is dropped.
pub(crate) async fn forward(
    invoker: &Invoker,
    function: &Function,
    request: Request<Bytes>,
) -> Outcome<Response<Body>> {
    let body = kept_body(&request).unwrap_or_default();
    let (mut head, _) = request.into_parts();
    strip(&mut head.headers);
    head.headers.remove(CONTENT_LENGTH);
    let mut target = head.uri.path().to_owned();
    let pairs = query(head.uri.query().unwrap_or_default());
    if !pairs.is_empty() {
        let pairs = pairs.iter().map(|(name, value)| (name, value.as_str().unwrap_or_default()));
        let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        target = format!("{target}?{text}");
    }
    if let Ok(uri) = target.parse() {
        head.uri = uri;
    }
    pass(invoker, function, Request::from_parts(head, Body::from(body))).await
}

/// `enableProxyingHttpRequest`: everything is streamed as it is.
pub(crate) async fn proxy(
    invoker: &Invoker,
    function: &Function,
    mut request: Request<Body>,
) -> Outcome<Response<Body>> {
    strip(request.headers_mut());
    pass(invoker, function, request).await
}

/// Any status is a successful invocation, 500 included.
async fn pass(
    invoker: &Invoker,
    function: &Function,
    mut request: Request<Body>,
) -> Outcome<Response<Body>> {
    invoker
        .logged(function, async |id: &str| {
            stamp(request.headers_mut(), id);
            let send = |port| invoker.wire.send(port, request);
            let mut response = invoker.within_limits(send).await?.map(Body::new);
            strip(response.headers_mut());
            Ok(response)
        })
        .await
}

fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in named {
        headers.remove(name);
    }
    for name in HOP_BY_HOP {
        headers.remove(name);
    }
    // The body's own framing decides anew.
    headers.remove(TRANSFER_ENCODING);
}
