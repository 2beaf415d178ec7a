//! Deals with: Slack's `X-Slack-Signature`, and the question it asks of a new address.
//! Does not deal with: answers to commands and interactions.
//!
//! Source: Slack API, "Verifying requests from Slack" and "url_verification event".

use super::{Refused, signature, signature::Key, single};
use http::HeaderMap;
use serde::Deserialize;
use std::time::SystemTime;

const SIGNATURE: &str = "x-slack-signature";
const TIME: &str = "x-slack-request-timestamp";

/// Events of the Events API name themselves inside the payload.
#[derive(Deserialize)]
struct Event {
    event_id: String,
}

#[derive(Deserialize)]
struct Question {
    r#type: String,
    challenge: String,
}

pub(super) fn verify(
    keys: &[Key],
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<Option<String>, Refused> {
    let time = single(headers, TIME)?;
    let value = single(headers, SIGNATURE)?;
    let digits = value.strip_prefix(b"v0=").ok_or(Refused::Malformed(SIGNATURE))?;
    let found = hex::decode(digits).map_err(|_| Refused::Malformed(SIGNATURE))?;
    signature::check_time(time, now, TIME)?;
    signature::check(keys, &[found], &[b"v0:", time, b":", body])?;
    Ok(serde_json::from_slice::<Event>(body).ok().map(|event| event.event_id))
}

/// What Slack wants to hear back where `body` asks whether this address is its owner's. To be asked
/// only of a body whose signature was checked.
pub fn challenge(body: &[u8]) -> Option<String> {
    let question: Question = serde_json::from_slice(body).ok()?;
    (question.r#type == "url_verification").then_some(question.challenge)
}
