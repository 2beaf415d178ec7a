//! Dependencies that nothing uses.
//!
//! Deals with: a crate that its package never names, a line of the workspace that no package takes.
//! Does not deal with: features that nothing needs.

use super::{
    Finding,
    source::{Source, words},
};
use crate::cargo::Package;

/// Crates whose library has another name than the package.
const RENAMED: [(&str, &str); 1] = [("md-5", "md5")];

/// Dependencies of a package that none of its files names.
pub(super) fn in_packages(packages: &[Package], sources: &[Source]) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in packages {
        let folder = format!("{}/", package.folder);
        let own: Vec<&Source> =
            sources.iter().filter(|source| source.path.starts_with(&folder)).collect();
        for dependency in &package.dependencies {
            let library = library(&dependency.name);
            // The text and not the code: examples in docstrings are code too.
            if !own.iter().any(|source| words(&source.text, &library).next().is_some()) {
                let what = format!("nothing here names `{library}`; remove the dependency");
                found.push(Finding::new(&format!("{folder}Cargo.toml"), 1, what));
            }
        }
    }
    found
}

/// Names of `[workspace.dependencies]` that no package takes.
pub(super) fn in_workspace(names: &[(usize, String)], packages: &[Package]) -> Vec<Finding> {
    let taken =
        |name: &str| packages.iter().flat_map(|one| &one.dependencies).any(|one| one.name == name);
    let idle = names.iter().filter(|(_, name)| !taken(name));
    let say = |name: &str| format!("no crate takes `{name}`; remove the line");
    idle.map(|(at, name)| Finding::new("Cargo.toml", *at, say(name))).collect()
}

fn library(package: &str) -> String {
    let renamed = RENAMED.iter().find(|(name, _)| *name == package);
    renamed.map_or_else(|| package.replace('-', "_"), |(_, library)| (*library).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::Dependency;

    fn package(dependencies: &[&str]) -> Package {
        let one = |name: &&str| Dependency {
            name: (*name).to_owned(),
            default_features: true,
            features: Vec::new(),
        };
        let dependencies = dependencies.iter().map(one).collect();
        Package { name: "a".to_owned(), folder: "a".to_owned(), dependencies }
    }

    #[test]
    fn a_dependency_that_nothing_names_is_found() {
        let sources = [
            Source::new("a/src/lib.rs", "use http_body::Body; use md5::Md5;"),
            Source::new("b/src/lib.rs", "use http::Request;"),
        ];
        let found = in_packages(&[package(&["http", "http-body", "md-5"])], &sources);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("`http`"), "{}", found[0]);
    }

    #[test]
    fn a_line_of_the_workspace_that_no_crate_takes_is_found() {
        let names = [(7, "http".to_owned()), (8, "url".to_owned())];
        assert_eq!(in_workspace(&names, &[package(&["http"])])[0].line, 8);
    }
}
