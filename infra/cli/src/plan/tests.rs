//! Deals with: plans small and foreign. Does not deal with: what commands make of them.

use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use serde_json::{Value, json};

use super::{Field, Plan};

/// A plan of `resources`, each `(address, values, after_unknown)`.
pub(crate) fn plan(resources: &[(&str, Value, Value)]) -> Plan {
    Plan::from_json(document(resources).to_string().as_bytes()).unwrap()
}

/// The JSON of such a plan.
pub(crate) fn document(resources: &[(&str, Value, Value)]) -> Value {
    let planned: Vec<Value> = resources
        .iter()
        .map(|(address, values, _)| {
            let plain = super::references::without_indexes(address);
            let mut parts = plain.rsplit('.');
            let name = parts.next().unwrap_or_default().to_owned();
            let kind = parts.next().unwrap_or_default().to_owned();
            let cloud = kind.split('_').next().unwrap_or_default().to_owned();
            json!({"address": address, "mode": "managed", "type": kind, "name": name,
                   "provider_name": format!("registry.terraform.io/hashicorp/{cloud}"), "values": values})
        })
        .collect();
    let module = |address: &str| {
        let kinds = [".aws_", ".azurerm_", ".terraform_data"];
        let at = kinds.iter().filter_map(|kind| address.rfind(kind)).max().unwrap_or(0);
        address[..at].to_owned()
    };
    // One child for each module is enough: modules in modules are tested by themselves.
    let mut children: Vec<Value> = Vec::new();
    let mut root: Vec<Value> = Vec::new();
    for (resource, (address, _, _)) in planned.into_iter().zip(resources) {
        match address.starts_with("module.") {
            false => root.push(resource),
            true => children.push(json!({"address": module(address), "resources": [resource]})),
        }
    }
    let changes: Vec<Value> = resources
        .iter()
        .map(|(address, _, unknown)| {
            json!({"address": address, "change": {"actions": ["create"], "after_unknown": unknown}})
        })
        .collect();
    json!({"format_version": "1.2", "terraform_version": "1.13.0", "resource_changes": changes,
           "planned_values": {"root_module": {"resources": root, "child_modules": children}}})
}

#[test]
fn nested_modules_are_read_and_data_sources_are_not() {
    let text = json!({
        "format_version": "1.3", "planned_values": {"outputs": {}, "root_module": {"child_modules": [{
            "address": "module.shop", "child_modules": [{
                "address": "module.shop.module.queue[\"a\"]",
                "resources": [{"address": "module.shop.module.queue[\"a\"].aws_sqs_queue.this",
                    "mode": "managed", "type": "aws_sqs_queue", "name": "this", "new_field": 1,
                    "provider_name": "registry.terraform.io/hashicorp/aws", "values": {"name": "a"}},
                    {"address": "data.aws_region.here", "mode": "data", "type": "aws_region"}]
            }]
        }]}},
        "something_new": {"x": []}
    });
    let plan = Plan::from_json(text.to_string().as_bytes()).unwrap();
    assert_eq!(plan.resources.len(), 1);
    let queue = &plan.resources[0];
    assert_eq!(queue.module, "module.shop.module.queue[\"a\"]");
    assert_eq!(queue.text("name"), Some("a"));
    assert!(queue.provider.ends_with("hashicorp/aws"));
}

