//! Reading a provider's JSON.
//!
//! Deals with: errors that name the place and what was expected there. Does not deal with: what the
//! JSON means.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;

/// Reads `text` as a `T`, which is called `what` where it is none.
///
/// Which place is wrong is looked for only where something is: it takes a copy of every key.
pub(super) fn read<'de, T: Deserialize<'de>>(what: &str, text: &'de [u8]) -> Result<T, String> {
    // Bytes that are known to be text need no look at each string.
    if let Ok(text) = std::str::from_utf8(text)
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|fault| format!("not {what}: at `{}`: {}", fault.path(), fault.inner()))?;
    json.end().map_err(|fault| format!("not {what}: it goes on after its end: {fault}"))?;
    Ok(value)
}

/// Reads standard base64; `what` names it in the error.
pub(super) fn base64(what: &str, text: &str) -> Result<Bytes, String> {
    STANDARD.decode(text).map(Bytes::from).map_err(|fault| format!("{what} is not base64: {fault}"))
}

/// Writes standard base64.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
