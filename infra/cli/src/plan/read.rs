//! From the JSON of Terraform to [`Plan`].
//!
//! Deals with: the documents' shape and version. Does not deal with: attributes (`resource.rs`).

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::{HINT, Plan, References, Resource};

#[derive(Deserialize)]
struct Document {
    format_version: Option<String>,
    /// What will be there.
    planned_values: Option<Values>,
    /// What is there: in the JSON of a state.
    values: Option<Values>,
    #[serde(default)]
    resource_changes: Vec<ChangeOf>,
    #[serde(default)]
    configuration: Value,
    #[serde(default)]
    errored: bool,
}

#[derive(Default, Deserialize)]
struct Values {
    #[serde(default)]
    root_module: Module,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Module {
    address: String,
    resources: Vec<Planned>,
    child_modules: Vec<Self>,
}

#[derive(Deserialize)]
struct Planned {
    address: String,
    #[serde(default)]
    mode: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    provider_name: String,
    #[serde(default)]
    values: Value,
}

#[derive(Deserialize)]
struct ChangeOf {
    address: String,
    #[serde(default)]
    change: Change,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Change {
    after_unknown: Value,
}

/// Reads a plan or a state.
pub(super) fn plan(text: &[u8]) -> Result<Plan, String> {
    if text.starts_with(b"PK") {
        return Err(format!("it is Terraform's own binary file; a right one: {HINT}"));
    }
    let mut json = serde_json::Deserializer::from_slice(text);
    let document: Document = serde_path_to_error::deserialize(&mut json).map_err(|fault| {
        format!("not a plan: at `{}`: {}; a right one: {HINT}", fault.path(), fault.inner())
    })?;
    if document.errored {
        return Err("the plan itself failed (`errored`), so it shows only a part; run `terraform plan` until it succeeds".to_owned());
    }
    if let Some(version) = &document.format_version
        && version.split('.').next() != Some("1")
    {
        return Err(format!("it has format_version {version}, but this anyfn reads 1.x"));
    }
    let Some(values) = document.planned_values.or(document.values) else {
        return Err(format!("it has no `planned_values`; a right one: {HINT}"));
    };
    let mut unknown: HashMap<String, Value> = document
        .resource_changes
        .into_iter()
        .map(|changed| (changed.address, changed.change.after_unknown))
        .collect();
    let mut resources = Vec::new();
    let mut rest = vec![values.root_module];
    while let Some(module) = rest.pop() {
        rest.extend(module.child_modules);
        for planned in module.resources {
            if planned.mode.as_deref() == Some("data") {
                continue;
            }
            resources.push(Resource {
                unknown: unknown.remove(&planned.address).unwrap_or_default(),
                module: module.address.clone(),
                address: planned.address,
                kind: planned.kind,
                provider: planned.provider_name,
                values: planned.values,
            });
        }
    }
    resources.sort_by(|a, b| a.address.cmp(&b.address));
    Ok(Plan { resources, references: References::new(document.configuration) })
}
