//! What a dead letter looks like in a queue.
//!
//! Deals with: making any body and its attributes into what SQS or Azure takes, and back.
//! Does not deal with: sending it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Serialize;

use super::text;

/// Marks a body in base64.
const ENCODING: &str = "anyfn-encoding";
/// Stands for an empty body; no base64.
const EMPTY: &str = "=";
/// SQS allows ten; one is [`ENCODING`].
const MAX_ATTRIBUTES: usize = 9;
/// A value is cut there, in bytes: a reason is a sentence, not a log.
const MAX_VALUE: usize = 4096;
/// The same where an envelope must be small to fit.
const SHORT_VALUE: usize = 256;

/// A body and attributes for SQS, together within `max` bytes as SQS counts them; `None` where
/// even the body alone is over it. Attributes that do not fit are left out, the last first.
pub(super) fn for_sqs(
    body: &[u8],
    attributes: &[(String, String)],
    max: usize,
) -> Option<(String, Vec<(String, String)>)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    let body = match text::of(body) {
        Ok(text) => text.to_owned(),
        Err(_) => {
            kept.push((ENCODING.to_owned(), "base64".to_owned()));
            STANDARD.encode(body)
        }
    };
    let marks = kept.len();
    for (name, value) in attributes {
        let (name, value) = (attribute_name(name), attribute_value(value));
        let known = kept.iter().any(|(other, _)| *other == name);
        if kept.len() < marks + MAX_ATTRIBUTES && !known && name != ENCODING && !value.is_empty() {
            kept.push((name, value));
        }
    }
    // SQS takes no empty body, and base64 of nothing is nothing.
    let body = if body.is_empty() { EMPTY.to_owned() } else { body };
    while kept.len() > marks && size(&body, &kept) > max {
        kept.pop();
    }
    (size(&body, &kept) <= max).then_some((body, kept))
}

/// As SQS counts: an attribute's name, its type and its value belong to the message.
fn size(body: &str, attributes: &[(String, String)]) -> usize {
    let one = |(name, value): &(String, String)| name.len() + "String".len() + value.len();
    body.len() + attributes.iter().map(one).sum::<usize>()
}

/// The body that [`for_sqs`] was given.
pub(super) fn unwrapped(body: String, attributes: &[(String, String)]) -> Bytes {
    let encoded = attributes.iter().any(|(name, value)| name == ENCODING && value == "base64");
    if encoded {
        if body == EMPTY {
            return Bytes::new();
        }
        if let Ok(bytes) = STANDARD.decode(&body) {
            return bytes.into();
        }
    }
    body.into()
}

/// A body for Azure within `max` bytes: the envelope, with a shorter reason if need be, else the
/// bare body; `None` where even that is over it.
pub(super) fn for_azure(
    body: &Bytes,
    attributes: &[(String, String)],
    max: usize,
) -> Option<Bytes> {
    #[derive(Serialize)]
    struct Envelope<'a> {
        anyfn: u8,
        reason: &'a str,
        body: &'a str,
    }
    let reason = attributes.iter().find(|(name, _)| name == "reason");
    let reason = reason.map_or("", |(_, value)| value);
    let encoded = STANDARD.encode(body);
    for length in [MAX_VALUE, SHORT_VALUE] {
        let envelope = Envelope { anyfn: 1, reason: cut(reason, length), body: &encoded };
        match serde_json::to_vec(&envelope) {
            Ok(json) if json.len() <= max => return Some(json.into()),
            _ => {}
        }
    }
    (body.len() <= max).then(|| body.clone())
}

/// A name that SQS takes: A-Z, a-z, 0-9, `_`, `-`, `.`; no period at an end or twice in a row; not
/// its own prefixes; at most 256 characters.
fn attribute_name(name: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let name: String = name.chars().take(250).map(safe).collect();
    let reserved = ["aws", "amazon"].iter().any(|own| name.to_ascii_lowercase().starts_with(own));
    match (name.is_empty(), reserved) {
        (true, _) => "unnamed".to_owned(),
        (false, true) => format!("x-{name}"),
        (false, false) => name,
    }
}

fn attribute_value(value: &str) -> String {
    let allowed = |c: char| if text::is_allowed(c) { c } else { '\u{fffd}' };
    let value: String = value.chars().map(allowed).collect();
    cut(&value, MAX_VALUE).to_owned()
}

/// At most so many bytes, whole characters.
fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests;
