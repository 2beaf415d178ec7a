//! The apps: what each executable says it is, and whether they can run together.
//!
//! Deals with: running `EXECUTABLE manifest` with nothing in its environment, and the rules across
//! apps. Does not deal with: rules within one app, which its own listing enforces.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyfn::manifest::{Function, Manifest, NeedKind, TriggerSpec};

use crate::cloud::Cloud;
use crate::error::EmulatorError;
use crate::options::{AppSource, Hosts, Options, PackedApp};
use crate::provision::names;

/// A listing opens no socket and builds no state; one that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(10);
/// Before an executable that is being written is tried again.
const BUSY: Duration = Duration::from_millis(10);

/// An app that can be run.
#[derive(Clone, Debug)]
pub struct App {
    /// What it declares.
    pub manifest: Manifest,
    /// The executable, absolute; of a packed app the folder that it is in.
    pub executable: PathBuf,
    /// Values of declared settings only.
    pub settings: BTreeMap<String, String>,
    /// Tells whether the executable is still the file that was asked for the manifest.
    pub(crate) file: FileId,
    /// How it is deployed, where that is not made out of the executable here.
    pub(crate) packed: Option<PackedApp>,
}

/// A file as it was: its place on the disk, its size, when it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileId {
    place: (u64, u64),
    bytes: u64,
    written: (i64, i64),
}

impl FileId {
    fn of(path: &Path) -> io::Result<Self> {
        let meta = std::fs::metadata(path)?;
        let (place, written) = ((meta.dev(), meta.ino()), (meta.mtime(), meta.mtime_nsec()));
        Ok(Self { place, bytes: meta.len(), written })
    }
}

/// Learns what every executable is; those of packed apps are known.
///
/// # Errors
/// [`EmulatorError::Manifest`], or [`EmulatorError::Declared`] with everything that is wrong.
pub async fn load(options: &Options) -> Result<Vec<App>, EmulatorError> {
    let mut apps = Vec::new();
    for source in &options.apps {
        apps.push(one(source, &[]).await?);
    }
    apps.extend(options.packed.iter().map(packed));
    checked(apps, options.hosts)
}

/// [`load`], where some run already: an executable that is the same file is not asked again.
pub(crate) async fn reload(
    sources: &[AppSource],
    hosts: Hosts,
    running: &[App],
) -> Result<Vec<App>, EmulatorError> {
    let mut apps = Vec::new();
    for source in sources {
        apps.push(one(source, running).await?);
    }
    checked(apps, hosts)
}

fn checked(apps: Vec<App>, hosts: Hosts) -> Result<Vec<App>, EmulatorError> {
    let faults = faults(&apps, hosts);
    if faults.is_empty() { Ok(apps) } else { Err(EmulatorError::Declared(faults.join("\n"))) }
}

async fn one(source: &AppSource, running: &[App]) -> Result<App, EmulatorError> {
    let fault =
        |why: String| EmulatorError::Manifest { executable: source.executable.clone(), why };
    let executable = source.executable.canonicalize().map_err(|io| fault(io.to_string()))?;
    let file = FileId::of(&executable).map_err(|io| fault(io.to_string()))?;
    let known = running.iter().find(|app| app.executable == executable && app.file == file);
    let manifest = match known {
        Some(app) => app.manifest.clone(),
        None => manifest(&executable).await.map_err(fault)?,
    };
    let settings = declared(&manifest, &source.settings);
    Ok(App { manifest, executable, settings, file, packed: None })
}

fn packed(app: &PackedApp) -> App {
    let mut folders = app.lambda.iter().map(|entry| &entry.folder).chain(&app.azure);
    App {
        manifest: app.manifest.clone(),
        executable: folders.next().cloned().unwrap_or_default(),
        settings: declared(&app.manifest, &app.settings),
        file: FileId::default(),
        packed: Some(app.clone()),
    }
}

