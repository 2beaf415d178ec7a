//! Peers from PyPI.
//!
//! Deals with: a virtual environment with every package of one list.
//! Does not deal with: resolving; the list is complete.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{once, read, run, said};
use crate::gate::Place;

/// The end-to-end tests' own.
const REQUIREMENTS: &str = "tests/peers/requirements.txt";

/// Where the virtual environment is.
pub(super) fn folder(place: &Place) -> PathBuf {
    place.target.join("xtask/venv")
}

/// Makes it, unless it stands for these very requirements and this very Python.
///
/// # Errors
/// Which command failed.
pub(super) fn set_up(place: &Place) -> Result<(), String> {
    install(place, REQUIREMENTS, &folder(place))
}

/// Makes `venv` with the packages of the list `requirements`, unless it stands for it already.
///
/// # Errors
/// Which command failed.
pub(crate) fn install(place: &Place, requirements: &str, venv: &Path) -> Result<(), String> {
    let python = said("python3", &["-c", "import sys; print(sys.version, sys.prefix)"])?;
    let stamp = format!("{python}{}", read(&place.root, requirements)?);
    once(venv, &stamp, || {
        run(Command::new("python3").args(["-m", "venv"]).arg(venv))?;
        // Every package is listed, so that nothing comes along unseen.
        let mut pip = Command::new(venv.join("bin/pip"));
        pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps"]);
        run(pip.arg("-r").arg(place.root.join(requirements)))
    })
}
