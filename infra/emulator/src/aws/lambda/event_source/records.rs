//! The event that a batch of SQS messages makes.
//!
//! Deals with: the record's fields, numbers as strings, lower-case message attributes.
//! Does not deal with: where the messages come from.

use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde_json::{Map, Value, json};

use crate::aws::{ACCOUNT, REGION};
use crate::queues::Message;

/// `{"Records": […]}`.
pub(super) fn event(queue: &str, messages: &[Message]) -> Bytes {
    let records: Vec<Value> = messages.iter().map(|message| record(queue, message)).collect();
    json!({ "Records": records }).to_string().into()
}

fn record(queue: &str, message: &Message) -> Value {
    let first = message.first_received_ms.unwrap_or(message.sent_ms);
    let mut attributes = Map::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            attributes.insert(name.to_owned(), value.into());
        }
    };
    put("ApproximateReceiveCount", Some(message.receive_count.to_string()));
    put("SentTimestamp", Some(message.sent_ms.to_string()));
    put("SenderId", Some(ACCOUNT.to_owned()));
    put("ApproximateFirstReceiveTimestamp", Some(first.to_string()));
    put("MessageGroupId", message.group.clone());
    put("MessageDeduplicationId", message.dedup.clone());
    put("SequenceNumber", message.sequence.clone());
    // SQS keeps it beside the sender's attributes under a name that no sender may use.
    let trace = message.attributes.get("AWS.TraceHeader").and_then(Value::as_str);
    put("AWSTraceHeader", trace.map(str::to_owned));
    json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": message_attributes(&message.attributes),
        "md5OfBody": hex::encode(Md5::digest(message.body.as_bytes())),
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"),
        "awsRegion": REGION,
    })
}

/// From the API's spelling to the event's.
fn message_attributes(attributes: &Value) -> Value {
    let Value::Object(attributes) = attributes else { return json!({}) };
    let given = attributes.iter().filter(|(_, attribute)| attribute.is_object());
    let lowered = given.map(|(name, attribute)| {
        let field = |key: &str| attribute.get(key).filter(|value| !value.is_null());
        let mut lowered = json!({"stringListValues": [], "binaryListValues": []});
        for (from, to) in [
            ("StringValue", "stringValue"),
            ("BinaryValue", "binaryValue"),
            ("DataType", "dataType"),
        ] {
            if let Some(value) = field(from) {
                lowered[to] = value.clone();
            }
        }
        (name.clone(), lowered)
    });
    Value::Object(lowered.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_strings_and_attributes_lower_case() {
        let message = Message {
            id: "m-1".to_owned(),
            receipt: "r-1".to_owned(),
            body: "hello".to_owned(),
            attributes: json!({
                "Kind": {"DataType": "String", "StringValue": "note"},
                "AWS.TraceHeader": "Root=1-2-3",
            }),
            receive_count: 2,
            sent_ms: 17,
            first_received_ms: Some(18),
            visible_ms: 0,
            expires_ms: 0,
            group: Some("g".to_owned()),
            dedup: None,
            sequence: Some("10000000000000000001".to_owned()),
            dead_from: None,
        };
        let event: Value = serde_json::from_slice(&event("notes.fifo", &[message])).unwrap();
        let expected = json!({"Records": [{
            "messageId": "m-1", "receiptHandle": "r-1", "body": "hello",
            "attributes": {
                "ApproximateReceiveCount": "2", "SentTimestamp": "17", "SenderId": "000000000000",
                "ApproximateFirstReceiveTimestamp": "18", "MessageGroupId": "g",
                "SequenceNumber": "10000000000000000001", "AWSTraceHeader": "Root=1-2-3",
            },
            "messageAttributes": {"Kind": {
                "stringValue": "note", "stringListValues": [], "binaryListValues": [], "dataType": "String",
            }},
            "md5OfBody": "5d41402abc4b2a76b9719d911017c592", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:notes.fifo", "awsRegion": "us-east-1",
        }]});
        assert_eq!(event, expected);
    }
}
