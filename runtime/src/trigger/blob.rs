//! Blobs that were created or deleted.
//!
//! Deals with: which store and keys, and the event. Does not deal with: the blob's bytes; an event
//! carries a name, and the handler reads what it needs through its own client.

use serde::{Deserialize, Serialize};

use super::{Event, Reply, Trigger};
use crate::error::Error;
use crate::manifest::{Change, TriggerSpec};

/// A blob was created, overwritten or deleted. Delivered at least once, in no particular order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlobEvent {
    /// The physical bucket or container. The logical store is the trigger's.
    pub store: String,
    /// The key, decoded: no percent signs or pluses of the wire.
    pub key: String,
    /// Bytes; `None` for deletions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// Opaque; changes with the content. Without quotes. `None` for deletions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// What happened.
    pub change: Change,
}

/// The trigger: changes of one kind in one store. All keys, unless narrowed.
#[derive(Clone, Debug)]
#[must_use]
pub struct Blob {
    store: String,
    change: Change,
    prefix: String,
    suffix: String,
}

/// Runs for every blob written to `store`, also for an overwrite.
pub fn created(store: impl Into<String>) -> Blob {
    Blob::of(store.into(), Change::Created)
}

/// Runs for every blob deleted from `store`.
pub fn deleted(store: impl Into<String>) -> Blob {
    Blob::of(store.into(), Change::Deleted)
}

impl Blob {
    fn of(store: String, change: Change) -> Self {
        Self { store, change, prefix: String::new(), suffix: String::new() }
    }

    /// Only keys that begin with `prefix`.
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// Only keys that end in `suffix`.
    pub fn suffix(self, suffix: impl Into<String>) -> Self {
        Self { suffix: suffix.into(), ..self }
    }
}

impl Trigger for Blob {
    type Event = BlobEvent;
    type Reply = ();

    fn spec(&self) -> TriggerSpec {
        TriggerSpec::Blob {
            store: self.store.clone(),
            change: self.change,
            prefix: self.prefix.clone(),
            suffix: self.suffix.clone(),
        }
    }

    fn open(&self, event: Event) -> Result<BlobEvent, Error> {
        match event {
            Event::Blob(blob) if blob.change == self.change => Ok(blob),
            Event::Blob(blob) => Err(Error::retry(format!(
                "this function takes blobs that were {}, but `{}` was {}",
                self.change, blob.key, blob.change
            ))),
            other => Err(other.not("a blob event")),
        }
    }

    fn seal(&self, (): ()) -> Reply {
        Reply::Done
    }
}
