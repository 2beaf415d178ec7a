//! What `cargo xtask test` lays out for these tests: our binaries, foreign clients.
//!
//! Deals with: finding them, and saying how to get them where they are missing.
//! Does not deal with: starting anything.

use std::path::{Path, PathBuf};
use std::process::Command;

/// One of our own binaries, such as `anyfn` or `webhook`.
pub(crate) fn binary(name: &str) -> PathBuf {
    found("ANYFN_TEST_BIN_DIR", name)
}

/// The app that makes trouble: as it was built with the tests, or the file in `ANYFN_TEST_TROUBLED`,
/// which `cargo xtask packaged` builds as functions are deployed.
pub(crate) fn troubled() -> PathBuf {
    std::env::var_os("ANYFN_TEST_TROUBLED").map_or_else(|| binary("troubled"), PathBuf::from)
}

/// A program of the virtual environment: `python`, `aws`, `cargo-lambda`.
pub(crate) fn peer(name: &str) -> PathBuf {
    found("ANYFN_TEST_VENV", &format!("bin/{name}"))
}

/// A file of an installed npm package, such as `azurite/dist/src/azurite.js`.
pub(crate) fn module(path: &str) -> PathBuf {
    found("ANYFN_TEST_NODE", &format!("node_modules/{path}"))
}

/// The folders in `PATH` that hold `node`, for a process that sees nothing else of ours.
pub(crate) fn path_to_node() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    let here = std::env::split_paths(&path).any(|folder| folder.join("node").is_file());
    assert!(here, "there is no `node` in PATH; hint: cargo xtask e2e");
    path
}

fn found(variable: &str, below: &str) -> PathBuf {
    let folder = std::env::var_os(variable);
    let folder = folder.unwrap_or_else(|| panic!("{variable} is not set; hint: cargo xtask e2e"));
    let path = PathBuf::from(folder).join(below);
    assert!(path.exists(), "{} is missing; hint: cargo xtask e2e", path.display());
    path
}

fn said(program: &Path, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(output.status.success(), "{}: {output:?}", program.display());
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_foreign_client_starts() {
    assert!(said(&peer("aws"), &["--version"]).starts_with("aws-cli/"));
    assert!(said(&peer("cargo-lambda"), &["lambda", "--version"]).starts_with("cargo-lambda"));
    said(
        &peer("python"),
        &["-c", "import boto3, azure.storage.blob, azure.storage.queue, awslambdaric, moto.server"],
    );
    said("node".as_ref(), &["--version"]);
    module("azurite/dist/src/azurite.js");
    said("curl".as_ref(), &["--version"]);
    said("strace".as_ref(), &["--version"]);
}

#[test]
fn every_binary_is_built() {
    for name in ["anyfn", "webhook", "image-processing", "cron-cleanup", "troubled"] {
        binary(name);
    }
}
