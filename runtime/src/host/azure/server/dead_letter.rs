//! Dead letters on Azure: a JSON envelope in the poison queue, taken off again when it is redriven.
//!
//! Deals with: `{"anyfn":1,"reason":…,"body":…}`, its size. Does not deal with: sending it; the host
//! does, through the output binding.

use bytes::Bytes;
use serde::Serialize;

use crate::host::json::members::{Json, once};
use crate::host::json::{base64, to_base64};

/// The longest message of a storage queue is 64 KiB of base64: this many bytes before.
const LONGEST: usize = 48 * 1024;
/// Reasons longer than this are cut, in bytes; the log has them whole.
const LONGEST_REASON: usize = 1024;

#[derive(Serialize)]
struct Letter {
    anyfn: u8,
    reason: String,
    /// Base64: a message need not be text.
    body: String,
}

/// The value of the output binding for a message that was rejected, in base64: an envelope with the
/// reason, or the message alone where the envelope would not fit.
pub(super) fn wrap(body: &[u8], reason: &str) -> String {
    let cut = (0..=LONGEST_REASON.min(reason.len())).rev().find(|at| reason.is_char_boundary(*at));
    let reason = reason[..cut.unwrap_or_default()].to_owned();
    let letter = Letter { anyfn: 1, reason, body: to_base64(body) };
    match serde_json::to_vec(&letter) {
        Ok(text) if text.len() <= LONGEST => to_base64(&text),
        _ => to_base64(body),
    }
}

/// The message as it was before [`wrap`], or as it is where it is no such envelope.
pub(super) fn unwrap(body: Bytes) -> Bytes {
    read(&body).unwrap_or(body)
}

fn read(letter: &[u8]) -> Option<Bytes> {
    let (mut version, mut reason, mut body) = (None, None, None);
    let mut json = Json::new(letter);
    json.members(|member, json| match member {
        b"anyfn" => once(&mut version, json.value::<u8>()?),
        b"reason" => once(&mut reason, json.text()?),
        b"body" => once(&mut body, json.text()?),
        _ => None,
    })?;
    json.end()?;
    let (Some(1), Some(_), Some(body)) = (version, reason, body) else { return None };
    base64("the letter", &body).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(value: &str) -> Bytes {
        base64("the value", value.as_bytes()).unwrap()
    }

    #[test]
    fn a_letter_is_readable_json_with_the_reason() {
        let text = sent(&wrap(b"\xff\x00", "no picture"));
        assert_eq!(&text[..], br#"{"anyfn":1,"reason":"no picture","body":"/wA="}"#);
        assert_eq!(&unwrap(text)[..], b"\xff\x00");
    }

    #[test]
    fn a_message_whose_envelope_would_not_fit_goes_alone() {
        let body = vec![7; 40_000];
        assert_eq!(sent(&wrap(&body, "no picture")), body);
        let long = "ü".repeat(100_000);
        let text = sent(&wrap(b"x", &long));
        assert!(text.len() < 1200 && unwrap(text) == "x");
        // Around the longest that fits.
        for size in 36_820..36_850 {
            let body = vec![7; size];
            let value = wrap(&body, "no picture");
            assert!(value.len() <= 64 * 1024, "{size}");
            assert_eq!(sent(&value) == body, size > 36_831, "{size}");
        }
    }

    #[test]
    fn what_only_looks_like_a_letter_is_left_alone() {
        for body in [
            &br#"{"anyfn":2,"reason":"","body":"eA=="}"#[..],
            br#"{"anyfn":1,"reason":"","body":"not base64"}"#,
            br#"{"anyfn":1,"reason":"","body":"eA==","more":1}"#,
            br#"{"anyfn":1,"body":"eA=="}"#,
            br#"[1]"#,
            b"\xff",
            b"",
        ] {
            assert_eq!(unwrap(Bytes::from_static(body)), body);
        }
    }

    proptest! {
        #[test]
        fn any_message_comes_back_and_any_bytes_can_be_looked_at(
            body in prop::collection::vec(any::<u8>(), 0..2000), reason in ".{0,2000}"
        ) {
            prop_assert_eq!(&unwrap(sent(&wrap(&body, &reason)))[..], &body[..]);
            let _ = unwrap(body.into());
        }
    }
}
