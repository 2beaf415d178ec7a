//! The same packages built a second time, where everything is different that must make no difference.
//!
//! Deals with: another folder, target folder, cargo home, home, time zone, umask, language, and sources written at
//! another time; comparing every byte and mode. Does not deal with: another machine or toolchain: both are inputs.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::{anyfn, ended, said};
use crate::gate::Place;

/// The small ones: link-time optimisation takes minutes each.
const APPS: [&str; 2] = ["webhook", "cron-cleanup"];
/// Of each source, from now. Cargo takes one that is older than what it built before for unchanged.
const WRITTEN_IN: Duration = Duration::from_secs(24 * 60 * 60);

/// Builds them elsewhere and compares them with those in `out`.
///
/// # Errors
/// A build that failed, or the first file that differs.
pub(super) fn same(place: &Place, out: &Path) -> Result<(), String> {
    let folder = place.target.join("xtask/elsewhere");
    let sources = folder.join("a longer path/to the sources");
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    if sources.exists() {
        fs::remove_dir_all(&sources).map_err(fault)?;
    }
    copy(&place.root, &sources)?;
    let home = folder.join("home");
    let cargo = home.join("cargo");
    fs::create_dir_all(&cargo).map_err(fault)?;
    link(&cargo_home()?.join("registry"), &cargo.join("registry")).map_err(fault)?;

    let other = folder.join("out");
    let mut build = anyfn(place);
    build.args(APPS.iter().flat_map(|app| ["-p", app]));
    build
        .args(["--target", "aws", "--target", "container", "--arch", "arm64", "--out"])
        .arg(&other);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "umask 077; exec \"$0\" \"$@\""])
        .arg(build.get_program())
        .args(build.get_args());
    shell.current_dir(&sources).env("HOME", &home).env("CARGO_HOME", &cargo);
    shell.env("RUSTUP_HOME", rustup_home()?).env("CARGO_TARGET_DIR", folder.join("target"));
    shell.env("TZ", "Pacific/Kiritimati").env("LC_ALL", "C").env("USER", "somebody");
    shell.env_remove("SOURCE_DATE_EPOCH").env_remove("CARGO_MANIFEST_DIR");
    ended(&mut shell)?;
    for app in APPS {
        // The second build makes fewer packages than the first.
        let (first, second) = (tree(&out.join(app))?, tree(&other.join(app))?);
        for (name, file) in second {
            let differs = || format!("{app}/{} differs from one built elsewhere", name.display());
            // The last container that was built there is another one.
            if name != Path::new("Dockerfile") && first.get(&name) != Some(&file) {
                return Err(differs());
            }
        }
    }
    println!("built elsewhere, every byte and mode is the same: {}", APPS.join(", "));
    Ok(())
}

/// What git knows, as it lies there, written long ago.
fn copy(root: &Path, to: &Path) -> Result<(), String> {
    let root_text = root.to_string_lossy();
    let words = ["-C", &root_text, "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let list = said("git", &words.map(std::ffi::OsStr::new))?;
    let list = String::from_utf8_lossy(&list);
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root.join(name), to.join(name));
        let fault = |error: std::io::Error| format!("{}: {error}", to.display());
        if !from.is_file() {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(root)).map_err(fault)?;
        fs::copy(&from, &to).map_err(fault)?;
        let file = fs::File::options().write(true).open(&to).map_err(fault)?;
        file.set_modified(SystemTime::now() + WRITTEN_IN).map_err(fault)?;
    }
    Ok(())
}

/// Each file with its mode and bytes.
fn tree(folder: &Path) -> Result<BTreeMap<PathBuf, (u32, Vec<u8>)>, String> {
    let fault = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = BTreeMap::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(next) = rest.pop() {
        let mode = next.metadata().map_err(fault)?.permissions().mode();
        let name = next.strip_prefix(folder).unwrap_or(&next).to_owned();
        if next.is_dir() {
            for entry in fs::read_dir(&next).map_err(fault)? {
                rest.push(entry.map_err(fault)?.path());
            }
            found.insert(name, (mode, Vec::new()));
        } else {
            found.insert(name, (mode, fs::read(next).map_err(fault)?));
        }
    }
    Ok(found)
}

fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    if to.symlink_metadata().is_ok() {
        fs::remove_file(to)?;
    }
    std::os::unix::fs::symlink(from, to)
}

fn cargo_home() -> Result<PathBuf, String> {
    of_home("CARGO_HOME", ".cargo")
}

fn rustup_home() -> Result<PathBuf, String> {
    of_home("RUSTUP_HOME", ".rustup")
}

fn of_home(variable: &str, below: &str) -> Result<PathBuf, String> {
    let set = std::env::var_os(variable).map(PathBuf::from);
    let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(below));
    set.or_else(home).ok_or_else(|| format!("neither {variable} nor HOME is set"))
}
