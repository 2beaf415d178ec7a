//! The bodies of SQS's JSON protocol.
//!
//! Deals with: field names. Does not deal with: what is put in them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::queue::{Outgoing, limits, text};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send<'a> {
    pub(super) queue_url: &'a str,
    #[serde(flatten)]
    pub(super) entry: Entry<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendBatch<'a> {
    pub(super) queue_url: &'a str,
    pub(super) entries: Vec<BatchEntry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BatchEntry<'a> {
    pub(super) id: String,
    #[serde(flatten)]
    pub(super) entry: Entry<'a>,
}

/// One message, alone or in a batch.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry<'a> {
    pub(super) message_body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_seconds: Option<u64>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<&'a str, Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_deduplication_id: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Text<'a> {
    data_type: &'static str,
    string_value: &'a str,
}

impl<'a> Entry<'a> {
    /// With a group it is for a FIFO queue.
    pub(super) fn new(
        message_body: &'a str,
        attributes: &'a [(String, String)],
        group: Option<&'a str>,
    ) -> Self {
        let text = |value: &'a str| Text { data_type: "String", string_value: value };
        let attributes = attributes.iter().map(|(name, value)| (name.as_str(), text(value)));
        Self {
            message_body,
            delay_seconds: None,
            message_attributes: attributes.collect(),
            message_group_id: group,
            // Made once, so that the tries of one send are one message.
            message_deduplication_id: group.map(|_| uuid::Uuid::new_v4().to_string().into()),
        }
    }

    /// `group` is where a FIFO queue has what names no other.
    pub(super) fn of(message: &'a Outgoing, group: Option<&'a str>) -> Result<Self> {
        let body = text::of(&message.body).map_err(|what| {
            Error::new(ErrorKind::Config, "queue send", format!("the body {what}"))
        })?;
        let mut entry = Self::new(body, &[], message.group.as_deref().or(group));
        if let Some(id) = &message.dedup {
            entry.message_deduplication_id = Some(id.into());
        }
        let delay = limits::seconds(message.delay);
        // Left out, the queue's own delay counts.
        entry.delay_seconds = (delay > 0).then_some(delay);
        Ok(entry)
    }
}

#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(rename = "MD5OfMessageBody")]
    pub(super) md5_of_message_body: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Receive<'a> {
    queue_url: &'a str,
    max_number_of_messages: u32,
    visibility_timeout: u64,
    wait_time_seconds: u32,
    message_attribute_names: [&'static str; 1],
    message_system_attribute_names: [&'static str; 1],
}

impl<'a> Receive<'a> {
    pub(super) fn new(queue_url: &'a str, max: u32, visibility_timeout: u64) -> Self {
        Self {
            queue_url,
            max_number_of_messages: max,
            visibility_timeout,
            // Said, since the queue's own default may be to wait.
            wait_time_seconds: 0,
            message_attribute_names: ["All"],
            message_system_attribute_names: ["ApproximateReceiveCount"],
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Received {
    /// Left out, or null, where there are none.
    pub(super) messages: Option<Vec<Message>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Message {
    pub(super) message_id: String,
    pub(super) receipt_handle: String,
    #[serde(default)]
    pub(super) body: String,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) message_attributes: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Attribute {
    pub(super) string_value: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete<'a> {
    pub(super) queue_url: &'a str,
    pub(super) receipt_handle: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Extend<'a> {
    pub(super) queue_url: &'a str,
    pub(super) receipt_handle: &'a str,
    pub(super) visibility_timeout: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteBatch<'a> {
    pub(super) queue_url: &'a str,
    pub(super) entries: Vec<DeleteEntry<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteEntry<'a> {
    pub(super) id: String,
    pub(super) receipt_handle: &'a str,
}

/// The answer to a batch; an empty list may be left out, or null.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Batched {
    pub(super) successful: Option<Vec<Done>>,
    pub(super) failed: Option<Vec<Refused>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Done {
    pub(super) id: String,
    #[serde(rename = "MD5OfMessageBody")]
    pub(super) md5_of_message_body: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Refused {
    pub(super) id: String,
    #[serde(default)]
    pub(super) code: String,
    pub(super) message: Option<String>,
    /// Whether another try would fail too.
    #[serde(default)]
    pub(super) sender_fault: bool,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_send_has_the_documented_names() {
        let attributes = [("reason".to_owned(), "corrupt".to_owned())];
        let entry = Entry::new("b", &attributes, None);
        let json = serde_json::to_value(Send { queue_url: "u", entry }).unwrap();
        let expected = serde_json::json!({
            "QueueUrl": "u", "MessageBody": "b",
            "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "corrupt"}},
        });
        assert_eq!(json, expected);
        let fifo = serde_json::to_value(Entry::new("b", &[], Some("g"))).unwrap();
        assert_eq!(fifo["MessageGroupId"], "g");
        assert!(fifo["MessageDeduplicationId"].is_string() && fifo["MessageAttributes"].is_null());
    }

    #[test]
    fn a_message_of_a_batch_says_its_delay_group_and_id() {
        let json = |message: Outgoing, group| {
            let entry = Entry::of(&message, group).unwrap();
            serde_json::to_value(BatchEntry { id: "0".to_owned(), entry }).unwrap()
        };
        let later = Outgoing::new("b").delay(std::time::Duration::from_millis(1500));
        let expected = serde_json::json!({"Id": "0", "MessageBody": "b", "DelaySeconds": 2});
        assert_eq!(json(later, None), expected);
        let expected = serde_json::json!({
            "Id": "0", "MessageBody": "b", "MessageGroupId": "g", "MessageDeduplicationId": "d",
        });
        assert_eq!(json(Outgoing::new("b").group("g").dedup("d"), Some("anyfn")), expected);
        assert_eq!(json(Outgoing::new("b"), Some("anyfn"))["MessageGroupId"], "anyfn");
    }

    proptest! {
        #[test]
        fn no_answer_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = serde_json::from_slice::<Received>(&body);
            let _ = serde_json::from_slice::<Sent>(&body);
            let _ = serde_json::from_slice::<Batched>(&body);
        }

        #[test]
        fn no_json_panics(body in "(\\{|\\}|\\[|\\]|,|:|null|1|\"Messages\"|\"Body\"|\"MessageId\"|\"ReceiptHandle\"|\"Id\"|\"Code\"|\"SenderFault\"|true|\"x\"){0,40}") {
            let _ = serde_json::from_str::<Received>(&body);
            let _ = serde_json::from_str::<Received>(&format!("{{\"Messages\":[{body}]}}"));
            let _ = serde_json::from_str::<Batched>(&format!("{{\"Successful\":[{body}]}}"));
            let _ = serde_json::from_str::<Batched>(&format!("{{\"Failed\":[{body}]}}"));
        }
    }
}
