//! A failed HTTP call, told to the log and to the client.
//!
//! Deals with: what every host says alike. Does not deal with: how the answer travels.

use ::http::{HeaderValue, header};

use crate::error::{Error, Kind};
use crate::trigger::http::{Response, failure};

/// The response to a call that failed with `error`. A client's mistake is no error of the function.
pub(super) fn failed(function: &str, invocation: &str, error: &Error) -> Response {
    let reason = error.to_string();
    match error.kind() {
        Kind::Status(status @ 400..500) => {
            tracing::info!(function, invocation, status, reason, "request refused");
        }
        _ => tracing::error!(function, invocation, reason, "call failed"),
    }
    failure(error)
}

/// The response where a path is right and the method is not; `allowed` are those that are.
pub(super) fn wrong_method(allowed: &[String]) -> Response {
    let mut response = failure(&Error::status(405, "method not allowed"));
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
