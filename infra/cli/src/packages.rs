//! The apps of a workspace: packages with a binary that depend on the crate `anyfn`.
//!
//! Deals with: finding them by `cargo metadata`, choosing among them. Does not deal with: building.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::fault::Fault;

/// What cargo says of the workspace around a folder.
#[derive(Debug, Deserialize)]
pub(crate) struct Workspace {
    packages: Vec<Package>,
    /// The folder of the workspace.
    #[serde(rename = "workspace_root")]
    pub(crate) root: PathBuf,
    /// Where cargo puts what it builds.
    #[serde(rename = "target_directory")]
    pub(crate) target: PathBuf,
}

/// A package.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// Its name, for `-p`.
    pub(crate) name: String,
    /// The path of its `Cargo.toml`.
    pub(crate) manifest_path: PathBuf,
    /// Its version, as in `Cargo.toml`.
    #[serde(default)]
    pub(crate) version: String,
    /// What it says of itself.
    #[serde(default)]
    pub(crate) description: Option<String>,
    /// Its licence.
    #[serde(default)]
    pub(crate) license: Option<String>,
    /// Where its sources are.
    #[serde(default)]
    pub(crate) repository: Option<String>,
    /// `[package.metadata]`, as it stands there.
    #[serde(default)]
    pub(crate) metadata: serde_json::Value,
    default_run: Option<String>,
    dependencies: Vec<Dependency>,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    name: String,
    /// Absent for an ordinary dependency, else `dev` or `build`.
    kind: Option<String>,
    /// Where it is, if on this machine.
    path: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    #[serde(default)]
    src_path: PathBuf,
}

impl Workspace {
    /// The workspace around `folder`.
    pub(crate) fn around(folder: &Path) -> Result<Self, Fault> {
        let output = cargo(folder)
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .stdin(Stdio::null())
            .output()
            .map_err(|io| Fault::failed(format!("cargo cannot be run: {io}")))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let said = said.trim().trim_start_matches("error: ");
            return Err(Fault::usage(format!(
                "{said}\n  hint: go to a folder with a Cargo.toml, or make one: anyfn new orders --trigger queue"
            )));
        }
        serde_json::from_slice(&output.stdout)
            .map_err(|fault| Fault::failed(format!("cargo metadata: {fault}")))
    }

    /// `apps` and those packages of the workspace that they are made of.
    pub(crate) fn parts<'a>(&'a self, apps: &[&'a Package]) -> Vec<&'a Package> {
        let mut parts: Vec<&Package> = Vec::new();
        let mut rest: Vec<&Package> = apps.to_vec();
        while let Some(package) = rest.pop() {
            if parts.iter().any(|known| known.manifest_path == package.manifest_path) {
                continue;
            }
            parts.push(package);
            let used = package.dependencies.iter().filter(|d| d.kind.as_deref() != Some("dev"));
            let folders = used.filter_map(|dependency| dependency.path.as_deref());
            rest.extend(folders.filter_map(|folder| {
                self.packages.iter().find(|package| package.folder() == Some(folder))
            }));
        }
        parts
    }

    /// The packages called `names`; where none is named, the app around `folder`, else all apps.
    pub(crate) fn apps(&self, names: &[String], folder: &Path) -> Result<Vec<&Package>, Fault> {
        let apps: Vec<&Package> = self.packages.iter().filter(|p| p.app().is_ok()).collect();
        let list = || match apps.as_slice() {
            [] => "there is no app here".to_owned(),
            some => format!(
                "the apps here: {}",
                some.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(", ")
            ),
        };
        if names.is_empty() {
            let around =
                apps.iter().find(|p| p.folder().is_some_and(|own| folder.starts_with(own)));
            let chosen = around.map_or_else(|| apps.clone(), |one| vec![*one]);
            return match chosen.is_empty() {
                true => Err(Fault::usage(format!(
                    "no package in {} has a binary and depends on `anyfn`; hint: anyfn new orders --trigger queue",
                    self.root.display()
                ))),
                false => Ok(chosen),
            };
        }
        let mut chosen = Vec::new();
        for name in names {
            let Some(package) = self.packages.iter().find(|p| p.name == *name) else {
                return Err(Fault::usage(format!("there is no package `{name}`; {}", list())));
            };
            package.app().map_err(|why| {
                Fault::usage(format!("the package `{name}` is no app: {why}; {}", list()))
            })?;
            if !chosen.iter().any(|one: &&Package| one.name == *name) {
                chosen.push(package);
            }
        }
        Ok(chosen)
    }
}

