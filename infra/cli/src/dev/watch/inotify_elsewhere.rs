//! Where the kernel has no inotify.
//!
//! Deals with: saying so, whereupon files are looked at again and again (`polling`). Does not deal with:
//! other systems' notices.

use std::convert::Infallible;
use std::io;
use std::path::Path;

use super::Change;

/// There is none.
pub(in super::super) struct Inotify(Infallible);

impl Inotify {
    pub(super) fn new() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn add(&mut self, _: &Path) -> io::Result<()> {
        match self.0 {}
    }

    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        match self.0 {}
        std::iter::empty()
    }

    pub(super) async fn changed(&mut self) -> Vec<Change> {
        match self.0 {}
    }
}
