//! Deals with: plans as the modules of this project make them, and what each planted fault is called.
//! Does not deal with: real plans, which `terraform/tests/support/plans` makes.

use anyfn::manifest::Manifest;
use serde_json::{Value, json};

use super::compare;
use super::finding::{Found, Kind};
use super::package::Package;
use crate::plan::Plan;
use crate::plan::tests::document;

/// One resource: address, values, what is unknown before apply.
pub(super) type One = (String, Value, Value);

/// An app with a queue, an HTTP and a blob function and a schedule.
pub(super) fn webhook() -> Manifest {
    Manifest::from_json(
        json!({"anyfn": 1, "app": "shop", "functions": [
            {"name": "archive", "trigger": {"type": "queue", "queue": "orders", "fifo": false}, "event": {}},
            {"name": "receive", "trigger": {"type": "http", "methods": [], "path": "/hooks", "public": true}, "event": {}},
            {"name": "resize", "trigger": {"type": "blob", "store": "photos", "change": "created", "prefix": "in/", "suffix": ""}, "event": {}},
            {"name": "sweep", "trigger": {"type": "schedule", "cron": "0 3 * * 1"}, "event": {}}],
          "needs": [
            {"kind": "blob", "name": "photos", "access": ["read"]},
            {"kind": "blob", "name": "small", "access": ["write"]},
            {"kind": "queue", "name": "orders", "access": ["send"]}],
          "config": [
            {"name": "RULES", "required": true, "secret": true},
            {"name": "SIZE", "required": false, "default": "1", "secret": false}]})
        .to_string()
        .as_bytes(),
    )
    .unwrap()
}

/// What is found in `plan` with this manifest.
pub(super) fn found_in(
    manifest: &Manifest,
    plan: &[One],
    packages: &[Package],
    allow: &[&str],
) -> Found {
    let plan: Vec<(&str, Value, Value)> = plan
        .iter()
        .map(|(address, values, unknown)| (address.as_str(), values.clone(), unknown.clone()))
        .collect();
    let plan = Plan::from_json(document(&plan).to_string().as_bytes()).unwrap();
    let allow: Vec<String> = allow.iter().map(ToString::to_string).collect();
    let mut found = Found::default();
    compare(&plan, manifest, packages, &allow, &mut found);
    found
}

/// `KIND place: sentence` of every fault.
pub(super) fn faults(found: &Found) -> Vec<String> {
    found
        .faults
        .iter()
        .map(|(kind, said)| format!("{kind:?} {}: {}", said.place, said.says))
        .collect()
}

/// The values of the first resource whose address contains `part`.
pub(super) fn values<'a>(plan: &'a mut [One], part: &str) -> &'a mut Value {
    &mut plan.iter_mut().find(|(address, _, _)| address.contains(part)).unwrap().1
}

/// A change of a plan, and the kind and the parts of the one sentence that it must cause.
pub(super) type Planted = (&'static str, fn(&mut Vec<One>), Kind, &'static [&'static str]);

/// Each change causes its sentence, and nothing else but what the sentence is about.
pub(super) fn each_is_named(clean: &dyn Fn() -> Vec<One>, planted: &[Planted]) {
    for (what, change, kind, parts) in planted {
        let mut plan = clean();
        change(&mut plan);
        let found = found_in(&webhook(), &plan, &[], &[]);
        let said = faults(&found);
        let named = said.iter().any(|one| {
            one.starts_with(&format!("{kind:?} ")) && parts.iter().all(|part| one.contains(part))
        });
        assert!(named, "{what}: {parts:?} is not in\n{}", said.join("\n"));
    }
}

#[test]
fn the_module_around_a_module_is_found_whatever_its_index_says() {
    for (module, around) in [
        ("module.shop.module.function[\"a\"]", "module.shop"),
        ("module.shop[\"module.x\"].module.function", "module.shop[\"module.x\"]"),
        ("module.function", ""),
        ("", ""),
    ] {
        assert_eq!(super::around(module), around, "{module}");
    }
}

#[test]
fn a_plan_of_other_apps_is_told_so() {
    let plan =
        [("aws_lambda_function.a".to_owned(), json!({"tags": {"anyfn:app": "other"}}), json!({}))];
    let said = faults(&found_in(&webhook(), &plan, &[], &[]));
    assert!(said[0].contains("`shop`") && said[0].contains("it deploys other"), "{said:?}");
}

#[test]
fn a_manifest_file_that_is_not_the_codes_is_named_part_by_part() {
    let code = webhook();
    let mut file = webhook();
    file.functions.remove(0);
    file.needs[0].access.clear();
    file.config.push(anyfn::manifest::Setting {
        name: "OLD".into(),
        required: false,
        default: None,
        secret: false,
    });
    let mut found = Found::default();
    super::code::compare(&code, &file, std::path::Path::new("m.json"), &mut found);
    let said = faults(&found).join("\n");
    for part in [
        "m.json functions.archive: the code has it",
        "m.json needs.blob.photos: it is",
        "m.json config.OLD: the file has it",
    ] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
    let mut found = Found::default();
    super::code::compare(&code, &code, std::path::Path::new("m.json"), &mut found);
    assert!(found.faults.is_empty());
}

#[test]
fn the_report_fails_on_a_fault_and_on_what_is_unknown_unless_that_is_allowed() {
    let mut found = Found::default();
    assert!(!super::report::failed(&found, false));
    found.unknown("a.b policy", "known only after apply");
    assert!(super::report::failed(&found, false) && !super::report::failed(&found, true));
    let text = super::report::text("shop", &found, false);
    assert!(
        text.contains("a.b policy")
            && text.contains("shop: failed")
            && text.contains("--allow-unknown"),
        "{text}"
    );
    found.fault(Kind::Loop, "function `a`", "it calls itself");
    assert!(super::report::failed(&found, true));
    let text = super::report::text("shop", &found, true);
    assert!(text.contains("loops:\n  function `a`\n      it calls itself\n"), "{text}");
    let json = super::report::json("shop", &found, true);
    assert_eq!(
        (json["passed"].clone(), json["faults"][0]["kind"].clone()),
        (json!(false), json!("loop"))
    );
}
