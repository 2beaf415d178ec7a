//! The roles of an app: who may take them, and every policy that they have.
//!
//! Deals with: finding role and policies of a function and of its schedules, what the platform itself
//! needs, who else may call. Does not deal with: comparing grants (`grants.rs`).

use std::collections::BTreeMap;

use anyfn::manifest::{Manifest, TriggerSpec};

use super::super::finding::{Found, Kind, at};
use super::super::loops::Bindings;
use super::grants::{self, Policy};
use super::needs::{self, Allowed, queue_arn};
use super::policy::{statements, without_partition};
use super::queue::sources;
use super::{Deployed, calls};
use crate::plan::{Field, Plan, Resource};

/// The role in `attribute` of `user`.
pub(super) fn of<'a>(plan: &'a Plan, user: &Resource, attribute: &[&str]) -> Option<&'a Resource> {
    let mut roles = plan.of_type("aws_iam_role");
    match user.field(attribute) {
        Field::Known(arn) => {
            let name = arn.as_str()?.rsplit('/').next()?;
            roles.find(|role| role.text("name") == Some(name))
        }
        _ => roles
            .find(|role| plan.refers(user, attribute.first().copied().unwrap_or_default(), role)),
    }
}

/// Compares the role of every function, and that of every schedule that calls one.
pub(super) fn compare(
    plan: &Plan,
    manifest: &Manifest,
    deployed: &[Deployed<'_>],
    bindings: &Bindings,
    found: &mut Found,
) {
    let mut roles: BTreeMap<&str, (&Resource, Vec<&Deployed<'_>>)> = BTreeMap::new();
    for function in deployed {
        match of(plan, function.resource, &["role"]) {
            Some(role) => roles.entry(&role.address).or_insert((role, Vec::new())).1.push(function),
            None => found.unknown(
                at(function.resource, "role"),
                "the role is not in this plan, so what it may do was not compared",
            ),
        }
    }
    let complete =
        manifest.needs.iter().all(|need| bindings.contains_key(&(need.kind, need.name.clone())));
    for (role, functions) in roles.values() {
        trusts(role, "lambda.amazonaws.com", found);
        let policies = policies(plan, role, found);
        let mut allowed = needs::allowed(manifest, bindings);
        grants::missing(&at(role, "name"), manifest, &policies, &allowed, found);
        for function in functions {
            allowed.extend(platform(plan, function));
        }
        match complete {
            true => grants::surplus(&policies, &allowed, bindings, found),
            false => found.unknown(at(role, "name"), "its policies were not searched for surplus grants, since a binding is missing or unknown"),
        }
    }
    schedulers(plan, deployed, bindings, found);
}

/// What a function gets whatever its code says: its log, traces, its source queue, its dead letters.
fn platform(plan: &Plan, function: &Deployed<'_>) -> Vec<Allowed> {
    let mut all = Vec::new();
    let mut allow = |actions: &[&'static str], resource: &str| {
        all.extend(actions.iter().map(|action| Allowed {
            action,
            resource: resource.to_owned(),
            needed_by: None,
        }));
    };
    let resource = function.resource;
    let name = resource.text("function_name").unwrap_or_default();
    let own = format!("/aws/lambda/{name}");
    let group = resource.field(&["logging_config", "0", "log_group"]).text().unwrap_or(&own);
    allow(
        &["logs:CreateLogStream", "logs:PutLogEvents"],
        &format!("arn:aws:logs:*:*:log-group:{group}:*"),
    );
    allow(&["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*");
    if resource.count(&["vpc_config"]) > 0 {
        allow(
            &[
                "ec2:CreateNetworkInterface",
                "ec2:DescribeNetworkInterfaces",
                "ec2:DescribeSubnets",
                "ec2:DeleteNetworkInterface",
                "ec2:AssignPrivateIpAddresses",
                "ec2:UnassignPrivateIpAddresses",
            ],
            "*",
        );
    }
    for source in sources(plan, function) {
        allow(
            &[
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ChangeMessageVisibility",
            ],
            &without_partition(&source),
        );
    }
    if let Some(arn) = function.dead_letter.as_ref().and_then(queue_arn) {
        allow(&["sqs:SendMessage"], &arn);
    }
    all
}

fn schedulers(plan: &Plan, deployed: &[Deployed<'_>], bindings: &Bindings, found: &mut Found) {
    let mut roles: BTreeMap<&str, (&Resource, Vec<Allowed>)> = BTreeMap::new();
    for schedule in plan.of_type("aws_scheduler_schedule") {
        let called = deployed.iter().filter(|function| {
            matches!(function.code.trigger, TriggerSpec::Schedule { .. })
                && calls(plan, schedule, &["target", "0", "arn"], function.resource) == Some(true)
        });
        for function in called {
            let Some(role) = of(plan, schedule, &["target", "0", "role_arn"]) else {
                found.unknown(
                    at(schedule, "target.role_arn"),
                    "the role is not in this plan, so what it may do was not compared",
                );
                continue;
            };
            let name = function.resource.text("function_name").unwrap_or("*");
            let mut allow = |action, resource: String| {
                let entry = roles.entry(&role.address).or_insert((role, Vec::new()));
                entry.1.push(Allowed { action, resource, needed_by: None });
            };
            allow("lambda:InvokeFunction", format!("arn:aws:lambda:*:*:function:{name}"));
            allow("lambda:InvokeFunction", format!("arn:aws:lambda:*:*:function:{name}:*"));
            if let Some(queue) =
                schedule.field(&["target", "0", "dead_letter_config", "0", "arn"]).text()
            {
                allow("sqs:SendMessage", without_partition(queue));
            }
        }
    }
    for (role, allowed) in roles.values() {
        trusts(role, "scheduler.amazonaws.com", found);
        grants::surplus(&policies(plan, role, found), allowed, bindings, found);
    }
}

/// Only the platform takes the role.
fn trusts(role: &Resource, service: &str, found: &mut Found) {
    let place = at(role, "assume_role_policy");
    let Some(text) = role.text("assume_role_policy") else {
        return found.unknown(place, "known only after apply");
    };
    let read = statements(text);
    let right = format!("Service:{service}");
    let others: Vec<&String> = read
        .iter()
        .flatten()
        .filter(|one| one.allows)
        .flat_map(|one| &one.principals)
        .filter(|who| **who != right)
        .collect();
    if !found.holds(read.is_ok() && others.is_empty()) {
        let who: Vec<&str> = others.iter().map(|who| who.as_str()).collect();
        found.fault(
            Kind::Grant,
            place,
            format!(
                "`{}` may take the app's role; a right one: `{service}` alone",
                who.join("`, `")
            ),
        );
    }
}

/// Every policy of a role: its own, attached ones of the plan; others are a fault.
fn policies(plan: &Plan, role: &Resource, found: &mut Found) -> Vec<Policy> {
    let mut all = Vec::new();
    let mut read = |resource: &Resource, path: &[&str], name: &str, found: &mut Found| {
        let place = at(resource, name);
        match resource.field(path) {
            Field::Known(text) => match statements(text.as_str().unwrap_or_default()) {
                Ok(statements) => all.push(Policy { place, statements }),
                Err(why) => found.fault(Kind::Grant, place, format!("not a policy: {why}")),
            },
            Field::Unknown => found.unknown(place, "the policy is known only after apply, and was not compared; build its ARNs from names"),
            Field::Absent => {}
        }
    };
    let name = role.text("name");
    let is_of = |resource: &Resource| match resource.text("role") {
        Some(text) => Some(text) == name,
        None => plan.refers(resource, "role", role),
    };
    for inline in plan.of_type("aws_iam_role_policy").filter(|one| is_of(one)) {
        read(inline, &["policy"], "policy", found);
    }
    for index in 0..role.count(&["inline_policy"]) {
        let index = index.to_string();
        read(role, &["inline_policy", &index, "policy"], "inline_policy", found);
    }
    let attached = plan.of_type("aws_iam_role_policy_attachment").filter(|one| is_of(one));
    for attachment in attached {
        let arn = attachment.text("policy_arn");
        let is_it = |policy: &&Resource| match (arn, policy.text("name")) {
            (Some(arn), Some(name)) => arn.rsplit('/').next() == Some(name),
            _ => plan.refers(attachment, "policy_arn", policy),
        };
        match plan.of_type("aws_iam_policy").find(is_it) {
            Some(policy) => read(policy, &["policy"], "policy", found),
            None => unreadable(&at(attachment, "policy_arn"), arn, found),
        }
    }
    let managed = role.get("managed_policy_arns").known().and_then(serde_json::Value::as_array);
    for arn in managed.into_iter().flatten() {
        unreadable(&at(role, "managed_policy_arns"), arn.as_str(), found);
    }
    all
}

fn unreadable(place: &str, arn: Option<&str>, found: &mut Found) {
    found.holds(false);
    let arn = arn.unwrap_or("a policy that is known only after apply");
    found.fault(Kind::Grant, place, format!("`{arn}` is attached to the app's role, and the plan does not hold what it grants; take it away: the code's needs are granted by themselves"));
}
