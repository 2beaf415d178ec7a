//! Blobs: what the data of a pushed event says was created or deleted.
//!
//! Deals with: the four forms of such data, and blobs that the function did not ask for. Does not deal
//! with: the providers' own fields (`host::s3`, `host::event_grid`).
//!
//! | the event | the blob |
//! |---|---|
//! | type `Microsoft.Storage.BlobCreated` or `BlobDeleted` | the subject `/blobServices/default/containers/{container}/blobs/{key}`; `eTag` and `contentLength` of the data |
//! | data `{"Records": […]}` | each record of an S3 event notification (S3, MinIO, Ceph) |
//! | data `{"eventName": …, "s3": {…}}` | one such record |
//! | any other data | the portable event `{"key": …, "store"?, "size"?, "etag"?}`: `store` is the trigger's and the change is what the function waits for |

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Input;
use super::cloud_event::CloudEvent;
use crate::host::{event_grid, json, s3};
use crate::manifest::{Change, TriggerSpec};
use crate::trigger::Event;
use crate::trigger::blob::BlobEvent;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Portable {
    key: String,
    #[serde(default)]
    store: Option<String>,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    etag: Option<String>,
}

/// Which form the data has.
#[derive(Deserialize)]
struct Form<'a> {
    #[serde(rename = "Records", borrow, default)]
    records: Option<&'a RawValue>,
    #[serde(rename = "Event", borrow, default)]
    event: Option<&'a RawValue>,
    #[serde(borrow, default)]
    s3: Option<&'a RawValue>,
}

/// The blobs that the function asked for. A name that it did not is left out: a sender's filter may be
/// coarser than the function's.
pub(super) fn inputs(trigger: &TriggerSpec, event: &CloudEvent) -> Vec<Input> {
    let TriggerSpec::Blob { store, change, prefix, suffix } = trigger else { return Vec::new() };
    let all = match read(event, store, *change) {
        Ok(all) => all,
        Err(fault) => return vec![Err(fault)],
    };
    let asked = |input: &Input| match input {
        Ok((Event::Blob(blob), _)) => blob.key.starts_with(prefix) && blob.key.ends_with(suffix),
        _ => true,
    };
    let changed = |input: Input| match input {
        Ok((Event::Blob(blob), _)) if blob.change != *change => Err(format!(
            "`{}` was {}, but this function takes blobs that were {change}: narrow the sender's filter",
            blob.key, blob.change
        )),
        input => input,
    };
    all.into_iter().filter(asked).map(changed).collect()
}

fn read(event: &CloudEvent, store: &str, change: Change) -> Result<Vec<Input>, String> {
    let alone = |blob: BlobEvent| vec![Ok((Event::Blob(blob), event.data.clone()))];
    if event_grid::tells(&event.kind) {
        let subject = event.subject.as_deref().unwrap_or_default();
        return event_grid::data(&event.kind, subject, &event.data).map(alone);
    }
    let raw: &RawValue = json::read("a blob event in JSON", &event.data)?;
    if let Ok(form) = serde_json::from_str::<Form<'_>>(raw.get()) {
        if form.records.is_some() || form.event.is_some() {
            return s3::events(&event.data);
        }
        if form.s3.is_some() {
            return Ok(vec![s3::event(raw)]);
        }
    }
    let what = "a blob event like {\"key\":\"in/cat.jpg\"}, an S3 event notification or an Event Grid event";
    let Portable { key, store: named, size, etag } = json::read(what, &event.data)?;
    let store = named.unwrap_or_else(|| store.to_owned());
    Ok(alone(BlobEvent { store, key, size, etag, change }))
}
