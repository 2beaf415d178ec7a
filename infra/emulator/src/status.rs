//! What runs: every function on every host, as it is now.
//!
//! Deals with: gathering processes, URLs, peak memory and logs. Does not deal with: changing any of it.

use std::path::PathBuf;
use std::sync::{PoisonError, RwLock};

use anyfn::manifest::TriggerSpec;
use serde::Serialize;

use crate::apps::App;
use crate::aws::lambda::Lambda;
use crate::measured::{Measured, Measurements};
use crate::start::azure::Hosted;

/// One function on one host.
#[derive(Clone, Debug, Serialize)]
pub struct FunctionStatus {
    /// The app.
    pub app: String,
    /// The function.
    pub name: String,
    /// `lambda` or `azure`.
    pub host: &'static str,
    /// Its process, the oldest where there are several; absent while there is none.
    pub pid: Option<u32>,
    /// All of its processes.
    pub pids: Vec<u32>,
    /// Where an HTTP function's path begins: the function URL, or the app's URL with `/api`.
    pub url: Option<String>,
    /// The Azure app's URL without a prefix: `/admin/functions/{name}` is there.
    pub admin: Option<String>,
    /// What callers of a function that is not public show as `x-functions-key`; Azure only.
    pub key: Option<String>,
    /// The file with its output.
    pub log: PathBuf,
    /// The largest resident set of any of its processes so far, in KiB; 0 where none has run.
    pub peak_kb: u64,
    /// When it runs.
    pub trigger: TriggerSpec,
}

/// The running hosts and what they were told to run.
pub struct Functions {
    pub(crate) lambda: Option<Lambda>,
    pub(crate) running: RwLock<Vec<Running>>,
    pub(crate) logs: PathBuf,
    pub(crate) measured: Measurements,
}

/// An app that runs, on Azure in a host of its own.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) app: App,
    pub(crate) azure: Option<Hosted>,
}

impl Functions {
    /// The apps that run, in the order in which they were given.
    pub(crate) fn running(&self) -> Vec<Running> {
        self.running.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn replace(&self, running: Vec<Running>) {
        *self.running.write().unwrap_or_else(PoisonError::into_inner) = running;
    }

    /// What was seen of every function that has been called since the emulator was started.
    #[must_use]
    pub fn measured(&self) -> Measured {
        self.measured.of(&self.list())
    }

    /// All functions: Lambda's first, each host's by app and name.
    #[must_use]
    pub fn list(&self) -> Vec<FunctionStatus> {
        let mut all = Vec::new();
        let statuses: Vec<_> = self.lambda.iter().flat_map(Lambda::functions).collect();
        let running = self.running();
        for Running { app, .. } in &running {
            for function in &app.manifest.functions {
                let Some(status) = statuses.iter().find(|s| s.name == function.name) else {
                    continue;
                };
                all.push(FunctionStatus {
                    app: app.manifest.app.clone(),
                    name: function.name.clone(),
                    host: "lambda",
                    pid: status.pids.first().copied(),
                    pids: status.pids.clone(),
                    url: status.url.clone(),
                    admin: None,
                    key: None,
                    log: self.logs.join(format!("{}.log", function.name)),
                    peak_kb: status.peak_kb,
                    trigger: function.trigger.clone(),
                });
            }
        }
        for Running { app, azure } in &running {
            let Some(Hosted { host, key }) = azure else { continue };
            for function in &app.manifest.functions {
                let http = matches!(function.trigger, TriggerSpec::Http { .. });
                all.push(FunctionStatus {
                    app: app.manifest.app.clone(),
                    name: function.name.clone(),
                    host: "azure",
                    pid: host.pid(),
                    pids: host.pid().into_iter().collect(),
                    url: http
                        .then(|| format!("{}/{}", host.url(), anyfn::host::azure::ROUTE_PREFIX)),
                    admin: Some(host.url().to_owned()),
                    key: http.then(|| key.clone()),
                    log: azure_log(&self.logs, &app.manifest.app),
                    peak_kb: host.peak_kb().unwrap_or_default(),
                    trigger: function.trigger.clone(),
                });
            }
        }
        all
    }
}

/// The log of an Azure app: one process runs all of its functions.
pub(crate) fn azure_log(logs: &std::path::Path, app: &str) -> PathBuf {
    logs.join(format!("azure-{app}.log"))
}
