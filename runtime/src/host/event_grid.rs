//! Blob events as Event Grid tells them: in a function's queue, or as CloudEvents.
//!
//! Deals with: its own schema and CloudEvents 1.0, alone or as an array of one; the data of a CloudEvent
//! alone. Does not deal with: the handshake of webhooks (a queue needs none), nor with choosing blobs
//! (the subscription's filter).
//!
//! The key is the subject's end as it stands: Event Grid writes the blob's name there undecoded and
//! unencoded, so a percent sign in it is the name's own (names with `#` and with characters beyond
//! ASCII show it). Schema: <https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage>

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny};

use crate::error::Error;
use crate::host::json;
use crate::manifest::Change;
use crate::trigger::blob::BlobEvent;

const CREATED: &str = "Microsoft.Storage.BlobCreated";
const DELETED: &str = "Microsoft.Storage.BlobDeleted";
const WHAT: &str = "an Event Grid event";
const SUBJECT: &str = "/blobServices/default/containers/{container}/blobs/{key}";

/// Fields of both schemas: they differ in the name of the type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GridEvent {
    #[serde(alias = "type")]
    event_type: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    #[serde(default)]
    e_tag: Option<String>,
    #[serde(default, deserialize_with = "size")]
    content_length: Option<u64>,
}

/// The blob event in a message of the function's queue.
///
/// # Errors
/// It is none: the message has the JSON path and what was expected.
pub(super) fn read(body: &[u8]) -> Result<BlobEvent, Error> {
    let array = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    let event = if array {
        match <[GridEvent; 1]>::try_from(
            json::read::<Vec<GridEvent>>(WHAT, body).map_err(Error::retry)?,
        ) {
            Ok([event]) => event,
            Err(events) => {
                let count = events.len();
                return Err(Error::retry(format!(
                    "the message holds {count} events; a subscription to a storage queue sends one a message"
                )));
            }
        }
    } else {
        json::read(WHAT, body).map_err(Error::retry)?
    };
    blob(&event.event_type, &event.subject, event.data).map_err(Error::retry)
}

/// Whether a CloudEvent of type `kind` tells of a blob.
pub(super) fn tells(kind: &str) -> bool {
    kind == CREATED || kind == DELETED
}

/// The blob event of a CloudEvent of that type and subject, whose data is `data`; none is as good as
/// an empty one.
///
/// # Errors
/// As [`read`].
pub(super) fn data(kind: &str, subject: &str, data: &[u8]) -> Result<BlobEvent, String> {
    let data = match data.is_empty() {
        true => Data::default(),
        false => json::read("the data of an Event Grid event", data)?,
    };
    blob(kind, subject, data)
}

fn blob(kind: &str, subject: &str, data: Data) -> Result<BlobEvent, String> {
    let change = match kind {
        CREATED => Change::Created,
        DELETED => Change::Deleted,
        other => {
            return Err(format!(
                "the message is an event of type `{other}`; expected `{CREATED}` or `{DELETED}`: \
                 narrow the event subscription to these"
            ));
        }
    };
    let (store, key) = named(subject)
        .ok_or_else(|| format!("at `subject`: `{subject}` does not read `{SUBJECT}`"))?;
    let (store, key) = (store.to_owned(), key.to_owned());
    Ok(match change {
        Change::Created => {
            let etag = data.e_tag.map(|tag| tag.trim_matches('"').to_owned());
            BlobEvent { store, key, size: data.content_length, etag, change }
        }
        Change::Deleted => BlobEvent { store, key, size: None, etag: None, change },
    })
}

/// Container and key of a subject.
fn named(subject: &str) -> Option<(&str, &str)> {
    let rest = subject.strip_prefix("/blobServices/default/containers/")?;
    let (container, key) = rest.split_once("/blobs/")?;
    (!container.is_empty() && !container.contains('/') && !key.is_empty())
        .then_some((container, key))
}

/// A size that is no number is nobody's loss.
fn size<'a, D: Deserializer<'a>>(from: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Size {
        Number(u64),
        Text(String),
        Else(IgnoredAny),
    }
    Ok(match Size::deserialize(from)? {
        Size::Number(bytes) => Some(bytes),
        Size::Text(text) => text.parse().ok(),
        Size::Else(IgnoredAny) => None,
    })
}

#[cfg(test)]
mod tests;
