//! `anyfn ci`: a workflow that tests, plans, checks and deploys.
//!
//! Deals with: arguments, where the file goes. Does not deal with: what is in it (`workflow.rs`).

#[cfg(test)]
mod tests;
mod workflow;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use crate::fault::Fault;
use crate::output;
use crate::packages::{Workspace, here};
use workflow::Wanted;

/// Write a workflow that tests, plans, checks and deploys the apps
///
/// On a pull request it comments with the plan, its check, what it costs idle and what it costs in use. On
/// main it applies the plan that was checked. A rollback is a button. It signs in by OpenID Connect: no key
/// is stored.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Whose workflow
    #[arg(value_enum)]
    service: Service,
    /// Where to deploy
    #[arg(long, value_enum, default_value = "both")]
    cloud: Clouds,
    /// An app; may be repeated. Default: all of this workspace
    #[arg(short, long, value_name = "NAME")]
    package: Vec<String>,
    /// The folder of Terraform for AWS
    #[arg(long, value_name = "FOLDER", default_value = "deploy/aws")]
    aws_folder: String,
    /// The folder of Terraform for Azure
    #[arg(long, value_name = "FOLDER", default_value = "deploy/azure")]
    azure_folder: String,
    /// The command that runs the tests
    #[arg(long, value_name = "COMMAND", default_value = "cargo test --workspace --locked")]
    test: String,
    /// The command that installs anyfn
    #[arg(long, value_name = "COMMAND", default_value = INSTALL)]
    install: String,
    /// The file to write, - for stdout. Default: .github/workflows/anyfn.yml
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
}

const INSTALL: &str = concat!("cargo install --locked anyfn-cli@", env!("CARGO_PKG_VERSION"));

const EXAMPLES: &str = "\
Examples:
  anyfn ci github                             .github/workflows/anyfn.yml for both clouds
  anyfn ci github --cloud aws --out -         to stdout
  anyfn ci github --cloud azure --azure-folder terraform/live -p webhook --force";

/// Whose workflows are written.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Service {
    /// GitHub Actions
    Github,
}

/// Which clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Clouds {
    /// AWS
    Aws,
    /// Azure
    Azure,
    /// AWS and Azure
    Both,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode, Fault> {
    let Service::Github = args.service;
    let here = here()?;
    let workspace = Workspace::around(&here)?;
    let apps = workspace.apps(&args.package, &workspace.root)?;
    let mut apps: Vec<String> = apps.iter().map(|app| app.name.clone()).collect();
    apps.sort();
    for (option, text) in [
        ("--test", &args.test),
        ("--install", &args.install),
        ("--aws-folder", &args.aws_folder),
        ("--azure-folder", &args.azure_folder),
    ] {
        if text.contains(['\n', '@', '#']) && option != "--install" || text.contains('\n') {
            return Err(Fault::usage(format!(
                "{option} {text:?}: it has to fit on one line of YAML as it is; a right one: {option} 'cargo test'"
            )));
        }
    }
    let text = workflow::text(&Wanted {
        apps: &apps,
        aws: (args.cloud != Clouds::Azure).then_some(args.aws_folder.as_str()),
        azure: (args.cloud != Clouds::Aws).then_some(args.azure_folder.as_str()),
        test: &args.test,
        install: &args.install,
    });
    let path = match &args.out {
        Some(path) if path.as_os_str() == "-" => {
            output::data(&text);
            return Ok(ExitCode::SUCCESS);
        }
        Some(path) => here.join(path),
        None => workspace.root.join(".github/workflows/anyfn.yml"),
    };
    write(&path, &text, args.force)?;
    output::note(&format!(
        "wrote {}; its first lines say which variables the repository needs",
        path.strip_prefix(&here).unwrap_or(&path).display()
    ));
    Ok(ExitCode::SUCCESS)
}

fn write(path: &std::path::Path, text: &str, force: bool) -> Result<(), Fault> {
    if path.exists() && !force {
        return Err(Fault::usage(format!(
            "{} is there already; --force writes over it, --out - shows what would be written",
            path.display()
        )));
    }
    let folder = path.parent().map_or(Ok(()), fs::create_dir_all);
    folder
        .and_then(|()| fs::write(path, text))
        .map_err(|io| Fault::failed(format!("{}: {io}", path.display())))
}
