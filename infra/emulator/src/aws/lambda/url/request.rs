//! From an HTTP request to the event of a function URL, payload format 2.0.
//!
//! Deals with: header, query and cookie folding, text or base64, the request context.
//! Does not deal with: sockets and signatures.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::{HeaderMap, header};
use serde_json::{Map, Value, json};

use crate::aws::ACCOUNT;
use crate::clock::millis;

/// What the event says beyond the request itself.
pub(super) struct Context<'a> {
    /// The URL's id: the function's name.
    pub(super) id: &'a str,
    /// Who connected.
    pub(super) peer: SocketAddr,
    /// The port it connected to.
    pub(super) port: u16,
    /// When.
    pub(super) now: SystemTime,
    pub(super) request_id: &'a str,
    pub(super) trace_id: &'a str,
    /// The access key id and the name of who signed; absent on a public URL.
    pub(super) signer: Option<(&'a str, &'a str)>,
}

/// Headers of one connection, not of the request.
const HOP: [&str; 6] =
    ["connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// The event of a request.
pub(super) fn event(parts: &Parts, body: &[u8], context: &Context<'_>) -> Value {
    let headers = headers(&parts.headers, context);
    let host = headers.get("host").cloned().unwrap_or_default();
    let agent = headers.get("user-agent").cloned();
    let query = parts.uri.query().unwrap_or_default();
    let path = parts.uri.path();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {
            "accountId": if context.signer.is_some() { ACCOUNT } else { "anonymous" },
            "apiId": context.id,
            "domainName": host,
            "domainPrefix": context.id,
            "http": {
                "method": parts.method.as_str(),
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": context.peer.ip().to_string(),
                "userAgent": agent,
            },
            "requestId": context.request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": DateTime::<Utc>::from(context.now).format("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": millis(context.now),
        },
        "isBase64Encoded": false,
    });
    if let Some((key, name)) = context.signer {
        event["requestContext"]["authorizer"] = json!({"iam": {
            "accessKey": key,
            "accountId": ACCOUNT,
            "callerId": name,
            "cognitoIdentity": null,
            "principalOrgId": null,
            "userArn": format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
            "userId": name,
        }});
    }
    let cookies = cookies(&parts.headers);
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if !query.is_empty() {
        event["queryStringParameters"] = parameters(query).into();
    }
    if !body.is_empty() {
        let text = std::str::from_utf8(body).ok().filter(|_| is_text(&parts.headers));
        event["isBase64Encoded"] = text.is_none().into();
        event["body"] = text.map_or_else(|| STANDARD.encode(body), str::to_owned).into();
    }
    event
}

fn headers(sent: &HeaderMap, context: &Context<'_>) -> BTreeMap<String, String> {
    let mut folded: BTreeMap<String, String> = BTreeMap::new();
    let kept = |name: &&http::HeaderName| !HOP.contains(&name.as_str()) && **name != header::COOKIE;
    for name in sent.keys().filter(kept) {
        let values: Vec<_> = sent
            .get_all(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
            .collect();
        folded.insert(name.as_str().to_owned(), values.join(","));
    }
    let mut put = |name: &str, value: String| folded.insert(name.to_owned(), value);
    put("x-forwarded-for", context.peer.ip().to_string());
    put("x-forwarded-port", context.port.to_string());
    put("x-forwarded-proto", "http".to_owned());
    put("x-amzn-trace-id", context.trace_id.to_owned());
    folded
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let sent = headers.get_all(header::COOKIE).iter();
    let text = sent.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    text.flat_map(|all| {
        all.split(';')
            .map(|one| one.trim().to_owned())
            .filter(|one| !one.is_empty())
            .collect::<Vec<_>>()
    })
    .collect()
}

/// Decoded, repeated names joined by commas.
fn parameters(query: &str) -> Map<String, Value> {
    let mut folded: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        folded.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    folded.into_iter().map(|(name, values)| (name, values.join(",").into())).collect()
}

/// The types that travel as text; all others, forms among them, as base64.
fn is_text(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let Ok(value) = value.to_str() else { return false };
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || matches!(
            kind.as_str(),
            "application/json" | "application/javascript" | "application/xml"
        )
}

#[cfg(test)]
mod tests;
