//! SQS event source mappings: batches of messages.
//!
//! Deals with: one call a message, in parallel, in order within a group of a FIFO queue; partial batch
//! responses (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>); blob
//! events inside messages. Does not deal with: counting attempts, which the queue's redrive policy
//! does.
//!
//! The mapping must have `ReportBatchItemFailures` on: without it Lambda ignores what is reported
//! here and deletes the failed messages too.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bytes::Bytes;
use futures_util::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Answer, answer};
use crate::app::Function;
use crate::context::Call;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::host::{json, s3};
use crate::manifest::TriggerSpec;
use crate::trigger::queue::Message;
use crate::trigger::{Event, Reply};

#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(rename = "Records", borrow)]
    records: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    message_id: String,
    #[serde(borrow)]
    body: Cow<'a, str>,
    #[serde(default)]
    attributes: Attributes,
    #[serde(rename = "eventSourceARN", default)]
    event_source_arn: String,
}

/// All of SQS's attribute values are strings, the numbers too.
#[derive(Default, Deserialize)]
struct Attributes {
    #[serde(rename = "ApproximateReceiveCount", default)]
    receive_count: Option<String>,
    #[serde(rename = "MessageGroupId", default)]
    group: Option<String>,
}

#[derive(Default, Serialize)]
struct Partial {
    #[serde(rename = "batchItemFailures")]
    failures: Vec<Failure>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item_identifier: String,
}

pub(super) async fn run(
    engine: &Engine,
    function: &Function,
    payload: &RawValue,
    call: &Call,
) -> Answer {
    let batch: Batch<'_> = json::read("a batch of SQS messages", payload.get().as_bytes())?;
    let mut groups = BTreeMap::<String, Vec<(Record<'_>, &RawValue)>>::new();
    let total = batch.records.len();
    for (at, raw) in batch.records.into_iter().enumerate() {
        let what = format!("an SQS message (`Records[{at}]`)");
        let record: Record<'_> = json::read(&what, raw.get().as_bytes())?;
        // Standard queues may carry group ids too; only FIFO queues promise an order.
        let group = match &record.attributes.group {
            Some(group) if record.event_source_arn.ends_with(".fifo") => format!("group {group}"),
            _ => format!("message {at}"),
        };
        groups.entry(group).or_default().push((record, raw));
    }
    let failed: Vec<Failed> =
        join_all(groups.into_values().map(|g| group(engine, function, call, g)))
            .await
            .into_iter()
            .flatten()
            .collect();
    for Failed { id, error } in &failed {
        tracing::error!(
            function = &*function.name,
            invocation = call.invocation_id,
            message_id = id,
            "{error}"
        );
    }
    if total > 0 && failed.len() == total {
        // Reported as partial it would look like success to every error metric.
        let first = failed.first().map_or("", |f| f.error.as_str());
        return Err(format!("all {total} messages failed; the first: {first}"));
    }
    let failures = failed.into_iter().map(|f| Failure { item_identifier: f.id }).collect();
    answer(&Partial { failures })
}

struct Failed {
    id: String,
    error: String,
}

/// Runs messages one after another. After a failure the rest of the group fails unrun, since its
/// order would be lost.
async fn group(
    engine: &Engine,
    function: &Function,
    call: &Call,
    records: Vec<(Record<'_>, &RawValue)>,
) -> Vec<Failed> {
    let mut failed: Vec<Failed> = Vec::new();
    for (record, raw) in records {
        let outcome = match failed.is_empty() {
            true => message(engine, function, call, &record, raw).await,
            false => Err(Error::retry("an earlier message of its group failed")),
        };
        if let Err(error) = outcome {
            failed.push(Failed { id: record.message_id, error: error.to_string() });
        }
    }
    failed
}

async fn message(
    engine: &Engine,
    function: &Function,
    call: &Call,
    record: &Record<'_>,
    raw: &RawValue,
) -> Result<(), Error> {
    let call = Call {
        attempt: record.attributes.receive_count.as_deref().and_then(|n| n.parse().ok()),
        raw: Bytes::copy_from_slice(raw.get().as_bytes()),
        ..call.clone()
    };
    let body = Bytes::copy_from_slice(record.body.as_bytes());
    let events = match &function.trigger {
        TriggerSpec::Blob { .. } => s3::events(&body).map_err(Error::retry)?,
        _ => vec![Ok((Event::Message(Message { body: body.clone() }), body))],
    };
    let (mut failures, mut rejected) = (Vec::new(), Vec::new());
    for event in events {
        let (event, letter) = match event {
            Ok(event) => event,
            Err(fault) => {
                failures.push(fault);
                continue;
            }
        };
        match engine.run(function, event, call.clone()).await {
            Ok(Reply::Done) => {}
            Ok(Reply::Http(_)) => {
                failures.push("a message was answered like a request".to_owned());
            }
            Err(error) if error.kind() == Kind::Reject => rejected.push((letter, error)),
            Err(error) => failures.push(error.to_string()),
        }
    }
    if !failures.is_empty() {
        // All of the message comes again, what was rejected too: buried now, it would be buried at
        // every attempt.
        failures.extend(rejected.iter().map(|(_, error)| format!("and for good: {error}")));
        return Err(Error::retry(failures.join("; ")));
    }
    for (letter, error) in rejected {
        engine.bury(function, &call, letter, &error).await?;
    }
    Ok(())
}
