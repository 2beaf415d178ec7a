//! The C compiler and linker for other machines: zig, driven by cargo-zigbuild.
//!
//! Deals with: finding both, or setting them up below the target folder. Does not deal with: calling them
//! (`cross`).

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::settings::find;
use crate::fault::Fault;
use crate::output;

/// The versions that are set up. Another version is another input: its packages may differ in every byte.
const ZIGBUILD: &str = "0.24.0";
const ZIG: &str = "0.17.1";

/// Put there last, so that half a set-up does not count as one.
const DONE: &str = "anyfn-done";

/// What a build calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zig {
    /// cargo-zigbuild.
    pub(crate) program: PathBuf,
    /// `PATH`, in which cargo-zigbuild finds zig.
    pub(crate) path: OsString,
}

impl Zig {
    /// Those in `path`, else those below `target`, which are set up where they are missing.
    ///
    /// # Errors
    /// What is missing for that, and how to get it.
    pub(crate) fn find(target: &Path, path: &OsStr) -> Result<Self, Fault> {
        if let (Some(program), Some(_)) = (find("cargo-zigbuild", path), find("zig", path)) {
            return Ok(Self { program, path: path.to_owned() });
        }
        let folder = target.join(format!("anyfn/zigbuild-{ZIGBUILD}-zig-{ZIG}"));
        let bin = folder.join("bin");
        if !folder.join(DONE).exists() {
            set_up(&folder, path)?;
        }
        let folders = std::iter::once(bin.clone()).chain(std::env::split_paths(path));
        let path = std::env::join_paths(folders)
            .map_err(|fault| Fault::usage(format!("{}: {fault}", bin.display())))?;
        Ok(Self { program: bin.join("cargo-zigbuild"), path })
    }
}

fn set_up(folder: &Path, path: &OsStr) -> Result<(), Fault> {
    output::note(&format!(
        "setting up cargo-zigbuild {ZIGBUILD} and zig {ZIG} in {}: 100 MB, once",
        folder.display()
    ));
    let Some(python) = find("python3", path) else {
        return Err(Fault::usage(
            "packages are built with cargo-zigbuild and zig; PATH has neither, nor python3 to set them up with; \
             install it: apt-get install python3 python3-venv",
        ));
    };
    let venv = Command::new(python).args(["-m", "venv", "--clear"]).arg(folder).output();
    ended(venv, "python3 cannot make a virtual environment", "apt-get install python3-venv")?;
    let install = Command::new(folder.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args([format!("cargo-zigbuild=={ZIGBUILD}"), format!("ziglang=={ZIG}")])
        .stdin(Stdio::null())
        .output();
    let by_hand =
        "put cargo-zigbuild and zig into PATH by hand where this machine reaches no package index";
    ended(install, "pip cannot install cargo-zigbuild and ziglang", by_hand)?;
    let io = |io| Fault::failed(format!("{}: {io}", folder.display()));
    fs::write(folder.join(DONE), "").map_err(io)
}

fn ended(call: std::io::Result<std::process::Output>, what: &str, hint: &str) -> Result<(), Fault> {
    let output = call.map_err(|io| Fault::failed(format!("{what}: {io}; hint: {hint}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said);
    Err(Fault::failed(format!("{what}: {}\n  hint: {hint}", said.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(folder: &Path, names: &[&str]) -> OsString {
        for name in names {
            fs::write(folder.join(name), "").unwrap();
        }
        folder.as_os_str().to_owned()
    }

    #[test]
    fn what_is_in_the_path_is_taken_if_both_are_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = programs(folder.path(), &["cargo-zigbuild", "zig"]);
        let zig = Zig::find(Path::new("/nowhere"), &path).unwrap();
        assert_eq!(zig, Zig { program: folder.path().join("cargo-zigbuild"), path });
    }

    #[test]
    fn what_was_set_up_once_comes_first_in_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("target");
        let own = target.join(format!("anyfn/zigbuild-{ZIGBUILD}-zig-{ZIG}"));
        fs::create_dir_all(&own).unwrap();
        fs::write(own.join(DONE), "").unwrap();
        let path = programs(folder.path(), &["cargo-zigbuild"]);
        let zig = Zig::find(&target, &path).unwrap();
        assert_eq!(zig.program, own.join("bin/cargo-zigbuild"));
        let folders: Vec<PathBuf> = std::env::split_paths(&zig.path).collect();
        assert_eq!(folders, [own.join("bin"), folder.path().to_owned()]);
    }

    #[test]
    fn without_python_it_says_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().as_os_str();
        let fault = Zig::find(&folder.path().join("target"), path).unwrap_err().to_string();
        assert!(fault.contains("apt-get install python3 python3-venv"), "{fault}");
    }

    #[test]
    fn what_pip_says_is_passed_on_and_half_a_set_up_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let python = folder.path().join("python3");
        // Makes an environment whose Python refuses to install anything.
        let script = "#!/bin/sh\nmkdir -p \"$4/bin\"\nprintf '#!/bin/sh\\necho no index >&2\\nexit 1\\n' > \"$4/bin/python\"\nchmod +x \"$4/bin/python\"\n";
        fs::write(&python, script).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&python, mode).unwrap();
        let path = std::env::join_paths([folder.path(), Path::new("/usr/bin"), Path::new("/bin")]);
        // A python3 or zig of the machine's own comes after the script.
        let path = path.unwrap();
        let target = folder.path().join("target");
        for _ in 0..2 {
            let fault = set_up(&target, &path).unwrap_err().to_string();
            assert!(fault.contains("no index") && fault.contains("by hand"), "{fault}");
            assert!(!target.join(DONE).exists());
        }
    }
}
