//! House rules that no compiler checks, each a small function over text.
//!
//! Deals with: reading what git tracks, running every rule, printing what was found.
//! Does not deal with: what rustfmt, clippy and cargo-deny check.

mod budget;
mod clouds;
mod features;
mod generics;
mod graph;
mod header;
mod manifest;
mod names;
mod source;
mod tracked;
mod unfinished;
mod unused;

use std::fmt;
use std::path::Path;
use std::process::Command;

use crate::cargo;
use source::Source;

/// One broken rule: where, what is wrong, what to do.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub path: String,
    /// 1-based.
    pub line: usize,
    pub what: String,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Runs every rule over the tracked and the new files under `root`; prints what it found.
///
/// # Errors
/// A sentence with the number of findings, or why the files could not be read.
pub(crate) fn run(root: &Path) -> Result<(), String> {
    let paths = files(root)?;
    let mut found: Vec<Finding> = paths.iter().filter_map(|path| tracked::check(path)).collect();

    let rust = paths.iter().filter(|path| path.ends_with(".rs"));
    let sources = rust
        .map(|path| Ok(Source::new(path, &read(root, path)?)))
        .collect::<Result<Vec<_>, String>>()?;
    found.extend(sources.iter().flat_map(file));
    found.extend(budget::median(&sources));

    let manifest = read(root, "Cargo.toml")?;
    found.extend(manifest::lints(&manifest));
    found.extend(manifest::profiles(&manifest));
    found.extend(manifest::dependencies(&manifest, &read(root, "ARCHITECTURE.md")?));

    let packages = cargo::packages(root)?;
    found.extend(graph::check(&packages));
    found.extend(unused::in_packages(&packages, &sources));
    found.extend(unused::in_workspace(&manifest::declared(&manifest), &packages));

    found.sort();
    for one in &found {
        println!("{one}");
    }
    println!("tidy: {} Rust files, {} findings", sources.len(), found.len());
    if found.is_empty() { Ok(()) } else { Err(format!("{} findings", found.len())) }
}

/// All rules over one Rust file.
fn file(source: &Source) -> Vec<Finding> {
    let mut found = budget::file(source);
    found.extend(header::check(source));
    found.extend(names::check(source));
    found.extend(features::check(source));
    found.extend(unfinished::check(source));
    found.extend(generics::check(source));
    found.extend(clouds::names(source));
    found.extend(clouds::environment(source));
    found
}

/// Tracked files and those that are new and not ignored, so that a rule speaks up before the commit.
fn files(root: &Path) -> Result<Vec<String>, String> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.output().map_err(|error| format!("git ls-files: {error}; install git"))?;
    if !output.status.success() {
        return Err(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let names = String::from_utf8_lossy(&output.stdout);
    let present = |path: &&str| !path.is_empty() && root.join(path).is_file();
    Ok(names.split('\0').filter(present).map(str::to_owned).collect())
}

fn read(root: &Path, path: &str) -> Result<String, String> {
    std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}
