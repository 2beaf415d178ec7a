//! s5cmd as a process.
//!
//! Deals with: its time and its peak memory. Does not deal with: installing it (xtask).

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use super::Anything;
use super::server::Server;

/// How often its memory is read: VmHWM only grows, so that little is missed at the end.
const OFTEN: Duration = Duration::from_millis(5);

pub(crate) struct Run {
    pub(crate) took: Duration,
    pub(crate) peak_mb: f64,
}

/// Runs it to its end against `server`.
pub(crate) async fn run(program: &Path, server: &Server, arguments: &[&str]) -> Anything<Run> {
    let begun = Instant::now();
    let mut command = Command::new(program);
    command.env_clear().envs(server.client()).args(arguments);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true).spawn()?;
    let status = format!("/proc/{}/status", child.id().unwrap_or_default());
    let mut peak_mb = 0.0;
    let ended = loop {
        tokio::select! {
            ended = child.wait() => break ended?,
            () = tokio::time::sleep(OFTEN) => {
                let text = std::fs::read_to_string(&status).unwrap_or_default();
                peak_mb = peak(&text).unwrap_or(peak_mb);
            }
        }
    };
    let took = begun.elapsed();
    if ended.success() { Ok(Run { took, peak_mb }) } else { Err(format!("s5cmd: {ended}").into()) }
}

fn peak(status: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kb: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kb * 1_024.0 / 1e6)
}
