//! The bodies of SQS's JSON protocol.
//!
//! Deals with: field names. Does not deal with: what is put in them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Send<'a> {
    queue_url: &'a str,
    message_body: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    message_attributes: BTreeMap<&'a str, Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_deduplication_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Text<'a> {
    data_type: &'static str,
    string_value: &'a str,
}

impl<'a> Send<'a> {
    pub(super) fn new(
        queue_url: &'a str,
        message_body: &'a str,
        attributes: &'a [(String, String)],
        message_group_id: Option<&'a str>,
    ) -> Self {
        let text = |value: &'a str| Text { data_type: "String", string_value: value };
        let attributes = attributes.iter().map(|(name, value)| (name.as_str(), text(value)));
        // Made once, so that the tries of one send are one message.
        let id = message_group_id.map(|_| uuid::Uuid::new_v4().to_string());
        Self {
            queue_url,
            message_body,
            message_attributes: attributes.collect(),
            message_group_id,
            message_deduplication_id: id,
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_send_has_the_documented_names() {
        let attributes = [("reason".to_owned(), "corrupt".to_owned())];
        let json = serde_json::to_value(Send::new("u", "b", &attributes, None)).unwrap();
        let expected = serde_json::json!({
            "QueueUrl": "u", "MessageBody": "b",
            "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "corrupt"}},
        });
        assert_eq!(json, expected);
        let fifo = serde_json::to_value(Send::new("u", "b", &[], Some("g"))).unwrap();
        assert_eq!(fifo["MessageGroupId"], "g");
        assert!(fifo["MessageDeduplicationId"].is_string() && fifo["MessageAttributes"].is_null());
    }

    proptest! {
        #[test]
        fn no_answer_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = serde_json::from_slice::<Received>(&body);
        }

        #[test]
        fn no_json_panics(body in "(\\{|\\}|\\[|\\]|,|:|null|1|\"Messages\"|\"Body\"|\"MessageId\"|\"ReceiptHandle\"|\"x\"){0,40}") {
            let _ = serde_json::from_str::<Received>(&body);
            let _ = serde_json::from_str::<Received>(&format!("{{\"Messages\":[{body}]}}"));
        }
    }
}
