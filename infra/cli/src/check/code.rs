//! What the code says beside what the file says that Terraform reads.
//!
//! Deals with: reading the file, comparing both manifests. Does not deal with: the binary's own manifest
//! (`crate::manifest`), the plan.

use std::path::Path;

use anyfn::manifest::Manifest;
use serde_json::Value;

use super::finding::Found;
use crate::fault::Fault;

/// The manifest in a file.
pub(super) fn written(path: &Path) -> Result<Manifest, Fault> {
    let right = "a right one: dist/NAME/manifest.json, by anyfn build -p NAME --target aws";
    let text = std::fs::read(path)
        .map_err(|io| Fault::usage(format!("the manifest {}: {io}; {right}", path.display())))?;
    Manifest::from_json(&text)
        .map_err(|why| Fault::usage(format!("the manifest {}: {why}; {right}", path.display())))
}

/// Every part of the file that the code says otherwise.
pub(super) fn compare(code: &Manifest, file: &Manifest, path: &Path, found: &mut Found) {
    let path = path.display();
    if !found.holds(code.app == file.app) {
        found.drift(
            format!("{path} app"),
            format!("it is `{}`, and the code's app is `{}`", file.app, code.app),
        );
    }
    let again = "; write it again: anyfn build";
    let lists = [
        ("functions", named(&code.functions, "name"), named(&file.functions, "name")),
        ("needs", named(&code.needs, "name"), named(&file.needs, "name")),
        ("config", named(&code.config, "name"), named(&file.config, "name")),
    ];
    for (list, code, file) in lists {
        for (name, one) in &code {
            let other = file.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            match other {
                None => found.drift(
                    format!("{path} {list}.{name}"),
                    format!("the code has it, the file has not{again}"),
                ),
                Some(other) if !found.holds(other == one) => {
                    found.drift(
                        format!("{path} {list}.{name}"),
                        format!("it is {other}, and in the code {one}{again}"),
                    );
                }
                Some(_) => {}
            }
        }
        for (name, _) in
            file.iter().filter(|(name, _)| !code.iter().any(|(known, _)| known == name))
        {
            found.drift(
                format!("{path} {list}.{name}"),
                format!("the file has it, the code has not{again}"),
            );
        }
    }
}

/// The members of a list by their name; needs of a store and of a queue may share one.
fn named<T: serde::Serialize>(list: &[T], key: &str) -> Vec<(String, Value)> {
    list.iter()
        .filter_map(|one| serde_json::to_value(one).ok())
        .map(|mut value| {
            let name = value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let kind = value.get("kind").and_then(Value::as_str).map(str::to_owned);
            // What an event looks like follows from the trigger, and would fill the screen.
            if let Some(map) = value.as_object_mut() {
                map.remove("event");
            }
            (kind.map_or(name.clone(), |kind| format!("{kind}.{name}")), value)
        })
        .collect()
}
