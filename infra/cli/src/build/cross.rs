//! An app's static executable for another machine.
//!
//! Deals with: the call of cargo-zigbuild: profile, features, flags, environment. Does not deal with: where
//! cargo-zigbuild comes from (`zig`), what becomes of the executable (`zips`, `image`).

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::host;
use super::reproducible::{Epoch, Folders, for_c, for_rust};
use super::settings::Settings;
use super::target::Arch;
use super::toolchain::{self, Toolchain};
use super::zig::Zig;
use crate::fault::Fault;
use crate::packages::{Package, Workspace, program};

/// The profile that packages are built with.
const PROFILE: &str = "packed";
/// What it is where the author's workspace has none: small, and a panic is one failed event.
const SETTINGS: [&str; 5] =
    ["inherits=\"release\"", "lto=\"fat\"", "codegen-units=1", "strip=true", "panic=\"unwind\""];
/// Between flags in `CARGO_ENCODED_RUSTFLAGS`.
const UNIT: &str = "\x1f";

/// All that builds of one workspace have in common.
#[derive(Debug)]
pub(crate) struct Cross<'a> {
    pub(crate) workspace: &'a Workspace,
    zig: Zig,
    folders: Folders,
    epoch: Epoch,
}

impl<'a> Cross<'a> {
    /// Gets everything ready.
    ///
    /// # Errors
    /// What is missing, and how to get it.
    pub(crate) fn new(workspace: &'a Workspace, epoch: Epoch) -> Result<Self, Fault> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let zig = Zig::find(&workspace.target, &path)?;
        let Toolchain { library, commit } = Toolchain::of(&workspace.root)?;
        let folders = Folders {
            root: workspace.root.clone(),
            target: workspace.target.clone(),
            cargo: cargo_home(),
            library,
            commit,
        };
        Ok(Self { workspace, zig, folders, epoch })
    }

    /// Builds `package` for `arch`; cargo's own words go to stderr as they come.
    ///
    /// # Errors
    /// It does not build, or a tool is missing.
    pub(crate) fn build(&self, package: &Package, arch: Arch) -> Result<PathBuf, Fault> {
        let settings = Settings::of(package)?;
        settings.has_tools(&package.name, &self.zig.path)?;
        toolchain::has_library(&self.workspace.root, arch)?;
        let mut command = self.command(package, &settings, arch)?;
        let failed = |why: String| Fault::failed(format!("cargo-zigbuild: {why}"));
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
        let output = output.map_err(|io| failed(io.to_string()))?;
        if !output.status.success() {
            return Err(Fault::failed(format!(
                "{} did not build for {}; cargo says above why",
                package.name,
                arch.triple()
            )));
        }
        let mut built = host::executables(&[package], &output.stdout)?;
        built.pop().ok_or_else(|| failed("no executable".to_owned()))
    }

    fn command(
        &self,
        package: &Package,
        settings: &Settings,
        arch: Arch,
    ) -> Result<Command, Fault> {
        let mut command = program(self.zig.program.as_os_str(), &self.workspace.root);
        let triple = arch.triple();
        let binary = package.app().map_err(Fault::usage)?;
        command.args(["zigbuild", "--message-format", "json-render-diagnostics"]);
        command.args(["--profile", PROFILE, "--target", triple]);
        command.args(["-p", &package.name, "--bin", binary]);
        if !settings.features.is_empty() {
            command.args(["--features", &settings.features.join(",")]);
        }
        if self.workspace.root.join("Cargo.lock").exists() {
            command.arg("--locked");
        }
        for setting in profile(&self.workspace.root)? {
            command.args(["--config", &setting]);
        }
        let renamed = self.folders.renamed();
        let flags = for_rust(&renamed);
        match set_flags() {
            // Cargo minds the configuration's flags only where the environment has none.
            Some(set) => {
                let all: Vec<String> = std::iter::once(set).chain(flags).collect();
                command.env("CARGO_ENCODED_RUSTFLAGS", all.join(UNIT)).env_remove("RUSTFLAGS");
            }
            None => {
                let list = serde_json::to_string(&flags);
                let list = list.map_err(|fault| Fault::failed(fault.to_string()))?;
                command.args(["--config", &format!("target.{triple}.rustflags={list}")]);
            }
        }
        for name in ["CFLAGS", "CXXFLAGS"] {
            let own = format!("{name}_{}", triple.replace('-', "_"));
            let set = [&*own, &*format!("TARGET_{name}"), name];
            let set = set.iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default();
            command.env(own, for_c(&renamed, &set));
        }
        command.env("PATH", &self.zig.path);
        command.env("SOURCE_DATE_EPOCH", self.epoch.seconds.to_string());
        command.env("CARGO_INCREMENTAL", "0");
        Ok(command)
    }
}

