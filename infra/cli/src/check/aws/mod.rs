//! The AWS part of a plan against the code.
//!
//! Deals with: finding the app's functions, one comparison after the other. Does not deal with: each
//! comparison; they have files of their own.

mod cron;
mod function;
mod grants;
mod http;
mod needs;
mod policy;
mod queue;
mod role;
#[cfg(test)]
mod tests;
mod trigger;

use std::collections::BTreeMap;

use anyfn::manifest::{Function, Manifest, NeedKind};
use anyfn::name::variable;
use anyfn_services::Binding;

use super::finding::{Found, at};
use super::loops::Bindings;
use super::package::Package;
use super::settings::{self, Settings, variable_of};
use super::{APP, FUNCTION};
use crate::plan::{Plan, Resource};

/// The resource type of a function.
pub(super) const LAMBDA: &str = "aws_lambda_function";

/// Where a function's environment is.
const ENVIRONMENT: [&str; 3] = ["environment", "0", "variables"];

/// A function of the code and its resource.
struct Deployed<'a> {
    code: &'a Function,
    resource: &'a Resource,
    /// The ARN of a queue's name in the account, by its binding.
    dead_letter: Option<Binding>,
}

/// Compares; gives whether the plan has anything of the app on AWS.
pub(super) fn check(
    plan: &Plan,
    manifest: &Manifest,
    packages: &[Package],
    allow_loop: &[String],
    found: &mut Found,
) -> bool {
    let app = &manifest.app;
    let own: Vec<&Resource> =
        plan.of_type(LAMBDA).filter(|resource| resource.tag(APP) == Some(app)).collect();
    if own.is_empty() {
        return false;
    }
    for (deployment, resources) in deployments(&own) {
        one(plan, manifest, packages, allow_loop, &deployment, &resources, found);
    }
    true
}

/// The functions by the module around theirs: a plan may deploy an app more than once.
fn deployments<'a>(resources: &[&'a Resource]) -> BTreeMap<String, Vec<&'a Resource>> {
    let mut all: BTreeMap<String, Vec<&Resource>> = BTreeMap::new();
    for resource in resources {
        let around = super::around(&resource.module).to_owned();
        all.entry(around).or_default().push(resource);
    }
    all
}

fn one(
    plan: &Plan,
    manifest: &Manifest,
    packages: &[Package],
    allow_loop: &[String],
    deployment: &str,
    resources: &[&Resource],
    found: &mut Found,
) {
    let named = |resource: &Resource| {
        resource.tag(FUNCTION).or_else(|| resource.text("handler")).map(str::to_owned)
    };
    let mut bindings = Bindings::new();
    let mut deployed = Vec::new();
    for code in &manifest.functions {
        let mut matching = resources.iter().filter(|one| named(one).as_ref() == Some(&code.name));
        let Some(resource) = matching.next().copied() else {
            found.holds(false);
            let place = if deployment.is_empty() { "the plan" } else { deployment };
            found.drift(
                place,
                format!(
                    "the code has a function `{name}`, the plan has none: no {LAMBDA} has the tag {FUNCTION} = \"{name}\"",
                    name = code.name
                ),
            );
            continue;
        };
        for twice in matching {
            found.drift(
                at(twice, "tags"),
                format!(
                    "two resources are the function `{}`; one is {}",
                    code.name, resource.address
                ),
            );
        }
        function::compare(code, resource, manifest, packages, found);
        let settings = environment(resource);
        settings::compare(manifest, &settings, found);
        for need in &manifest.needs {
            if let Some(binding) = settings.binding(&variable_of(need), need.kind, found) {
                let place = settings.place(&variable_of(need));
                let known = bindings
                    .entry((need.kind, need.name.clone()))
                    .or_insert_with(|| binding.clone());
                if !found.holds(*known == binding) {
                    found.drift(
                        place,
                        format!(
                            "another function of the app has another `{}`; they share one",
                            variable_of(need)
                        ),
                    );
                }
            }
        }
        let sink = variable("ANYFN_DEAD_LETTER", &code.name);
        let dead_letter = match code.trigger.has_dead_letters() {
            true => settings.binding(&sink, NeedKind::Queue, found),
            false => None,
        };
        deployed.push(Deployed { code, resource, dead_letter });
    }
    for extra in resources {
        let name = named(extra);
        if !found.holds(
            name.as_ref().is_some_and(|name| manifest.functions.iter().any(|f| f.name == *name)),
        ) {
            let name = name.unwrap_or_default();
            found.drift(at(extra, "tags"), format!("the plan has a function `{name}`, which the code does not; take it away, or list it in app()"));
        }
    }
    for function in &deployed {
        trigger::compare(plan, function, &bindings, found);
        http::compare(plan, function, found);
    }
    queue::attempts(plan, &deployed, found);
    role::compare(plan, manifest, &deployed, &bindings, found);
    super::loops::find(manifest, &bindings, allow_loop, found);
}

fn environment(resource: &Resource) -> Settings<'_> {
    Settings {
        resource,
        path: &ENVIRONMENT,
        schemes: [
            ("s3://", "s3://my-photos?region=eu-central-1"),
            ("sqs://", "sqs://eu-central-1/123456789012/deliveries"),
        ],
        own: &["AWS_", "_"],
    }
}

/// Whether `attribute` of `from` names the function, by its name, its ARN or one of an alias; `None` where
/// that is unknown before apply.
fn calls(plan: &Plan, from: &Resource, attribute: &[&str], function: &Resource) -> Option<bool> {
    let name = function.text("function_name");
    match (from.field(attribute).text(), name) {
        (Some(text), Some(name)) => Some(is_call(text, name)),
        (Some(_), None) => None,
        (None, _) => {
            let first = attribute.first().copied().unwrap_or_default();
            let refers = plan.refers(from, first, function);
            refers.then_some(true)
        }
    }
}

fn is_call(text: &str, name: &str) -> bool {
    let end = |rest: &str| rest.is_empty() || rest.starts_with([':', '/']);
    let after = text.split_once(":function:").map_or(text, |(_, after)| after);
    after.strip_prefix(name).is_some_and(end)
}
