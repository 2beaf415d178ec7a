//! What a package's `Cargo.toml` says of its builds for the clouds.
//!
//! Deals with: `[package.metadata.anyfn.build]`, programs that such a build calls. Does not deal with: what an
//! app does; that is said in code.
//!
//! ```toml
//! [package.metadata.anyfn.build]
//! features = ["turbojpeg"]      # on in packages, off elsewhere
//! tools = ["cmake", "nasm"]     # what building them calls; looked for before the build
//! ```

use std::ffi::OsStr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::fault::Fault;
use crate::packages::Package;

const EXAMPLE: &str = "a right one: [package.metadata.anyfn.build] with features = [\"fast\"] and tools = [\"cmake\"]";

/// `[package.metadata.anyfn.build]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Features of the package.
    pub(crate) features: Vec<String>,
    /// Programs.
    pub(crate) tools: Vec<String>,
}

impl Settings {
    /// Those of `package`; empty where it has none.
    ///
    /// # Errors
    /// They are something else.
    pub(crate) fn of(package: &Package) -> Result<Self, Fault> {
        let Some(own) = package.metadata.pointer("/anyfn/build") else {
            return Ok(Self::default());
        };
        Self::deserialize(own).map_err(|fault| {
            Fault::usage(format!("package `{}`: {fault}; {EXAMPLE}", package.name))
        })
    }

    /// Whether every tool is in one of the folders of `path`.
    ///
    /// # Errors
    /// Those that are not.
    pub(crate) fn has_tools(&self, package: &str, path: &OsStr) -> Result<(), Fault> {
        let missing: Vec<&str> = self
            .tools
            .iter()
            .map(String::as_str)
            .filter(|tool| find(tool, path).is_none())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(Fault::usage(format!(
            "building `{package}` for the clouds calls {names}, which PATH does not have; install it: apt-get install {names}, \
             or take the feature that needs it out of [package.metadata.anyfn.build]",
            names = missing.join(" ")
        )))
    }
}

/// The file that `name` means in the folders of `path`.
pub(crate) fn find(name: &str, path: &OsStr) -> Option<PathBuf> {
    std::env::split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn package(metadata: &Value) -> Package {
        let package = json!({
            "name": "shop", "manifest_path": "/w/Cargo.toml", "default_run": null,
            "dependencies": [], "targets": [], "metadata": metadata,
        });
        serde_json::from_value(package).unwrap()
    }

    #[test]
    fn features_and_tools_are_read_and_nothing_else_passes() {
        let of = |metadata: Value| Settings::of(&package(&metadata));
        assert_eq!(of(Value::Null).unwrap(), Settings::default());
        assert_eq!(of(json!({"other": 1})).unwrap(), Settings::default());
        let some = of(json!({"anyfn": {"build": {"features": ["fast"], "tools": ["cmake"]}}}));
        let expected = Settings { features: vec!["fast".into()], tools: vec!["cmake".into()] };
        assert_eq!(some.unwrap(), expected);
        let odd = of(json!({"anyfn": {"build": {"feature": "fast"}}})).unwrap_err().to_string();
        assert!(odd.contains("`shop`") && odd.contains("`feature`"), "{odd}");
        assert!(odd.contains("a right one"), "{odd}");
    }

    #[test]
    fn a_missing_tool_is_named_with_the_way_to_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cmake"), "").unwrap();
        let path = folder.path().as_os_str();
        let with = |tools: &[&str]| Settings {
            tools: tools.iter().map(ToString::to_string).collect(),
            ..Settings::default()
        };
        assert!(with(&["cmake"]).has_tools("shop", path).is_ok());
        let fault = with(&["cmake", "nasm"]).has_tools("shop", path).unwrap_err().to_string();
        assert!(fault.contains("apt-get install nasm,") && fault.contains("`shop`"), "{fault}");
    }
}
