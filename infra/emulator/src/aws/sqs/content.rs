//! What is in a message: body and attributes as SQS takes and gives them back.
//!
//! Deals with: limits, allowed characters, MD5 sums, the attributes of a received message.
//! Does not deal with: FIFO ids and delays (`send.rs`).
//!
//! The engine keeps the sender's `MessageAttributes` as they came. `AWSTraceHeader` is kept beside them under
//! a name that no sender may use.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::error::SqsError;
use crate::queues::Message;

/// Names that begin so are the service's.
const TRACE: &str = "AWS.TraceHeader";
/// Who sent every message here.
const SENDER_ID: &str = "AIDAANYFNLOCAL000000";

/// One of a message's attributes. Exactly one of the values is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct MessageAttribute {
    /// `String`, `Number` or `Binary`, with an optional `.label`.
    pub(crate) data_type: String,
    /// The value of a string or number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) string_value: Option<String>,
    /// The value of a binary in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) binary_value: Option<String>,
}

/// A message's attributes by name.
pub(crate) type MessageAttributes = BTreeMap<String, MessageAttribute>;

impl MessageAttribute {
    fn bytes(&self) -> Vec<u8> {
        match (&self.string_value, &self.binary_value) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(binary)) => STANDARD.decode(binary).unwrap_or_default(),
            (None, None) => Vec::new(),
        }
    }
}

/// The MD5 of a body, in hexadecimal.
pub(crate) fn md5_of_body(body: &str) -> String {
    hex::encode(Md5::digest(body.as_bytes()))
}

/// The MD5 that clients compare over attributes: by name, each field with its length in four bytes
/// before it. `None` without attributes.
pub(crate) fn md5_of_attributes(attributes: &MessageAttributes) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut sum = Md5::new();
    let mut field = |bytes: &[u8], before: &[u8]| {
        sum.update(before);
        sum.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        sum.update(bytes);
    };
    for (name, attribute) in attributes {
        field(name.as_bytes(), &[]);
        field(attribute.data_type.as_bytes(), &[]);
        let transport = if attribute.string_value.is_some() { 1 } else { 2 };
        field(&attribute.bytes(), &[transport]);
    }
    Some(hex::encode(sum.finalize()))
}

/// The bytes that count against the queue's limit.
pub(super) fn size(body: &str, attributes: &MessageAttributes) -> usize {
    let sizes =
        attributes.iter().map(|(name, it)| name.len() + it.data_type.len() + it.bytes().len());
    body.len() + sizes.sum::<usize>()
}

/// Refuses what SQS refuses in a body and its attributes.
pub(super) fn check(body: &str, attributes: &MessageAttributes) -> Result<(), SqsError> {
    if body.is_empty() {
        return Err(SqsError::missing("MessageBody"));
    }
    let allowed = |c: char| {
        matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
            || c >= '\u{10000}'
    };
    if !body.chars().all(allowed) {
        return Err(SqsError::contents(
            "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to \
             #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF",
        ));
    }
    if attributes.len() > 10 {
        return Err(SqsError::parameter(format!(
            "Number of message attributes [{}] exceeds the allowed maximum [10].",
            attributes.len()
        )));
    }
    attributes.iter().try_for_each(|(name, attribute)| check_attribute(name, attribute))
}

fn check_attribute(name: &str, attribute: &MessageAttribute) -> Result<(), SqsError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let lower = name.to_ascii_lowercase();
    let reserved = lower.starts_with("aws.") || lower.starts_with("amazon.");
    let dots = name.starts_with('.') || name.ends_with('.') || name.contains("..");
    if name.is_empty() || name.len() > 256 || !name.chars().all(plain) || reserved || dots {
        return Err(SqsError::parameter(format!(
            "Message (user) attribute name '{name}' is not valid: it has 1 to 256 letters, digits, \
             '_', '-' and '.', and does not begin with AWS. or Amazon."
        )));
    }
    let wrong =
        |what: &str| SqsError::parameter(format!("The message (user) attribute '{name}' {what}."));
    let kind = attribute.data_type.split('.').next().unwrap_or_default();
    match kind {
        "String" | "Number" => {
            let text = attribute.string_value.as_deref().filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| wrong("must contain a non-empty StringValue"))?;
            if kind == "Number" && text.parse::<f64>().is_err() {
                return Err(wrong("must be a number"));
            }
        }
        "Binary" => {
            let binary = attribute.binary_value.as_deref().filter(|text| !text.is_empty());
            let binary = binary.ok_or_else(|| wrong("must contain a non-empty BinaryValue"))?;
            STANDARD.decode(binary).map_err(|_| wrong("has a BinaryValue that is not base64"))?;
        }
        _ => {
            return Err(wrong("has an invalid type: it must begin with String, Number or Binary"));
        }
    }
    if attribute.string_value.is_some() && attribute.binary_value.is_some() {
        return Err(wrong("has both a StringValue and a BinaryValue"));
    }
    Ok(())
}

/// How the engine keeps the attributes.
pub(super) fn pack(attributes: &MessageAttributes, trace: Option<&str>) -> Value {
    let mut packed = serde_json::to_value(attributes).unwrap_or_default();
    if let (Some(trace), Some(map)) = (trace, packed.as_object_mut()) {
        map.insert(TRACE.to_owned(), json!(trace));
    }
    packed
}

/// The attributes that the sender gave the message. One put in by the emulator itself has none.
pub(crate) fn message_attributes(message: &Message) -> MessageAttributes {
    let Some(packed) = message.attributes.as_object() else { return MessageAttributes::new() };
    let user = packed.iter().filter(|(name, _)| *name != TRACE);
    user.filter_map(|(name, value)| {
        Some((name.clone(), MessageAttribute::deserialize(value).ok()?))
    })
    .collect()
}

/// The attributes that the service gives a received message. All of them are text, numbers too.
pub(crate) fn system_attributes(message: &Message) -> Map<String, Value> {
    let mut all = Map::new();
    let mut put = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            all.insert(name.to_owned(), Value::String(value));
        }
    };
    put("SenderId", Some(SENDER_ID.to_owned()));
    put("SentTimestamp", Some(message.sent_ms.to_string()));
    put("ApproximateReceiveCount", Some(message.receive_count.to_string()));
    let first = message.first_received_ms.map(|ms| ms.to_string());
    put("ApproximateFirstReceiveTimestamp", first);
    put("MessageGroupId", message.group.clone());
    put("MessageDeduplicationId", message.dedup.clone());
    put("SequenceNumber", message.sequence.clone());
    put("AWSTraceHeader", message.attributes.get(TRACE).and_then(Value::as_str).map(str::to_owned));
    let source = message.dead_from.as_deref().map(super::address::arn);
    put("DeadLetterQueueSourceArn", source);
    all
}
