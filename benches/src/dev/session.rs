//! `anyfn dev` as a process, with a cargo that is timed.
//!
//! Deals with: starting and ending it, what it writes down, what became of its calls of cargo.
//! Does not deal with: edits (`main`).

use std::error::Error;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::process::{Child, Command};

use super::Anything;

/// The first build may have to compile every dependency.
const START: Duration = Duration::from_secs(900);
/// Between two looks at what does not wait for an answer.
const OFTEN: Duration = Duration::from_millis(50);
/// What a stop may take: a second is promised.
const STOPPING: Duration = Duration::from_secs(5);
/// Lines of what it said that are told in an error.
const LINES: usize = 30;

pub(crate) struct Session {
    process: Child,
    ready: PathBuf,
    calls: PathBuf,
    said: PathBuf,
    /// How lines of the function's log begin.
    log: String,
    _notes: tempfile::TempDir,
}

/// A call of cargo that has ended.
pub(crate) struct Call {
    pub(crate) took: Duration,
    succeeded: bool,
}

impl Session {
    /// Starts it in the package `folder`, to build in `builds`.
    pub(crate) fn start(binaries: &Path, folder: &Path, builds: &Path) -> Anything<Self> {
        // Not beside the sources: it would be woken by them.
        let notes = tempfile::tempdir()?;
        let [ready, calls, said] =
            ["ready.json", "cargo-calls", "stderr"].map(|name| notes.path().join(name));
        File::create(&calls)?;
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(binaries.join("anyfn"));
        command.args(["dev", "--port", "0", "--host", "both", "--fresh", "--ready-file"]);
        command.arg(&ready).current_dir(folder);
        command.env("CARGO", binaries.join("timed-cargo"));
        command.env("TIMED_CARGO", cargo).env("TIMED_CARGO_CALLS", &calls);
        // As the package was built before: other flags would build all of it again.
        command.env("CARGO_TARGET_DIR", builds).env("CARGO_NET_OFFLINE", "true");
        command.env_remove("RUSTFLAGS").stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(&said)?).kill_on_drop(true);
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let log = format!("{name} | ");
        Ok(Self { process: command.spawn()?, ready, calls, said, log, _notes: notes })
    }

    /// Waits until it is ready. The function's URL on Lambda and on Azure.
    pub(crate) async fn urls(&mut self) -> Anything<[String; 2]> {
        let ready = async {
            loop {
                // It is there as a whole or not at all.
                if let Ok(bytes) = fs::read(&self.ready) {
                    return serde_json::from_slice::<Value>(&bytes);
                }
                tokio::time::sleep(OFTEN).await;
            }
        };
        let ready = tokio::select! {
            ready = ready => ready?,
            ended = self.process.wait() => return Err(format!("anyfn dev ended: {}", ended?).into()),
            () = tokio::time::sleep(START) => {
                return Err(format!("anyfn dev is not ready within {START:?}").into());
            }
        };
        let functions = ready["functions"].as_array().ok_or("the ready file has no functions")?;
        let url = |host: &str| {
            let function = functions.iter().find(|function| function["host"] == host);
            let url = function.and_then(|function| function["url"].as_str());
            url.map(str::to_owned).ok_or_else(|| format!("there is no URL of a function on {host}"))
        };
        Ok([url("lambda")?, url("azure")?])
    }

    /// The calls of cargo so far.
    pub(crate) fn cargo_calls(&self) -> Anything<Vec<Call>> {
        let text = fs::read_to_string(&self.calls)?;
        let call = |line: &str| {
            let (micros, succeeded) = line.split_once(' ')?;
            let took = Duration::from_micros(micros.parse().ok()?);
            Some(Call { took, succeeded: succeeded.parse().ok()? })
        };
        let call = |line: &str| call(line).ok_or_else(|| format!("`{line}` is no call of cargo"));
        Ok(text.lines().map(call).collect::<Result<_, _>>()?)
    }

    /// Returns only once there will be no new build: why. `calls`: those of cargo before.
    pub(crate) async fn failure(&mut self, calls: usize) -> Box<dyn Error> {
        loop {
            match self.process.try_wait() {
                Ok(None) => {}
                Ok(Some(ended)) => return format!("anyfn dev ended: {ended}").into(),
                Err(error) => return error.into(),
            }
            match self.cargo_calls() {
                Ok(all) if all.iter().skip(calls).all(|call| call.succeeded) => {}
                Ok(_) => return "an edit does not build".into(),
                Err(error) => return error,
            }
            tokio::time::sleep(OFTEN).await;
        }
    }

    /// Ends it and what it runs.
    pub(crate) async fn stop(&mut self) {
        // It is asked first, since only it knows the cargo that may be at work. Who is gone has no id.
        let pid = self.process.id().and_then(|pid| i32::try_from(pid).ok());
        let asked = pid.is_some_and(|pid| kill(Pid::from_raw(pid), Signal::SIGTERM).is_ok());
        if !asked || tokio::time::timeout(STOPPING, self.process.wait()).await.is_err() {
            // Gone already, or gone now: the system ends its functions with it.
            let _ = self.process.kill().await;
        }
    }

    /// The end of what it said itself.
    pub(crate) fn last_words(&self) -> String {
        let said = fs::read_to_string(&self.said).unwrap_or_default();
        let own = |line: &&str| !line.trim_start().starts_with(&self.log);
        let lines: Vec<&str> = said.lines().filter(own).collect();
        let from = lines.len().saturating_sub(LINES);
        format!("anyfn dev said last:\n{}", lines.get(from..).unwrap_or_default().join("\n"))
    }
}
