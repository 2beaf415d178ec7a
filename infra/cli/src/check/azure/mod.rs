//! The Azure part of a plan against the code.
//!
//! Deals with: finding the function app, its settings, its package. Does not deal with: roles
//! (`grants.rs`), nor with queues, Event Grid and timers (`trigger.rs`).

mod grants;
mod roles;
#[cfg(test)]
mod tests;
mod trigger;

use anyfn::manifest::{Manifest, NeedKind};
use anyfn::name::variable;

use super::finding::{Found, at};
use super::loops::Bindings;
use super::package::Package;
use super::settings::{self, Settings, variable_of};
use super::{APP, around};
use crate::plan::{Field, Plan, Resource};

/// The types of function apps.
const APPS: [&str; 2] = ["azurerm_function_app_flex_consumption", "azurerm_linux_function_app"];

/// An app and the module that holds all of it.
struct Deployed<'a> {
    plan: &'a Plan,
    manifest: &'a Manifest,
    resource: &'a Resource,
    settings: Settings<'a>,
    bindings: Bindings,
    /// The address of the module around it; empty for the root.
    module: &'a str,
}

impl Deployed<'_> {
    /// Whether a resource is a part of the app, by its module.
    fn owns(&self, resource: &Resource) -> bool {
        let rest = resource.module.strip_prefix(self.module);
        self.module.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// Compares; gives whether the plan has anything of the app on Azure.
pub(super) fn check(
    plan: &Plan,
    manifest: &Manifest,
    packages: &[Package],
    allow_loop: &[String],
    found: &mut Found,
) -> bool {
    let own = |resource: &&Resource| {
        APPS.contains(&resource.kind.as_str()) && resource.tag(APP) == Some(manifest.app.as_str())
    };
    let apps: Vec<&Resource> = plan.resources.iter().filter(own).collect();
    for resource in &apps {
        one(plan, manifest, packages, allow_loop, resource, found);
    }
    !apps.is_empty()
}

fn one(
    plan: &Plan,
    manifest: &Manifest,
    packages: &[Package],
    allow_loop: &[String],
    resource: &Resource,
    found: &mut Found,
) {
    let settings = Settings {
        resource,
        path: &["app_settings"],
        schemes: [
            ("azblob://", "azblob://myaccount/photos"),
            ("azqueue://", "azqueue://myaccount/deliveries"),
        ],
        own: &[
            "AzureWebJobs",
            "AzureFunctions",
            "FUNCTIONS_",
            "WEBSITE_",
            "APPLICATIONINSIGHTS_",
            "APPINSIGHTS_",
            "AZURE_",
            "SCM_",
            "ENABLE_ORYX",
        ],
    };
    settings::compare(manifest, &settings, found);
    let mut bindings = Bindings::new();
    for need in &manifest.needs {
        if let Some(binding) = settings.binding(&variable_of(need), need.kind, found) {
            bindings.insert((need.kind, need.name.clone()), binding);
        }
    }
    let deployed =
        Deployed { plan, manifest, resource, settings, bindings, module: around(&resource.module) };
    attempts(&deployed, found);
    package(&deployed, packages, found);
    for function in &manifest.functions {
        trigger::compare(&deployed, function, found);
        let sink = variable("ANYFN_DEAD_LETTER", &function.name);
        // The host puts dead letters by function.json; where the sink is named too, it must be the same queue.
        if function.trigger.has_dead_letters() && settings.get(&sink) != Field::Absent {
            let _ = settings.binding(&sink, NeedKind::Queue, found);
            trigger::sink(&deployed, function, &sink, found);
        }
    }
    grants::compare(&deployed, found);
    super::loops::find(manifest, &deployed.bindings, allow_loop, found);
}

fn attempts(deployed: &Deployed<'_>, found: &mut Found) {
    const COUNT: &str = "AzureFunctionsJobHost__extensions__queues__maxDequeueCount";
    if !deployed.manifest.functions.iter().any(|function| function.trigger.has_dead_letters()) {
        return;
    }
    let field = deployed.settings.get(COUNT);
    let count = field.number();
    if field != Field::Unknown && !found.holds(count.is_none_or(|count| count >= 1.0)) {
        found.drift(
            deployed.settings.place(COUNT),
            "it is less than one attempt; a right one: \"5\"",
        );
    }
}

/// The hash of the package that the plan deploys: a `terraform_data` with `sha256` among its input.
fn package(deployed: &Deployed<'_>, packages: &[Package], found: &mut Found) {
    let zips: Vec<&Package> = packages.iter().filter(|package| !package.is_aws()).collect();
    if zips.is_empty() {
        return;
    }
    let data = deployed.plan.of_type("terraform_data").filter(|data| deployed.owns(data));
    let mut seen = false;
    for data in data {
        let file = data
            .field(&["input", "value", "file"])
            .text()
            .or_else(|| data.field(&["input", "file"]).text());
        let hash = data
            .field(&["input", "value", "sha256"])
            .text()
            .or_else(|| data.field(&["input", "sha256"]).text());
        let (Some(file), Some(hash)) = (file, hash) else { continue };
        if !file.ends_with(".zip") {
            continue;
        }
        seen = true;
        if !found.holds(zips.iter().any(|zip| zip.sha256_hex() == hash)) {
            let given: Vec<String> = zips
                .iter()
                .map(|zip| format!("{} is `{}`", zip.path.display(), zip.sha256_hex()))
                .collect();
            found.drift(
                at(data, "input.sha256"),
                format!(
                    "the plan deploys `{hash}`, and {}; plan again after `anyfn build`",
                    given.join(", ")
                ),
            );
        }
    }
    if !seen {
        found.note(&*deployed.resource.address, "the plan does not say which package it deploys (no terraform_data with file and sha256), so none was compared with it");
    }
}
