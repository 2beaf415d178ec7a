//! The apps: what each executable says it is, and whether they can run together.
//!
//! Deals with: running `EXECUTABLE manifest` with nothing in its environment, and the rules across
//! apps. Does not deal with: rules within one app, which its own listing enforces.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyfn::manifest::{Manifest, NeedKind, TriggerSpec};

use crate::error::EmulatorError;
use crate::options::{AppSource, Hosts};

/// A listing opens no socket and builds no state; one that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(10);

/// An app that can be run.
#[derive(Clone, Debug)]
pub struct App {
    /// What it declares.
    pub manifest: Manifest,
    /// The executable, absolute.
    pub executable: PathBuf,
    /// Values of declared settings only.
    pub settings: BTreeMap<String, String>,
}

/// Learns what every executable is.
///
/// # Errors
/// [`EmulatorError::Manifest`], or [`EmulatorError::Declared`] with everything that is wrong.
pub async fn load(sources: &[AppSource], hosts: Hosts) -> Result<Vec<App>, EmulatorError> {
    let mut apps = Vec::new();
    for source in sources {
        apps.push(one(source).await?);
    }
    let faults = faults(&apps, hosts);
    if faults.is_empty() { Ok(apps) } else { Err(EmulatorError::Declared(faults.join("\n"))) }
}

async fn one(source: &AppSource) -> Result<App, EmulatorError> {
    let fault =
        |why: String| EmulatorError::Manifest { executable: source.executable.clone(), why };
    let executable = source.executable.canonicalize().map_err(|io| fault(io.to_string()))?;
    let manifest = manifest(&executable).await.map_err(fault)?;
    let declared = |name: &String| manifest.config.iter().any(|setting| setting.name == *name);
    let settings = source.settings.iter().filter(|(name, _)| declared(name));
    let settings = settings.map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok(App { manifest, executable, settings })
}

/// What an executable prints when it is asked for its manifest.
///
/// # Errors
/// A sentence: it cannot be run, it failed, it hangs, or it printed something else.
pub async fn manifest(executable: &std::path::Path) -> Result<Manifest, String> {
    let listing = tokio::process::Command::new(executable)
        .arg("manifest")
        .env_clear()
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, listing)
        .await
        .map_err(|_| format!("`manifest` did not end within {} s", PATIENCE.as_secs()))?
        .map_err(|io| io.to_string())?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`manifest` failed ({}): {}", output.status, said.trim()));
    }
    Manifest::from_json(&output.stdout)
}

fn faults(apps: &[App], hosts: Hosts) -> Vec<String> {
    let mut faults = Vec::new();
    let mut owners = BTreeMap::new();
    let mut names = BTreeSet::new();
    let mut consumers = BTreeMap::new();
    for App { manifest, settings, .. } in apps {
        let app = &manifest.app;
        if !names.insert(app) {
            faults.push(format!("two apps are called `{app}`; rename one"));
        }
        for function in &manifest.functions {
            let name = &function.name;
            if let Some(first) = owners.insert(name, app).filter(|first| *first != app) {
                faults.push(format!("two functions are called `{name}`, in the apps `{first}` and `{app}`; rename one"));
            }
            if let TriggerSpec::Queue { queue, .. } = &function.trigger
                && let Some(first) = consumers.insert(queue, name)
            {
                faults.push(format!("the functions `{first}` and `{name}` would take turns at the queue `{queue}`; give each its own"));
            }
        }
        for setting in
            manifest.config.iter().filter(|s| s.required && !settings.contains_key(&s.name))
        {
            faults.push(format!(
                "the app `{app}` requires {name}; put it into the file of --env-file: {name}=value",
                name = setting.name
            ));
        }
        if hosts.azure
            && let Err(fault) = anyfn::host::azure::files(manifest)
        {
            faults.push(format!("{fault}\n  hint: --host lambda"));
        }
    }
    faults
}

/// The blob stores that the apps name, in triggers and needs.
#[must_use]
pub fn stores(apps: &[App]) -> BTreeSet<String> {
    let triggers =
        apps.iter().flat_map(|app| &app.manifest.functions).filter_map(|f| match &f.trigger {
            TriggerSpec::Blob { store, .. } => Some(store.clone()),
            _ => None,
        });
    triggers.chain(needed(apps, NeedKind::Blob)).collect()
}

/// The queues that the apps name, in triggers and needs; `true` where it is a FIFO queue.
#[must_use]
pub fn queues(apps: &[App]) -> BTreeMap<String, bool> {
    let mut queues: BTreeMap<String, bool> =
        needed(apps, NeedKind::Queue).map(|name| (name, false)).collect();
    for function in apps.iter().flat_map(|app| &app.manifest.functions) {
        if let TriggerSpec::Queue { queue, fifo } = &function.trigger {
            queues.insert(queue.clone(), *fifo);
        }
    }
    queues
}

fn needed(apps: &[App], kind: NeedKind) -> impl Iterator<Item = String> {
    let needs = apps.iter().flat_map(|app| &app.manifest.needs);
    needs.filter(move |need| need.kind == kind).map(|need| need.name.clone())
}
