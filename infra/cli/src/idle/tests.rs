//! Deals with: plans whose bill is known. Does not deal with: reading plans (`plan/tests.rs`).

use serde_json::{Value, json};

use super::judge::{State, Verdict, judge};
use super::table::Table;
use super::{explain, reason, report};
use crate::plan::tests::plan;

fn verdicts(resources: &[(&str, Value)]) -> Vec<Verdict> {
    let resources: Vec<(&str, Value, Value)> =
        resources.iter().map(|(address, values)| (*address, values.clone(), json!({}))).collect();
    judge(&plan(&resources), &Table::built_in().unwrap())
}

fn one(address: &str, values: Value) -> Verdict {
    verdicts(&[(address, values)]).remove(0)
}

#[test]
fn what_a_default_app_is_made_of_costs_nothing() {
    for (address, values) in [
        ("aws_lambda_function.a", json!({"memory_size": 512})),
        ("aws_sqs_queue.a", json!({})),
        ("aws_s3_bucket.a", json!({})),
        ("aws_scheduler_schedule.a", json!({})),
        ("aws_cloudwatch_log_group.a", json!({})),
        ("azurerm_service_plan.a", json!({"sku_name": "FC1"})),
        ("azurerm_function_app_flex_consumption.a", json!({"always_ready": []})),
        ("azurerm_storage_account.a", json!({})),
    ] {
        let verdict = one(address, values);
        assert_eq!((verdict.state, verdict.usd_month), (State::Free, Some(0.0)), "{address}");
        assert!(!verdict.is_unexplained());
    }
}

#[test]
fn what_waits_for_traffic_bills() {
    for (address, values, usd) in [
        ("aws_kms_key.a", json!({}), 1.0),
        ("aws_nat_gateway.a", json!({}), 32.85),
        (
            "aws_vpc_endpoint.a",
            json!({"vpc_endpoint_type": "Interface", "subnet_ids": ["a", "b"]}),
            14.6,
        ),
        ("azurerm_service_plan.a", json!({"sku_name": "EP1", "worker_count": 2}), 292.14),
        ("azurerm_private_endpoint.a", json!({}), 7.3),
        (
            "azurerm_function_app_flex_consumption.a",
            json!({"instance_memory_in_mb": 2048, "always_ready": [{"instance_count": 3}]}),
            // 3 instances of 2 GB, 2,628,000 s a month.
            3.0 * 2.0 * 0.000_004 * 2_628_000.0,
        ),
        (
            "azurerm_monitor_scheduled_query_rules_alert_v2.a",
            json!({"evaluation_frequency": "PT5M"}),
            1.5,
        ),
    ] {
        let verdict = one(address, values);
        assert_eq!(verdict.state, State::Bills, "{address}");
        let got = verdict.usd_month.unwrap();
        assert!((got - usd).abs() < 0.005, "{address}: {got} is not {usd}");
        assert!(verdict.is_unexplained() && verdict.source.is_some());
    }
    assert_eq!(
        one("aws_vpc_endpoint.a", json!({"vpc_endpoint_type": "Gateway"})).state,
        State::Free
    );
}

#[test]
fn instances_kept_warm_are_billed_by_their_functions_memory() {
    let found = verdicts(&[
        ("aws_lambda_function.a", json!({"function_name": "shop-a", "memory_size": 2048})),
        (
            "aws_lambda_provisioned_concurrency_config.a",
            json!({"function_name": "arn:aws:lambda:eu-central-1:123456789012:function:shop-a",
                   "provisioned_concurrent_executions": 2}),
        ),
    ]);
    // 2 instances of 2 GB at 0.0000041667 USD for 2,628,000 s.
    assert!((found[1].usd_month.unwrap() - 43.80).abs() < 0.01, "{found:?}");
}

#[test]
fn alarms_beyond_ten_metrics_bill_and_a_math_alarm_counts_each_metric() {
    let plain = json!({"metric_name": "Errors"});
    let math = json!({"metric_query": [
        {"id": "e", "expression": "a / b"}, {"id": "a", "metric": [{}]}, {"id": "b", "metric": [{}]}]});
    let names: Vec<String> = (0..9).map(|n| format!("aws_cloudwatch_metric_alarm.a{n}")).collect();
    let mut resources: Vec<(&str, Value)> =
        names.iter().map(|name| (name.as_str(), plain.clone())).collect();
    resources.push(("aws_cloudwatch_metric_alarm.b", math.clone()));
    resources.push(("aws_cloudwatch_metric_alarm.c", math));
    let found = verdicts(&resources);
    assert!(found[..9].iter().all(|verdict| verdict.state == State::FreeTier));
    // Nine are used: one of b's two metrics is free, none of c's.
    let usd = |at: usize| (found[at].usd_month.unwrap() * 100.0).round();
    assert_eq!((usd(9), usd(10)), (10.0, 20.0), "{found:?}");
}

