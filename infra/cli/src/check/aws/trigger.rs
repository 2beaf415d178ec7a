//! Whether something calls each function as its trigger says: queues, blobs, schedules.
//!
//! Deals with: event source mappings, bucket notifications, schedules, disabled ones. Does not deal with:
//! HTTP (`http.rs`), nor with redrive (`queue.rs`).

use anyfn::manifest::{Change, NeedKind, TriggerSpec};
use anyfn::name::variable;
use anyfn_services::Binding;
use serde_json::Value;

use super::super::finding::{Found, Kind, at};
use super::super::loops::Bindings;
use super::policy::statements;
use super::queue::by_arn;
use super::{Deployed, calls, cron};
use crate::plan::{Field, Plan, Resource};

pub(super) fn compare(
    plan: &Plan,
    function: &Deployed<'_>,
    bindings: &Bindings,
    found: &mut Found,
) {
    match &function.code.trigger {
        TriggerSpec::Http { .. } => {}
        TriggerSpec::Schedule { cron } => schedule(plan, function, cron, found),
        TriggerSpec::Queue { queue, fifo, .. } => {
            let Some(arn) = polled(plan, function, &format!("the queue `{queue}`"), found) else {
                return;
            };
            let bound = bindings.get(&(NeedKind::Queue, queue.clone()));
            let name = arn.rsplit(':').next().unwrap_or_default();
            let right = match bound {
                Some(Binding::Sqs { name, .. }) => Some(name.as_str()),
                _ => None,
            };
            if !found.holds(right.is_none_or(|right| right == name)) {
                found.fault(
                    Kind::Trigger,
                    at(function.resource, "function_name"),
                    format!(
                        "it is called by `{arn}`, and the code's queue `{queue}` is `{}` ({})",
                        right.unwrap_or_default(),
                        variable("ANYFN_QUEUE", queue)
                    ),
                );
            }
            if !found.holds(*fifo == name.ends_with(".fifo")) {
                let right = if *fifo { "a FIFO queue" } else { "a standard queue" };
                found.drift(
                    at(function.resource, "function_name"),
                    format!("the code's queue `{queue}` is {right}, and `{arn}` is none"),
                );
            }
        }
        TriggerSpec::Blob { store, change, prefix, suffix } => {
            let Some(arn) =
                polled(plan, function, &format!("changes of the store `{store}`"), found)
            else {
                return;
            };
            let bound = bindings.get(&(NeedKind::Blob, store.clone()));
            let wanted = Wanted { store, change: *change, prefix, suffix, bound };
            notified(plan, function, &arn, &wanted, found);
        }
    }
}

/// The queue that Lambda polls for the function.
fn polled(plan: &Plan, function: &Deployed<'_>, what: &str, found: &mut Found) -> Option<String> {
    let resource = function.resource;
    let name = &function.code.name;
    let mut unknown = None;
    let mut mappings = Vec::new();
    for mapping in plan.of_type("aws_lambda_event_source_mapping") {
        match calls(plan, mapping, &["function_name"], resource) {
            Some(true) => mappings.push(mapping),
            Some(false) => {}
            None => unknown = Some(mapping),
        }
    }
    let Some(mapping) = mappings.first() else {
        match unknown {
            Some(mapping) => found.unknown(
                at(mapping, "function_name"),
                format!("known only after apply, so nobody can tell whether it calls `{name}`"),
            ),
            None => {
                found.holds(false);
                found.fault(Kind::Trigger, &*resource.address, format!("{what} should call `{name}`, and nothing does; a right one: an aws_lambda_event_source_mapping of the queue with function_name = \"{}\"", resource.text("function_name").unwrap_or(name)));
            }
        }
        return None;
    };
    if !found.holds(mapping.get("enabled").flag() != Some(false)) {
        found.fault(
            Kind::Trigger,
            at(mapping, "enabled"),
            format!("it is false, so nothing calls `{name}`; a right one: true"),
        );
    }
    let types = mapping.get("function_response_types").known().and_then(Value::as_array);
    let partial =
        types.is_some_and(|types| types.iter().any(|one| one == "ReportBatchItemFailures"));
    if !found.holds(partial) {
        found.drift(at(mapping, "function_response_types"), "without it one failed message repeats its whole batch; a right one: [\"ReportBatchItemFailures\"]");
    }
    match mapping.get("event_source_arn") {
        Field::Known(arn) => arn.as_str().map(str::to_owned),
        _ => {
            found.unknown(
                at(mapping, "event_source_arn"),
                "known only after apply; build the ARN from names",
            );
            None
        }
    }
}

struct Wanted<'a> {
    store: &'a str,
    change: Change,
    prefix: &'a str,
    suffix: &'a str,
    bound: Option<&'a Binding>,
}

