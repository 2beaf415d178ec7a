//! Apps built for this machine: what `dev`, `demo` and `manifest` run.
//!
//! Deals with: one `cargo build` for all of them, the executables that it reports. Does not deal with:
//! other machines (`cross`), zips and images. Cargo's own words go to stderr as they come.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::fault::Fault;
use crate::packages::{Package, Workspace, cargo};

/// One line of cargo's JSON.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The call of cargo that builds the apps of `packages`; its stdout is for [`executables`].
pub(crate) fn command(workspace: &Workspace, packages: &[&Package]) -> Result<Command, Fault> {
    let mut command = cargo(&workspace.root);
    command.args(["build", "--message-format=json-render-diagnostics"]);
    for package in packages {
        command.args(["-p", &package.name, "--bin", package.app().map_err(Fault::usage)?]);
    }
    Ok(command)
}

/// Builds `packages` and gives their executables, in their order.
pub(crate) fn build(workspace: &Workspace, packages: &[&Package]) -> Result<Vec<PathBuf>, Fault> {
    let mut command = command(workspace, packages)?;
    let failed = |io: std::io::Error| Fault::failed(format!("cargo build: {io}"));
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().map_err(failed)?;
    let mut stdout = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut stdout).map_err(failed)?;
    }
    if !child.wait().map_err(failed)?.success() {
        let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
        return Err(Fault::failed(format!(
            "{} did not build; cargo says above why",
            names.join(", ")
        )));
    }
    executables(packages, &stdout)
}

/// The executables of `packages`, in their order, by what cargo wrote to stdout.
pub(crate) fn executables(packages: &[&Package], stdout: &[u8]) -> Result<Vec<PathBuf>, Fault> {
    // A build script may print what it likes; only cargo's own lines are JSON.
    let lines = stdout.split(|byte| *byte == b'\n');
    let messages: Vec<Message> =
        lines.filter_map(|line| serde_json::from_slice(line).ok()).collect();
    packages.iter().map(|package| executable(package, &messages)).collect()
}

fn executable(package: &Package, messages: &[Message]) -> Result<PathBuf, Fault> {
    let binary = package.app().map_err(Fault::usage)?;
    let is_it = |message: &&Message| {
        message.reason == "compiler-artifact"
            && message.manifest_path.as_deref() == Some(Path::new(&package.manifest_path))
            && message.target.as_ref().is_some_and(|target| target.name == binary)
    };
    let executable = messages.iter().filter(is_it).find_map(|message| message.executable.clone());
    executable.ok_or_else(|| {
        Fault::failed(format!("cargo built `{}` but named no executable", package.name))
    })
}
