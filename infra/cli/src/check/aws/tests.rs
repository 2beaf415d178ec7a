//! Deals with: a plan of an app on AWS, and each fault that is planted in it. Does not deal with: real
//! plans.

mod drift;
mod grants;
mod triggers;

use serde_json::{Value, json};

use super::super::tests::{One, faults, found_in, values, webhook};
use super::is_call;

const ACCOUNT: &str = "123456789012";

fn sqs(name: &str) -> String {
    format!("arn:aws:sqs:eu-central-1:{ACCOUNT}:{name}")
}

fn alias(function: &str) -> String {
    format!("arn:aws:lambda:eu-central-1:{ACCOUNT}:function:shop-{function}:live")
}

fn policy(statements: &[(&[&str], &str)]) -> String {
    let statements: Vec<Value> = statements
        .iter()
        .map(|(actions, resource)| json!({"Effect": "Allow", "Action": actions, "Resource": resource}))
        .collect();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn role(name: &str, service: &str) -> Value {
    let trust = json!({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}]});
    json!({"name": name, "assume_role_policy": trust.to_string(), "tags": {"anyfn:app": "shop"}})
}

/// A plan in which everything is as the code says.
fn clean() -> Vec<One> {
    let mut plan: Vec<One> = Vec::new();
    let mut add =
        |address: String, values: Value, unknown: Value| plan.push((address, values, unknown));
    let environment = json!({
        "ANYFN_BLOB_PHOTOS": "s3://shop-photos?region=eu-central-1",
        "ANYFN_BLOB_SMALL": "s3://shop-small?region=eu-central-1",
        "ANYFN_QUEUE_ORDERS": format!("sqs://eu-central-1/{ACCOUNT}/shop-orders"),
        "ANYFN_DEAD_LETTER_ARCHIVE": format!("sqs://eu-central-1/{ACCOUNT}/shop-archive-dead-letter"),
        "ANYFN_DEAD_LETTER_RESIZE": format!("sqs://eu-central-1/{ACCOUNT}/shop-resize-dead-letter"),
        "RULES": "secret", "RUST_LOG": "info"
    });
    for name in ["archive", "receive", "resize", "sweep"] {
        let function = format!("module.shop.module.function[\"{name}\"]");
        let full = format!("shop-{name}");
        add(
            format!("{function}.aws_lambda_function.this"),
            json!({
                "function_name": full, "handler": name, "runtime": "provided.al2023", "architectures": ["arm64"], "timeout": 30,
                "role": format!("arn:aws:iam::{ACCOUNT}:role/{full}"), "environment": [{"variables": environment}],
                "source_code_hash": "x", "tags": {"anyfn:app": "shop", "anyfn:function": name}
            }),
            json!({"arn": true}),
        );
        add(
            format!("{function}.aws_iam_role.this"),
            role(&full, "lambda.amazonaws.com"),
            json!({}),
        );
        let log = format!("arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:/aws/lambda/{full}:*");
        let log = policy(&[
            (&["logs:CreateLogStream", "logs:PutLogEvents"], &log),
            (&["xray:PutTelemetryRecords", "xray:PutTraceSegments"], "*"),
        ]);
        add(
            format!("{function}.aws_iam_role_policy.log"),
            json!({"role": full, "policy": log}),
            json!({}),
        );
        let needs = policy(&[
            (&["s3:GetObject"], "arn:aws:s3:::shop-photos/*"),
            (&["s3:ListBucket"], "arn:aws:s3:::shop-photos"),
            (&["s3:PutObject", "s3:AbortMultipartUpload"], "arn:aws:s3:::shop-small/*"),
            (&["sqs:SendMessage"], &sqs("shop-orders")),
        ]);
        add(
            format!("{function}.aws_iam_role_policy.this[\"needs\"]"),
            json!({"role": full, "policy": needs}),
            json!({}),
        );
    }
    for (name, queue) in [("archive", "shop-orders"), ("resize", "shop-resize-events")] {
        let letters = format!("shop-{name}-dead-letter");
        let module = format!("module.shop.module.queue[\"{name}\"]");
        for (own, queue) in [("this", queue), ("dead_letter", letters.as_str())] {
            add(
                format!("{module}.aws_sqs_queue.{own}"),
                json!({"name": queue, "visibility_timeout_seconds": 180, "redrive_policy": null}),
                json!({"url": true}),
            );
        }
        let redrive =
            json!({"deadLetterTargetArn": sqs(&letters), "maxReceiveCount": 5}).to_string();
        let url = format!("https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/{queue}");
        add(
            format!("{module}.aws_sqs_queue_redrive_policy.this"),
            json!({"queue_url": url, "redrive_policy": redrive}),
            json!({}),
        );
        let lets = json!({"Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": sqs(queue)},
            {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": sqs(queue)}]});
        add(
            format!("{module}.aws_sqs_queue_policy.this"),
            json!({"queue_url": url, "policy": lets.to_string()}),
            json!({}),
        );
        let trigger = format!("module.shop.module.queue_trigger[\"{name}\"]");
        add(
            format!("{trigger}.aws_lambda_event_source_mapping.this"),
            json!({"function_name": alias(name), "event_source_arn": sqs(queue), "enabled": true, "function_response_types": ["ReportBatchItemFailures"]}),
            json!({}),
        );
        let receive = policy(&[
            (&["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"], &sqs(queue)),
            (&["sqs:SendMessage"], &sqs(&letters)),
        ]);
        add(
            format!("{trigger}.aws_iam_role_policy.this"),
            json!({"role": format!("shop-{name}"), "policy": receive}),
            json!({}),
        );
    }
    add(
        "module.shop.module.store[\"photos\"].aws_s3_bucket_notification.this[0]".to_owned(),
        json!({"bucket": "shop-photos", "queue": [{"queue_arn": sqs("shop-resize-events"), "events": ["s3:ObjectCreated:*"], "filter_prefix": "in/", "filter_suffix": null}]}),
        json!({}),
    );
    add(
        "module.shop.module.http[\"receive\"].aws_lambda_function_url.this".to_owned(),
        json!({"function_name": "shop-receive", "qualifier": "live", "authorization_type": "NONE"}),
        json!({"function_url": true}),
    );
    add(
        "module.shop.module.http[\"receive\"].aws_lambda_permission.url[0]".to_owned(),
        json!({"function_name": "shop-receive", "principal": "*", "action": "lambda:InvokeFunctionUrl"}),
        json!({}),
    );
    add(
        "module.shop.module.schedule[0].aws_scheduler_schedule.this[\"sweep\"]".to_owned(),
        json!({"schedule_expression": "cron(0 3 ? * MON *)", "schedule_expression_timezone": "UTC", "state": "ENABLED",
               "target": [{"arn": alias("sweep"), "role_arn": format!("arn:aws:iam::{ACCOUNT}:role/shop-scheduler")}]}),
        json!({}),
    );
    add(
        "module.shop.module.schedule[0].aws_iam_role.this".to_owned(),
        role("shop-scheduler", "scheduler.amazonaws.com"),
        json!({}),
    );
    add(
        "module.shop.module.schedule[0].aws_iam_role_policy.this".to_owned(),
        json!({"role": "shop-scheduler", "policy": policy(&[(&["lambda:InvokeFunction"], &alias("sweep"))])}),
        json!({}),
    );
    plan
}

fn environment<'a>(plan: &'a mut [One], function: &str) -> &'a mut Value {
    &mut values(plan, &format!("function[\"{function}\"].aws_lambda_function"))["environment"][0]["variables"]
}

