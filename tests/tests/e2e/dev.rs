//! `anyfn dev` as its user starts it: inside the workspace, building with cargo.
//!
//! Deals with: starting it on free ports and temporary state, its ready file, its end. Does not deal
//! with: what is asked of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::process::{Child, Command};

use crate::machine::binary;
use crate::stage::{SECRET, http, until};

/// Everything is built already; cargo still has to find that out, perhaps behind another call of it.
const BUILDING: Duration = Duration::from_secs(300);

pub(crate) struct Dev {
    /// The ready file.
    pub(crate) ready: Value,
    pub(crate) folder: tempfile::TempDir,
    child: Child,
}

impl Dev {
    /// Both apps on both hosts.
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name| folder.path().join(name);
        std::fs::write(at("settings"), format!("WEBHOOK_SECRET_GITHUB=\"{SECRET}\"\n")).unwrap();
        let log = std::fs::File::create(at("dev.log")).unwrap();
        let mut command = Command::new(binary("anyfn"));
        command.args(["dev", "--host", "both", "--port", "0"]);
        command.arg("--state").arg(at("state")).arg("--env-file").arg(at("settings"));
        command.arg("--ready-file").arg(at("ready.json"));
        command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        // Build scripts watch what cargo says about this test; with it they would run again.
        for (name, _) in std::env::vars_os() {
            let about_us = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
            if about_us.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                command.env_remove(name);
            }
        }
        command.stdout(log.try_clone().unwrap()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let begun = Instant::now();
        let ready = loop {
            let said = || std::fs::read_to_string(at("dev.log")).unwrap_or_default();
            assert!(child.try_wait().unwrap().is_none(), "it has ended: {}", said());
            assert!(begun.elapsed() < BUILDING, "it is not ready: {}", said());
            if let Ok(text) = std::fs::read(at("ready.json")) {
                break serde_json::from_slice(&text).unwrap();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        Self { ready, folder, child }
    }

    /// The process's number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// A text of the ready file, such as `/aws/s3`.
    pub(crate) fn at(&self, pointer: &str) -> &str {
        let found = self.ready.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("{pointer}: {}", self.ready))
    }

    /// A function's entry in the ready file.
    pub(crate) fn function(&self, host: &str, name: &str) -> &Value {
        let functions = self.ready["functions"].as_array().unwrap();
        functions.iter().find(|one| one["name"] == name && one["host"] == host).unwrap()
    }

    /// What a function has logged, at the place that the control port tells.
    pub(crate) async fn log(&self, host: &str, name: &str) -> String {
        let url = format!("{}/_anyfn/functions", self.at("/console"));
        let answer: Value = http().get(url).send().await.unwrap().json().await.unwrap();
        let functions = answer["functions"].as_array().unwrap();
        let found = functions.iter().find(|one| one["name"] == name && one["host"] == host);
        let path = PathBuf::from(found.unwrap()["log"].as_str().unwrap());
        std::fs::read_to_string(path).unwrap_or_default()
    }

    /// Ctrl-C, as a service manager sends it; every process of the ready file is gone then.
    pub(crate) async fn stop(mut self) {
        let pid = i32::try_from(self.pid()).unwrap();
        kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
        let status = until("the end of anyfn dev", async || self.child.try_wait().unwrap()).await;
        assert!(status.success(), "{status}");
        let functions = self.ready["functions"].as_array().unwrap();
        let pids: Vec<_> = functions.iter().filter_map(|one| one["pid"].as_u64()).collect();
        until("the end of its functions", async || {
            let alive = |pid: &u64| Path::new(&format!("/proc/{pid}")).exists();
            (!pids.iter().any(alive)).then_some(())
        })
        .await;
    }
}