#[test]
fn empty_polls_of_sqs_bill_beyond_the_first_million_requests() {
    let mapping = json!({"enabled": true, "event_source_arn": "arn:aws:sqs:eu-central-1:1:a"});
    let found = verdicts(&[
        ("aws_lambda_event_source_mapping.a", mapping.clone()),
        ("aws_lambda_event_source_mapping.b", mapping),
        ("aws_lambda_event_source_mapping.c", json!({"enabled": false})),
    ]);
    let states: Vec<State> = found.iter().map(|verdict| verdict.state).collect();
    assert_eq!(states, [State::FreeTier, State::Bills, State::Free]);
    // 1,314,000 requests, 314,000 of them at 0.40 USD a million.
    assert!((found[1].usd_month.unwrap() - 0.1256).abs() < 0.0001, "{found:?}");
}

#[test]
fn what_is_not_known_is_never_free() {
    let verdict = one("aws_quantum_thing.a", json!({}));
    assert_eq!((verdict.state, verdict.usd_month), (State::NotKnown, None));
    assert!(verdict.is_unexplained() && verdict.why.contains("aws_quantum_thing"));

    let resources = [("azurerm_service_plan.a", json!({}), json!({"sku_name": true}))];
    let verdict = judge(&plan(&resources), &Table::built_in().unwrap()).remove(0);
    assert_eq!(verdict.state, State::UnknownAtPlan);
    assert!(verdict.why.contains("`sku_name`") && verdict.is_unexplained(), "{verdict:?}");

    let verdict = one("azurerm_service_plan.a", json!({"sku_name": "P5mv3"}));
    assert_eq!((verdict.state, verdict.usd_month), (State::Bills, None));
}

#[test]
fn a_reason_comes_by_tag_or_by_the_command_line() {
    let key = json!({"tags": {"anyfn:idle-reason": "audit"}});
    let resources = [
        ("aws_kms_key.a", key, json!({})),
        ("aws_cloudwatch_dashboard.a[\"x=y\"]", json!({}), json!({})),
        ("aws_cloudwatch_composite_alarm.b", json!({}), json!({})),
    ];
    let plan = plan(&resources);
    let mut found = judge(&plan, &Table::built_in().unwrap());
    assert_eq!(found.iter().filter(|verdict| verdict.is_unexplained()).count(), 1);
    let (place, why) = reason("aws_cloudwatch_composite_alarm=we are paged by it").unwrap();
    explain(&plan, &mut found, &place, &why).unwrap();
    assert!(!found.iter().any(Verdict::is_unexplained));
    let (place, why) = reason("aws_cloudwatch_dashboard.a[\"x=y\"]=a=b").unwrap();
    assert_eq!((place.as_str(), why.as_str()), ("aws_cloudwatch_dashboard.a[\"x=y\"]", "a=b"));
    explain(&plan, &mut found, &place, &why).unwrap();
    let fault = explain(&plan, &mut found, "aws_kms_kye", "x").unwrap_err().to_string();
    assert!(fault.contains("aws_kms_kye"), "{fault}");
    for wrong in ["", "x", "x=", "=y"] {
        assert!(reason(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_report_names_place_price_and_reason_and_sums_up() {
    let found = verdicts(&[
        ("aws_kms_key.a", json!({"tags": {"anyfn:idle-reason": "audit"}})),
        ("aws_nat_gateway.a", json!({})),
        ("aws_sqs_queue.a", json!({})),
        ("aws_quantum_thing.a", json!({})),
    ]);
    let text = report::text(&found);
    for part in [
        "bills at zero traffic:\n        1.00  aws_kms_key.a\n",
        "reason: audit",
        "32.85  aws_nat_gateway.a",
        "no reason given",
        "not known:\n           ?  aws_quantum_thing.a",
        "at least 33.85 USD a month at zero traffic, 4 resources; 2 without a reason",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let json = report::json(&found);
    assert_eq!(json["unexplained"], 2);
    assert_eq!(json["is_a_minimum"], true);
    assert_eq!(json["resources"][1]["state"], "bills");
    assert_eq!(json["resources"][1]["source"], "https://aws.amazon.com/vpc/pricing/");
}
