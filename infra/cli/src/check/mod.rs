//! `anyfn check`: code, package and Terraform plan against each other.
//!
//! Deals with: arguments, reading all four, the exit code. Does not deal with: what is compared; each cloud
//! has a room of its own.

mod aws;
mod azure;
mod code;
mod finding;
mod loops;
mod package;
mod report;
mod settings;
#[cfg(test)]
pub(crate) mod tests;

use std::path::PathBuf;
use std::process::ExitCode;

use anyfn::manifest::Manifest;

use crate::build::build;
use crate::fault::Fault;
use crate::manifest;
use crate::output;
use crate::packages::{Workspace, here};
use crate::plan::Plan;
use finding::Found;
use package::Package;

/// The tag by which a resource says whose it is.
const APP: &str = "anyfn:app";
/// The tag by which a resource says for which function it is.
const FUNCTION: &str = "anyfn:function";

/// Compare an app's code with its packages and with a Terraform plan
///
/// Fails on drift between them, on a grant that the code does not declare or that is missing, on a trigger
/// that nothing provisions, and on a loop: a function that writes where its own trigger listens. It says
/// everything at once, and names for each the resource and attribute.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The package; may be left out where there is one app
    #[arg(short = 'p', value_name = "NAME")]
    name: Option<String>,
    /// An executable of the app that is built already, instead of building one
    #[arg(long, value_name = "FILE", conflicts_with = "name")]
    bin: Option<PathBuf>,
    /// The plan: terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// A zip that is deployed; may be repeated. Default: those in dist/NAME
    #[arg(long, value_name = "FILE")]
    package: Vec<PathBuf>,
    /// The manifest that Terraform reads. Default: dist/NAME/manifest.json
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// The function may write where its trigger listens: something in it ends the loop. May be repeated
    #[arg(long, value_name = "FUNCTION")]
    allow_loop: Vec<String>,
    /// Pass although something is unknown before apply
    #[arg(long)]
    allow_unknown: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  anyfn check -p webhook --plan plan.json
  anyfn check -p image-processing --plan plan.json --allow-loop thumbnail
  anyfn check -p webhook --plan plan.json --json | jq -r '.faults[] | .place'

A function that sends to a queue that its app listens on is a note, no fault: that is how work is handed
on. The exit code is 1 where something is wrong, and 2 where a file cannot be read.";

pub(crate) async fn run(args: Args) -> Result<ExitCode, Fault> {
    let plan = Plan::open(&args.plan)?;
    let mut found = Found::default();
    let (manifest, dist) = code(&args).await?;
    for name in &args.allow_loop {
        if !manifest.functions.iter().any(|function| function.name == *name) {
            let names: Vec<&str> = manifest.functions.iter().map(|f| f.name.as_str()).collect();
            return Err(Fault::usage(format!(
                "--allow-loop {name}: the app has no such function; it has {}",
                names.join(", ")
            )));
        }
    }
    match &args.manifest {
        Some(path) => code::compare(&manifest, &code::written(path)?, path, &mut found),
        None => match dist.join("manifest.json") {
            path if path.is_file() => {
                code::compare(&manifest, &code::written(&path)?, &path, &mut found);
            }
            path => found.note(
                path.display().to_string(),
                "there is no such file, so it was not compared; anyfn build writes it",
            ),
        },
    }
    let paths = match args.package.is_empty() {
        false => args.package.clone(),
        true => zips(&dist),
    };
    if paths.is_empty() {
        found.note(
            dist.display().to_string(),
            "there is no package, so none was compared; anyfn build writes it",
        );
    }
    let packages = paths.iter().map(|path| Package::open(path)).collect::<Result<Vec<_>, _>>()?;
    compare(&plan, &manifest, &packages, &args.allow_loop, &mut found);
    output::data(&match args.json {
        true => {
            let json = report::json(&manifest.app, &found, args.allow_unknown);
            serde_json::to_string_pretty(&json).unwrap_or_default()
        }
        false => report::text(&manifest.app, &found, args.allow_unknown),
    });
    Ok(if report::failed(&found, args.allow_unknown) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// The manifest of the code, and the folder of its packages.
async fn code(args: &Args) -> Result<(Manifest, PathBuf), Fault> {
    let here = here()?;
    if let Some(executable) = &args.bin {
        let manifest = manifest::printed(executable).await?;
        let dist = here.join("dist").join(&manifest.app);
        return Ok((manifest, dist));
    }
    let workspace = Workspace::around(&here)?;
    let wanted: Vec<String> = args.name.iter().cloned().collect();
    let apps = workspace.apps(&wanted, &here)?;
    let [app] = apps.as_slice() else {
        let names: Vec<&str> = apps.iter().map(|app| app.name.as_str()).collect();
        return Err(Fault::usage(format!(
            "there are several apps here; name one: anyfn check -p {} --plan plan.json",
            names.join(" or -p ")
        )));
    };
    let executables = build(&workspace, &[app])?;
    let Some(executable) = executables.first() else {
        return Err(Fault::failed(format!("{}: cargo built no executable", app.name)));
    };
    Ok((manifest::printed(executable).await?, workspace.root.join("dist").join(&app.name)))
}

/// The zips in a folder.
fn zips(folder: &std::path::Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut zips: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "zip")).collect();
    zips.sort();
    zips
}

/// All comparisons with the plan and of the packages.
fn compare(
    plan: &Plan,
    manifest: &Manifest,
    packages: &[Package],
    allow_loop: &[String],
    found: &mut Found,
) {
    for package in packages {
        package.compare(manifest, found);
    }
    let aws = aws::check(plan, manifest, packages, allow_loop, found);
    let azure = azure::check(plan, manifest, packages, allow_loop, found);
    if !aws && !azure {
        found.holds(false);
        let mut apps: Vec<&str> = plan.resources.iter().filter_map(|one| one.tag(APP)).collect();
        apps.sort_unstable();
        apps.dedup();
        let there = match apps.as_slice() {
            [] => "no app at all".to_owned(),
            some => some.join(", "),
        };
        found.drift(
            "the plan",
            format!(
                "it deploys no function of the app `{}` (tag {APP}); it deploys {there}",
                manifest.app
            ),
        );
    }
    found.settle();
}

/// The module around the one at `module`: `module.shop` for `module.shop.module.function["a"]`.
fn around(module: &str) -> &str {
    let (mut at, mut quoted) = (0, false);
    for (index, c) in module.char_indices() {
        match c {
            '"' => quoted = !quoted,
            'm' if !quoted
                && module.get(index..).is_some_and(|rest| rest.starts_with("module."))
                && module
                    .get(..index)
                    .is_none_or(|before| before.is_empty() || before.ends_with('.')) =>
            {
                at = index;
            }
            _ => {}
        }
    }
    module.get(..at).unwrap_or_default().trim_end_matches('.')
}
