//! Deals with: HMAC-SHA256 in constant time, timestamps within five minutes, hashes as text.
//! Does not deal with: which bytes a provider signs.

use super::Refused;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far a signed timestamp may be off, in either direction: what Stripe, Slack and the Standard
/// Webhooks libraries use.
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// A secret, ready to sign.
#[derive(Clone)]
pub(super) struct Key(Vec<u8>);

impl Key {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self(secret.to_vec())
    }

    /// Whether one of `signatures` is this key's over the `parts` put together. Every comparison
    /// takes the same time whatever the bytes are.
    fn made_one_of(&self, signatures: &[Vec<u8>], parts: &[&[u8]]) -> bool {
        // Everybody can sign with an empty key.
        if self.0.is_empty() {
            return false;
        }
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return false };
        parts.iter().for_each(|part| mac.update(part));
        signatures
            .iter()
            .fold(false, |found, signature| found | mac.clone().verify_slice(signature).is_ok())
    }
}

/// Ok if any of `keys` made any of `signatures` over the `parts` put together.
pub(super) fn check(keys: &[Key], signatures: &[Vec<u8>], parts: &[&[u8]]) -> Result<(), Refused> {
    let made = keys.iter().fold(false, |made, key| made | key.made_one_of(signatures, parts));
    if made { Ok(()) } else { Err(Refused::Forged) }
}

/// Ok if `seconds`, decimal Unix time, lies within [`TOLERANCE`] of `now`.
pub(super) fn check_time(
    seconds: &[u8],
    now: SystemTime,
    header: &'static str,
) -> Result<(), Refused> {
    let malformed = Refused::Malformed(header);
    // Twelve digits last for thirty thousand years and fit every platform's clock.
    if seconds.is_empty() || seconds.len() > 12 || !seconds.iter().all(u8::is_ascii_digit) {
        return Err(malformed);
    }
    let seconds = std::str::from_utf8(seconds).ok().and_then(|text| text.parse().ok());
    let then = seconds.and_then(|s| UNIX_EPOCH.checked_add(Duration::from_secs(s)));
    let then = then.ok_or(malformed)?;
    let apart = now.duration_since(then).unwrap_or_else(|ahead| ahead.duration());
    if apart <= TOLERANCE { Ok(()) } else { Err(Refused::Stale) }
}

/// SHA-256 of the `parts` put together, 64 lower-case hexadecimal digits.
pub(super) fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    hex::encode(hash.finalize())
}
