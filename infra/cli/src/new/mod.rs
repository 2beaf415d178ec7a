//! `anyfn new`: a package with one function, its test, and an event to call it with.
//!
//! Deals with: the name, the folder, writing the files. Does not deal with: what is in them
//! (`templates/`).

mod dependencies;
mod members;
mod templates;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::fault::Fault;
use crate::output;
use crate::packages::here;
use templates::Trigger;

/// Make a package with one function and its test
///
/// It builds, passes its test, and runs under `anyfn dev`. In a workspace it becomes a member and takes the workspace's versions; elsewhere it stands alone.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The name of the package, the app and its function; also of the folder that is made
    #[arg(value_name = "NAME")]
    name: String,
    /// What runs the function
    #[arg(long, value_enum)]
    trigger: Trigger,
    /// A clone of anyfn to take the crates from. Default: the one that this program was built in, if
    /// it is still there, else the registry
    #[arg(long, value_name = "FOLDER")]
    anyfn: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  anyfn new orders --trigger queue
  anyfn new hello --trigger http && cd hello && cargo test && anyfn dev";

pub(crate) fn run(args: &Args) -> Result<ExitCode, Fault> {
    let told =
        make(&here()?, &args.name, args.trigger, args.anyfn.as_deref()).map_err(Fault::usage)?;
    let name = &args.name;
    output::note(&format!("made {name}/"));
    if let Some(told) = told {
        output::note(&told);
    }
    output::note(&format!(
        "\nnext:\n  cd {name}\n  cargo test\n  anyfn dev\n  anyfn invoke {name} --event event.json    (in a second terminal)"
    ));
    Ok(ExitCode::SUCCESS)
}

/// Makes the package `name` in `parent` (absolute). Gives what else was changed, if anything.
///
/// # Errors
/// A sentence. Nothing is left behind but where writing itself failed.
pub(crate) fn make(
    parent: &Path,
    name: &str,
    trigger: Trigger,
    anyfn: Option<&Path>,
) -> Result<Option<String>, String> {
    if let Some(fault) = name_fault(name) {
        return Err(fault);
    }
    let folder = parent.join(name);
    if folder.exists() {
        return Err(format!("{} exists already; take another name or folder", folder.display()));
    }
    let source = dependencies::source(anyfn)?;
    let surrounding = members::around(&folder)?;
    let document = surrounding.as_ref().map(|surrounding| &surrounding.document);
    let manifest = dependencies::pointed(&trigger.manifest(name), document, source.as_deref())?;

    write(&folder.join("Cargo.toml"), &manifest)?;
    for (path, text) in trigger.files(name) {
        write(&folder.join(path), &text)?;
    }
    match surrounding {
        Some(surrounding) => surrounding.add(&folder),
        None => write(&folder.join(".gitignore"), "/target\n/.anyfn\n").map(|()| None),
    }
}

/// A name must do for an app, a function, a queue, a package and a crate.
fn name_fault(name: &str) -> Option<String> {
    // What would be no crate, or shadow one that the package needs.
    let taken = [
        "anyfn",
        "anyfn-services",
        "async",
        "await",
        "bytes",
        "const",
        "core",
        "crate",
        "enum",
        "extern",
        "false",
        "http",
        "impl",
        "let",
        "loop",
        "match",
        "mod",
        "move",
        "mut",
        "pub",
        "ref",
        "return",
        "self",
        "serde",
        "static",
        "std",
        "struct",
        "super",
        "test",
        "tokio",
        "tracing",
        "trait",
        "true",
        "type",
        "unsafe",
        "use",
        "where",
        "while",
        "alloc",
        "as",
        "break",
        "continue",
        "dyn",
        "else",
        "fn",
        "for",
        "if",
        "in",
        "deps",
        "build",
        "examples",
        "incremental",
    ];
    let reserved = || {
        taken.contains(&name).then(|| {
            format!("`{name}` has a meaning of its own in Rust or cargo; a right one: my-{name}")
        })
    };
    anyfn::name::fault("package", name).or_else(reserved)
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    let written =
        path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(path, text));
    written.map_err(|io| format!("{}: {io}", path.display()))
}
