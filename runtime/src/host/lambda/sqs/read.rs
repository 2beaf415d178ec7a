//! The JSON of a batch.
//!
//! Deals with: which of a record's members count, what is wrong with a payload that is no batch. Does not
//! deal with: what a message's body means.
//!
//! A batch that is one is read in a single walk; any other is read again by serde, which tells the place.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;

use super::Message;
use crate::host::json;
use crate::host::json::members::{Json, once};
use crate::host::lambda::payload::{bytes, part};

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<Record<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    message_id: String,
    #[serde(borrow)]
    body: Cow<'a, str>,
    #[serde(borrow, default)]
    attributes: Attributes<'a>,
    #[serde(rename = "eventSourceARN", borrow, default)]
    event_source_arn: Cow<'a, str>,
}

/// All of SQS's attribute values are strings, the numbers too.
#[derive(Default, Deserialize)]
struct Attributes<'a> {
    #[serde(rename = "ApproximateReceiveCount", borrow, default)]
    receive_count: Option<Cow<'a, str>>,
    #[serde(rename = "MessageGroupId", default)]
    group: Option<String>,
}

/// # Errors
/// It is none: the place and what was expected there.
pub(super) fn messages(payload: &Bytes) -> Result<Vec<Message>, String> {
    match walk(payload) {
        Some(messages) => Ok(messages),
        None => by_serde(payload),
    }
}

fn walk(payload: &Bytes) -> Option<Vec<Message>> {
    let mut messages = None;
    let mut json = Json::new(payload);
    json.members(|name, json| match name {
        b"Records" => {
            let mut records = Vec::new();
            json.items(|json| record(payload, json).map(|message| records.push(message)))?;
            once(&mut messages, records)
        }
        _ => json.skip(),
    })?;
    json.end()?;
    messages
}

fn record(payload: &Bytes, json: &mut Json<'_>) -> Option<Message> {
    let (mut id, mut body, mut attributes, mut source) = (None, None, None, None);
    json.members(|name, json| match name {
        b"messageId" => once(&mut id, json.value()?),
        b"body" => once(&mut body, json.text()?),
        b"attributes" => once(&mut attributes, json.value()?),
        b"eventSourceARN" => once(&mut source, json.value::<Cow<'_, str>>()?),
        _ => json.skip(),
    })?;
    let attributes = attributes.unwrap_or_default();
    Some(message(id?, bytes(payload, body?), attributes, &source.unwrap_or_default()))
}

fn by_serde(payload: &Bytes) -> Result<Vec<Message>, String> {
    let batch: Batch<'_> = json::read("a batch of SQS messages", payload)?;
    let read = |record: Record<'_>| {
        let body = part(payload, record.body);
        message(record.message_id, body, record.attributes, &record.event_source_arn)
    };
    Ok(batch.records.into_iter().map(read).collect())
}

fn message(id: String, body: Bytes, attributes: Attributes<'_>, source: &str) -> Message {
    let Attributes { receive_count, group } = attributes;
    Message {
        id,
        body,
        attempt: receive_count.and_then(|count| count.parse().ok()),
        // Standard queues may carry group ids too; only FIFO queues promise an order.
        group: group.filter(|_| source.ends_with(".fifo")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const FIFO: &str = "arn:aws:sqs:eu-central-1:123456789012:orders.fifo";

    /// A member of a record, as it is or nearly so.
    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            r#"[a-z"\\\n\u{1}ü😀]{0,40}"#.prop_map(Value::from),
            Just(json!(FIFO)),
            Just(json!({"ApproximateReceiveCount": "3", "MessageGroupId": "a", "more": [1]})),
            Just(json!({"ApproximateReceiveCount": 3})),
            Just(json!({"MessageGroupId": null})),
            Just(Value::Null),
        ]
    }

    fn payload() -> impl Strategy<Value = String> {
        let name = prop::sample::select(vec![
            "messageId",
            "body",
            "attributes",
            "eventSourceARN",
            "awsRegion",
        ]);
        let members = prop::collection::vec((name, value()), 0..8);
        let usual = (".{0,60}", value(), value()).prop_map(|(body, attributes, more)| {
            vec![
                ("messageId", json!("m")),
                ("body", json!(body)),
                ("attributes", attributes),
                ("eventSourceARN", json!(FIFO)),
                ("md5OfBody", more),
            ]
        });
        let record = prop_oneof![1 => members, 3 => usual].prop_map(|members| {
            // Text, since an object of values could not name a member twice.
            let members = members.iter().map(|(name, value)| format!("\"{name}\": {value}"));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        });
        let records = prop::collection::vec(record, 0..4).prop_map(|all| all.join(" ,"));
        let batch =
            records.prop_map(|records| format!("{{\"more\":[{{}}],\"Records\":[{records}]}}"));
        (batch, prop::option::weighted(0.2, 0..200_usize)).prop_map(|(mut batch, cut)| {
            if let Some(cut) = cut {
                batch = batch.chars().take(cut).collect();
            }
            batch
        })
    }

    fn told(messages: Vec<Message>) -> Vec<impl PartialEq + std::fmt::Debug> {
        messages.into_iter().map(|m| (m.id, m.body, m.attempt, m.group)).collect()
    }

    proptest! {
        #[test]
        fn what_the_walk_reads_is_what_serde_reads(payload in payload()) {
            let payload = Bytes::from(payload);
            prop_assert_eq!(walk(&payload).map(told), by_serde(&payload).ok().map(told));
        }

        #[test]
        fn any_bytes_can_be_looked_at(bytes: Vec<u8>) {
            let _ = messages(&bytes.into());
        }
    }

    #[test]
    fn a_body_without_escapes_is_no_copy() {
        let payload = Bytes::from_static(br#"{"Records":[{"messageId":"m","body":"plain"}]}"#);
        let messages = walk(&payload).unwrap();
        assert!(payload.as_ptr_range().contains(&messages[0].body.as_ptr()));
    }
}
