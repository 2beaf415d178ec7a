//! Deleting blobs: one, or many in one transaction.
//!
//! Deals with: conditions and the outbox in one transaction with the deletions.
//! Does not deal with: deleting a whole store (`containers`).

use rusqlite::{Connection, params};

use super::blob::{Blob, find};
use super::condition::Unmet;
use super::outbox::{ChangeKind, record};
use super::write::Write;
use super::{BlobError, Blobs, containers, next_version};

impl Blobs {
    /// Deletes the blob and returns it; `None` if there was none, which is no error here and makes no
    /// change in the outbox.
    ///
    /// # Errors
    /// [`BlobError::NoStore`], [`BlobError::Unmet`].
    pub async fn delete(&self, write: Write) -> Result<Option<Blob>, BlobError> {
        let now = self.clock.now_ms();
        let job = move |db: &Connection| {
            containers::require(db, &write.store)?;
            remove(db, &write, now)?.map_err(BlobError::Unmet)
        };
        self.write_and_tell(job, Option::is_some).await
    }

    /// Deletes blobs of `store`, those whose conditions hold, in one transaction; tells of each in
    /// turn which condition did not. That there is none is a success.
    ///
    /// # Errors
    /// [`BlobError::NoStore`].
    pub async fn delete_many(
        &self,
        store: &str,
        writes: Vec<Write>,
    ) -> Result<Vec<Result<(), Unmet>>, BlobError> {
        let (store, now) = (store.to_owned(), self.clock.now_ms());
        let job = move |db: &Connection| {
            containers::require(db, &store)?;
            let remove = |write: &Write| Ok(remove(db, write, now)?.map(|_| ()));
            writes.iter().map(remove).collect()
        };
        self.write_and_tell(job, |_| true).await
    }
}

fn remove(
    db: &Connection,
    write: &Write,
    now: i64,
) -> Result<Result<Option<Blob>, Unmet>, BlobError> {
    let blob = find(db, &write.store, &write.key)?;
    if let Err(unmet) = write.conditions.check(blob.as_ref()) {
        return Ok(Err(unmet));
    }
    let Some(blob) = blob else { return Ok(Ok(None)) };
    db.prepare_cached("DELETE FROM blob WHERE store = ?1 AND key = ?2")?
        .execute(params![blob.store, blob.key])?;
    let seq = next_version(db)?;
    record(db, write.cloud, ChangeKind::Deleted, write.operation, &blob, seq, now)?;
    Ok(Ok(Some(blob)))
}
