//! Deals with: GitHub's `X-Hub-Signature-256`.
//! Does not deal with: the older SHA-1 signature, which is ignored.
//!
//! Source: GitHub Docs, "Validating webhook deliveries" and "Webhook events and payloads".

use super::{Refused, signature, signature::Key, single, text};
use http::HeaderMap;

const SIGNATURE: &str = "x-hub-signature-256";
const DELIVERY: &str = "x-github-delivery";

pub(super) fn verify(
    keys: &[Key],
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Option<String>, Refused> {
    let value = single(headers, SIGNATURE)?;
    let digits = value.strip_prefix(b"sha256=").ok_or(Refused::Malformed(SIGNATURE))?;
    let found = hex::decode(digits).map_err(|_| Refused::Malformed(SIGNATURE))?;
    signature::check(keys, &[found], &[body])?;
    // Not signed: a replay may carry any id. There is nothing better to tell a redelivery by.
    Ok(single(headers, DELIVERY).ok().map(text))
}
