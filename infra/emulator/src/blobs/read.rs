//! Reading one blob.
//!
//! Deals with: properties, the body whole or in part. Does not deal with: range headers.

use std::ops::Range;

use bytes::Bytes;
use rusqlite::params;

use super::blob::{Blob, require};
use super::condition::Conditions;
use super::{BlobError, Blobs};

impl Blobs {
    /// The blob's properties.
    ///
    /// # Errors
    /// [`BlobError::NoStore`], [`BlobError::NoBlob`], [`BlobError::Unmet`].
    pub async fn head(
        &self,
        store: &str,
        key: &str,
        conditions: Conditions,
    ) -> Result<Blob, BlobError> {
        let (store, key) = (store.to_owned(), key.to_owned());
        self.store
            .read(move |db| {
                let blob = require(db, &store, &key)?;
                conditions.check(Some(&blob)).map_err(BlobError::Unmet)?;
                Ok(blob)
            })
            .await
    }

    /// The blob and the bytes that `range` picks, given its size; both of one instant. A range beyond
    /// the end gives what there is.
    ///
    /// # Errors
    /// As [`Blobs::head`], and what `range` returns, through `E`.
    pub async fn get<E, F>(
        &self,
        store: &str,
        key: &str,
        conditions: Conditions,
        range: F,
    ) -> Result<(Blob, Range<u64>, Bytes), E>
    where
        E: From<BlobError> + Send + 'static,
        F: FnOnce(u64) -> Result<Range<u64>, E> + Send + 'static,
    {
        let (store, key) = (store.to_owned(), key.to_owned());
        let read = move |db: &rusqlite::Connection| -> Result<Result<_, E>, BlobError> {
            // One statement would read the body before the range is known; the store's reader is
            // ours alone meanwhile, but the writer is not stopped, hence the transaction.
            let at_once = db.unchecked_transaction()?;
            let blob = require(&at_once, &store, &key)?;
            conditions.check(Some(&blob)).map_err(BlobError::Unmet)?;
            let range = match range(blob.size) {
                Ok(range) => range,
                Err(error) => return Ok(Err(error)),
            };
            let first = i64::try_from(range.start).unwrap_or(i64::MAX - 1);
            let count = i64::try_from(range.end.saturating_sub(range.start)).unwrap_or(i64::MAX);
            let sql = "SELECT substr(body, ?3, ?4) FROM blob WHERE store = ?1 AND key = ?2";
            // SQLite gives null for a part of nothing.
            let body: Option<Vec<u8>> = at_once
                .prepare_cached(sql)?
                .query_row(params![store, key, first + 1, count], |row| row.get(0))?;
            let body = body.unwrap_or_default();
            Ok(Ok((blob, range, Bytes::from(body))))
        };
        self.store.read(read).await.map_err(E::from)?
    }

    /// The whole blob.
    ///
    /// # Errors
    /// As [`Blobs::head`].
    pub async fn get_all(&self, store: &str, key: &str) -> Result<(Blob, Bytes), BlobError> {
        let whole = |size| Ok::<_, BlobError>(0..size);
        let (blob, _, body) = self.get(store, key, Conditions::default(), whole).await?;
        Ok((blob, body))
    }
}
