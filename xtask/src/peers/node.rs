//! Peers from npm.
//!
//! Deals with: a folder with every package of one lock file.
//! Does not deal with: resolving; the lock file is complete.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{once, read, run, said};
use crate::gate::Place;

/// The end-to-end tests' own.
const PEERS: &str = "tests/peers";

/// Where their `node_modules` is.
pub(super) fn folder(place: &Place) -> PathBuf {
    place.target.join("xtask/node")
}

/// Makes it, unless it stands for this very lock file and this very Node.
///
/// # Errors
/// Which command failed.
pub(super) fn set_up(place: &Place) -> Result<(), String> {
    install(place, PEERS, &folder(place))
}

/// Makes `folder` with the packages of the lock file in `list`, unless it stands for it already.
///
/// # Errors
/// Which command failed.
pub(crate) fn install(place: &Place, list: &str, folder: &Path) -> Result<(), String> {
    let package = read(&place.root, &format!("{list}/package.json"))?;
    let lock = read(&place.root, &format!("{list}/package-lock.json"))?;
    let stamp = format!("{}{package}{lock}", said("node", &["--version"])?);
    once(folder, &stamp, || {
        let failed = |error| format!("{}: {error}", folder.display());
        fs::create_dir_all(folder).map_err(failed)?;
        for (name, text) in [("package.json", &package), ("package-lock.json", &lock)] {
            fs::write(folder.join(name), text).map_err(failed)?;
        }
        // No package here needs its scripts, and nobody has read them.
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]);
        run(npm.current_dir(folder))
    })
}
