//! `anyfn manifest`: what an app declares.
//!
//! Deals with: building it, running `BINARY manifest`, printing what it says. Does not deal with: what
//! a manifest means (the crate `anyfn`).

use std::process::ExitCode;

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
    let here = here()?;
    let workspace = Workspace::around(&here)?;
    let wanted: Vec<String> = args.package.iter().cloned().collect();
    let apps = workspace.apps(&wanted, &here)?;
    let [app] = apps.as_slice() else {
        let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
        return Err(Fault::usage(format!(
            "there are several apps here; name one: anyfn manifest -p {}",
            names.join(" or -p ")
        )));
    };
    for executable in build(&workspace, &[app])? {
        let manifest = anyfn_emulator::apps::manifest(&executable)
            .await
            .map_err(|why| Fault::failed(format!("{}: {why}", app.name)))?;
        output::data(&manifest.to_json());
    }
    Ok(ExitCode::SUCCESS)
}
