//! `SendMessage` and its batch.
//!
//! Deals with: delay, FIFO ids, the size of one message and of a batch. Does not deal with: what a body or an
//! attribute may hold (`content.rs`).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use super::batch::{self, Outcome};
use super::content::{self, MessageAttributes, md5_of_attributes, md5_of_body};
use super::error::SqsError;
use crate::cloud::Cloud;
use crate::identity::Action;
use crate::queues::{NewMessage, QueueError, QueueSpec};

/// The largest sum of the messages of a batch, in bytes.
const BATCH_MAX: usize = 1024 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessage {
    queue_url: Option<String>,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SendMessageBatch {
    queue_url: Option<String>,
    #[serde(default)]
    entries: Vec<BatchEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BatchEntry {
    id: String,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(default)]
    message_body: String,
    delay_seconds: Option<i64>,
    #[serde(default)]
    message_attributes: MessageAttributes,
    #[serde(default)]
    message_system_attributes: MessageAttributes,
    message_deduplication_id: Option<String>,
    message_group_id: Option<String>,
}

impl Call<'_> {
    pub(super) async fn send_message(&self, input: SendMessage) -> Result<Value, SqsError> {
        let name = self.queue(input.queue_url.as_deref(), &[Action::QueueSend])?;
        let spec = self.queues().spec(Cloud::Aws, name).await?;
        self.send_one(name, &spec, input.entry).await
    }

    pub(super) async fn send_message_batch(
        &self,
        input: SendMessageBatch,
    ) -> Result<Value, SqsError> {
        let name = self.queue(input.queue_url.as_deref(), &[Action::QueueSend])?;
        let spec = self.queues().spec(Cloud::Aws, name).await?;
        batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
        let size =
            |it: &BatchEntry| content::size(&it.entry.message_body, &it.entry.message_attributes);
        let sum: usize = input.entries.iter().map(size).sum();
        if sum > BATCH_MAX {
            return Err(SqsError::batch(
                "BatchRequestTooLong",
                format!(
                    "Batch requests cannot be longer than {BATCH_MAX} bytes. You have sent {sum} \
                     bytes."
                ),
            ));
        }
        let mut outcome = Outcome::default();
        // One after the other: entries of a FIFO group keep their order.
        for BatchEntry { id, entry } in input.entries {
            outcome.note(&id, self.send_one(name, &spec, entry).await);
        }
        Ok(outcome.into_json())
    }

    async fn send_one(
        &self,
        name: &str,
        spec: &QueueSpec,
        entry: Entry,
    ) -> Result<Value, SqsError> {
        content::check(&entry.message_body, &entry.message_attributes)?;
        let bytes = content::size(&entry.message_body, &entry.message_attributes);
        if bytes > spec.max_bytes {
            return Err(QueueError::TooLarge { bytes, limit: spec.max_bytes }.into());
        }
        let trace = trace_header(&entry.message_system_attributes)?;
        let delay = delay(&entry, spec)?;
        check_fifo(&entry, spec)?;
        let body_md5 = md5_of_body(&entry.message_body);
        let message = NewMessage {
            attributes: content::pack(&entry.message_attributes, trace),
            body: entry.message_body,
            delay,
            group: entry.message_group_id,
            dedup: entry.message_deduplication_id,
            ttl: None,
        };
        let sent = self.queues().send(Cloud::Aws, name, message).await?;
        let mut answer = json!({ "MessageId": sent.id, "MD5OfMessageBody": body_md5 });
        if let Some(md5) = md5_of_attributes(&entry.message_attributes) {
            answer["MD5OfMessageAttributes"] = json!(md5);
        }
        if let Some(md5) = md5_of_attributes(&entry.message_system_attributes) {
            answer["MD5OfMessageSystemAttributes"] = json!(md5);
        }
        if let Some(sequence) = sent.sequence {
            answer["SequenceNumber"] = json!(sequence);
        }
        Ok(answer)
    }
}

/// The only system attribute that a sender may give.
fn trace_header(attributes: &MessageAttributes) -> Result<Option<&str>, SqsError> {
    if let Some(name) = attributes.keys().find(|name| *name != "AWSTraceHeader") {
        return Err(SqsError::parameter(format!(
            "Message (system) attribute name '{name}' is not valid; it can only be AWSTraceHeader."
        )));
    }
    Ok(attributes.get("AWSTraceHeader").and_then(|trace| trace.string_value.as_deref()))
}

fn delay(entry: &Entry, spec: &QueueSpec) -> Result<Option<Duration>, SqsError> {
    let Some(given) = entry.delay_seconds else { return Ok(None) };
    let seconds = u64::try_from(given).ok().filter(|seconds| *seconds <= 900);
    let seconds = seconds.ok_or_else(|| {
        SqsError::value(given, "DelaySeconds", "DelaySeconds must be >= 0 and <= 900")
    })?;
    if spec.fifo {
        // A message of its own delay would overtake or be overtaken by its group.
        if seconds > 0 {
            return Err(not_for_this_queue(given, "DelaySeconds"));
        }
        return Ok(None);
    }
    Ok(Some(Duration::from_secs(seconds)))
}

fn check_fifo(entry: &Entry, spec: &QueueSpec) -> Result<(), SqsError> {
    check_id("MessageGroupId", entry.message_group_id.as_deref())?;
    check_id("MessageDeduplicationId", entry.message_deduplication_id.as_deref())?;
    match (&entry.message_group_id, &entry.message_deduplication_id) {
        (_, Some(id)) if !spec.fifo => Err(not_for_this_queue(id, "MessageDeduplicationId")),
        (None, _) if spec.fifo => Err(SqsError::missing("MessageGroupId")),
        (_, None) if spec.fifo && !spec.content_dedup => Err(SqsError::parameter(
            "The queue should either have ContentBasedDeduplication enabled or \
             MessageDeduplicationId provided explicitly",
        )),
        _ => Ok(()),
    }
}

fn check_id(parameter: &str, id: Option<&str>) -> Result<(), SqsError> {
    match id {
        Some(id)
            if id.is_empty() || id.len() > 128 || !id.chars().all(|c| c.is_ascii_graphic()) =>
        {
            Err(SqsError::value(
                id,
                parameter,
                format!(
                    "{parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length"
                ),
            ))
        }
        _ => Ok(()),
    }
}

fn not_for_this_queue(value: impl std::fmt::Display, parameter: &str) -> SqsError {
    SqsError::value(
        value,
        parameter,
        "The request include parameter that is not valid for this queue type",
    )
}
