//! The Rust compiler for another machine.
//!
//! Deals with: the standard library of a target, which is added where it is missing; the compiler's folders
//! and commit. Does not deal with: C compilers and linkers (`zig`).

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::target::Arch;
use crate::fault::Fault;
use crate::output;
use crate::packages::program;

/// The compiler that cargo calls in the workspace.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// Where its sources are, if they are installed.
    pub(crate) library: PathBuf,
    /// The commit that it was made of.
    pub(crate) commit: String,
}

impl Toolchain {
    /// The one of the workspace at `root`.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn of(root: &Path) -> Result<Self, Fault> {
        let said = rustc(root, &["-vV"])?;
        let commit = said.lines().find_map(|line| line.strip_prefix("commit-hash: "));
        let commit = commit.unwrap_or("unknown").to_owned();
        let sysroot = rustc(root, &["--print", "sysroot"])?;
        Ok(Self { library: Path::new(sysroot.trim()).join("lib/rustlib/src/rust"), commit })
    }
}

/// Has the standard library for `arch` installed, if it is not.
///
/// # Errors
/// How to do it by hand.
pub(crate) fn has_library(root: &Path, arch: Arch) -> Result<(), Fault> {
    let triple = arch.triple();
    let folder = rustc(root, &["--print", "target-libdir", "--target", triple])?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    let add = format!("rustup target add {triple}");
    output::note(&add);
    let mut command = program("rustup".as_ref(), root);
    let added = command.args(["target", "add", triple]).stdin(Stdio::null()).output();
    let by_hand = |why: String| {
        Fault::failed(format!("Rust's library for {triple} is missing, and {why}; hint: {add}"))
    };
    match added {
        Ok(Output { status, .. }) if status.success() => Ok(()),
        Ok(Output { stderr, .. }) => {
            Err(by_hand(format!("rustup says: {}", String::from_utf8_lossy(&stderr).trim())))
        }
        Err(io) => Err(by_hand(format!("rustup cannot be run: {io}"))),
    }
}

fn rustc(root: &Path, arguments: &[&str]) -> Result<String, Fault> {
    let name = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let mut command: Command = program(&name, root);
    let output = command.args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|io| Fault::failed(format!("rustc cannot be run: {io}")))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Fault::failed(format!("rustc: {}", said.trim())));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_tells_its_commit_and_folder() {
        let toolchain = Toolchain::of(Path::new(".")).unwrap();
        assert!(toolchain.library.is_absolute() && toolchain.library.ends_with("src/rust"));
        let hexadecimal = toolchain.commit.chars().all(|c| c.is_ascii_hexdigit());
        assert!(hexadecimal || toolchain.commit == "unknown", "{toolchain:?}");
    }
}
