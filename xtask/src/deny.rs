//! Licences, bans and sources of every dependency, checked by cargo-deny.
//!
//! Deals with: a cargo-deny of one pinned version, built once.
//! Does not deal with: what is allowed (`deny.toml`), nor advisories, which need a database from outside.

use std::path::PathBuf;
use std::process::Command;

use crate::gate::{Place, call};

const VERSION: &str = "0.20.2";

/// Runs the checks; builds the tool first if this machine does not have that very version.
///
/// # Errors
/// Which call failed.
pub(crate) fn run(place: &Place) -> Result<(), String> {
    let own = place.target.join("xtask/tools");
    let candidates = [own.join("bin/cargo-deny"), PathBuf::from("cargo-deny")];
    let tool = match candidates.iter().find(|tool| is_pinned(tool)) {
        Some(tool) => tool.clone(),
        None => {
            // Not optimised: built in half the time, and the check takes four seconds instead of two.
            println!("building cargo-deny {VERSION}: once, a few minutes");
            let root = own.to_string_lossy();
            call(
                place,
                &format!("install --locked --quiet --debug --root {root} cargo-deny@{VERSION}"),
                &[],
            )?;
            candidates[0].clone()
        }
    };
    let mut deny = Command::new(tool);
    deny.current_dir(&place.root).args([
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]);
    let status = deny.status().map_err(|error| format!("cargo-deny: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err("a dependency breaks deny.toml; see above".to_owned())
    }
}

fn is_pinned(tool: &PathBuf) -> bool {
    let said = Command::new(tool).arg("--version").output();
    said.is_ok_and(|said| {
        String::from_utf8_lossy(&said.stdout).trim() == format!("cargo-deny {VERSION}")
    })
}