/// Flags in the environment, as cargo wants them encoded.
fn set_flags() -> Option<String> {
    let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    text("CARGO_ENCODED_RUSTFLAGS")
        .or_else(|| Some(text("RUSTFLAGS")?.split_whitespace().collect::<Vec<_>>().join(UNIT)))
}

fn cargo_home() -> Option<PathBuf> {
    let home = |name: &str| std::env::var_os(name).filter(|value: &OsString| !value.is_empty());
    home("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(home("HOME")?).join(".cargo")))
}

/// The profile's settings for `--config`, unless the workspace at `root` has a profile of that name.
fn profile(root: &Path) -> Result<Vec<String>, Fault> {
    let file = root.join("Cargo.toml");
    let fault = |why: String| Fault::failed(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(&file).map_err(|io| fault(io.to_string()))?;
    let text: toml_edit::DocumentMut =
        text.parse().map_err(|why: toml_edit::TomlError| fault(why.to_string()))?;
    let own = text.get("profile").and_then(|profiles| profiles.get(PROFILE));
    if own.is_some() {
        return Ok(Vec::new());
    }
    Ok(SETTINGS.map(|setting| format!("profile.{PROFILE}.{setting}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_author_needs_no_profile_and_one_of_his_own_wins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Cargo.toml");
        std::fs::write(&file, "[workspace]\n[profile.release]\nopt-level = 3\n").unwrap();
        let settings = profile(folder.path()).unwrap();
        assert!(settings.contains(&"profile.packed.panic=\"unwind\"".to_owned()), "{settings:?}");
        assert!(settings.contains(&"profile.packed.lto=\"fat\"".to_owned()), "{settings:?}");
        std::fs::write(&file, "[profile.packed]\ninherits = \"release\"\n").unwrap();
        assert_eq!(profile(folder.path()).unwrap(), [] as [String; 0]);
    }

    #[test]
    fn a_call_names_one_package_and_hides_this_machine() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), "[workspace]\n").unwrap();
        std::fs::write(folder.path().join("Cargo.lock"), "").unwrap();
        let package = json!({
            "name": "shop", "manifest_path": "/w/shop/Cargo.toml", "default_run": null,
            "dependencies": [{"name": "anyfn", "kind": null}],
            "targets": [{"name": "serve", "kind": ["bin"]}],
        });
        let workspace = json!({
            "packages": [package], "workspace_root": folder.path(), "target_directory": "/t",
        });
        let workspace: Workspace = serde_json::from_value(workspace).unwrap();
        let apps = workspace.apps(&["shop".to_owned()], folder.path()).unwrap();
        let cross = Cross {
            workspace: &workspace,
            zig: Zig { program: "/z/cargo-zigbuild".into(), path: "/z:/bin".into() },
            folders: Folders {
                root: folder.path().to_owned(),
                target: "/t".into(),
                cargo: None,
                library: "/lib".into(),
                commit: "abc".to_owned(),
            },
            epoch: Epoch { seconds: 7 },
        };
        let settings = Settings { features: vec!["a".into(), "b".into()], tools: Vec::new() };
        let command = cross.command(apps[0], &settings, Arch::Arm64).unwrap();
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
        let line = words.join(" ");
        for part in [
            "zigbuild --message-format json-render-diagnostics",
            "--profile packed --target aarch64-unknown-linux-musl -p shop --bin serve",
            "--features a,b --locked",
            "--config profile.packed.strip=true",
        ] {
            assert!(line.contains(part), "{part} is not in {line}");
        }
        let set = |name: &str| {
            let all = command.get_envs().find(|(known, _)| *known == name);
            all.and_then(|(_, value)| value).map(|value| value.to_string_lossy().into_owned())
        };
        assert_eq!(set("SOURCE_DATE_EPOCH").as_deref(), Some("7"));
        assert_eq!(set("PATH").as_deref(), Some("/z:/bin"));
        let flags = set("CFLAGS_aarch64_unknown_linux_musl").unwrap();
        assert!(flags.contains("-ffile-prefix-map=/t=/target"), "{flags}");
        let rust = set("CARGO_ENCODED_RUSTFLAGS").unwrap_or(line);
        assert!(rust.contains("--remap-path-prefix=/t=/target"), "{rust}");
    }
}
