//! Deals with: the Standard Webhooks specification, symmetric signatures (v1).
//! Does not deal with: asymmetric ones (v1a), which are ignored.
//!
//! Source: the specification, "Webhook headers" and "Signature scheme".

use super::{Refused, signature, signature::Key, single, text};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use http::HeaderMap;
use std::time::SystemTime;

const ID: &str = "webhook-id";
const TIME: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";

/// Shortest key in bytes, by the specification ("Signature scheme": 24 to 64 bytes). Its own example
/// has exactly as many. A shorter one can be guessed, and everybody knows the empty one. A longer one
/// is no weaker, so there is no upper bound.
const MIN_KEY: usize = 24;

/// The key in a secret such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`.
pub(super) fn key(secret: &str) -> Result<Key, String> {
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    let wanted = "expected such as whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    match BASE64.decode(encoded) {
        Ok(key) if key.len() >= MIN_KEY => Ok(Key::new(&key)),
        Ok(key) => {
            let length = key.len();
            Err(format!("a secret has {length} bytes, at least {MIN_KEY} are safe, {wanted}"))
        }
        Err(_) => Err(format!("a secret is not base64, {wanted}")),
    }
}

pub(super) fn verify(
    keys: &[Key],
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<String, Refused> {
    let (id, time) = (single(headers, ID)?, single(headers, TIME)?);
    let found: Vec<Vec<u8>> = single(headers, SIGNATURE)?
        .split(|byte| *byte == b' ')
        .filter_map(|item| BASE64.decode(item.strip_prefix(b"v1,")?).ok())
        .collect();
    if id.is_empty() || found.is_empty() {
        return Err(Refused::Malformed(if id.is_empty() { ID } else { SIGNATURE }));
    }
    signature::check_time(time, now, TIME)?;
    signature::check(keys, &found, &[id, b".", time, b".", body])?;
    Ok(text(id))
}
