//! S3 event notifications, as they arrive inside SQS messages and as the data of CloudEvents.
//!
//! Deals with: the notification
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>), keys
//! that are encoded like a form, the test event. Does not deal with: EventBridge's form of the same.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::host::json;
use crate::manifest::Change;
use crate::trigger::Event;
use crate::trigger::blob::BlobEvent;

#[derive(Deserialize)]
struct Notification<'a> {
    #[serde(rename = "Records", borrow, default)]
    records: Option<Vec<&'a RawValue>>,
    /// Set in the message that S3 sends when a notification is configured.
    #[serde(rename = "Event", default)]
    event: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: String,
    s3: S3,
}

#[derive(Deserialize)]
struct S3 {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    /// Deletions have neither size nor ETag.
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    e_tag: Option<String>,
}

#[derive(Serialize)]
struct Letter<'a> {
    #[serde(rename = "Records")]
    records: [&'a RawValue; 1],
}

/// An event with the body of its own dead letter, or why the record is none.
pub(super) type Read = Result<(Event, Bytes), String>;

/// The events of one message: a record that is none is in the way of no other.
pub(super) fn events(body: &[u8]) -> Result<Vec<Read>, String> {
    let notification: Notification<'_> = json::read("an S3 event notification", body)?;
    match (notification.records, notification.event.as_deref()) {
        (Some(records), _) => Ok(records.into_iter().map(event).collect()),
        (None, Some("s3:TestEvent")) => {
            tracing::info!("S3 says that it will send events here (s3:TestEvent)");
            Ok(Vec::new())
        }
        (None, _) => Err("not an S3 event notification: at `Records`: missing".to_owned()),
    }
}

/// The event of one record.
pub(super) fn event(raw: &RawValue) -> Read {
    let record: Record = json::read("a record of an S3 event notification", raw.get().as_bytes())?;
    let change = match record.event_name.split(':').next() {
        Some("ObjectCreated") => Change::Created,
        Some("ObjectRemoved") => Change::Deleted,
        _ => {
            return Err(format!(
                "the S3 event `{}` is neither ObjectCreated nor ObjectRemoved",
                record.event_name
            ));
        }
    };
    let key = decode(&record.s3.object.key)?;
    let letter = serde_json::to_vec(&Letter { records: [raw] })
        .map_err(|fault| format!("the record could not be copied: {fault}"))?;
    let blob = BlobEvent {
        store: record.s3.bucket.name,
        key,
        size: record.s3.object.size,
        etag: record.s3.object.e_tag,
        change,
    };
    Ok((Event::Blob(blob), letter.into()))
}

/// Form encoding: a plus is a space, `%20` is one too.
fn decode(key: &str) -> Result<String, String> {
    let spaced = key.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded.map(String::from).map_err(|_| format!("the S3 key `{key}` is not UTF-8 once decoded"))
}
