//! A request that its path's methods do not take, told to the client.
//!
//! Deals with: what every host says alike. Does not deal with: how the answer travels.

use ::http::{HeaderValue, header};

use crate::error::Error;
use crate::trigger::http::{Response, failure};

/// The response where a path is right and the method is not; `allowed` are those that are.
pub(super) fn wrong_method(allowed: &[String]) -> Response {
    let mut response = failure(&Error::status(405, "method not allowed"));
    if let Ok(allowed) = HeaderValue::from_str(&allowed.join(", ")) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}
