//! Deals with: Stripe's `Stripe-Signature`: `t=TIME,v1=HEX,v1=HEX,v0=HEX`.
//! Does not deal with: scheme v0, which is for test events and is ignored.
//!
//! Source: Stripe Docs, "Resolve webhook signature verification errors" and "Verify webhook
//! signatures manually".

use super::{Refused, signature, signature::Key, single};
use http::HeaderMap;
use serde::Deserialize;
use std::time::SystemTime;

const SIGNATURE: &str = "stripe-signature";

/// An event names itself only inside the payload.
#[derive(Deserialize)]
struct Event {
    id: String,
}

/// The key in a secret such as `whsec_MfKQ9r8GKYqr`, which Stripe uses whole, prefix included. The
/// prefix on its own is a secret that was lost, and known to everybody.
pub(super) fn key(secret: &str) -> Result<Key, String> {
    if secret == "whsec_" {
        return Err("a secret ends after whsec_, expected such as whsec_MfKQ9r8GKYqr".to_owned());
    }
    Ok(Key::new(secret.as_bytes()))
}

pub(super) fn verify(
    keys: &[Key],
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<Option<String>, Refused> {
    let (time, found) = parse(single(headers, SIGNATURE)?).ok_or(Refused::Malformed(SIGNATURE))?;
    signature::check_time(time, now, SIGNATURE)?;
    signature::check(keys, &found, &[time, b".", body])?;
    Ok(serde_json::from_slice::<Event>(body).ok().map(|event| event.id))
}

/// The one timestamp and all v1 signatures.
fn parse(header: &[u8]) -> Option<(&[u8], Vec<Vec<u8>>)> {
    let mut time = None;
    let mut signatures = Vec::new();
    for item in header.split(|byte| *byte == b',') {
        match item.trim_ascii() {
            [b't', b'=', value @ ..] if time.is_none() => time = Some(value),
            [b't', b'=', ..] => return None,
            [b'v', b'1', b'=', digits @ ..] => signatures.extend(hex::decode(digits).ok()),
            _ => (),
        }
    }
    if signatures.is_empty() { None } else { Some((time?, signatures)) }
}
