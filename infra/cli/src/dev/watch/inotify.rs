//! The kernel's own notices.
//!
//! Deals with: inotify. Does not deal with: folders below a watched one, which are watched by themselves.

use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, InotifyEvent, WatchDescriptor};
use tokio::io::unix::AsyncFd;

use super::Change;

/// A descriptor of the kernel's, and what it watches.
pub(in super::super) struct Inotify {
    notices: AsyncFd<Fd>,
    folders: HashMap<WatchDescriptor, PathBuf>,
}

struct Fd(nix::sys::inotify::Inotify);

impl AsRawFd for Fd {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_fd().as_raw_fd()
    }
}

impl Inotify {
    #[expect(
        deprecated,
        reason = "its successor is unsafe on account of types that lie about their descriptor; this one \
                  owns it"
    )]
    pub(super) fn new() -> io::Result<Self> {
        let flags = InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK;
        let notices = AsyncFd::new(Fd(nix::sys::inotify::Inotify::init(flags)?))?;
        Ok(Self { notices, folders: HashMap::new() })
    }

    pub(super) fn add(&mut self, folder: &Path) -> io::Result<()> {
        // Neither a first byte nor an intermediate one: a file counts once whoever wrote it is done.
        let what = AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_MOVE
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_ATTRIB
            | AddWatchFlags::IN_ONLYDIR;
        let descriptor = self.notices.get_ref().0.add_watch(folder, what)?;
        self.folders.entry(descriptor).or_insert_with(|| folder.to_owned());
        Ok(())
    }

    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.values().map(PathBuf::as_path)
    }

    pub(super) async fn changed(&mut self) -> Vec<Change> {
        loop {
            let Ok(mut ready) = self.notices.readable().await else {
                // Only without a runtime, which is ending then.
                return std::future::pending().await;
            };
            match ready.get_inner().0.read_events() {
                Ok(events) => {
                    drop(ready);
                    let changes: Vec<Change> =
                        events.iter().filter_map(|event| self.change(event)).collect();
                    if !changes.is_empty() {
                        return changes;
                    }
                }
                Err(Errno::EAGAIN) => ready.clear_ready(),
                Err(_) => return vec![Change::Many],
            }
        }
    }

    fn change(&mut self, event: &InotifyEvent) -> Option<Change> {
        if event.mask.contains(AddWatchFlags::IN_Q_OVERFLOW) {
            return Some(Change::Many);
        }
        if event.mask.contains(AddWatchFlags::IN_IGNORED) {
            // The folder is gone; one of the same name is another one.
            self.folders.remove(&event.wd);
            return None;
        }
        let path = self.folders.get(&event.wd)?.join(event.name.as_ref()?);
        let folder = event.mask.contains(AddWatchFlags::IN_ISDIR);
        // A folder's attributes change with what is in it.
        if folder && event.mask.contains(AddWatchFlags::IN_ATTRIB) {
            return None;
        }
        Some(if folder { Change::Folder(path) } else { Change::File(path) })
    }
}
