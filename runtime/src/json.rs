//! Reading JSON into types.
//!
//! Deals with: bytes as a type, or the place that is wrong. Does not deal with: what either is called in an
//! error (the caller's).

use serde::Deserialize;

/// Why bytes are not what they should be.
pub(crate) enum Unread {
    /// At a path, such as `lines[1]`: what was expected there.
    At(serde_path_to_error::Error<serde_json::Error>),
    /// It goes on after its end.
    Longer(serde_json::Error),
}

/// Reads `bytes` as a `T`. Which place is wrong is looked for only where something is: it takes a copy of
/// every key.
pub(crate) fn read<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Unread> {
    // Bytes that are known to be text need no look at each string.
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(value) = serde_json::from_str(text)
    {
        return Ok(value);
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(Unread::At)?;
    json.end().map_err(Unread::Longer)?;
    Ok(value)
}
