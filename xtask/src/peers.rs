//! The foreign clients and runtimes that the end-to-end tests drive, at pinned versions.
//!
//! Deals with: a virtual environment of Python under the target folder, made once.
//! Does not deal with: what the tests do with it; they find it through `ANYFN_TEST_VENV`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use crate::{gate::Place, tools};

const REQUIREMENTS: &str = "tests/peers/requirements.txt";

/// Where the virtual environment is.
pub(crate) fn venv(place: &Place) -> PathBuf {
    place.target.join("xtask/venv")
}

/// Makes the environment, unless it stands for these very requirements and this very Python.
///
/// # Errors
/// What is missing and how to get it, or which command failed.
pub(crate) fn set_up(place: &Place) -> Result<(), String> {
    tools::install(&tools::TOOLS)?;
    let venv = venv(place);
    let requirements = place.root.join(REQUIREMENTS);
    let listed =
        fs::read_to_string(&requirements).map_err(|error| format!("{REQUIREMENTS}: {error}"))?;
    let stamp_path = venv.join("stamp");
    let stamp = format!("{}{listed}", python_version()?);
    if fs::read_to_string(&stamp_path).is_ok_and(|found| found == stamp) {
        println!("{} is up to date", venv.display());
        return Ok(());
    }
    remove(&venv).map_err(|error| format!("{}: {error}", venv.display()))?;
    run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    // Every package is listed, so that nothing comes along unseen.
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args([
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-deps",
        "-r",
    ]);
    run(pip.arg(&requirements))?;
    fs::write(&stamp_path, stamp).map_err(|error| format!("{}: {error}", stamp_path.display()))
}

fn python_version() -> Result<String, String> {
    let said =
        Command::new("python3").args(["-c", "import sys; print(sys.version, sys.prefix)"]).output();
    said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned())
        .map_err(|error| format!("python3: {error}"))
}

fn remove(venv: &Path) -> io::Result<()> {
    match fs::remove_dir_all(venv) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    println!("$ {command:?}");
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}