/// The bucket tells the queue, which lets it.
fn notified(
    plan: &Plan,
    function: &Deployed<'_>,
    arn: &str,
    wanted: &Wanted<'_>,
    found: &mut Found,
) {
    let name = &function.code.name;
    let event = match wanted.change {
        Change::Created => "s3:ObjectCreated:*",
        Change::Deleted => "s3:ObjectRemoved:*",
    };
    let all = plan.of_type("aws_s3_bucket_notification").flat_map(|notification| {
        let queues = notification.get("queue").known().and_then(Value::as_array);
        queues.into_iter().flatten().map(move |queue| (notification, queue))
    });
    let text = |block: &Value, name: &str| {
        block.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let Some((notification, block)) =
        all.into_iter().find(|(_, block)| text(block, "queue_arn") == arn)
    else {
        let unknown = plan
            .of_type("aws_s3_bucket_notification")
            .find(|one| one.get("queue") == Field::Unknown);
        if let Some(one) = unknown {
            return found.unknown(at(one, "queue"), "known only after apply");
        }
        found.holds(false);
        return found.fault(
            Kind::Trigger,
            &*function.resource.address,
            format!("changes of the store `{}` should call `{name}`, and no bucket tells its queue; a right one: an aws_s3_bucket_notification with queue {{ queue_arn = \"{arn}\", events = [\"{event}\"] }}", wanted.store),
        );
    };
    let place = at(notification, "queue");
    let events = block.get("events").and_then(Value::as_array);
    if !found.holds(events.is_some_and(|events| events.iter().any(|one| one == event))) {
        found.fault(
            Kind::Trigger,
            &*place,
            format!(
                "`{name}` waits for blobs {}; a right one: events = [\"{event}\"]",
                wanted.change
            ),
        );
    }
    let mut prefix = wanted.prefix.to_owned();
    if let Some(Binding::S3 { bucket, prefix: before, .. }) = wanted.bound {
        prefix.insert_str(0, before);
        let is = notification.text("bucket");
        if !found.holds(is.is_none_or(|is| is == bucket || is.ends_with(&format!(":::{bucket}")))) {
            found.fault(
                Kind::Trigger,
                at(notification, "bucket"),
                format!(
                    "it is `{}`, and the code's store `{}` is `{bucket}`",
                    is.unwrap_or_default(),
                    wanted.store
                ),
            );
        }
    }
    for (attribute, right) in [("filter_prefix", prefix.as_str()), ("filter_suffix", wanted.suffix)]
    {
        let is = text(block, attribute);
        if !found.holds(is == right) {
            found.fault(
                Kind::Trigger,
                format!("{place}.{attribute}"),
                format!("it is `{is}`, and `{name}` listens to `{right}`"),
            );
        }
    }
    let Some(queue) = by_arn(plan, arn) else { return };
    let policy =
        plan.of_type("aws_sqs_queue_policy").find(|policy| match policy.text("queue_url") {
            Some(url) => url.rsplit('/').next() == queue.text("name"),
            None => plan.refers(policy, "queue_url", queue),
        });
    let holder = policy.unwrap_or(queue);
    match holder.get("policy") {
        Field::Unknown => found.unknown(at(holder, "policy"), "known only after apply"),
        field => {
            let read = statements(field.text().unwrap_or_default()).unwrap_or_default();
            let lets = read.iter().any(|one| {
                one.allows && one.principals.iter().any(|who| who == "Service:s3.amazonaws.com")
            });
            if !found.holds(lets) {
                found.fault(Kind::Trigger, at(holder, "policy"), format!("S3 may not send to the queue that calls `{name}`; a right one: allow sqs:SendMessage to s3.amazonaws.com for this bucket"));
            }
        }
    }
}

fn schedule(plan: &Plan, function: &Deployed<'_>, cron: &str, found: &mut Found) {
    let name = &function.code.name;
    let calls_it = |one: &&Resource| {
        calls(plan, one, &["target", "0", "arn"], function.resource) == Some(true)
    };
    let rule_of = |target: &Resource| {
        let rule = target.text("rule");
        plan.of_type("aws_cloudwatch_event_rule").find(|one| match rule {
            Some(name) => one.text("name") == Some(name),
            None => plan.refers(target, "rule", one),
        })
    };
    let rules = plan
        .of_type("aws_cloudwatch_event_target")
        .filter(|target| calls(plan, target, &["arn"], function.resource) == Some(true))
        .filter_map(rule_of);
    let found_ones: Vec<&Resource> =
        plan.of_type("aws_scheduler_schedule").filter(calls_it).chain(rules).collect();
    if !found.holds(!found_ones.is_empty()) {
        return found.fault(
            Kind::Trigger,
            &*function.resource.address,
            format!("the schedule `{cron}` should call `{name}`, and nothing does; a right one: an aws_scheduler_schedule with this function as its target"),
        );
    }
    for one in found_ones {
        if !found.holds(one.text("state") != Some("DISABLED")) {
            found.fault(
                Kind::Trigger,
                at(one, "state"),
                format!("it is DISABLED, so nothing calls `{name}`; a right one: ENABLED"),
            );
        }
        let zone = one.text("schedule_expression_timezone").unwrap_or("UTC");
        if !found.holds(zone == "UTC") {
            found.drift(
                at(one, "schedule_expression_timezone"),
                format!("it is `{zone}`, and the code's schedules are UTC"),
            );
        }
        let place = at(one, "schedule_expression");
        let Some(expression) = one.text("schedule_expression") else {
            found.unknown(place, "known only after apply");
            continue;
        };
        match cron::same(expression, cron) {
            Ok(same) => {
                if !found.holds(same) {
                    found.drift(
                        place,
                        format!(
                            "it is `{expression}`, and the code's schedule of `{name}` is `{cron}`"
                        ),
                    );
                }
            }
            Err(why) => found.drift(format!("function `{name}`"), why),
        }
    }
}
