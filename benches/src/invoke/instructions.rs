//! Instructions of one call, counted by callgrind.
//!
//! Deals with: the difference between a long and a short run, so that the start does not count.
//! Does not deal with: where they go (`callgrind_annotate` tells).

use std::error::Error;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use tokio::process::Command;

use super::{child, lambda};

const SHORT: usize = 50;
const LONG: usize = 250;

/// Thousands of instructions of one call.
pub(crate) async fn a_call(
    folder: &Path,
    name: &str,
    payload: &Bytes,
) -> Result<f64, Box<dyn Error>> {
    let short = count(folder, name, payload, SHORT).await?;
    let long = count(folder, name, payload, LONG).await?;
    Ok((long - short) / f64::from(u32::try_from(LONG - SHORT)?) / 1e3)
}

async fn count(
    folder: &Path,
    name: &str,
    payload: &Bytes,
    calls: usize,
) -> Result<f64, Box<dyn Error>> {
    let mut api = lambda::Api::start(payload).await?;
    let plain = child::program(folder, name);
    let mut program = Command::new("valgrind");
    program.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(folder.join(name));
    let set = plain.as_std().get_envs().filter_map(|(name, value)| Some((name, value?)));
    program.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(set);
    let mut child = child::on_lambda_heard(program, "work", &api.address)?;
    tokio::time::timeout(Duration::from_secs(60), api.first_poll()).await?;
    api.calls(calls).await?;
    let pid = child.id().ok_or("the program ended early")?.to_string();
    let ended = Command::new("kill").args(["-TERM", &pid]).stdout(Stdio::null()).status().await?;
    if !ended.success() {
        return Err("kill: the program ended early".into());
    }
    let mut said = String::new();
    if let Some(stderr) = &mut child.stderr {
        tokio::io::AsyncReadExt::read_to_string(stderr, &mut said).await?;
    }
    child.wait().await?;
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    let (_, collected) = collected.ok_or_else(|| format!("callgrind told no count:\n{said}"))?;
    Ok(collected.trim().parse()?)
}
