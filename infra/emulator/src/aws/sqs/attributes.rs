//! A queue's attributes, to and from the engine's settings.
//!
//! Deals with: names, bounds, the redrive policy. Does not deal with: what the settings do (`queues`).
//!
//! Attributes without an effect on one machine (policies, encryption) are kept and given back.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::address::{arn, name_of_arn};
use super::error::SqsError;
use crate::queues::{Counts, QueueInfo, QueueSpec, Redrive};

/// Kept without effect.
const INERT: [&str; 6] = [
    "Policy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "RedriveAllowPolicy",
    "SqsManagedSseEnabled",
    WAIT,
];
/// Kept in the settings' metadata and read by `ReceiveMessage`.
pub(super) const WAIT: &str = "ReceiveMessageWaitTimeSeconds";
/// What only reading knows.
const READ_ONLY: [&str; 6] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
];

/// Attributes as they travel: text by name.
pub(super) type Attributes = BTreeMap<String, String>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RedrivePolicy {
    dead_letter_target_arn: String,
    max_receive_count: serde_json::Value,
}

/// Sets `given` on `spec`. `creating`: the queue's kind may still be chosen.
pub(super) fn apply(
    spec: &mut QueueSpec,
    given: &Attributes,
    creating: bool,
) -> Result<(), SqsError> {
    for (name, value) in given {
        match name.as_str() {
            "VisibilityTimeout" => spec.visibility = seconds(name, value, 0, 43_200)?,
            "DelaySeconds" => spec.delay = seconds(name, value, 0, 900)?,
            "MessageRetentionPeriod" => spec.retention = seconds(name, value, 60, 1_209_600)?,
            "MaximumMessageSize" => {
                spec.max_bytes = usize::try_from(number(name, value, 1024, 1_048_576)?)
                    .map_err(|_| SqsError::attribute_value(name, value))?;
            }
            "FifoQueue" => {
                let fifo = flag(name, value)?;
                // Standard queues have no such attribute: the service refuses `false` too.
                if !fifo || (!creating && !spec.fifo) {
                    return Err(SqsError::attribute_name(format!("Unknown Attribute {name}.")));
                }
                spec.fifo = fifo;
            }
            "ContentBasedDeduplication" => spec.content_dedup = flag(name, value)?,
            "RedrivePolicy" => spec.redrive = redrive(name, value)?,
            "DeduplicationScope" => only(name, value, "queue")?,
            "FifoThroughputLimit" => only(name, value, "perQueue")?,
            inert if INERT.contains(&inert) => {
                if inert == WAIT {
                    number(name, value, 0, 20)?;
                }
                spec.metadata.insert(name.clone(), value.clone());
            }
            _ => return Err(SqsError::attribute_name(format!("Unknown Attribute {name}."))),
        }
    }
    if spec.content_dedup && !spec.fifo {
        return Err(SqsError::attribute_name("Unknown Attribute ContentBasedDeduplication."));
    }
    Ok(())
}

/// All attributes that the settings say.
pub(super) fn of_spec(spec: &QueueSpec) -> Attributes {
    let mut all = Attributes::from([
        ("VisibilityTimeout".to_owned(), spec.visibility.as_secs().to_string()),
        ("DelaySeconds".to_owned(), spec.delay.as_secs().to_string()),
        ("MessageRetentionPeriod".to_owned(), spec.retention.as_secs().to_string()),
        ("MaximumMessageSize".to_owned(), spec.max_bytes.to_string()),
        (WAIT.to_owned(), "0".to_owned()),
        ("SqsManagedSseEnabled".to_owned(), "true".to_owned()),
    ]);
    all.extend(spec.metadata.clone());
    if spec.fifo {
        all.insert("FifoQueue".to_owned(), "true".to_owned());
        all.insert("ContentBasedDeduplication".to_owned(), spec.content_dedup.to_string());
        all.insert("DeduplicationScope".to_owned(), "queue".to_owned());
        all.insert("FifoThroughputLimit".to_owned(), "perQueue".to_owned());
    }
    if let Some(redrive) = &spec.redrive {
        let policy = json!({
            "deadLetterTargetArn": arn(&redrive.dead_letter),
            "maxReceiveCount": redrive.max_receives,
        });
        all.insert("RedrivePolicy".to_owned(), policy.to_string());
    }
    all
}

/// The attributes that `wanted` names (`All`: every one) of a queue.
pub(super) fn select(
    wanted: &[String],
    name: &str,
    info: &QueueInfo,
    counts: Counts,
) -> Result<Attributes, SqsError> {
    let mut all = of_spec(&info.spec);
    let read = [
        counts.visible.to_string(),
        counts.in_flight.to_string(),
        counts.delayed.to_string(),
        (info.created_ms / 1000).to_string(),
        (info.changed_ms / 1000).to_string(),
        arn(name),
    ];
    all.extend(READ_ONLY.iter().map(|name| (*name).to_owned()).zip(read));
    if wanted.iter().any(|name| name == "All") {
        return Ok(all);
    }
    let fifo_only = ["FifoQueue", "ContentBasedDeduplication", "DeduplicationScope"];
    for name in wanted {
        let known = all.contains_key(name)
            || INERT.contains(&name.as_str())
            || fifo_only.contains(&name.as_str())
            || ["RedrivePolicy", "FifoThroughputLimit"].contains(&name.as_str());
        if !known {
            return Err(SqsError::attribute_name(format!("Unknown Attribute {name}.")));
        }
    }
    all.retain(|name, _| wanted.contains(name));
    Ok(all)
}

fn redrive(name: &str, value: &str) -> Result<Option<Redrive>, SqsError> {
    if value.is_empty() {
        return Ok(None);
    }
    let invalid = |reason: &str| SqsError::value(value, name, reason);
    let policy: RedrivePolicy = serde_json::from_str(value).map_err(|_| {
        invalid(
            "Redrive policy is not a valid JSON map like {\"deadLetterTargetArn\": \"arn:aws:sqs:…\", \
             \"maxReceiveCount\": 5}",
        )
    })?;
    let receives = match &policy.max_receive_count {
        serde_json::Value::String(text) => text.parse().ok(),
        other => other.as_u64().and_then(|count| u32::try_from(count).ok()),
    };
    let max_receives = receives.filter(|count| (1..=1000).contains(count)).ok_or_else(|| {
        invalid("Invalid value for maxReceiveCount: it must be between 1 and 1000")
    })?;
    let dead_letter = name_of_arn(&policy.dead_letter_target_arn)
        .ok_or_else(|| invalid("Invalid value for deadLetterTargetArn"))?
        .to_owned();
    Ok(Some(Redrive { dead_letter, max_receives }))
}

fn number(name: &str, value: &str, min: u64, max: u64) -> Result<u64, SqsError> {
    let number = value.parse().ok().filter(|number| (min..=max).contains(number));
    number.ok_or_else(|| SqsError::attribute_value(name, value))
}

fn seconds(name: &str, value: &str, min: u64, max: u64) -> Result<Duration, SqsError> {
    number(name, value, min, max).map(Duration::from_secs)
}

fn flag(name: &str, value: &str) -> Result<bool, SqsError> {
    value.to_ascii_lowercase().parse().map_err(|_| SqsError::attribute_value(name, value))
}

fn only(name: &str, value: &str, supported: &str) -> Result<(), SqsError> {
    if value == supported {
        return Ok(());
    }
    Err(SqsError::unsupported(format!(
        "The emulator has no high throughput for FIFO queues: {name} can only be '{supported}'."
    )))
}
