//! What the Functions host gets back for an invocation.
//!
//! Deals with: the body that it needs to see the invocation's end. Does not deal with: HTTP functions,
//! whose responses pass through as they are.
//!
//! The host waits until its own time-out for an answer of 2xx without a JSON object, and refuses one
//! that is not called `application/json`; of any other status it reads nothing, so whatever matters is
//! logged before.

use std::collections::BTreeMap;

use http_body_util::Full;
use serde::Serialize;

use super::super::super::http::Outgoing;
use super::super::DEAD_LETTER;
use crate::trigger::http::json;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Done<'a> {
    outputs: BTreeMap<&'a str, String>,
    logs: Vec<String>,
    return_value: Option<()>,
}

/// The event is dealt with.
pub(super) fn done() -> Outgoing {
    dealt_with(BTreeMap::new(), Vec::new())
}

/// The event is dealt with: it goes to the dead-letter queue as `letter`. The host takes the base64
/// apart, since the binding is not binary, and writes those bytes.
pub(super) fn rejected(letter: String, reason: &str) -> Outgoing {
    dealt_with(BTreeMap::from([(DEAD_LETTER, letter)]), vec![format!("event rejected: {reason}")])
}

fn dealt_with(outputs: BTreeMap<&str, String>, logs: Vec<String>) -> Outgoing {
    sent(200, &Done { outputs, logs, return_value: None })
}

/// The event is not dealt with: the host tries it again.
pub(super) fn failed(status: u16, reason: &str) -> Outgoing {
    sent(status, &BTreeMap::from([("error", reason)]))
}

/// The process takes requests. Any answer means that to the host; it must only come at once.
pub(super) fn ready() -> Outgoing {
    sent(200, &BTreeMap::<&str, &str>::new())
}

fn sent<T: Serialize>(status: u16, value: &T) -> Outgoing {
    json(status, value).map(Full::new)
}
