//! Reading a provider's JSON.
//!
//! Deals with: errors that name the place and what was expected there. Does not deal with: what the
//! JSON means.

#[cfg(any(feature = "azure", feature = "lambda"))]
#[cfg_attr(not(feature = "lambda"), allow(dead_code, reason = "each host needs other parts of it"))]
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
pub(super) fn base64(what: &str, text: &[u8]) -> Result<Bytes, String> {
    // The quick reader does not tell what is wrong.
    let read = base64_simd::STANDARD.decode_to_vec(text).or_else(|_| STANDARD.decode(text));
    read.map(Bytes::from).map_err(|fault| format!("{what} is not base64: {fault}"))
}

/// Writes standard base64.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    base64_simd::STANDARD.encode_to_string(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_that_is_no_base64_is_told_what_is_wrong() {
        for (text, why) in
            [("Zm9*", "Invalid symbol 42, offset 3"), ("Zg", "padding"), ("Zh==", "")]
        {
            let fault = base64("`body`", text.as_bytes()).unwrap_err();
            assert!(fault.starts_with("`body` is not base64: ") && fault.contains(why), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn base64_is_what_it_is_to_everybody(bytes: Vec<u8>, text in "[A-Za-z0-9+/=_ -]{0,12}") {
            prop_assert_eq!(to_base64(&bytes), STANDARD.encode(&bytes));
            prop_assert_eq!(base64("it", to_base64(&bytes).as_bytes()).unwrap(), &bytes[..]);
            prop_assert_eq!(base64("it", text.as_bytes()).ok().map(Vec::from), STANDARD.decode(&text).ok());
        }
    }
}