#[test]
fn unknown_is_neither_set_nor_absent() {
    let plan = plan(&[(
        "aws_lambda_function.this[\"a\"]",
        json!({"environment": [{"variables": {"A": "1"}}], "role": null, "memory_size": "128", "list": [1, 2]}),
        json!({"arn": true, "environment": [{"variables": {"B": true}}], "tags_all": true, "list": [false, true]}),
    )]);
    let function = &plan.resources[0];
    assert_eq!(function.get("arn"), Field::Unknown);
    assert_eq!(function.get("role"), Field::Absent);
    assert_eq!(function.get("memory_size").number(), Some(128.0));
    let variables = ["environment", "0", "variables"];
    assert_eq!(function.field(&["environment", "0", "variables", "A"]).text(), Some("1"));
    assert_eq!(function.field(&["environment", "0", "variables", "B"]), Field::Unknown);
    assert_eq!(function.field(&["environment", "0", "variables", "C"]), Field::Absent);
    assert_eq!(function.field(&["tags_all", "anyfn:app"]), Field::Unknown);
    assert_eq!(function.field(&["list", "1"]), Field::Unknown);
    assert_eq!(function.keys(&variables), ["A", "B"]);
    assert_eq!(function.count(&["list"]), 2);
}

#[test]
fn what_is_no_plan_is_told_how_to_make_one() {
    for (text, why) in [
        ("PK\u{3}\u{4}", "binary file"),
        ("", "not a plan"),
        ("{}", "no `planned_values`"),
        (r#"{"planned_values": 5}"#, "at `planned_values`"),
        (r#"{"planned_values": {"root_module": {"resources": [{"type": 1}]}}}"#, "resources[0]"),
    ] {
        let error = Plan::from_json(text.as_bytes()).unwrap_err();
        assert!(error.contains(why) && error.contains("terraform show -json"), "{error}");
    }
    let error = Plan::from_json(br#"{"format_version": "2.0", "planned_values": {}}"#).unwrap_err();
    assert!(error.contains("2.0"), "{error}");
    let error = Plan::from_json(br#"{"errored": true, "planned_values": {}}"#).unwrap_err();
    assert!(error.contains("errored"), "{error}");
}

#[test]
fn a_state_is_read_as_a_plan_without_unknowns() {
    let text = br#"{"format_version": "1.0", "values": {"root_module": {"resources": [
        {"address": "aws_sqs_queue.a", "mode": "managed", "type": "aws_sqs_queue", "values": {"arn": "x"}}]}}}"#;
    assert_eq!(Plan::from_json(text).unwrap().resources[0].text("arn"), Some("x"));
}

#[test]
fn references_are_found_by_the_address_of_an_instance() {
    let text = json!({
        "planned_values": {},
        "configuration": {"root_module": {
            "resources": [{"address": "azurerm_role_assignment.more", "expressions": {
                "principal_id": {"references": ["module.shop.principal_id", "module.shop"]}}}],
            "module_calls": {"shop": {"module": {"resources": [{
                "address": "azurerm_role_assignment.need",
                "expressions": {"principal_id": {"references": ["azurerm_user_assigned_identity.this"]}}}]}}}
        }}
    });
    let plan = Plan::from_json(text.to_string().as_bytes()).unwrap();
    let of = |address| plan.references.of(address, "principal_id");
    assert_eq!(of("azurerm_role_assignment.more")[0], "module.shop.principal_id");
    assert_eq!(
        of("module.shop[\"a.b\"].azurerm_role_assignment.need[\"x]\\\"\"]"),
        ["azurerm_user_assigned_identity.this"]
    );
    assert!(of("module.other.azurerm_role_assignment.need").is_empty());
}

/// Any JSON, with the names that a plan has.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z_.]{0,8}".prop_map(Value::from),
        proptest::strategy::Just(Value::Null),
    ];
    let name = "(planned_values|root_module|resources|child_modules|address|type|values|resource_changes|change|after_unknown|configuration|module_calls|[a-z]{1,3})";
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(name, inner, 0..5).prop_map(Value::from_iter),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Plan::from_json(&bytes);
    }

    #[test]
    fn no_json_makes_it_panic(value in json_value(), address in ".{0,20}", path in "[a-z0-9]{0,3}") {
        if let Ok(plan) = Plan::from_json(value.to_string().as_bytes()) {
            let _ = plan.references.of(&address, &path);
            for resource in &plan.resources {
                let _ = (resource.field(&[&path, "0"]), resource.keys(&[&path]), resource.tag(&path));
            }
        }
    }
}
