//! The packages of the project's own functions, built and checked as their users would.
//!
//! Deals with: building all of them, their sizes, the end-to-end tests on them. Does not deal with: building
//! them a second time (`elsewhere`); what other programs make of the images (`images`); packages in general,
//! which the gate checks with what is built for it anyway.

mod elsewhere;
mod images;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::gate::{self, Place};
use crate::tools;

/// Each function and the most bytes that a zip of it may have.
const LARGEST: [(&str, u64); 3] =
    [("webhook", 4_000_000), ("cron-cleanup", 4_000_000), ("image-processing", 8_000_000)];
const ALL: [&str; 6] = ["--target", "aws", "--target", "azure", "--target", "container"];

/// Builds, checks and runs everything.
///
/// # Errors
/// What could not be had or built, or the first check that failed.
pub(crate) fn run(place: &Place) -> Result<(), String> {
    tools::install(&tools::CODECS)?;
    tools::install(&tools::PACKAGES)?;
    gate::call(place, "build --locked -p anyfn-cli", &[])?;
    let out = place.target.join("xtask/packages");
    build(place, &out, &["--target", "aws", "--target", "container", "--arch", "arm64"])?;
    build(place, &out, &[ALL.as_slice(), &["--arch", "x86_64"]].concat())?;
    for (app, largest) in LARGEST {
        for zip in ["aws-arm64.zip", "aws-x86_64.zip", "azure-x86_64.zip"] {
            small(&out.join(app).join(zip), largest)?;
        }
        for (arch, called) in [("arm64", "arm64"), ("x86_64", "amd64")] {
            images::readable(&out.join(app).join(format!("container-{arch}")), app, called)?;
        }
        images::built_from_dockerfile(&out.join(app), &place.target.join("xtask/buildah"))?;
    }
    elsewhere::same(place, &out)?;
    gate::end_to_end(place, "packages::", &[("ANYFN_TEST_PACKAGES", out.as_os_str())])
}

fn build(place: &Place, out: &Path, more: &[&str]) -> Result<(), String> {
    let mut command = anyfn(place);
    command.current_dir(&place.root).args(LARGEST.iter().flat_map(|(app, _)| ["-p", app]));
    command.args(more).arg("--out").arg(out);
    ended(&mut command)
}

/// `anyfn build` as it was built here.
pub(crate) fn anyfn(place: &Place) -> Command {
    let mut command = Command::new(place.target.join("debug/anyfn"));
    command.arg("build");
    command
}

pub(crate) fn ended(command: &mut Command) -> Result<(), String> {
    eprintln!("$ {command:?}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?}: {status}")),
        Err(error) => Err(format!("{command:?}: {error}")),
    }
}

fn small(zip: &Path, largest: u64) -> Result<(), String> {
    let bytes = fs::metadata(zip).map_err(|error| format!("{}: {error}", zip.display()))?.len();
    println!("{}: {bytes} bytes of {largest}", zip.display());
    if bytes < largest {
        return Ok(());
    }
    Err(format!("{} has {bytes} bytes; it must stay under {largest}", zip.display()))
}

fn said(program: &str, arguments: &[&OsStr]) -> Result<Vec<u8>, String> {
    let output = Command::new(program).args(arguments).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!("{program} {arguments:?}: {}", output.status))
}