impl Package {
    /// Its folder.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.manifest_path.parent()
    }

    /// The first file of each part of it that goes into a build.
    pub(crate) fn source_files(&self) -> impl Iterator<Item = &Path> {
        let aside = ["test", "bench", "example"];
        let built =
            self.targets.iter().filter(move |t| !t.kind.iter().any(|k| aside.contains(&&**k)));
        built.map(|target| target.src_path.as_path())
    }

    /// The binary that is the app, or why the package is none.
    pub(crate) fn app(&self) -> Result<&str, String> {
        let uses = |name| self.dependencies.iter().any(|d| d.name == name && d.kind.is_none());
        if !uses("anyfn") {
            return Err("it does not depend on `anyfn`".to_owned());
        }
        // A tool around the emulator knows the manifest's types, too.
        if uses("anyfn-emulator") {
            return Err("it depends on the emulator".to_owned());
        }
        let is_binary = |target: &&Target| target.kind.iter().any(|kind| kind == "bin");
        let binaries: Vec<&str> =
            self.targets.iter().filter(is_binary).map(|target| target.name.as_str()).collect();
        let wanted = self.default_run.as_deref().unwrap_or(&self.name);
        match binaries.as_slice() {
            [] => Err("it has no binary; add src/main.rs".to_owned()),
            [only] => Ok(only),
            many => many.iter().find(|name| **name == wanted).copied().ok_or_else(|| {
                format!("it has the binaries {}; name one as `default-run`", many.join(", "))
            }),
        }
    }
}

/// What `cargo run` and `cargo test` set for the program that they start. Build scripts that read one
/// of them (that of `ring` does) would run again, and all that depends on them be built again.
const SET_BY_CARGO: [&str; 7] = [
    "CARGO_BIN_NAME",
    "CARGO_CRATE_NAME",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_MANIFEST_PATH",
    "CARGO_PRIMARY_PACKAGE",
    "OUT_DIR",
];

/// The cargo that started us, else the one in the path.
pub(crate) fn cargo(folder: &Path) -> Command {
    program(&std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), folder)
}

/// A program that calls cargo, or what cargo calls.
pub(crate) fn program(name: &OsStr, folder: &Path) -> Command {
    let mut command = Command::new(name);
    command.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        let text = name.to_str().unwrap_or_default();
        if text.starts_with("CARGO_PKG_") || SET_BY_CARGO.contains(&text) {
            command.env_remove(name);
        }
    }
    command
}

/// The folder in which the command was given.
pub(crate) fn here() -> Result<PathBuf, Fault> {
    std::env::current_dir().map_err(|io| Fault::failed(format!("the current folder: {io}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn package(name: &str, dependencies: &[&str], binaries: &[&str]) -> Value {
        let dependency = |name: &&str| json!({"name": name, "kind": null});
        let target = |name: &&str| json!({"name": name, "kind": ["bin"]});
        json!({
            "name": name, "manifest_path": format!("/w/{name}/Cargo.toml"), "default_run": null,
            "dependencies": dependencies.iter().map(dependency).collect::<Vec<_>>(),
            "targets": binaries.iter().map(target).collect::<Vec<_>>(),
        })
    }

    fn workspace() -> Workspace {
        let packages = [
            package("shop", &["anyfn"], &["shop"]),
            package("lib", &["anyfn"], &[]),
            package("tool", &["anyfn", "anyfn-emulator"], &["tool"]),
            package("other", &["serde"], &["other"]),
            package("mail", &["anyfn"], &["mail", "extra"]),
            package("two", &["anyfn"], &["a", "b"]),
        ];
        let json = json!({"packages": packages, "workspace_root": "/w", "target_directory": "/t"});
        serde_json::from_value(json).unwrap()
    }

    fn names(workspace: &Workspace, wanted: &[&str], folder: &str) -> Result<Vec<String>, String> {
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        let chosen = workspace.apps(&wanted, Path::new(folder)).map_err(|f| f.to_string())?;
        Ok(chosen.iter().map(|package| package.name.clone()).collect())
    }

    #[test]
    fn an_app_has_a_binary_and_depends_on_the_runtime() {
        let workspace = workspace();
        assert_eq!(names(&workspace, &[], "/w").unwrap(), ["shop", "mail"]);
        assert_eq!(names(&workspace, &["mail", "mail"], "/w").unwrap(), ["mail"]);
    }

    #[test]
    fn inside_of_an_app_it_is_that_one() {
        let workspace = workspace();
        assert_eq!(names(&workspace, &[], "/w/shop/src").unwrap(), ["shop"]);
        assert_eq!(names(&workspace, &["mail"], "/w/shop").unwrap(), ["mail"]);
    }

    #[test]
    fn what_is_no_app_is_told_why_and_what_there_is() {
        let workspace = workspace();
        for (name, why) in [
            ("nothing", "there is no package `nothing`"),
            ("other", "does not depend on `anyfn`"),
            ("lib", "no binary"),
            ("tool", "depends on the emulator"),
            ("two", "default-run"),
        ] {
            let text = names(&workspace, &[name], "/w").unwrap_err();
            assert!(text.contains(why) && text.contains("shop, mail"), "{text}");
        }
    }
}
