//! Deals with: triggers that nothing calls, loops. Does not deal with: the plan that they are planted in
//! (`../tests.rs`).

use serde_json::json;

use super::super::super::finding::Kind;
use super::super::super::tests::{each_is_named, faults, found_in, values, webhook};
use super::{clean, environment, sqs};

#[test]
fn triggers_that_nothing_provisions_are_named() {
    each_is_named(
        &clean,
        &[
            (
                "no mapping",
                |plan| {
                    plan.retain(|(a, _, _)| !a.contains("queue_trigger[\"archive\"].aws_lambda"));
                },
                Kind::Trigger,
                &[
                    "function[\"archive\"].aws_lambda_function.this",
                    "queue `orders`",
                    "aws_lambda_event_source_mapping",
                ],
            ),
            (
                "a mapping that is off",
                |plan| {
                    values(plan, "queue_trigger[\"archive\"].aws_lambda")["enabled"] = json!(false);
                },
                Kind::Trigger,
                &["aws_lambda_event_source_mapping.this enabled", "`archive`"],
            ),
            (
                "a mapping of another queue",
                |plan| {
                    values(plan, "queue_trigger[\"archive\"].aws_lambda")["event_source_arn"] =
                        json!(sqs("other"));
                },
                Kind::Trigger,
                &["other", "shop-orders"],
            ),
            (
                "a whole batch repeats",
                |plan| {
                    values(plan, "queue_trigger[\"archive\"].aws_lambda")["function_response_types"] =
                        json!([]);
                },
                Kind::Drift,
                &["ReportBatchItemFailures"],
            ),
            (
                "no notification",
                |plan| plan.retain(|(a, _, _)| !a.contains("notification")),
                Kind::Trigger,
                &[
                    "function[\"resize\"].aws_lambda_function.this",
                    "store `photos`",
                    "aws_s3_bucket_notification",
                ],
            ),
            (
                "another prefix",
                |plan| values(plan, "notification")["queue"][0]["filter_prefix"] = json!("on/"),
                Kind::Trigger,
                &["aws_s3_bucket_notification.this[0] queue.filter_prefix", "`on/`", "`in/`"],
            ),
            (
                "another bucket",
                |plan| values(plan, "notification")["bucket"] = json!("shop-small"),
                Kind::Trigger,
                &["notification.this[0] bucket", "shop-photos"],
            ),
            (
                "another change",
                |plan| {
                    values(plan, "notification")["queue"][0]["events"] =
                        json!(["s3:ObjectRemoved:*"]);
                },
                Kind::Trigger,
                &["s3:ObjectCreated:*"],
            ),
            (
                "S3 may not send",
                |plan| {
                    plan.retain(|(a, _, _)| !a.contains("queue[\"resize\"].aws_sqs_queue_policy"));
                },
                Kind::Trigger,
                &["queue[\"resize\"].aws_sqs_queue.this policy", "S3 may not send"],
            ),
            (
                "no schedule",
                |plan| plan.retain(|(a, _, _)| !a.contains("aws_scheduler_schedule")),
                Kind::Trigger,
                &["function[\"sweep\"].aws_lambda_function.this", "`0 3 * * 1`"],
            ),
            (
                "a schedule that is off",
                |plan| values(plan, "aws_scheduler_schedule")["state"] = json!("DISABLED"),
                Kind::Trigger,
                &["state", "DISABLED"],
            ),
            (
                "no URL",
                |plan| plan.retain(|(a, _, _)| !a.contains("function_url")),
                Kind::Trigger,
                &["function[\"receive\"].aws_lambda_function.this", "aws_lambda_function_url"],
            ),
        ],
    );
}

#[test]
fn a_loop_is_named_unless_it_is_allowed() {
    let mut looping = webhook();
    looping.needs[0].access.push(anyfn::manifest::Access::Write);
    let found = found_in(&looping, &clean(), &[], &[]);
    let loops: Vec<String> =
        faults(&found).into_iter().filter(|one| one.starts_with("Loop")).collect();
    assert!(
        loops[0].contains("function `resize`") && loops[0].contains("--allow-loop resize"),
        "{loops:?}"
    );
    let found = found_in(&looping, &clean(), &[], &["resize"]);
    assert!(!faults(&found).iter().any(|one| one.starts_with("Loop")));

    // Another store of the code that is bound to the same bucket.
    let mut plan = clean();
    for function in ["archive", "receive", "resize", "sweep"] {
        environment(&mut plan, function)["ANYFN_BLOB_SMALL"] =
            json!("s3://shop-photos/in?region=eu-central-1");
    }
    let said = faults(&found_in(&webhook(), &plan, &[], &[])).join("\n");
    assert!(said.contains("`small` is bound to the same place"), "{said}");
    for function in ["archive", "receive", "resize", "sweep"] {
        environment(&mut plan, function)["ANYFN_BLOB_SMALL"] =
            json!("s3://shop-photos/out?region=eu-central-1");
    }
    let said = faults(&found_in(&webhook(), &plan, &[], &[])).join("\n");
    assert!(!said.contains("bound to the same place"), "{said}");
}
