//! The outbox: what changed, until somebody has seen to it.
//!
//! Deals with: writing a change in the transaction that makes it, reading and clearing changes.
//! Does not deal with: the providers' event formats, or where an event goes.

use rusqlite::{Connection, Row, params};

use super::blob::Blob;
use crate::cloud::Cloud;

/// What happened to a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was written, whether or not it was there before.
    Created,
    /// It was deleted.
    Deleted,
}

impl ChangeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Deleted => "deleted",
        }
    }
}

/// One change of one blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number: unique and rising, over restarts too. It is the event's sequencer.
    pub seq: i64,
    /// Through whose API it was made.
    pub cloud: Cloud,
    /// The store.
    pub store: String,
    /// The blob.
    pub key: String,
    /// Bytes of the blob; of the deleted one for a deletion.
    pub size: u64,
    /// S3's `ETag` without quotes; Azure's is [`Change::azure_etag`].
    pub etag: String,
    /// The blob's content type; empty where it has none.
    pub content_type: String,
    /// What happened.
    pub kind: ChangeKind,
    /// By which operation: `Put`, `Copy`, `CompleteMultipartUpload`, `PutBlockList`, `Delete`.
    pub operation: String,
    /// When, in milliseconds since the epoch.
    pub at_ms: i64,
}

impl Change {
    /// Azure's `ETag` without quotes of what this change made.
    #[must_use]
    pub fn azure_etag(&self) -> String {
        super::azure_etag(self.seq)
    }
}

/// Writes that `blob` was created or, under the number `seq`, deleted.
pub(super) fn record(
    db: &Connection,
    cloud: Cloud,
    kind: ChangeKind,
    operation: &str,
    blob: &Blob,
    seq: i64,
    at_ms: i64,
) -> Result<(), rusqlite::Error> {
    let size = i64::try_from(blob.size).unwrap_or(i64::MAX);
    let content_type = blob.properties.content_type.as_deref().unwrap_or_default();
    db.prepare_cached("INSERT INTO blob_change VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
        .execute(params![
            seq,
            cloud.as_str(),
            blob.store,
            blob.key,
            size,
            blob.etag,
            content_type,
            kind.as_str(),
            operation,
            at_ms
        ])?;
    Ok(())
}

/// The oldest changes, `limit` at most, that have not been [`done`].
///
/// # Errors
/// SQLite's own.
pub fn pending(db: &Connection, limit: usize) -> Result<Vec<Change>, rusqlite::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    db.prepare_cached("SELECT * FROM blob_change ORDER BY seq LIMIT ?1")?
        .query_map([limit], from_row)?
        .collect()
}

/// Forgets the change `seq`: call it in the transaction that puts its events where they are kept.
///
/// # Errors
/// SQLite's own.
pub fn done(db: &Connection, seq: i64) -> Result<(), rusqlite::Error> {
    db.prepare_cached("DELETE FROM blob_change WHERE seq = ?1")?.execute([seq])?;
    Ok(())
}

fn from_row(row: &Row<'_>) -> Result<Change, rusqlite::Error> {
    let cloud: String = row.get(1)?;
    let size: i64 = row.get(4)?;
    let kind: String = row.get(7)?;
    Ok(Change {
        seq: row.get(0)?,
        cloud: Cloud::parse(&cloud).unwrap_or(Cloud::Aws),
        store: row.get(2)?,
        key: row.get(3)?,
        size: u64::try_from(size).unwrap_or(0),
        etag: row.get(5)?,
        content_type: row.get(6)?,
        kind: if kind == "deleted" { ChangeKind::Deleted } else { ChangeKind::Created },
        operation: row.get(8)?,
        at_ms: row.get(9)?,
    })
}
