//! Peers from npm.
//!
//! Deals with: a folder with every package of one lock file.
//! Does not deal with: resolving; the lock file is complete.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{once, read, run, said};
use crate::gate::Place;

const PACKAGE: &str = "tests/peers/package.json";
const LOCK: &str = "tests/peers/package-lock.json";

/// Where `node_modules` is.
pub(super) fn folder(place: &Place) -> PathBuf {
    place.target.join("xtask/node")
}

/// Makes it, unless it stands for this very lock file and this very Node.
///
/// # Errors
/// Which command failed.
pub(super) fn set_up(place: &Place) -> Result<(), String> {
    let folder = folder(place);
    let (package, lock) = (read(&place.root, PACKAGE)?, read(&place.root, LOCK)?);
    let stamp = format!("{}{package}{lock}", said("node", &["--version"])?);
    once(&folder, &stamp, || {
        let failed = |error| format!("{}: {error}", folder.display());
        fs::create_dir_all(&folder).map_err(failed)?;
        for (name, text) in [("package.json", &package), ("package-lock.json", &lock)] {
            fs::write(folder.join(name), text).map_err(failed)?;
        }
        // No package here needs its scripts, and nobody has read them.
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"]);
        run(npm.current_dir(&folder))
    })
}
