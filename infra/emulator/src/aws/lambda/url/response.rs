//! From what a function returned to an HTTP response.
//!
//! Deals with: the inference of payload format 2.0, base64, cookies, header names that the service keeps.
//! Does not deal with: function errors other than that they are a 502, streamed responses.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value};

/// What the service sets itself; the function's own goes by another name.
const REMAPPED: [&str; 4] = ["content-length", "connection", "date", "www-authenticate"];

/// The response that `payload` stands for. A function error or a malformed response is a 502.
pub(super) fn response(payload: &[u8], failed: bool) -> Response<Bytes> {
    let inferred = if failed { Err("function error".to_owned()) } else { infer(payload) };
    inferred.unwrap_or_else(|why| {
        tracing::warn!(%why, "function URL answers 502");
        plain(StatusCode::BAD_GATEWAY, "text/plain", Bytes::from_static(b"Internal Server Error"))
    })
}

pub(super) fn plain(status: StatusCode, kind: &'static str, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn infer(payload: &[u8]) -> Result<Response<Bytes>, String> {
    let text = std::str::from_utf8(payload).map_err(|error| format!("not UTF-8: {error}"))?;
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("the response is not JSON: {error}"))?;
    match value {
        Value::Object(fields) if fields.contains_key("statusCode") => shaped(&fields),
        Value::String(text) => Ok(json(text.into())),
        _ => Ok(json(compact(text).into())),
    }
}

fn json(body: Bytes) -> Response<Bytes> {
    plain(StatusCode::OK, "application/json", body)
}

fn shaped(fields: &Map<String, Value>) -> Result<Response<Bytes>, String> {
    let status = fields.get("statusCode").and_then(Value::as_u64);
    let status = status.and_then(|status| u16::try_from(status).ok()).filter(|s| *s <= 599);
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    // 1xx is not an answer.
    let status = status.filter(|status| !status.is_informational());
    let status = status.ok_or("statusCode must be a number from 200 to 599")?;
    let text = match fields.get("body") {
        None | Some(Value::Null) => "",
        Some(Value::String(body)) => body,
        Some(_) => return Err("body must be a string".to_owned()),
    };
    let body = match fields.get("isBase64Encoded") {
        None | Some(Value::Null | Value::Bool(false)) => Bytes::from(text.to_owned()),
        Some(Value::Bool(true)) => {
            let decoded = STANDARD.decode(text).map_err(|error| format!("body: {error}"))?;
            decoded.into()
        }
        Some(_) => return Err("isBase64Encoded must be true or false".to_owned()),
    };
    let mut response = plain(status, "application/json", body);
    headers(fields, response.headers_mut())?;
    cookies(fields, response.headers_mut())?;
    Ok(response)
}

fn headers(fields: &Map<String, Value>, into: &mut HeaderMap) -> Result<(), String> {
    let given = match fields.get("headers") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(given)) => given,
        Some(_) => return Err("headers must be an object".to_owned()),
    };
    for (name, value) in given {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => return Err(format!("header {name} must be a string")),
        };
        let lower = name.to_ascii_lowercase();
        let lower = match lower.as_str() {
            "transfer-encoding" => continue,
            name if REMAPPED.contains(&name) => format!("x-amzn-remapped-{name}"),
            _ => lower,
        };
        let bad = || format!("header {name} is malformed");
        let name = HeaderName::from_bytes(lower.as_bytes()).map_err(|_| bad())?;
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| bad())?;
        into.insert(name, value);
    }
    Ok(())
}

fn cookies(fields: &Map<String, Value>, into: &mut HeaderMap) -> Result<(), String> {
    let given = match fields.get("cookies") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(given)) => given,
        Some(_) => return Err("cookies must be a list".to_owned()),
    };
    for cookie in given {
        let value = cookie.as_str().and_then(|text| HeaderValue::from_str(text).ok());
        into.append(header::SET_COOKIE, value.ok_or_else(|| format!("malformed cookie {cookie}"))?);
    }
    Ok(())
}

/// JSON without the space between its tokens; the order of keys is the function's.
fn compact(json: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    json.chars()
        .filter(|&c| {
            let kept = quoted || !c.is_ascii_whitespace();
            if c == '"' && !escaped {
                quoted = !quoted;
            }
            escaped = quoted && c == '\\' && !escaped;
            kept
        })
        .collect()
}

#[cfg(test)]
mod tests;
