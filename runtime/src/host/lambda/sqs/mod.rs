//! SQS event source mappings: batches of messages.
//!
//! Deals with: the batch's JSON, partial batch responses
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>). Does not deal with:
//! running the messages, one a call (`each`) or all in one (`whole`); counting attempts, which the
//! queue's redrive policy does.
//!
//! The mapping must have `ReportBatchItemFailures` on: without it Lambda ignores what is reported
//! here and deletes the failed messages too.

mod each;
mod whole;

use std::borrow::Cow;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answer::{Answer, Answered};
use super::payload::part;
use crate::app::Function;
use crate::context::Call;
use crate::engine::Engine;
use crate::host::json;
use crate::manifest::TriggerSpec;

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

/// A message as the function's trigger may see it.
struct Message {
    id: String,
    body: Bytes,
    attempt: Option<u32>,
    /// Of a FIFO queue.
    group: Option<String>,
}

/// Which messages shall come again.
#[derive(Serialize)]
pub(super) struct Partial {
    #[serde(rename = "batchItemFailures")]
    failures: Vec<Failure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

pub(super) async fn run(engine: &Engine, function: &Function, call: &Call) -> Answer {
    let messages = read(&call.raw)?;
    let total = messages.len();
    let failed = match &function.trigger {
        TriggerSpec::Queue { batch: true, .. } if total > 0 => {
            whole::run(engine, function, call, messages).await?
        }
        _ => each::run(engine, function, call, messages).await,
    };
    if total > 0 && failed.len() == total {
        // Reported as partial it would look like success to every error metric.
        let first = failed.first().map_or("", |failed| failed.error.as_str());
        return Err(format!("all {total} messages failed; the first: {first}").into());
    }
    let failures = failed.into_iter().map(|f| Failure { item_identifier: f.id }).collect();
    Ok(Answered::Batch(Partial { failures }))
}

/// A message that shall come again, and why.
#[derive(Clone)]
struct Failed {
    id: String,
    error: String,
}

fn read(payload: &Bytes) -> Result<Vec<Message>, String> {
    let batch: Batch<'_> = json::read("a batch of SQS messages", payload)?;
    let message = |record: Record<'_>| {
        let Attributes { receive_count, group } = record.attributes;
        Message {
            id: record.message_id,
            body: part(payload, record.body),
            attempt: receive_count.and_then(|count| count.parse().ok()),
            // Standard queues may carry group ids too; only FIFO queues promise an order.
            group: group.filter(|_| record.event_source_arn.ends_with(".fifo")),
        }
    };
    Ok(batch.records.into_iter().map(message).collect())
}

/// The record `at`, as it stands in the payload.
fn record(payload: &Bytes, at: usize) -> Option<Bytes> {
    #[derive(Deserialize)]
    struct Raw<'a> {
        #[serde(rename = "Records", borrow)]
        records: Vec<&'a RawValue>,
    }
    let raw: Raw<'_> = serde_json::from_slice(payload).ok()?;
    raw.records.get(at).map(|record| payload.slice_ref(record.get().as_bytes()))
}
