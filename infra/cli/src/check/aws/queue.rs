//! The queues that call functions, and where their dead letters go.
//!
//! Deals with: the source queue of a function, redrive, attempts. Does not deal with: who writes into a
//! queue (`trigger.rs`).

use serde_json::Value;

use super::super::finding::{Found, at};
use super::{Deployed, calls};
use crate::plan::{Field, Plan, Resource};
use anyfn_services::Binding;

/// The ARNs of the queues that call the function.
pub(super) fn sources(plan: &Plan, function: &Deployed<'_>) -> Vec<String> {
    plan.of_type("aws_lambda_event_source_mapping")
        .filter(|mapping| calls(plan, mapping, &["function_name"], function.resource) == Some(true))
        .filter_map(|mapping| mapping.text("event_source_arn").map(str::to_owned))
        .collect()
}

/// The queue's resource, by its ARN.
pub(super) fn by_arn<'a>(plan: &'a Plan, arn: &str) -> Option<&'a Resource> {
    let name = arn.rsplit(':').next()?;
    plan.of_type("aws_sqs_queue").find(|queue| queue.text("name") == Some(name))
}

/// Dead letters of each source queue go to the function's own sink, after one number of attempts.
pub(super) fn attempts(plan: &Plan, deployed: &[Deployed<'_>], found: &mut Found) {
    let mut first: Option<(f64, String)> = None;
    for function in deployed {
        for arn in sources(plan, function) {
            let Some(queue) = by_arn(plan, &arn) else {
                found.note(at(function.resource, "function_name"), format!("the queue `{arn}` that calls it is not in this plan; its attempts and dead letters were not compared"));
                continue;
            };
            visibility(function.resource, queue, found);
            let Some((place, policy)) = redrive(plan, queue, found) else { continue };
            if let Some(Binding::Sqs { name, .. }) = &function.dead_letter {
                let target =
                    policy.get("deadLetterTargetArn").and_then(Value::as_str).unwrap_or_default();
                if !found.holds(target.rsplit(':').next() == Some(name.as_str())) {
                    found.drift(
                        &*place,
                        format!("what fails goes to `{target}`, and what `{}` rejects to `{name}` (its ANYFN_DEAD_LETTER binding); both belong into one queue", function.code.name),
                    );
                }
            }
            let count = policy.get("maxReceiveCount");
            let count =
                count.and_then(|count| count.as_f64().or_else(|| count.as_str()?.parse().ok()));
            let Some(count) = count else {
                found.drift(&*place, "`maxReceiveCount` is missing; a right one: 5");
                continue;
            };
            match &first {
                None => first = Some((count, place)),
                Some((other, there)) => {
                    if !found.holds((other - count).abs() < 0.5) {
                        found.drift(place, format!("`maxReceiveCount` is {count}, and {other} at {there}; an app has one number of attempts"));
                    }
                }
            }
        }
    }
}

/// Lambda refuses a queue whose messages come back while a call runs.
fn visibility(function: &Resource, queue: &Resource, found: &mut Found) {
    let hidden = queue.get("visibility_timeout_seconds").number().unwrap_or(30.0);
    let timeout = function.get("timeout").number().unwrap_or(3.0);
    if !found.holds(hidden >= timeout) {
        found.drift(
            at(queue, "visibility_timeout_seconds"),
            format!("it is {hidden} s, less than the {timeout} s that a call may take at {}; a right one: {}", function.address, 6.0 * timeout),
        );
    }
}

fn redrive(plan: &Plan, queue: &Resource, found: &mut Found) -> Option<(String, Value)> {
    let name = queue.text("name").unwrap_or_default();
    let is_of = |policy: &&Resource| match policy.text("queue_url") {
        Some(url) => url.rsplit('/').next() == Some(name),
        None => plan.refers(policy, "queue_url", queue),
    };
    let apart = plan.of_type("aws_sqs_queue_redrive_policy").find(is_of);
    let holder = apart.unwrap_or(queue);
    let place = at(holder, "redrive_policy");
    match holder.get("redrive_policy") {
        Field::Known(text) => {
            found.holds(true);
            let policy = text.as_str().and_then(|text| serde_json::from_str(text).ok());
            Some((place, policy.unwrap_or_default()))
        }
        Field::Unknown => {
            found.unknown(place, "known only after apply");
            None
        }
        Field::Absent => {
            found.holds(false);
            found.drift(place, "what fails has no dead-letter queue and would be tried until it is too old; a right one: {\"deadLetterTargetArn\": …, \"maxReceiveCount\": 5}");
            None
        }
    }
}