#[test]
fn a_plan_that_is_as_the_code_says_passes() {
    let found = found_in(&webhook(), &clean(), &[], &[]);
    assert_eq!(faults(&found), Vec::<String>::new());
    assert_eq!(found.unknown, []);
    assert!(found.compared > 100, "{}", found.compared);
    // That it sends where `archive` listens is said.
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.place.contains("archive") && note.says.contains("`orders`"))
    );
}

#[test]
fn what_is_unknown_before_apply_is_neither_right_nor_wrong() {
    let mut plan = clean();
    let policy = plan
        .iter_mut()
        .find(|(a, _, _)| a.contains("\"archive\"].aws_iam_role_policy.log"))
        .unwrap();
    policy.1["policy"] = json!(null);
    policy.2 = json!({"policy": true});
    let function =
        plan.iter_mut().find(|(a, _, _)| a.contains("\"sweep\"].aws_lambda_function")).unwrap();
    function.1["environment"][0]["variables"].as_object_mut().unwrap().remove("ANYFN_BLOB_SMALL");
    function.2 = json!({"environment": [{"variables": {"ANYFN_BLOB_SMALL": true}}]});
    let found = found_in(&webhook(), &plan, &[], &[]);
    assert_eq!(faults(&found), Vec::<String>::new());
    let places: Vec<&str> = found.unknown.iter().map(|said| said.place.as_str()).collect();
    assert_eq!(
        places,
        [
            "module.shop.module.function[\"archive\"].aws_iam_role_policy.log policy",
            "module.shop.module.function[\"sweep\"].aws_lambda_function.this environment.variables.ANYFN_BLOB_SMALL",
        ]
    );
}

#[test]
fn a_function_is_called_by_name_arn_or_alias() {
    for text in [
        "shop",
        "shop:live",
        "arn:aws:lambda:eu:1:function:shop",
        "arn:aws:lambda:eu:1:function:shop:live",
        "arn:aws:apigateway:eu:lambda:path/2015-03-31/functions/arn:aws:lambda:eu:1:function:shop/invocations",
    ] {
        assert!(is_call(text, "shop"), "{text}");
    }
    for text in ["shop2", "my-shop", "arn:aws:lambda:eu:1:function:shop-2:live", ""] {
        assert!(!is_call(text, "shop"), "{text}");
    }
}
