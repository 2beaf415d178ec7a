//! Edits: changes of files that matter, once whoever makes them has come to rest.
//!
//! Deals with: one edit out of the many writes of an editor or of a checkout, its name for a person.
//! Does not deal with: what follows from it (`reloading`).

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::sources::{Sources, is_temporary};
use super::watch::{Change, Watch};

/// How long nothing may happen until an edit counts as done: editors write several times within a few
/// milliseconds. It is part of the wait for a new build.
const QUIET: Duration = Duration::from_millis(40);
/// Something that never rests is an edit after that.
const RESTLESS: Duration = Duration::from_secs(1);

/// The files that matter, watched; and what happened to them.
pub(super) struct Edits {
    watch: Watch,
    sources: Sources,
    /// What cargo wrote there itself.
    lock: Option<Vec<u8>>,
    /// The last build failed: any file beside the sources may be the one that it lacks.
    lenient: bool,
    begun: Option<(Edit, Instant)>,
}

/// Files that were changed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// The first one first; empty where nobody knows.
    pub(super) files: Vec<PathBuf>,
    /// When the last of it was seen.
    pub(super) at: Instant,
}

impl Edits {
    pub(super) fn of(sources: Sources) -> Self {
        let watch = Watch::new();
        let mut edits =
            Self { watch, sources: Sources::default(), lock: None, lenient: false, begun: None };
        edits.watch_for(sources);
        edits
    }

    /// A build has ended: these are the sources from now on.
    pub(super) fn built(&mut self, sources: Sources) {
        self.lenient = false;
        self.lock = sources.lock().and_then(|file| std::fs::read(file).ok());
        self.watch_for(sources);
    }

    /// A build has failed: what it was made of is not known.
    pub(super) fn failed(&mut self) {
        self.lenient = true;
    }

    fn watch_for(&mut self, sources: Sources) {
        for folder in sources.folders() {
            self.watch.add(&folder);
        }
        self.sources = sources;
    }

    /// The next edit, once nothing more has happened for a moment. `building`: cargo may be writing, too.
    /// Cancel-safe: what was seen is kept.
    pub(super) async fn next(&mut self, building: bool) -> Edit {
        loop {
            let rest = self.begun.as_ref().map(|(edit, since)| {
                QUIET
                    .saturating_sub(edit.at.elapsed())
                    .min(RESTLESS.saturating_sub(since.elapsed()))
            });
            let changes = tokio::select! {
                biased;
                changes = self.watch.changed() => changes,
                () = tokio::time::sleep(rest.unwrap_or_default()), if rest.is_some() => {
                    match self.begun.take() {
                        Some((edit, _)) => return edit,
                        None => continue,
                    }
                }
            };
            for change in changes {
                self.note(change, building);
            }
            let restless = |(_, since): &(Edit, Instant)| since.elapsed() > RESTLESS;
            if let Some((edit, _)) = self.begun.take_if(|begun| restless(begun)) {
                return edit;
            }
        }
    }

    fn note(&mut self, change: Change, building: bool) {
        let file = match change {
            Change::Many => None,
            Change::Folder(folder) => {
                if !self.sources.is_below(&folder) || is_temporary(&folder) {
                    return;
                }
                for folder in self.sources.folders() {
                    self.watch.add(&folder);
                }
                Some(folder)
            }
            Change::File(file) if self.matters(&file, building) => Some(file),
            Change::File(_) => return,
        };
        let at = Instant::now();
        let (edit, _) = self.begun.get_or_insert_with(|| (Edit { files: Vec::new(), at }, at));
        edit.at = at;
        edit.files.extend(file.filter(|file| !edit.files.contains(file)));
    }

    fn matters(&self, file: &Path, building: bool) -> bool {
        if self.sources.lock() == Some(file) {
            return !building && std::fs::read(file).ok() != self.lock;
        }
        self.sources.has(file) || (self.lenient && !is_temporary(file))
    }
}

impl Edit {
    /// Takes in what was edited after it.
    pub(super) fn followed_by(mut self, later: Self) -> Self {
        let Self { mut files, at } = later;
        self.files.retain(|file| !files.contains(file));
        files.extend(self.files);
        Self { files, at }
    }

    /// Whether a `Cargo.toml` is among the files.
    pub(super) fn has_manifest(&self) -> bool {
        self.files.is_empty() || self.files.iter().any(|file| file.ends_with("Cargo.toml"))
    }

    /// The file as seen from `here`, and how many more there are.
    pub(super) fn told(&self, here: &Path) -> String {
        // What is gone again was an editor's own, unless all of it is.
        let mut files: Vec<&PathBuf> = self.files.iter().filter(|file| file.exists()).collect();
        if files.is_empty() {
            files.extend(&self.files);
        }
        let Some(first) = files.first() else { return "many files".to_owned() };
        let name = first.strip_prefix(here).unwrap_or(first).display().to_string();
        match files.len() - 1 {
            0 => name,
            1 => format!("{name} and one more file"),
            more => format!("{name} and {more} more files"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    async fn soon(edits: &mut Edits) -> Edit {
        tokio::time::timeout(Duration::from_secs(5), edits.next(false)).await.unwrap()
    }

    #[tokio::test]
    async fn a_burst_is_one_edit_and_what_does_not_matter_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::write(root.join("app"), "").unwrap();
        let mut edits = Edits::of(Sources::executables(&[root.join("app")]));
        for turn in 0..20 {
            fs::write(root.join("app"), "x".repeat(turn)).unwrap();
            fs::write(root.join("README.md"), "").unwrap();
        }
        let edit = soon(&mut edits).await;
        assert_eq!(edit.files, [root.join("app")]);
        assert!(edit.at.elapsed() >= QUIET);
        fs::write(root.join("README.md"), "").unwrap();
        let none = tokio::time::timeout(QUIET * 3, edits.next(false)).await;
        assert!(none.is_err(), "{none:?}");
        edits.failed();
        fs::write(root.join("README.md"), "").unwrap();
        assert_eq!(soon(&mut edits).await.files, [root.join("README.md")]);
    }

    #[test]
    fn an_edit_is_told_by_its_newest_file() {
        let edit = |names: &[&str]| {
            let files = names.iter().map(|name| Path::new("/w").join(name)).collect();
            Edit { files, at: Instant::now() }
        };
        let told = |edit: &Edit| edit.told(Path::new("/w"));
        assert_eq!(told(&edit(&["src/a.rs"])), "src/a.rs");
        let both = edit(&["src/a.rs"]).followed_by(edit(&["src/b.rs"]));
        assert_eq!(told(&both), "src/b.rs and one more file");
        let all = both.followed_by(edit(&["Cargo.toml", "src/a.rs"]));
        assert_eq!(told(&all), "Cargo.toml and 2 more files");
        assert!(all.has_manifest() && !edit(&["src/a.rs"]).has_manifest());
        assert_eq!(told(&edit(&[])), "many files");
    }
}