fn declared(manifest: &Manifest, all: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let is = |name: &String| manifest.config.iter().any(|setting| setting.name == *name);
    let settings = all.iter().filter(|(name, _)| is(name));
    settings.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What an executable prints when it is asked for its manifest.
///
/// # Errors
/// A sentence: it cannot be run, it failed, it hangs, or it printed something else.
pub async fn manifest(executable: &Path) -> Result<Manifest, String> {
    let listing = async {
        loop {
            let mut command = tokio::process::Command::new(executable);
            command.arg("manifest").env_clear().stdin(Stdio::null()).kill_on_drop(true);
            match command.output().await {
                // It is still being written, or a fork of somebody who wrote it has not ended.
                Err(busy) if busy.kind() == io::ErrorKind::ExecutableFileBusy => {
                    tokio::time::sleep(BUSY).await;
                }
                other => break other,
            }
        }
    };
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
    for App { manifest, settings, packed, .. } in apps {
        let app = &manifest.app;
        if !names.insert(app) {
            faults.push(format!("two apps are called `{app}`; rename one"));
        }
        for function in &manifest.functions {
            let name = &function.name;
            if let Some(first) = owners.insert(name, app).filter(|first| *first != app) {
                faults.push(format!("two functions are called `{name}`, in the apps `{first}` and `{app}`; rename one"));
            }
            for queue in own_queues(function) {
                if let Some(first) =
                    consumers.insert(queue.clone(), name).filter(|first| *first != name)
                {
                    faults.push(format!("the functions `{first}` and `{name}` would take turns at the queue `{queue}`; give each its own"));
                }
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
        if let Some(packed) = packed {
            for (runs, has, cloud, other) in [
                (hosts.lambda, packed.lambda.is_some(), "AWS Lambda", "azure"),
                (hosts.azure, packed.azure.is_some(), "Azure Functions", "lambda"),
            ] {
                if runs && !has {
                    faults.push(format!("no package of `{app}` is for {cloud}; give one more, or run all on the other cloud: --host {other}"));
                }
            }
        }
        if hosts.azure
            && let Err(fault) = anyfn::host::azure::files(manifest)
        {
            faults.push(format!("{fault}\n  hint: --host lambda"));
        }
    }
    faults
}

/// The queues that are this function's alone, under the names of either cloud.
fn own_queues(function: &Function) -> BTreeSet<String> {
    let names = |cloud| {
        let source = names::source(cloud, &function.name, &function.trigger);
        let dead_letter = names::dead_letter(cloud, &function.name, &function.trigger);
        source.into_iter().chain(dead_letter)
    };
    Cloud::ALL.into_iter().flat_map(names).collect()
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
        if let TriggerSpec::Queue { queue, fifo, .. } = &function.trigger {
            queues.insert(queue.clone(), *fifo);
        }
    }
    queues
}

fn needed(apps: &[App], kind: NeedKind) -> impl Iterator<Item = String> {
    let needs = apps.iter().flat_map(|app| &app.manifest.needs);
    needs.filter(move |need| need.kind == kind).map(|need| need.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(name: &str, functions: &str, config: &str) -> App {
        let text = format!(
            r#"{{"anyfn":1,"app":"{name}","functions":[{functions}],"needs":[],"config":[{config}]}}"#
        );
        let manifest = Manifest::from_json(text.as_bytes()).unwrap();
        let (executable, settings) = ("/bin/app".into(), BTreeMap::new());
        App { manifest, executable, settings, file: FileId::default(), packed: None }
    }

    fn function(name: &str, trigger: &str) -> String {
        format!(r#"{{"name":"{name}","trigger":{{{trigger}}},"event":{{}}}}"#)
    }

    fn queue(name: &str, queue: &str) -> String {
        function(name, &format!(r#""type":"queue","queue":"{queue}","fifo":false"#))
    }

    #[test]
    fn what_cannot_run_together_is_told_all_at_once() {
        let blob = r#""type":"blob","store":"photos","change":"created","prefix":"","suffix":"""#;
        let config = r#"{"name":"TOKEN","required":true,"secret":true}"#;
        let apps = [
            app("shop", &[queue("ship", "orders"), function("thumbs", blob)].join(","), config),
            app("shop", &queue("ship", "parcels"), ""),
            app(
                "other",
                &[queue("rival", "orders"), queue("thief", "thumbs-events")].join(","),
                "",
            ),
            app("alike", &queue("ship", "mail"), ""),
        ];
        let text = faults(&apps, Hosts::BOTH).join("\n");
        for part in [
            "two apps are called `shop`",
            "two functions are called `ship`, in the apps `shop` and `alike`",
            "`ship` and `rival` would take turns at the queue `orders`",
            "`thumbs` and `thief` would take turns at the queue `thumbs-events`",
            "the app `shop` requires TOKEN; put it into the file of --env-file: TOKEN=value",
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
    }

    #[test]
    fn what_azure_cannot_express_matters_only_where_azure_runs() {
        let fifo = function("ship", r#""type":"queue","queue":"orders","fifo":true"#);
        let apps = [app("shop", &fifo, "")];
        assert!(faults(&apps, Hosts { lambda: true, azure: false }).is_empty());
        let text = faults(&apps, Hosts::BOTH).join("\n");
        assert!(text.contains("`ship`") && text.contains("--host lambda"), "{text}");
    }

    #[test]
    fn a_packed_app_runs_where_a_package_of_it_is_for() {
        let azure = Some(PathBuf::from("/packed/shop"));
        let manifest = app("shop", &queue("ship", "orders"), "").manifest;
        let app = PackedApp { manifest, lambda: None, azure, settings: BTreeMap::new() };
        let apps = [packed(&app)];
        assert!(faults(&apps, Hosts { lambda: false, azure: true }).is_empty());
        let text = faults(&apps, Hosts::BOTH).join("\n");
        assert!(text.contains("no package of `shop` is for AWS Lambda"), "{text}");
        assert!(text.contains("--host azure"), "{text}");
    }

    #[tokio::test]
    async fn an_executable_without_a_manifest_is_named() {
        let source = |path: &str| AppSource { executable: path.into(), settings: BTreeMap::new() };
        for path in ["/no/such/app", "/bin/true", "/bin/false"] {
            let options = Options::new("/nowhere", vec![source(path)]);
            let error = load(&options).await.unwrap_err().to_string();
            assert!(error.starts_with(&format!("{path} has no manifest: ")), "{error}");
        }
    }
}
