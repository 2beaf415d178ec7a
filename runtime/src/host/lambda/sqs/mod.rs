//! SQS event source mappings: batches of messages.
//!
//! Deals with: partial batch responses
//! (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>). Does not deal with:
//! the batch's JSON (`read`); running the messages, one a call (`each`) or all in one (`whole`); counting attempts, which the
//! queue's redrive policy does.
//!
//! The mapping must have `ReportBatchItemFailures` on: without it Lambda ignores what is reported
//! here and deletes the failed messages too.

mod each;
mod read;
mod whole;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answer::{Answer, Answered};
use crate::app::Function;
use crate::context::Call;
use crate::engine::Engine;
use crate::manifest::TriggerSpec;

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
    let messages = read::messages(&call.raw)?;
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
