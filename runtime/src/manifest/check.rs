//! What is wrong with a manifest: found when it is listed, not when an event fires.
//!
//! Deals with: rules that hold on every platform. Does not deal with: what one platform cannot
//! express; the generator of that platform's files says so.

use std::collections::BTreeSet;

use super::{Manifest, NeedKind, TriggerSpec, routes};
use crate::name;
use crate::trigger::cron::Cron;

/// Every fault, each a sentence that names the thing and shows a right one.
pub(crate) fn faults(manifest: &Manifest) -> Vec<String> {
    let mut faults: Vec<String> = name::fault("app", &manifest.app).into_iter().collect();
    if manifest.functions.is_empty() {
        faults.push("the app has no function; add `.on(\"name\", trigger, handler)`".to_owned());
    }
    twice(manifest.functions.iter().map(|f| f.name.clone()), "functions are named", &mut faults);
    for function in &manifest.functions {
        faults.extend(name::fault("function", &function.name));
        let here = format!("function `{}`: ", function.name);
        faults.extend(
            trigger_faults(&function.trigger).into_iter().map(|fault| here.clone() + &fault),
        );
    }
    let routes: Vec<_> = manifest
        .functions
        .iter()
        .filter_map(|f| routes::route(&f.name, &f.trigger, str::to_owned))
        .collect();
    faults.extend(routes::conflicts(&routes).into_iter().map(|(one, other)| {
        format!(
            "functions `{one}` and `{other}` answer some of the same requests; give each paths or \
             methods of its own, such as `/{one}/{{id}}`"
        )
    }));
    twice(
        manifest.functions.iter().filter_map(|f| match &f.trigger {
            TriggerSpec::Queue { queue, .. } => Some(format!("the queue {queue}")),
            _ => None,
        }),
        "functions would take turns at",
        &mut faults,
    );
    for need in &manifest.needs {
        faults.extend(name::fault(kind(need.kind), &need.name));
        if need.access.is_empty() {
            faults.push(format!(
                "the need of {} `{}` names no access; add one, such as `{}`",
                kind(need.kind),
                need.name,
                if need.kind == NeedKind::Blob { ".read()" } else { ".send()" }
            ));
        }
    }
    twice(manifest.config.iter().map(|s| s.name.clone()), "settings are named", &mut faults);
    for setting in &manifest.config {
        faults.extend(setting_fault(&setting.name));
        if setting.secret && setting.default.as_ref().is_some_and(|text| !text.is_empty()) {
            faults.push(format!(
                "setting `{name}` is a secret with a default, which the manifest would tell to \
                 everyone; a right one: `.config(\"{name}\", optional(\"\").secret())`",
                name = setting.name
            ));
        }
    }
    faults
}

fn kind(kind: NeedKind) -> &'static str {
    match kind {
        NeedKind::Blob => "store",
        NeedKind::Queue => "queue",
    }
}

fn twice(names: impl Iterator<Item = String>, what: &str, faults: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.clone()) {
            faults.push(format!("two {what} `{name}`; give each its own"));
        }
    }
}

fn trigger_faults(trigger: &TriggerSpec) -> Vec<String> {
    match trigger {
        TriggerSpec::Http { path, .. } => path_fault(path).into_iter().collect(),
        TriggerSpec::Schedule { cron } => Cron::parse(cron).err().into_iter().collect(),
        TriggerSpec::Queue { queue, .. } => name::fault("queue", queue).into_iter().collect(),
        TriggerSpec::Blob { store, .. } => name::fault("store", store).into_iter().collect(),
    }
}

fn path_fault(path: &str) -> Option<String> {
    let why = if !path.starts_with('/') {
        "it must begin with a slash".to_owned()
    } else if path.split('/').any(|part| {
        part.contains('{') && !part.starts_with('{') || part.contains('}') && !part.ends_with('}')
    }) {
        "a parameter must fill its segment".to_owned()
    } else {
        let mut router = matchit::Router::new();
        router.insert(path, ()).err()?.to_string()
    };
    Some(format!("path `{path}`: {why}; a right one: `/hooks/{{provider}}`"))
}

fn setting_fault(name: &str) -> Option<String> {
    let shape = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    let reserved = ["ANYFN_", "AWS_", "AZURE_", "FUNCTIONS_", "WEBSITE_", "IDENTITY_"]
        .iter()
        .find(|prefix| name.starts_with(**prefix));
    match (shape, reserved) {
        (false, _) => Some(format!(
            "setting `{name}` must be upper-case letters, digits and underscores, such as `IMAGE_FORMATS`"
        )),
        (true, Some(prefix)) => Some(format!(
            "setting `{name}`: `{prefix}` belongs to the platform; a right one: `IMAGE_FORMATS`"
        )),
        (true, None) => None,
    }
}

/// Sorts what order does not matter for, and merges the needs of one store or queue.
pub(crate) fn normalise(manifest: &mut Manifest) {
    manifest.functions.sort_by(|a, b| a.name.cmp(&b.name));
    manifest.config.sort_by(|a, b| a.name.cmp(&b.name));
    manifest.needs.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    manifest.needs.dedup_by(|later, first| {
        let same = later.kind == first.kind && later.name == first.name;
        if same {
            first.access.append(&mut later.access);
        }
        same
    });
    for need in &mut manifest.needs {
        need.access.sort_unstable();
        need.access.dedup();
    }
}
