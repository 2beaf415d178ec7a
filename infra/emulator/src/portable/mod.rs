//! The portable event, turned into what each host would have been sent.
//!
//! Deals with: `anyfn invoke --event`: reading the event, building the provider's payload. Does not deal
//! with: sending it.

pub mod azure;
pub mod lambda;

use std::collections::BTreeMap;

use anyfn::manifest::{Change, TriggerSpec};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::blobs::{self, ChangeKind};
use crate::cloud::Cloud;

/// What a person writes for a function, by its trigger.
#[derive(Debug)]
pub enum Portable {
    /// A request.
    Http(Http),
    /// A tick.
    Schedule(Schedule),
    /// The bodies of messages, each as JSON text; several only for a function of batches.
    Queue(Vec<String>),
    /// A change of a blob.
    Blob(Blob),
}

/// A request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Default: the function's first, or `GET`.
    #[serde(default)]
    pub method: Option<String>,
    /// From `/`, encoded as in a URL.
    pub path: String,
    /// Without the question mark.
    #[serde(default)]
    pub query: String,
    /// One value a name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Text.
    #[serde(default)]
    pub body: Option<String>,
    /// Any bytes; instead of `body`.
    #[serde(default)]
    pub body_base64: Option<String>,
}

/// A tick.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// RFC 3339; now where it is absent.
    #[serde(default)]
    pub scheduled_at: Option<String>,
}

/// A change of a blob.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    /// Default: the trigger's store.
    #[serde(default)]
    pub store: Option<String>,
    /// The key, not encoded.
    pub key: String,
    /// Bytes.
    #[serde(default)]
    pub size: Option<u64>,
    /// Without quotes.
    #[serde(default)]
    pub etag: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue<'a> {
    #[serde(borrow)]
    body: &'a RawValue,
}

impl Http {
    /// The body's bytes.
    ///
    /// # Errors
    /// Both bodies are given, or `body_base64` is none.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        match (&self.body, &self.body_base64) {
            (Some(_), Some(_)) => Err("give `body` or `body_base64`, not both".to_owned()),
            (Some(text), None) => Ok(text.clone().into_bytes()),
            (None, Some(text)) => {
                STANDARD.decode(text).map_err(|fault| format!("`body_base64`: {fault}"))
            }
            (None, None) => Ok(Vec::new()),
        }
    }
}

/// Reads `event` for a function with this trigger.
///
/// # Errors
/// A sentence with the JSON path, what was expected there, and a right event.
pub fn read(trigger: &TriggerSpec, event: &[u8]) -> Result<Portable, String> {
    match trigger {
        TriggerSpec::Http { .. } => {
            let http: Http =
                json(event, r#"{"method":"POST","path":"/hooks/github","body":"{}"}"#)?;
            http.bytes()?;
            Ok(Portable::Http(http))
        }
        TriggerSpec::Schedule { .. } => {
            let example = r#"{"scheduled_at":"2026-01-31T03:00:00Z"}"#;
            let tick: Schedule = json(event, example)?;
            if let Some(fault) = tick.scheduled_at.as_deref().and_then(|at| instant(at).err()) {
                return Err(format!(
                    "the event: at `scheduled_at`: {fault}; a right one: {example}"
                ));
            }
            Ok(Portable::Schedule(tick))
        }
        TriggerSpec::Queue { batch, .. } => {
            let list = *batch && event.trim_ascii_start().starts_with(b"[");
            Ok(Portable::Queue(if list { bodies(event)? } else { vec![body(event)?] }))
        }
        TriggerSpec::Blob { .. } => {
            json(event, r#"{"key":"in/photo.jpg","size":12345}"#).map(Portable::Blob)
        }
    }
}

fn body(event: &[u8]) -> Result<String, String> {
    let example = r#"{"body":{"id":1}}"#;
    // Checked first, since a borrowed body has no path in its errors.
    let _: BTreeMap<String, Value> = json(event, example)?;
    let queue: Queue<'_> = serde_json::from_slice(event)
        .map_err(|fault| format!("the event: {fault}; a right one: {example}"))?;
    Ok(queue.body.get().to_owned())
}

fn bodies(event: &[u8]) -> Result<Vec<String>, String> {
    let example = r#"[{"body":{"id":1}},{"body":{"id":2}}]"#;
    let _: Vec<BTreeMap<String, Value>> = json(event, example)?;
    let queue: Vec<Queue<'_>> = serde_json::from_slice(event)
        .map_err(|fault| format!("the event: {fault}; a right one: {example}"))?;
    if queue.is_empty() {
        return Err(format!("the event: a batch has one message at least; a right one: {example}"));
    }
    Ok(queue.iter().map(|message| message.body.get().to_owned()).collect())
}

fn instant(text: &str) -> Result<OffsetDateTime, time::error::Parse> {
    OffsetDateTime::parse(text, &Rfc3339)
}

fn json<T: DeserializeOwned>(event: &[u8], example: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_slice(event);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|fault| {
        let (path, why) = (fault.path(), fault.inner());
        // What is no JSON has a line and a column, and no path.
        let at = if why.is_data() { format!("at `{path}`: ") } else { String::new() };
        format!("the event: {at}{why}; a right one: {example}")
    })?;
    json.end().map_err(|fault| format!("the event goes on after its end: {fault}"))?;
    Ok(value)
}

/// The change that a portable blob event stands for.
pub(crate) fn change(trigger: &TriggerSpec, blob: &Blob, at_ms: i64) -> Option<blobs::Change> {
    let TriggerSpec::Blob { store, change, .. } = trigger else { return None };
    let (kind, operation) = match change {
        Change::Created => (ChangeKind::Created, "Put"),
        Change::Deleted => (ChangeKind::Deleted, "Delete"),
    };
    Some(blobs::Change {
        seq: 1,
        cloud: Cloud::Aws,
        store: blob.store.clone().unwrap_or_else(|| store.clone()),
        key: blob.key.clone(),
        size: blob.size.unwrap_or_default(),
        etag: blob.etag.clone().unwrap_or_else(|| "invoked".to_owned()),
        content_type: String::new(),
        kind,
        operation: operation.to_owned(),
        at_ms,
    })
}

#[cfg(test)]
mod tests;
