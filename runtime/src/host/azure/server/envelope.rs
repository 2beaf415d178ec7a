//! The host's envelope: `{"Data":{…},"Metadata":{…}}`.
//!
//! Deals with: how the host encodes values. Does not deal with: what a message or a tick means.
//!
//! Bytes are base64. Text arrives as a JSON string *literal inside* a JSON string, so JSON that was
//! sent to a queue needs three decodes (the trigger does the last). Numbers and booleans are text too:
//! `"4"`. Objects of the host (a timer's) are objects. Unknown keys are the host's liberty.
//!
//! Metadata can be believed only where the message arrived as bytes: the fields of a text message that
//! is a JSON object overwrite the host's own of the same name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::timer::TimerInfo;
use crate::error::Error;
use crate::host::json;
use crate::host::json::members::{Json, once};
use crate::trigger::schedule::Tick;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    data: BTreeMap<String, &'a RawValue>,
    #[serde(borrow, default)]
    metadata: Option<&'a RawValue>,
}

/// A message; which attempt at it this is and its id, where those can be believed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Delivered {
    pub(super) body: Bytes,
    pub(super) attempt: Option<u32>,
    pub(super) id: Option<String>,
}

/// Reads the envelope of a queue trigger, whose binding is called `name`.
///
/// # Errors
/// It is none: the message has the JSON path and what was expected.
pub(super) fn message(body: &[u8], name: &str) -> Result<Delivered, Error> {
    match walk(body, name) {
        Some(delivered) => Ok(delivered),
        None => by_serde(body, name),
    }
}

/// Reads what the host sends where all is as it should be, in one walk.
fn walk(body: &[u8], name: &str) -> Option<Delivered> {
    let (mut data, mut message, mut metadata, mut count, mut id) = (None, None, None, None, None);
    let mut json = Json::new(body);
    json.members(|member, json| match member {
        b"Data" => {
            once(&mut data, ())?;
            json.members(|member, json| match member == name.as_bytes() {
                true => once(&mut message, json.text()?),
                false => json.skip(),
            })
        }
        b"Metadata" => {
            once(&mut metadata, ())?;
            json.members(|member, json| match member {
                b"DequeueCount" => once(&mut count, json.value()?),
                b"Id" => once(&mut id, json.value()?),
                _ => json.skip(),
            })
        }
        _ => json.skip(),
    })?;
    json.end()?;
    let text = message?;
    let body = json::base64("the text", &text).ok()?;
    Some(Metadata { dequeue_count: count.flatten(), id: id.flatten() }.of(body))
}

fn by_serde(body: &[u8], name: &str) -> Result<Delivered, Error> {
    let envelope = open(body)?;
    let (name, value) = input(&envelope, name)?;
    let text = value.get();
    let wrong = |why: &str| {
        Error::retry(format!(
            "at `Data.{name}`: {why}; expected base64 (`\"dataType\": \"binary\"` in function.json)"
        ))
    };
    if text.starts_with('{') || text.starts_with('[') {
        let body = Bytes::copy_from_slice(text.as_bytes());
        return Ok(Delivered { body, attempt: None, id: None });
    }
    let text: String = serde_json::from_str(text).map_err(|fault| wrong(&fault.to_string()))?;
    if text.starts_with('"') {
        let inner: String =
            serde_json::from_str(&text).map_err(|fault| wrong(&fault.to_string()))?;
        return Ok(Delivered { body: inner.into(), attempt: None, id: None });
    }
    let body = json::base64("the text", text.as_bytes()).map_err(|fault| wrong(&fault))?;
    Ok(metadata(&envelope).of(body))
}

/// Reads the envelope of a timer trigger, whose binding is called `name`.
///
/// # Errors
/// As [`message`].
pub(super) fn tick(body: &[u8], name: &str) -> Result<Tick, Error> {
    let envelope = open(body)?;
    let (name, value) = input(&envelope, name)?;
    let text = peel(value.get());
    let info: TimerInfo = json::read("a TimerInfo object", text.as_bytes())
        .map_err(|fault| Error::retry(format!("in `Data.{name}`: {fault}")))?;
    Ok(info.tick())
}

fn open(body: &[u8]) -> Result<Envelope<'_>, Error> {
    json::read("an invocation like {\"Data\":{…},\"Metadata\":{…}}", body).map_err(Error::retry)
}

/// The trigger's value: under its binding's name, or the only one there is.
fn input<'a>(envelope: &'a Envelope<'a>, name: &str) -> Result<(&'a str, &'a RawValue), Error> {
    let data = &envelope.data;
    let only = || data.first_key_value().filter(|_| data.len() == 1);
    match data.get_key_value(name).or_else(only) {
        Some((name, value)) => Ok((name, value)),
        None => Err(Error::retry(format!(
            "at `Data`: no entry `{name}`, the binding's name in function.json; there is: {}",
            data.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
        ))),
    }
}

/// What of a queue trigger's metadata is of interest.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    #[serde(borrow, default)]
    dequeue_count: Option<&'a RawValue>,
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
}

impl Metadata<'_> {
    fn of(&self, body: Bytes) -> Delivered {
        let attempt = self.dequeue_count.and_then(|count| peel(count.get()).parse().ok());
        let id = self.id.map(|id| peel(id.get()).into_owned()).filter(|id| !id.is_empty());
        Delivered { body, attempt: attempt.filter(|count| *count > 0), id }
    }
}

fn metadata<'a>(envelope: &Envelope<'a>) -> Metadata<'a> {
    let text = envelope.metadata.map_or("null", RawValue::get);
    serde_json::from_str(text).unwrap_or_default()
}

/// The JSON text within up to three layers of JSON strings.
fn peel(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..3 {
        let inner = match &text {
            Cow::Borrowed(text) => within(text),
            Cow::Owned(text) => within(text).map(|inner| Cow::Owned(inner.into_owned())),
        };
        match inner {
            Some(inner) => text = inner,
            None => break,
        }
    }
    text
}

/// What a JSON string says; `None` where `text` is none.
fn within(text: &str) -> Option<Cow<'_, str>> {
    // An error takes longer to make than most texts to read: what is no string is not asked.
    let blanks = [' ', '\t', '\r', '\n'];
    let quoted = text.strip_prefix('"')?.trim_end_matches(blanks).strip_suffix('"')?;
    match quoted.bytes().any(|byte| matches!(byte, b'"' | b'\\' | ..b' ')) {
        true => serde_json::from_str(text).ok().map(Cow::Owned),
        false => Some(Cow::Borrowed(quoted)),
    }
}

#[cfg(test)]
mod tests;
