//! Reading a provider's JSON.
//!
//! Deals with: errors that name the place and what was expected there. Does not deal with: what the
//! JSON means.

#[cfg(feature = "lambda")]
pub(super) mod members;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;

use crate::json::{self, Unread};

/// Reads `text` as a `T`, which is called `what` where it is none.
pub(super) fn read<'de, T: Deserialize<'de>>(what: &str, text: &'de [u8]) -> Result<T, String> {
    json::read(text).map_err(|fault| match fault {
        Unread::At(fault) => format!("not {what}: at `{}`: {}", fault.path(), fault.inner()),
        Unread::Longer(fault) => format!("not {what}: it goes on after its end: {fault}"),
    })
}

/// Reads standard base64; `what` names it in the error.
pub(super) fn base64(what: &str, text: &str) -> Result<Bytes, String> {
    STANDARD.decode(text).map(Bytes::from).map_err(|fault| format!("{what} is not base64: {fault}"))
}

/// Writes standard base64.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
