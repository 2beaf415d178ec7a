//! Instructions of one call, counted by callgrind.
//!
//! Deals with: the difference between a long and a short run, so that the start does not count.
//! Does not deal with: where they go (`callgrind_annotate` tells).

use std::error::Error;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use super::{azure, child, lambda};

const SHORT: u32 = 50;
const LONG: u32 = 250;

/// Thousands of instructions of one call on Lambda.
pub(crate) async fn on_lambda(
    folder: &Path,
    name: &str,
    payload: &Bytes,
) -> Result<f64, Box<dyn Error>> {
    let count = async |calls| {
        let mut api = lambda::Api::start(payload).await?;
        let child = child::on_lambda(counted(folder, name), "work", &api.address, Stdio::piped())?;
        tokio::time::timeout(Duration::from_secs(60), api.first_poll()).await?;
        api.calls(calls).await?;
        collected(child).await
    };
    Ok(apiece(count(SHORT).await?, count(LONG).await?))
}

/// Thousands of instructions of one call on Azure.
pub(crate) async fn on_azure(
    folder: &Path,
    name: &str,
    envelope: &Bytes,
) -> Result<f64, Box<dyn Error>> {
    let count = async |calls| {
        let port = azure::free_port()?;
        let child = child::on_azure(counted(folder, name), port, Stdio::piped())?;
        azure::ready(port).await?;
        azure::calls(port, envelope, calls).await?;
        collected(child).await
    };
    Ok(apiece(count(SHORT).await?, count(LONG).await?))
}

fn apiece(short: f64, long: f64) -> f64 {
    (long - short) / f64::from(LONG - SHORT) / 1e3
}

/// The program under callgrind.
fn counted(folder: &Path, name: &str) -> Command {
    let plain = child::program(folder, name);
    let set = plain.as_std().get_envs().filter_map(|(name, value)| Some((name, value?)));
    let mut program = Command::new("valgrind");
    program.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(folder.join(name));
    program.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(set);
    program
}

/// Ends the program and reads what callgrind says of all its life.
async fn collected(mut child: Child) -> Result<f64, Box<dyn Error>> {
    let pid = child.id().ok_or("the program ended early")?.to_string();
    let ended = Command::new("kill").args(["-TERM", &pid]).status().await?;
    if !ended.success() {
        return Err("kill: the program ended early".into());
    }
    let mut said = String::new();
    if let Some(stderr) = &mut child.stderr {
        stderr.read_to_string(&mut said).await?;
    }
    child.wait().await?;
    let collected = said.lines().find_map(|line| line.split_once("Collected :"));
    let (_, collected) = collected.ok_or_else(|| format!("callgrind told no count:\n{said}"))?;
    Ok(collected.trim().parse()?)
}
