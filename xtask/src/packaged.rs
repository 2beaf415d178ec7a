//! The tests of processes in trouble, against the executable of a package.
//!
//! Deals with: building it by `anyfn build`: another panic strategy, link-time optimisation, no symbols and
//! static linking by another linker are where a caught panic could become a dead process. Does not deal with:
//! how fast or how large it is (`bench`).

use std::fs;
use std::path::Path;

use crate::gate::{self, Place};
use crate::packages::{anyfn, ended};
use crate::{cargo, tools};

/// The app as a package of its own: in the workspace `anyfn dev` would run it beside the functions.
const PACKAGE: &str = r#"
[workspace]

[package]
name = "troubled"
version = "0.0.0"
edition = "2024"

[[bin]]
name = "troubled"
path = "ROOT/tests/src/bin/troubled.rs"

[dependencies]
anyfn.path = "ROOT/runtime"
bytes = "1"
"#;

/// Builds the app in trouble as functions are deployed, and runs its end-to-end tests.
///
/// # Errors
/// What could not be had or built, or the call that failed.
pub(crate) fn run(place: &Place) -> Result<(), String> {
    tools::install(&tools::PACKAGES)?;
    gate::call(place, "build --locked -p anyfn-cli", &[])?;
    let folder = place.target.join("xtask/troubled");
    write(&folder, &place.root).map_err(|error| format!("{}: {error}", folder.display()))?;
    // The lock file knows the whole workspace, and the package not yet.
    ended(cargo::command(&folder).args(["update", "--quiet", "--workspace"]))?;

    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    let mut build = anyfn(place);
    build.current_dir(&folder).env("CARGO_TARGET_DIR", &place.target);
    ended(build.args(["--target", "aws", "--arch", arch, "--out"]).arg(folder.join("dist")))?;
    let triple = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let program = place.target.join(triple).join("packed/troubled");
    gate::end_to_end(place, "troubled::", &[("ANYFN_TEST_TROUBLED", program.as_os_str())])
}

fn write(folder: &Path, root: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let package = PACKAGE.replace("ROOT", &root.display().to_string());
    fs::write(folder.join("Cargo.toml"), package)
}
