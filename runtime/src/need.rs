//! What an app does with stores and queues: declared in code, granted by Terraform, enforced by the
//! emulator.
//!
//! Deals with: declarations. Does not deal with: the clients that use them (`anyfn-services`).

use crate::manifest::{Access, Need, NeedKind};

/// A declared use of a blob store: nothing until an access is named.
#[derive(Clone, Debug)]
#[must_use]
pub struct BlobNeed(Need);

/// A declared use of a queue: nothing until an access is named.
#[derive(Clone, Debug)]
#[must_use]
pub struct QueueNeed(Need);

/// The blob store `name`, bound by `ANYFN_BLOB_<NAME>`.
pub fn store(name: impl Into<String>) -> BlobNeed {
    BlobNeed(Need { kind: NeedKind::Blob, name: name.into(), access: Vec::new() })
}

/// The queue `name`, bound by `ANYFN_QUEUE_<NAME>`.
pub fn named(name: impl Into<String>) -> QueueNeed {
    QueueNeed(Need { kind: NeedKind::Queue, name: name.into(), access: Vec::new() })
}

impl BlobNeed {
    /// Get blobs and their properties.
    pub fn read(self) -> Self {
        Self(with(self.0, Access::Read))
    }

    /// Put, create and copy into.
    pub fn write(self) -> Self {
        Self(with(self.0, Access::Write))
    }

    /// Delete blobs.
    pub fn delete(self) -> Self {
        Self(with(self.0, Access::Delete))
    }

    /// List keys.
    pub fn list(self) -> Self {
        Self(with(self.0, Access::List))
    }
}

impl QueueNeed {
    /// Send messages.
    pub fn send(self) -> Self {
        Self(with(self.0, Access::Send))
    }

    /// Receive, delete and extend messages by hand. A queue trigger needs no such grant.
    pub fn receive(self) -> Self {
        Self(with(self.0, Access::Receive))
    }
}

impl From<BlobNeed> for Need {
    fn from(need: BlobNeed) -> Self {
        need.0
    }
}

impl From<QueueNeed> for Need {
    fn from(need: QueueNeed) -> Self {
        need.0
    }
}

fn with(mut need: Need, access: Access) -> Need {
    need.access.push(access);
    need
}
