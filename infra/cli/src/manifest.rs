//! `anyfn manifest`: what an app declares.
//!
//! Deals with: building it, running `BINARY manifest`, printing what it says. Does not deal with: what
//! a manifest means (the crate `anyfn`).

use std::path::Path;
use std::process::ExitCode;

use anyfn::manifest::Manifest;

use crate::build::build;
use crate::fault::Fault;
use crate::output;
use crate::packages::{Workspace, here};

/// Print what an app declares, as JSON
///
/// Builds it first. Its manifest lists functions, triggers, needs and settings; nothing is started and
/// no credential is read.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The package; may be left out where there is one app
    #[arg(short, long, value_name = "PACKAGE")]
    package: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  anyfn manifest -p webhook
  anyfn manifest -p webhook | jq -r '.functions[].name'";

pub(crate) async fn run(args: &Args) -> Result<ExitCode, Fault> {
    output::data(&of(args.package.as_deref()).await?.to_json());
    Ok(ExitCode::SUCCESS)
}

/// The manifest of the app `package`, which is built for it; of the only app here where none is named.
///
/// # Errors
/// There is no such app, it does not build, its manifest cannot be read.
pub(crate) async fn of(package: Option<&str>) -> Result<Manifest, Fault> {
    let here = here()?;
    let workspace = Workspace::around(&here)?;
    let wanted: Vec<String> = package.map(str::to_owned).into_iter().collect();
    let apps = workspace.apps(&wanted, &here)?;
    let [app] = apps.as_slice() else {
        let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
        return Err(Fault::usage(format!(
            "there are several apps here; name one: -p {}",
            names.join(" or -p ")
        )));
    };
    let built = build(&workspace, &[app])?;
    let executable = built.first().ok_or_else(|| {
        Fault::failed(format!("cargo built `{}` but named no executable", app.name))
    })?;
    let manifest = anyfn_emulator::apps::manifest(executable).await;
    manifest.map_err(|why| Fault::failed(format!("{}: {why}", app.name)))
}

/// The manifest that an executable prints.
///
/// # Errors
/// It cannot be started, or what it prints is no manifest.
pub(crate) async fn printed(executable: &Path) -> Result<Manifest, Fault> {
    let fault = |why: String| Fault::failed(format!("{}: {why}", executable.display()));
    // A bare name would be looked for in the PATH.
    let path = std::path::absolute(executable).map_err(|io| fault(io.to_string()))?;
    let manifest = anyfn_emulator::apps::manifest(&path).await;
    manifest.map_err(fault)
}
