//! Dependencies point one way.
//!
//! Deals with: which workspace crate may depend on which, development and build dependencies included.
//! Does not deal with: crates from the registry (`deny.toml`, `manifest.rs`).

use super::Finding;
use crate::cargo::Package;

/// What each crate may depend on; a crate under `functions/` has the row `functions`.
const ALLOWED: [(&str, &[&str]); 8] = [
    ("anyfn", &[]),
    ("anyfn-services", &[]),
    ("anyfn-emulator", &["anyfn"]),
    ("anyfn-cli", &["anyfn", "anyfn-emulator", "anyfn-services"]),
    ("functions", &["anyfn", "anyfn-services"]),
    ("xtask", &[]),
    ("anyfn-tests", &["*"]),
    ("anyfn-benches", &["*"]),
];

/// Dependencies that point the wrong way.
pub(crate) fn check(packages: &[Package]) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in packages {
        let row =
            if package.folder.starts_with("functions/") { "functions" } else { &package.name };
        let path = format!("{}/Cargo.toml", package.folder);
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == row) else {
            let what = format!(
                "crate `{}` has no row in xtask/src/tidy/graph.rs; say what it may depend on",
                package.name
            );
            found.push(Finding::new(&path, 1, what));
            continue;
        };
        let inside = package
            .dependencies
            .iter()
            .filter(|one| packages.iter().any(|other| other.name == one.name));
        for dependency in inside {
            let target = dependency.name.as_str();
            if !allowed.contains(&"*") && !allowed.contains(&target) {
                let what = format!(
                    "`{}` must not depend on `{target}`; it may on {}",
                    package.name,
                    listed(allowed)
                );
                found.push(Finding::new(&path, 1, what));
            }
            // The emulator speaks to functions over the providers' wires; of their crate it may know the manifest only.
            let whole = dependency.default_features || !dependency.features.is_empty();
            if row == "anyfn-emulator" && target == "anyfn" && whole {
                let what = "the emulator takes `anyfn` without features: only the manifest's types, no host";
                found.push(Finding::new(&path, 1, what));
            }
        }
    }
    found
}

fn listed(allowed: &[&str]) -> String {
    if allowed.is_empty() { "no crate of this workspace".to_owned() } else { allowed.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cargo::Dependency;

    fn package(folder: &str, name: &str, dependencies: &[&str]) -> Package {
        let one = |name: &&str| Dependency {
            name: (*name).to_owned(),
            default_features: false,
            features: Vec::new(),
        };
        Package {
            name: name.to_owned(),
            folder: folder.to_owned(),
            dependencies: dependencies.iter().map(one).collect(),
        }
    }

    #[test]
    fn a_dependency_against_the_direction_is_found() {
        let mut packages = vec![
            package("runtime", "anyfn", &["serde"]),
            package("infra/services", "anyfn-services", &[]),
            package("infra/emulator", "anyfn-emulator", &["anyfn"]),
            package("functions/webhook", "webhook", &["anyfn", "anyfn-services", "serde"]),
            package("tests", "anyfn-tests", &["anyfn-emulator", "webhook"]),
        ];
        assert_eq!(check(&packages), []);
        packages[1] = package("infra/services", "anyfn-services", &["anyfn"]);
        packages[3] = package("functions/webhook", "webhook", &["anyfn-emulator"]);
        let found = check(&packages);
        assert_eq!(
            found.iter().map(|one| one.path.as_str()).collect::<Vec<_>>(),
            ["infra/services/Cargo.toml", "functions/webhook/Cargo.toml"]
        );
    }

    #[test]
    fn an_emulator_that_takes_the_hosts_along_is_found() {
        let mut packages = vec![
            package("runtime", "anyfn", &[]),
            package("infra/emulator", "anyfn-emulator", &["anyfn"]),
        ];
        packages[1].dependencies[0].default_features = true;
        assert_eq!(check(&packages).len(), 1);
    }

    #[test]
    fn an_unknown_crate_is_found() {
        assert_eq!(check(&[package("infra/new", "anyfn-new", &[])]).len(), 1);
    }
}
