//! Executables kept apart from where they are built.
//!
//! Deals with: one copy a build, told apart by what is in it. A process that crashes while a build fails is
//! started again from its copy; and nobody is kept from writing the original.
//! Does not deal with: what runs (the emulator).

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// Read at once of each of two files that are compared.
const CHUNK: usize = 256 * 1024;

/// The copies of one run of `anyfn dev`.
pub(super) struct Copies {
    folder: PathBuf,
    /// Whether the original is replaced and never written to, so that a link is as good.
    link: bool,
    builds: u64,
    current: Vec<PathBuf>,
    /// The build before: calls that began in it may still start a process.
    previous: Vec<PathBuf>,
}

impl Copies {
    /// In `state`; `link` where the originals are replaced, as cargo does.
    pub(super) fn new(state: &Path, link: bool) -> Self {
        let folder = state.join("builds").join(std::process::id().to_string());
        Self { folder, link, builds: 0, current: Vec::new(), previous: Vec::new() }
    }

    /// Copies `executables`. Those that are what they were keep their copy. Gives all copies in their
    /// order.
    ///
    /// # Errors
    /// A copy cannot be made.
    pub(super) fn keep(&mut self, executables: &[PathBuf]) -> Result<Vec<PathBuf>, Fault> {
        let mut copies = Vec::new();
        for (place, executable) in executables.iter().enumerate() {
            let fault = |io: io::Error| {
                Fault::failed(format!("{} cannot be copied: {io}", executable.display()))
            };
            let name = executable.file_name().unwrap_or_default();
            let known = self.current.get(place).filter(|copy| copy.file_name() == Some(name));
            if let Some(known) = known
                && same(known, executable).map_err(fault)?
            {
                copies.push(known.clone());
                continue;
            }
            let folder = self.folder.join(format!("{}-{place}", self.builds));
            fs::create_dir_all(&folder).map_err(fault)?;
            let copy = folder.join(name);
            if !self.link || fs::hard_link(executable, &copy).is_err() {
                fs::copy(executable, &copy).map_err(fault)?;
            }
            copies.push(copy);
        }
        self.builds += 1;
        Ok(copies)
    }

    /// `copies` are what runs from now on; what ran two builds ago is deleted.
    pub(super) fn run(&mut self, copies: Vec<PathBuf>) {
        if copies == self.current {
            return;
        }
        let before =
            std::mem::replace(&mut self.previous, std::mem::replace(&mut self.current, copies));
        for old in before {
            if !self.current.contains(&old) && !self.previous.contains(&old) {
                discard(&old);
            }
        }
    }

    /// `copies` are not to be run.
    pub(super) fn refuse(&self, copies: &[PathBuf]) {
        for copy in copies.iter().filter(|copy| !self.current.contains(copy)) {
            discard(copy);
        }
    }

    /// Deletes what earlier runs left behind; only while the state folder is ours.
    pub(super) fn forget_others(&self) {
        let all = self.folder.parent().map(fs::read_dir);
        for entry in all.into_iter().flatten().flatten().flatten() {
            if entry.path() != self.folder {
                // What stays takes room and does no harm.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

impl Drop for Copies {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn discard(copy: &Path) {
    if let Some(folder) = copy.parent() {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Whether both are the same file or hold the same bytes.
fn same(one: &Path, other: &Path) -> io::Result<bool> {
    let (a, b) = (fs::metadata(one)?, fs::metadata(other)?);
    if (a.dev(), a.ino()) == (b.dev(), b.ino()) {
        return Ok(true);
    }
    if a.len() != b.len() {
        return Ok(false);
    }
    let (mut one, mut other) = (File::open(one)?, File::open(other)?);
    let (mut left, mut right) = (vec![0; CHUNK], vec![0; CHUNK]);
    loop {
        let read = one.read(&mut left)?;
        if read == 0 {
            return Ok(true);
        }
        let (Some(left), Some(right)) = (left.get(..read), right.get_mut(..read)) else {
            return Ok(false);
        };
        match other.read_exact(right) {
            Ok(()) if left == right => {}
            Ok(()) => return Ok(false),
            // It has become shorter meanwhile.
            Err(io) if io.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            Err(io) => return Err(io),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_gets_a_copy_and_only_the_last_two_builds_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let originals = [at("a"), at("b")];
        let write = |name: &str, text: &str| {
            let _ = fs::remove_file(at(name));
            fs::write(at(name), text).unwrap();
        };
        for link in [true, false] {
            write("a", "a1");
            write("b", &"b".repeat(CHUNK + 1));
            let mut copies = Copies::new(&at("state"), link);
            let first = copies.keep(&originals).unwrap();
            copies.run(first.clone());
            assert_eq!(copies.keep(&originals).unwrap(), first, "nothing changed");
            // Written anew, with the same bytes.
            write("b", &"b".repeat(CHUNK + 1));
            write("a", "a2");
            let second = copies.keep(&originals).unwrap();
            assert!(second[0] != first[0] && second[1] == first[1]);
            assert_eq!(fs::read_to_string(&first[0]).unwrap(), "a1", "the old one is what it was");
            copies.run(second.clone());
            write("a", "broken");
            let third = copies.keep(&originals).unwrap();
            copies.refuse(&third);
            assert!(!third[0].exists() && second[0].exists() && second[1].exists());
            write("a", "a3");
            let fourth = copies.keep(&originals).unwrap();
            copies.run(fourth.clone());
            assert!(!first[0].exists() && second[0].exists() && fourth[0].exists());
            let other = at("state/builds/1/0-0");
            fs::create_dir_all(&other).unwrap();
            copies.forget_others();
            assert!(!other.exists() && fourth[1].exists());
            drop(copies);
            assert!(!fourth[1].exists());
        }
    }
}
