//! Deals with: functions, bindings, settings, queues and packages that are not as in code. Does not deal
//! with: the plan that they are planted in (`../tests.rs`).

use serde_json::json;

use super::super::super::finding::Kind;
use super::super::super::package::tests::{elf, package};
use super::super::super::tests::{each_is_named, faults, found_in, values, webhook};
use super::{clean, environment, sqs};

#[test]
fn drift_is_named_with_its_place() {
    each_is_named(
        &clean,
        &[
            (
                "a function is missing",
                |plan| plan.retain(|(a, _, _)| !a.contains("function[\"sweep\"].aws_lambda")),
                Kind::Drift,
                &["module.shop: ", "`sweep`"],
            ),
            (
                "a function is extra",
                |plan| {
                    plan.push(("module.shop.module.function[\"old\"].aws_lambda_function.this".to_owned(), json!({"handler": "old", "tags": {"anyfn:app": "shop", "anyfn:function": "old"}}), json!({})));
                },
                Kind::Drift,
                &["function[\"old\"]", "`old`, which the code does not"],
            ),
            (
                "the handler is another's",
                |plan| values(plan, "\"sweep\"].aws_lambda_function")["handler"] = json!("swep"),
                Kind::Drift,
                &["aws_lambda_function.this handler", "`swep`", "`sweep`"],
            ),
            (
                "a binding is missing",
                |plan| {
                    environment(plan, "archive")
                        .as_object_mut()
                        .unwrap()
                        .remove("ANYFN_BLOB_SMALL");
                },
                Kind::Drift,
                &["environment.variables.ANYFN_BLOB_SMALL", "s3://my-photos"],
            ),
            (
                "a binding is wrong",
                |plan| environment(plan, "archive")["ANYFN_BLOB_SMALL"] = json!("s4://x"),
                Kind::Drift,
                &["ANYFN_BLOB_SMALL", "s4://x"],
            ),
            (
                "a binding is of another cloud",
                |plan| environment(plan, "archive")["ANYFN_BLOB_SMALL"] = json!("azblob://a/b"),
                Kind::Drift,
                &["is no s3://"],
            ),
            (
                "two functions have two bindings",
                |plan| environment(plan, "sweep")["ANYFN_BLOB_SMALL"] = json!("s3://other"),
                Kind::Drift,
                &["\"sweep\"]", "they share one"],
            ),
            (
                "a binding of nothing",
                |plan| environment(plan, "archive")["ANYFN_QUEUE_OLD"] = json!("x"),
                Kind::Drift,
                &["nothing that `ANYFN_QUEUE_OLD` binds"],
            ),
            (
                "a dead-letter sink is missing",
                |plan| {
                    environment(plan, "resize")
                        .as_object_mut()
                        .unwrap()
                        .remove("ANYFN_DEAD_LETTER_RESIZE");
                },
                Kind::Drift,
                &["ANYFN_DEAD_LETTER_RESIZE"],
            ),
            (
                "a dead-letter sink is another queue",
                |plan| {
                    environment(plan, "resize")["ANYFN_DEAD_LETTER_RESIZE"] =
                        json!("sqs://eu-central-1/123456789012/shop-orders");
                },
                Kind::Drift,
                &["redrive_policy", "shop-resize-dead-letter"],
            ),
            (
                "a required setting is missing",
                |plan| {
                    environment(plan, "archive").as_object_mut().unwrap().remove("RULES");
                },
                Kind::Drift,
                &["variables.RULES", "requires the setting `RULES`"],
            ),
            (
                "a setting is misspelt",
                |plan| environment(plan, "archive")["SISE"] = json!("2"),
                Kind::Drift,
                &["variables.SISE", "it declares RULES, SIZE"],
            ),
            (
                "attempts differ",
                |plan| {
                    let redrive = json!({"deadLetterTargetArn": sqs("shop-resize-dead-letter"), "maxReceiveCount": 3});
                    values(plan, "queue[\"resize\"].aws_sqs_queue_redrive_policy")["redrive_policy"] =
                        json!(redrive.to_string());
                },
                Kind::Drift,
                &["`maxReceiveCount` is 3", "one number of attempts"],
            ),
            (
                "redrive is missing",
                |plan| {
                    plan.retain(|(a, _, _)| {
                        !a.contains("queue[\"archive\"].aws_sqs_queue_redrive")
                    });
                },
                Kind::Drift,
                &["aws_sqs_queue.this redrive_policy", "no dead-letter queue"],
            ),
            (
                "messages come back too soon",
                |plan| {
                    values(plan, "queue[\"archive\"].aws_sqs_queue.this")["visibility_timeout_seconds"] =
                        json!(10);
                },
                Kind::Drift,
                &["visibility_timeout_seconds", "a right one: 180"],
            ),
            (
                "the schedule is another",
                |plan| {
                    values(plan, "aws_scheduler_schedule")["schedule_expression"] =
                        json!("cron(0 4 ? * MON *)");
                },
                Kind::Drift,
                &["schedule_expression", "cron(0 4 ? * MON *)", "`0 3 * * 1`"],
            ),
            (
                "the URL is closed",
                |plan| {
                    values(plan, "aws_lambda_function_url")["authorization_type"] =
                        json!("AWS_IAM");
                },
                Kind::Drift,
                &["authorization_type", "NONE"],
            ),
        ],
    );
}

#[test]
fn the_package_that_is_planned_is_the_one_that_was_built() {
    let arm = elf(0xb7);
    let zip = package("dist/shop/aws-arm64.zip", &[("bootstrap", 0o755, &arm)]);
    let said = faults(&found_in(&webhook(), &clean(), &[zip], &[])).join("\n");
    assert!(
        said.contains("source_code_hash: the plan deploys `x`")
            && said.contains("dist/shop/aws-arm64.zip"),
        "{said}"
    );

    let zip = package("a.zip", &[("bootstrap", 0o755, &arm)]);
    let mut plan = clean();
    for (_, values, _) in plan.iter_mut().filter(|(a, _, _)| a.contains("aws_lambda_function.")) {
        values["source_code_hash"] = json!(zip.sha256_base64());
    }
    values(&mut plan, "\"sweep\"].aws_lambda_function")["architectures"] = json!(["x86_64"]);
    let said = faults(&found_in(&webhook(), &plan, &[zip], &[]));
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("\"sweep\"].aws_lambda_function.this architectures")
            && said[0].contains("`arm64`"),
        "{said:?}"
    );
}
