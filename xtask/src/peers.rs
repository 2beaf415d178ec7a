//! The foreign clients, runtimes and servers that the end-to-end tests drive, at pinned versions.
//!
//! Deals with: having all of them under the target folder, each kind made once and stamped.
//! Does not deal with: what the tests do with them; they find them through the variables of [`env()`].

pub(crate) mod node;
pub(crate) mod python;

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

use crate::{gate::Place, tools};

/// Makes whatever is missing or older than its list.
///
/// # Errors
/// What is missing and how to get it, or which command failed.
pub(crate) fn set_up(place: &Place) -> Result<(), String> {
    tools::install(&tools::PYTHON)?;
    tools::install(&tools::NODE)?;
    tools::install(&tools::TOOLS)?;
    python::set_up(place)?;
    node::set_up(place)
}

/// What tells the tests where they are.
pub(crate) fn env(place: &Place) -> [(&'static str, OsString); 2] {
    [
        ("ANYFN_TEST_VENV", python::folder(place).into()),
        ("ANYFN_TEST_NODE", node::folder(place).into()),
    ]
}

/// Makes `folder` anew, unless the stamp in it says that it was made of the same.
fn once(
    folder: &Path,
    stamp: &str,
    make: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let path = folder.join("stamp");
    if fs::read_to_string(&path).is_ok_and(|found| found == stamp) {
        eprintln!("{} is up to date", folder.display());
        return Ok(());
    }
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(format!("{}: {error}", folder.display()));
        }
        _ => {}
    }
    make()?;
    fs::write(&path, stamp).map_err(|error| format!("{}: {error}", path.display()))
}

fn read(root: &Path, path: &str) -> Result<String, String> {
    fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"))
}

/// What a program prints about itself.
pub(crate) fn said(program: &str, args: &[&str]) -> Result<String, String> {
    let said = Command::new(program).args(args).output();
    said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned())
        .map_err(|error| format!("{program}: {error}"))
}

fn run(command: &mut Command) -> Result<(), String> {
    // What a bench prints may be read by a program.
    eprintln!("$ {command:?}");
    let status =
        command.stdout(Stdio::null()).status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_peer_is_made_once_and_again_where_its_list_changed_or_its_making_failed() {
        let folder = std::env::temp_dir().join(format!("anyfn-peers-{}", std::process::id()));
        let made = Cell::new(0);
        let make = || {
            made.set(made.get() + 1);
            fs::create_dir_all(&folder).map_err(|error| error.to_string())
        };
        once(&folder, "1", make).unwrap();
        once(&folder, "1", make).unwrap();
        assert_eq!(made.get(), 1);
        fs::write(folder.join("stale"), "").unwrap();
        once(&folder, "2", make).unwrap();
        assert_eq!(made.get(), 2);
        assert!(!folder.join("stale").exists());
        once(&folder, "3", || Err("no network".to_owned())).unwrap_err();
        once(&folder, "3", make).unwrap();
        assert_eq!(made.get(), 3);
        fs::remove_dir_all(&folder).unwrap();
    }
}
