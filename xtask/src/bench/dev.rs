//! What `anyfn dev` adds to cargo's own time after an edit.
//!
//! Deals with: building `anyfn` as it is installed, making the package that is edited and building it
//! before; running `drive-dev`.
//! Does not deal with: measuring (`benches/src/dev`).

use std::fs;
use std::path::Path;
use std::process::Command;

use super::{driver, row::Row};
use crate::cargo;
use crate::gate::Place;

const NAME: &str = "edited";

pub(super) fn run(place: &Place) -> Result<Vec<Row>, String> {
    let programs = "-p anyfn-cli -p anyfn-benches --bin anyfn --bin drive-dev --bin timed-cargo";
    let binaries = driver::build_as(place, "release", programs)?;
    let folder = place.target.join("xtask/dev");
    make(place, &folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut new = Command::new(binaries.join("anyfn"));
    new.args(["new", NAME, "--trigger", "http", "--anyfn"]).arg(&place.root);
    driver::done(new.current_dir(&folder))?;
    // Where the end-to-end tests build such packages, too.
    let builds = place.target.join("new-packages");
    let mut build = cargo::command(&folder);
    // It would tell of each profile that no package here has.
    build.args(["build", "--quiet", "-p", NAME]).env("CARGO_TARGET_DIR", &builds);
    driver::done(build.env("CARGO_NET_OFFLINE", "true").env_remove("RUSTFLAGS"))?;
    driver::rows(&binaries.join("drive-dev"), &[&binaries, &folder.join(NAME), &builds])
}

/// A workspace of nothing yet, with the profiles and versions of ours: what is built for one is built for
/// the other.
fn make(place: &Place, folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let ours = fs::read_to_string(place.root.join("Cargo.toml"))?;
    let profiles = ours.find("[profile.dev]").and_then(|at| ours.get(at..)).unwrap_or_default();
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = []\n\n{profiles}");
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(place.root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(())
}
