//! Looking at files again and again.
//!
//! Deals with: size and time of every file in the watched folders. Does not deal with: changes that leave
//! both as they were.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Change;

/// Between two looks. It is part of the wait for a new build.
const PERIOD: Duration = Duration::from_millis(100);

/// Folders, and what was in them at the last look.
#[derive(Default)]
pub(in super::super) struct Polling(BTreeMap<PathBuf, Seen>);

type Seen = BTreeMap<PathBuf, (bool, u64, Option<SystemTime>)>;

impl Polling {
    pub(super) fn add(&mut self, folder: &Path) {
        if folder.is_dir() && !self.0.contains_key(folder) {
            self.0.insert(folder.to_owned(), look(folder));
        }
    }

    pub(super) async fn changed(&mut self) -> Vec<Change> {
        loop {
            tokio::time::sleep(PERIOD).await;
            let mut changes = Vec::new();
            for (folder, before) in &mut self.0 {
                let now = look(folder);
                let paths =
                    before.keys().chain(now.keys().filter(|path| !before.contains_key(*path)));
                for path in paths.filter(|path| before.get(*path) != now.get(*path)) {
                    let is_folder = now.get(path).or_else(|| before.get(path)).is_some_and(|s| s.0);
                    changes.push(match is_folder {
                        true => Change::Folder(path.clone()),
                        false => Change::File(path.clone()),
                    });
                }
                *before = now;
            }
            if !changes.is_empty() {
                return changes;
            }
        }
    }
}

fn look(folder: &Path) -> Seen {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let seen = entries.filter_map(|entry| {
        let meta = entry.metadata().ok()?;
        // A folder's own size and time change with what is in it.
        let state = match meta.is_dir() {
            true => (true, 0, None),
            false => (false, meta.len(), meta.modified().ok()),
        };
        Some((entry.path(), state))
    });
    seen.collect()
}
