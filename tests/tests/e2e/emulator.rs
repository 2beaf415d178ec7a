//! `anyfn dev` as a process of its own, on a state folder that outlives it.
//!
//! Deals with: starting it, its ready file, clients to it, whether processes are alive. Does not deal
//! with: the emulator within the test's own process (`stage.rs`).

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyfn_services::{Blob, Environment, blob};
use serde_json::Value;

use crate::machine::binary;
use crate::process::Process;
use crate::stage::{Cloud, SECRET, http, until};

pub(crate) struct Dev {
    pub(crate) process: Process,
    /// The ready file.
    pub(crate) ready: Value,
}

/// The command that runs both apps on `state`, on free ports and a clock that stands.
pub(crate) fn command(state: &Path) -> Command {
    let settings = state.with_extension("env");
    std::fs::write(&settings, format!("WEBHOOK_SECRET_GITHUB=\"{SECRET}\"\n")).unwrap();
    let mut command = Command::new(binary("anyfn"));
    command.args([
        "dev",
        "--host",
        "both",
        "--port",
        "0",
        "--clock",
        "virtual",
        "--max-attempts",
        "1000",
        // What is run here does not change, and is large.
        "--no-watch",
    ]);
    command.arg("--state").arg(state).arg("--env-file").arg(settings);
    for app in ["image-processing", "webhook"] {
        command.arg("--bin").arg(binary(app));
    }
    command
}

impl Dev {
    /// Returns once it is ready.
    pub(crate) async fn start(state: &Path) -> Self {
        Self::with(state, |_| {}).await
    }

    /// The same of a command that `change` has changed.
    pub(crate) async fn with(state: &Path, change: impl FnOnce(&mut Command)) -> Self {
        let mut command = command(state);
        change(&mut command);
        Self::of(state, command).await
    }

    /// Returns once `command`, an `anyfn dev` on `state`, is ready.
    pub(crate) async fn of(state: &Path, mut command: Command) -> Self {
        let file = state.with_extension("ready");
        let _ = std::fs::remove_file(&file);
        let mut process = Process::spawn(command.arg("--ready-file").arg(&file));
        let ready = until("the ready file", async || {
            let ended = process.child().try_wait().unwrap();
            assert!(ended.is_none(), "anyfn dev ended: {ended:?}");
            serde_json::from_slice(&std::fs::read(&file).ok()?).ok()
        })
        .await;
        Self { process, ready }
    }

    /// A string of the ready file, such as `/aws/sqs`.
    pub(crate) fn at(&self, pointer: &str) -> &str {
        self.ready.pointer(pointer).and_then(Value::as_str).unwrap()
    }

    /// A function's entry on the host of `cloud`.
    pub(crate) fn function(&self, cloud: Cloud, name: &str) -> &Value {
        let all = self.ready["functions"].as_array().unwrap();
        all.iter().find(|f| f["name"] == name && f["host"] == cloud.host()).unwrap()
    }

    /// Every process of the ready file: the emulator's own first.
    pub(crate) fn pids(&self) -> Vec<u64> {
        let functions = self.ready["functions"].as_array().unwrap();
        let pids = functions.iter().map(|function| function["pid"].as_u64().unwrap());
        std::iter::once(self.ready["pid"].as_u64().unwrap()).chain(pids).collect()
    }

    /// A store, as the owner sees it through S3.
    pub(crate) fn store(&self, name: &str) -> Blob {
        let url = format!("s3://{name}?region=us-east-1&endpoint={}", self.at("/aws/s3"));
        let keys = Environment::of([
            ("AWS_ACCESS_KEY_ID", self.at("/aws/access_key_id")),
            ("AWS_SECRET_ACCESS_KEY", self.at("/aws/secret_access_key")),
        ]);
        blob::open_in(&url, &keys).unwrap()
    }

    /// Lets time pass.
    pub(crate) async fn advance(&self, by: &str) {
        let url = format!("{}/_anyfn/clock/advance", self.at("/console"));
        let body = format!(r#"{{"by":"{by}"}}"#);
        let answer = http().post(url).body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }
}

/// Whether a process runs. One that is dead but not waited for ("Z") does not.
pub(crate) fn is_alive(pid: u64) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(") ").next().and_then(|rest| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// Fails unless all of `pids` are gone within a second.
pub(crate) async fn gone_within_a_second(pids: &[u64]) {
    let begun = Instant::now();
    while let Some(pid) = pids.iter().find(|pid| is_alive(**pid)) {
        assert!(begun.elapsed() < Duration::from_secs(1), "{pid} of {pids:?} still runs");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
