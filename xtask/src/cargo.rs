//! Cargo as a child process, and what it says about the workspace.
//!
//! Deals with: a clean environment for nested calls; the workspace's crates and what they depend on.
//! Does not deal with: which calls are made (`gate.rs`).

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// A crate of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub name: String,
    /// Relative to the workspace's root, with forward slashes.
    pub folder: String,
    pub dependencies: Vec<Dependency>,
}

/// One line of a crate's dependency tables.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub name: String,
    #[serde(rename = "uses_default_features")]
    pub default_features: bool,
    pub features: Vec<String>,
}

/// A cargo call in `root`.
///
/// The outer `cargo run` leaves variables about this package behind. Build scripts that watch them
/// would run again, and with them everything above: hence they are taken away.
pub(crate) fn command(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    for (name, _) in std::env::vars_os() {
        let about_us = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if about_us.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// Where final artifacts go.
///
/// # Errors
/// What cargo said.
pub(crate) fn target(root: &Path) -> Result<PathBuf, String> {
    metadata(root).map(|metadata| metadata.target_directory)
}

/// The workspace's own crates.
///
/// # Errors
/// What cargo said.
pub(crate) fn packages(root: &Path) -> Result<Vec<Package>, String> {
    let metadata = metadata(root)?;
    let packages = metadata.packages.into_iter().map(|raw| {
        let folder = raw.manifest_path.parent().unwrap_or(root);
        let folder = folder.strip_prefix(&metadata.workspace_root).unwrap_or(folder);
        Package {
            name: raw.name,
            folder: folder.to_string_lossy().replace('\\', "/"),
            dependencies: raw.dependencies,
        }
    });
    Ok(packages.collect())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<RawPackage>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct RawPackage {
    name: String,
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

fn metadata(root: &Path) -> Result<Metadata, String> {
    let mut cargo = command(root);
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
    let output = cargo.output().map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}
