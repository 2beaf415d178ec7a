//! Writing one blob: put, copy, new properties.
//!
//! Deals with: conditions and the outbox in one transaction with the write.
//! Does not deal with: assembling parts (`parts`), deleting (`delete`).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use md5::{Digest as _, Md5};
use rusqlite::{Connection, params};

use super::blob::{Blob, Properties, find, require, to_json};
use super::condition::Conditions;
use super::outbox::{ChangeKind, record};
use super::{BlobError, Blobs, MAX_BYTES, containers, next_version};
use crate::cloud::Cloud;

/// Where a write goes and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Through whose API.
    pub cloud: Cloud,
    /// The store.
    pub store: String,
    /// The blob.
    pub key: String,
    /// The operation's name in the change; see [`super::Change::operation`].
    pub operation: &'static str,
    /// What must hold of the blob that is there.
    pub conditions: Conditions,
}

impl Blobs {
    /// Writes a whole blob.
    ///
    /// # Errors
    /// [`BlobError::NoStore`], [`BlobError::Unmet`], [`BlobError::TooLarge`].
    pub async fn put(
        &self,
        write: Write,
        body: Bytes,
        mut properties: Properties,
    ) -> Result<Blob, BlobError> {
        if body.len() > MAX_BYTES {
            return Err(BlobError::TooLarge(body.len()));
        }
        let hashed = body.clone();
        let md5 = tokio::task::spawn_blocking(move || Md5::digest(&hashed))
            .await
            .map_err(|_| BlobError::Store(crate::store::StoreError::Closed))?;
        properties.md5 = Some(STANDARD.encode(md5));
        let etag = hex::encode(md5);
        let now = self.clock.now_ms();
        let job = move |db: &Connection| insert(db, &write, &etag, &body, properties, now);
        self.write_and_tell(job, |_| true).await
    }

    /// Copies `from` (store, key) if `source` holds of it. `change` makes the copy's properties of the
    /// original's.
    ///
    /// # Errors
    /// [`BlobError::NoStore`], [`BlobError::NoBlob`] of the source, [`BlobError::Unmet`] of either.
    pub async fn copy(
        &self,
        from: (String, String),
        source: Conditions,
        write: Write,
        change: impl FnOnce(&mut Properties) + Send + 'static,
    ) -> Result<Blob, BlobError> {
        let now = self.clock.now_ms();
        let job = move |db: &Connection| {
            let original = require(db, &from.0, &from.1)?;
            source.check(Some(&original)).map_err(BlobError::Unmet)?;
            let body: Vec<u8> = db.query_row(
                "SELECT body FROM blob WHERE store = ?1 AND key = ?2",
                params![from.0, from.1],
                |row| row.get(0),
            )?;
            let mut properties = original.properties;
            change(&mut properties);
            insert(db, &write, &original.etag, &body, properties, now)
        };
        self.write_and_tell(job, |_| true).await
    }

    /// Gives the blob other properties, keeping body and checksums. Neither provider announces it.
    ///
    /// # Errors
    /// [`BlobError::NoStore`], [`BlobError::NoBlob`], [`BlobError::Unmet`].
    pub async fn set_properties(
        &self,
        store: &str,
        key: &str,
        conditions: Conditions,
        change: impl FnOnce(&mut Properties) + Send + 'static,
    ) -> Result<Blob, BlobError> {
        let (store, key) = (store.to_owned(), key.to_owned());
        let now = self.clock.now_ms();
        self.store
            .write(move |db| {
                let mut blob = require(db, &store, &key)?;
                conditions.check(Some(&blob)).map_err(BlobError::Unmet)?;
                change(&mut blob.properties);
                blob.version = next_version(db)?;
                blob.modified_ms = now;
                let json = to_json(&blob.properties);
                db.execute(
                    "UPDATE blob SET properties = ?3, version = ?4, modified_ms = ?5 \
                     WHERE store = ?1 AND key = ?2",
                    params![store, key, json, blob.version, now],
                )?;
                Ok(blob)
            })
            .await
    }

    /// Writes and, where that `changed` something, tells so whatever becomes of the caller.
    pub(super) async fn write_and_tell<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T, BlobError> + Send + 'static,
        changed: fn(&T) -> bool,
    ) -> Result<T, BlobError> {
        let outbox = Arc::clone(&self.changed);
        let after = move |written: &T| {
            if changed(written) {
                outbox.notify_one();
            }
        };
        self.store.write_then(job, Box::new(after)).await
    }
}

/// Writes blob and change; the caller's transaction holds both or neither.
pub(super) fn insert(
    db: &Connection,
    write: &Write,
    etag: &str,
    body: &[u8],
    properties: Properties,
    now: i64,
) -> Result<Blob, BlobError> {
    containers::require(db, &write.store)?;
    let before = find(db, &write.store, &write.key)?;
    write.conditions.check(before.as_ref()).map_err(BlobError::Unmet)?;
    let blob = Blob {
        store: write.store.clone(),
        key: write.key.clone(),
        version: next_version(db)?,
        etag: etag.to_owned(),
        size: u64::try_from(body.len()).unwrap_or(u64::MAX),
        created_ms: before.map_or(now, |blob| blob.created_ms),
        modified_ms: now,
        properties,
    };
    db.prepare_cached("INSERT OR REPLACE INTO blob VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
        .execute(params![
        blob.store,
        blob.key,
        blob.version,
        blob.etag,
        i64::try_from(blob.size).unwrap_or(i64::MAX),
        blob.created_ms,
        now,
        to_json(&blob.properties),
        body
    ])?;
    record(db, write.cloud, ChangeKind::Created, write.operation, &blob, blob.version, now)?;
    Ok(blob)
}
