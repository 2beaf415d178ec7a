//! Seeing that files change.
//!
//! Deals with: folders, one by one, by the system's notices, or by looking again and again where there are
//! none. Does not deal with: which files matter (`sources`), nor with waiting until an editor is done.

#[cfg(target_os = "linux")]
mod inotify;
#[cfg(not(target_os = "linux"))]
#[path = "watch/inotify_elsewhere.rs"]
mod inotify;
mod polling;

use std::path::{Path, PathBuf};

/// Watched folders. What happened since is kept until it is asked for.
pub(super) enum Watch {
    /// The system tells.
    Told(inotify::Inotify),
    /// Nobody tells.
    Polled(polling::Polling),
}

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A file was written, made, renamed or removed.
    File(PathBuf),
    /// A folder was made or removed; files may be in it already.
    Folder(PathBuf),
    /// So much changed that nobody knows what.
    Many,
}

impl Watch {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        inotify::Inotify::new()
            .map_or_else(|_| Self::Polled(polling::Polling::default()), Self::Told)
    }

    /// Watches what is directly in `folder`, if that is there; once more does no harm.
    pub(super) fn add(&mut self, folder: &Path) {
        match self {
            Self::Told(inotify) => {
                if inotify.add(folder).is_err() && folder.is_dir() {
                    // Out of watches: from now on all of it is looked at.
                    let mut polling = polling::Polling::default();
                    for known in inotify.folders() {
                        polling.add(known);
                    }
                    polling.add(folder);
                    *self = Self::Polled(polling);
                }
            }
            Self::Polled(polling) => polling.add(folder),
        }
    }

    /// What has changed, as soon as something has. Cancel-safe.
    pub(super) async fn changed(&mut self) -> Vec<Change> {
        match self {
            Self::Told(inotify) => inotify.changed().await,
            Self::Polled(polling) => polling.changed().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sees(mut watch: Watch) {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        std::fs::write(folder.join("old.rs"), "1").unwrap();
        watch.add(&folder);
        watch.add(&folder.join("not there"));
        let mut expect = async |change: Change| {
            let seen = async { while !watch.changed().await.contains(&change) {} };
            let seen = tokio::time::timeout(std::time::Duration::from_secs(5), seen).await;
            assert!(seen.is_ok(), "{change:?}");
        };
        std::fs::write(folder.join("old.rs"), "22").unwrap();
        expect(Change::File(folder.join("old.rs"))).await;
        std::fs::write(folder.join("new.tmp"), "").unwrap();
        std::fs::rename(folder.join("new.tmp"), folder.join("new.rs")).unwrap();
        expect(Change::File(folder.join("new.rs"))).await;
        std::fs::remove_file(folder.join("old.rs")).unwrap();
        expect(Change::File(folder.join("old.rs"))).await;
        std::fs::create_dir(folder.join("deep")).unwrap();
        expect(Change::Folder(folder.join("deep"))).await;
    }

    #[tokio::test]
    async fn what_is_written_renamed_removed_and_made_is_told() {
        sees(Watch::new()).await;
    }

    #[tokio::test]
    async fn it_is_seen_where_nobody_tells_too() {
        sees(Watch::Polled(polling::Polling::default())).await;
    }
}
