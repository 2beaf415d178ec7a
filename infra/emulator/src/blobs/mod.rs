//! The one blob store, seen through both providers' APIs.
//!
//! Deals with: containers, blobs with conditions, listing, copies, staged parts, and an outbox of
//! changes written in the transaction that makes them.
//! Does not deal with: HTTP, permission, or what a change sets off (`events`).

mod blob;
mod condition;
mod containers;
mod delete;
mod list;
mod outbox;
mod parts;
mod read;
mod write;

use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::store::{Store, StoreError};

pub use blob::{Blob, Properties, azure_etag};
pub use condition::{Conditions, Match, Unmet};
pub use containers::Container;
pub use list::{Entry, ListRequest, Page};
pub use outbox::{Change, ChangeKind, done, pending};
pub use parts::{Part, Upload};
pub use write::Write;

/// Bytes of a blob at most: what one row of the store holds well.
pub const MAX_BYTES: usize = 512 * 1024 * 1024;

/// The tables of this room. `version` is drawn from one counter: it orders changes, and it is the
/// Azure `ETag`. The body is the last column, so that reading the others does not touch it.
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS blob_counter (one INTEGER PRIMARY KEY CHECK (one = 1), last INTEGER NOT NULL);
INSERT OR IGNORE INTO blob_counter VALUES (1, 0);
CREATE TABLE IF NOT EXISTS blob_container (
  name TEXT PRIMARY KEY, version INTEGER NOT NULL, created_ms INTEGER NOT NULL, metadata TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS blob (
  store TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, etag TEXT NOT NULL,
  size INTEGER NOT NULL, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL,
  properties TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (store, key));
CREATE TABLE IF NOT EXISTS blob_upload (
  id TEXT PRIMARY KEY, store TEXT NOT NULL, key TEXT NOT NULL, created_ms INTEGER NOT NULL,
  properties TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS blob_part (
  upload TEXT NOT NULL, name TEXT NOT NULL, etag TEXT NOT NULL, size INTEGER NOT NULL,
  created_ms INTEGER NOT NULL, checksum TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (upload, name));
CREATE TABLE IF NOT EXISTS blob_change (
  seq INTEGER PRIMARY KEY, cloud TEXT NOT NULL, store TEXT NOT NULL, key TEXT NOT NULL,
  size INTEGER NOT NULL, etag TEXT NOT NULL, content_type TEXT NOT NULL, kind TEXT NOT NULL,
  operation TEXT NOT NULL, at_ms INTEGER NOT NULL);
";

/// Why the blob store refused. Each API says it in its own words.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// There is no such store (bucket, container).
    #[error("there is no store \"{0}\"")]
    NoStore(String),
    /// There is no such blob.
    #[error("there is no blob \"{key}\" in the store \"{store}\"")]
    NoBlob {
        /// The store.
        store: String,
        /// The blob.
        key: String,
    },
    /// The store exists already.
    #[error("the store \"{0}\" exists already")]
    StoreExists(String),
    /// A store with blobs is only deleted by force.
    #[error("the store \"{0}\" is not empty")]
    NotEmpty(String),
    /// A condition of the request does not hold.
    #[error("the condition {0} does not hold")]
    Unmet(Unmet),
    /// There is no such upload.
    #[error("there is no upload \"{0}\"")]
    NoUpload(String),
    /// A part that was named was not staged, or is not the one that was named.
    #[error("the part \"{0}\" was not uploaded, or its ETag is another")]
    NoPart(String),
    /// The blob would be larger than [`MAX_BYTES`].
    #[error("a blob of {0} bytes is too large; the emulator keeps up to {MAX_BYTES}")]
    TooLarge(usize),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for BlobError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::Sqlite(error))
    }
}

/// A cheap handle; all clones see the same blobs.
#[derive(Clone)]
pub struct Blobs {
    store: Store,
    clock: Clock,
    changed: Arc<Notify>,
}

impl Blobs {
    /// The blobs in `store`, which must have been opened with this room's tables.
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, changed: Arc::new(Notify::new()) }
    }

    /// Holds a permit whenever a change was written to the outbox since it was last awaited.
    #[must_use]
    pub fn changed(&self) -> &Notify {
        &self.changed
    }
}

/// The next version; unique over all stores and for ever, even where the write is undone.
fn next_version(db: &Connection) -> Result<i64, rusqlite::Error> {
    db.prepare_cached("UPDATE blob_counter SET last = last + 1 RETURNING last")?
        .query_row([], |row| row.get(0))
}

#[cfg(test)]
mod tests;
