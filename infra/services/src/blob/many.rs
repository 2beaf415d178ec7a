//! Many blobs, deleted.
//!
//! Deals with: splitting into the provider's batches, trying again what failed for a while. Does not
//! deal with: what a batch looks like.

use std::collections::{HashMap, HashSet};

use super::write::When;
use super::{Blob, key, on};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, Tries};

pub(super) const OPERATION: &str = "blob delete";

/// A blob to delete.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deletion {
    /// The key, without the binding's prefix.
    pub key: String,
    /// Delete only if the blob's ETag still is this one; `None`: whatever is there.
    pub etag: Option<String>,
}

impl Deletion {
    /// Whatever is at `key`.
    pub fn of(key: impl Into<String>) -> Self {
        Self { key: key.into(), etag: None }
    }

    /// What is at the entry's key, unless it was written since.
    pub fn unchanged(entry: super::Entry) -> Self {
        Self { key: entry.key, etag: Some(entry.etag) }
    }
}

/// What a batch did not delete.
pub(super) type Failures = Vec<(String, Error)>;

impl Blob {
    /// Deletes any number of blobs, in as few requests as the provider allows
    /// ([`Capability::max_deletions`](super::Capability::max_deletions)), one request at a time; call it
    /// with parts, several at once, for more. What fails for a while is tried again.
    ///
    /// Gives the blobs that were not deleted, each with its reason: [`ErrorKind::Precondition`] where
    /// the ETag is another, [`ErrorKind::Denied`], [`ErrorKind::Config`] for a key that no provider
    /// takes, and so on. That there is none is a success.
    ///
    /// # Errors
    /// What the provider says of a request as a whole, such as [`ErrorKind::Config`] where the bucket
    /// or container is missing. Requests before it were carried out; repeating all of them is harmless.
    pub async fn delete_many(&self, deletions: Vec<Deletion>) -> Result<Vec<(String, Error)>> {
        self.delete_by(self.capability().max_deletions, deletions).await
    }

    /// As [`Blob::delete_many`], in batches of at most `limit`.
    pub(crate) async fn delete_by(
        &self,
        limit: usize,
        deletions: Vec<Deletion>,
    ) -> Result<Failures> {
        let mut failures = Vec::new();
        let mut rest = deletions.into_iter();
        loop {
            let batch: Vec<_> = rest.by_ref().take(limit.max(1)).collect();
            if batch.is_empty() {
                return Ok(failures);
            }
            self.delete_batch(batch, &mut failures).await?;
        }
    }

    async fn delete_batch(&self, batch: Vec<Deletion>, failures: &mut Failures) -> Result<()> {
        let mut tries = Tries::begin();
        let call = Call { operation: OPERATION, host: None };
        let mut batch = self.without_odd(batch, failures).await?;
        let mut again = false;
        while !batch.is_empty() {
            let failed = match on!(self, store => store.delete_batch(&batch).await) {
                Ok(failed) => failed,
                // Others of the batch are gone, which an error of the whole would hide.
                Err(error) if again => {
                    failures.extend(batch.into_iter().map(|one| (one.key, error.clone())));
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            again = true;
            let of = |kind| failed.iter().any(|(_, error)| error.kind() == kind);
            // The one that waits longer counts.
            let worst = if of(ErrorKind::Throttled) {
                ErrorKind::Throttled
            } else {
                ErrorKind::Unavailable
            };
            if !failed.iter().any(|(_, error)| error.is_temporary())
                || !tries.after(call, worst, None).await
            {
                failures.extend(failed);
                return Ok(());
            }
            let (passing, lost): (Vec<_>, Vec<_>) =
                failed.into_iter().partition(|(_, error)| error.is_temporary());
            failures.extend(lost);
            let passing: HashMap<_, _> = passing.into_iter().collect();
            batch.retain(|deletion| passing.contains_key(&deletion.key));
            // A key that was not asked for cannot be tried again, and is no success either.
            let known: HashSet<_> = batch.iter().map(|deletion| &*deletion.key).collect();
            failures.extend(passing.into_iter().filter(|(key, _)| !known.contains(&**key)));
        }
        Ok(())
    }

    /// Takes out keys that would spoil the batch for all others: those that no provider takes, and the
    /// two characters that a URL carries and XML does not.
    async fn without_odd(
        &self,
        batch: Vec<Deletion>,
        failures: &mut Failures,
    ) -> Result<Vec<Deletion>> {
        let in_xml = |key: &str| !key.contains(['\u{fffe}', '\u{ffff}']);
        if batch.iter().all(|deletion| key::check(&deletion.key).is_ok() && in_xml(&deletion.key)) {
            return Ok(batch);
        }
        let mut plain = Vec::with_capacity(batch.len());
        for deletion in batch {
            let Deletion { key, etag } = &deletion;
            let outcome = match key::check(key) {
                Err(what) => {
                    let text = format!("the key {key:?} {what}");
                    Err(Error::new(ErrorKind::Config, OPERATION, text))
                }
                Ok(()) if in_xml(key) => {
                    plain.push(deletion);
                    continue;
                }
                Ok(()) => {
                    let when = etag.as_deref().map_or(When::Always, When::Matches);
                    on!(self, store => store.delete(key, when).await)
                }
            };
            failures.extend(outcome.err().map(|error| (deletion.key, error)));
        }
        Ok(plain)
    }
}
