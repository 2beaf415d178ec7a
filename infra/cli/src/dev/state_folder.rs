//! The folder in which the emulator keeps what must survive a restart.
//!
//! Deals with: making it, emptying it for `--fresh`. Does not deal with: what is inside (the emulator).

use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::running::{READY, find, functions};

/// Keeps the folder out of version control, and proves that it is ours to empty.
const IGNORE: &str = ".gitignore";
const IGNORED: &str = "# State of `anyfn dev`; nothing in here is yours.\n*\n";

/// The absolute path of the state folder, which exists afterwards; empty if `fresh`.
pub(crate) async fn prepare(state: &Path, fresh: bool) -> Result<PathBuf, Fault> {
    let failed = |io: std::io::Error| {
        Fault::usage(format!(
            "the state folder {}: {io}; another one: --state FOLDER",
            state.display()
        ))
    };
    let folder = std::path::absolute(state).map_err(failed)?;
    if fresh && folder.exists() {
        if !ours(&folder) {
            return Err(Fault::usage(format!(
                "{} is not empty and no state of `anyfn dev`; it is not deleted; another one: --state FOLDER",
                folder.display()
            )));
        }
        if let Ok(running) = find(&folder.join(READY))
            && functions(&running).await.is_ok()
        {
            return Err(Fault::usage(format!(
                "an emulator runs on {} ({}); stop it first, or take another folder: --state FOLDER",
                folder.display(),
                running.console
            )));
        }
        // Whoever holds it has not written its ready file yet.
        if let Ok(lock) = fs::File::open(folder.join("lock"))
            && let Err(fs::TryLockError::WouldBlock) = lock.try_lock()
        {
            return Err(Fault::usage(format!(
                "an emulator starts on {}; stop it first, or take another folder: --state FOLDER",
                folder.display()
            )));
        }
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    if !folder.join(IGNORE).exists() {
        fs::write(folder.join(IGNORE), IGNORED).map_err(failed)?;
    }
    Ok(folder)
}

fn ours(folder: &Path) -> bool {
    let empty = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    empty || fs::read_to_string(folder.join(IGNORE)).is_ok_and(|text| text == IGNORED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_fresh_start_empties_what_is_ours_and_nothing_else() {
        let temporary = tempfile::tempdir().unwrap();
        let state = temporary.path().join("state");
        let folder = prepare(&state, false).await.unwrap();
        fs::write(folder.join("data"), "1").unwrap();
        assert!(prepare(&state, false).await.unwrap().join("data").exists());
        assert!(!prepare(&state, true).await.unwrap().join("data").exists());

        let theirs = temporary.path().join("theirs");
        fs::create_dir(&theirs).unwrap();
        fs::write(theirs.join("thesis.tex"), "").unwrap();
        let error = prepare(&theirs, true).await.unwrap_err().to_string();
        assert!(error.contains("not deleted") && error.contains("--state"), "{error}");
        assert!(theirs.join("thesis.tex").exists());
    }
}
