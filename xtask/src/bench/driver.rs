//! The programs that measure: built as they would be packaged, run, and read.
//!
//! Deals with: the profile `packed`, what else is to be run before, a driver's rows (a JSON object a line
//! on its stdout).
//! Does not deal with: what a driver measures.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::row::Row;
use crate::cargo;
use crate::gate::Place;
use crate::packages::ended;

/// Builds with the profile `packed` and says where the binaries are. `what` is cargo's selection,
/// such as `-p webhook`.
///
/// # Errors
/// The call, if it did not succeed.
pub(super) fn build(place: &Place, what: &str) -> Result<PathBuf, String> {
    build_as(place, "packed", what)
}

/// The same with another profile than `packed`.
///
/// # Errors
/// The call, if it did not succeed.
pub(super) fn build_as(place: &Place, profile: &str, what: &str) -> Result<PathBuf, String> {
    let line = format!("build --locked --profile {profile} {what}");
    eprintln!("$ cargo {line}");
    let mut build = cargo::command(&place.root);
    // Rows are all that stdout is for.
    let status = build.args(line.split_whitespace()).stdout(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => Ok(place.target.join(profile)),
        Ok(status) => Err(format!("cargo {line}: {status}")),
        Err(error) => Err(format!("cargo {line}: {error}")),
    }
}

/// Runs what sets a bench up.
///
/// # Errors
/// The call, if it did not succeed.
pub(super) fn done(command: &mut Command) -> Result<(), String> {
    // Rows are all that stdout is for.
    ended(command.stdout(Stdio::null()))
}

/// Runs a driver to its end and reads the rows that it prints.
///
/// # Errors
/// A path that is not UTF-8, the driver's failure, or a line that is no row.
pub(super) fn rows(driver: &Path, arguments: &[&Path]) -> Result<Vec<Row>, String> {
    let text = |path: &&Path| {
        let text = path.to_str().map(str::to_owned);
        text.ok_or_else(|| format!("{}: the path is not UTF-8", path.display()))
    };
    let arguments: Vec<String> = arguments.iter().map(text).collect::<Result<_, _>>()?;
    // What a build wrote is otherwise still on its way to the disk, at the expense of what is measured.
    let _ = Command::new("sync").status();
    eprintln!("$ {} {}", driver.display(), arguments.join(" "));
    let mut command = Command::new(driver);
    let output = command.args(arguments).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{}: {error}", driver.display()))?;
    if !output.status.success() {
        return Err(format!("{}: {}", driver.display(), output.status));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let row = |line: &str| {
        serde_json::from_str(line).map_err(|error| format!("`{line}` is no row: {error}"))
    };
    text.lines().filter(|line| !line.is_empty()).map(row).collect()
}
