//! Deleting many.
//!
//! Deals with: more than one batch, conditions, what is absent, keys that no provider takes. Does not
//! deal with: speed.

use super::{AWKWARD_KEYS, clear, done, fill, hold, keys, unconditional};
use crate::blob::{Blob, Capability, Deletion};
use crate::error::ErrorKind;

pub(super) async fn many(store: &Blob, capability: Capability) -> Result<(), String> {
    let none = done("delete none", store.delete_many(Vec::new()).await)?;
    hold(none.is_empty(), || format!("none fail of none: {none:?}"))?;
    batches(store, capability).await?;
    absent(store).await?;
    if capability.conditional_delete_many {
        changed(store).await?;
    }
    Ok(())
}

/// Several batches, the last one not full: small ones, so that this is quick, and the awkward keys.
async fn batches(store: &Blob, capability: Capability) -> Result<(), String> {
    let mut all: Vec<_> = (0..20).map(|i| format!("many/{i:03} +&<%")).collect();
    all.extend(AWKWARD_KEYS.map(|key| format!("many/{key}")));
    let stay = ["many/01".to_owned(), "many".to_owned()];
    fill(store, &all).await?;
    fill(store, &stay).await?;
    let failed = done("delete many", store.delete_by(7, unconditional(&all)).await)?;
    hold(failed.is_empty(), || format!("all are deleted, but {failed:?}"))?;
    let left = keys(store, "many").await?;
    hold(left == ["many", "many/01"], || format!("what was not named stays, got {left:?}"))?;
    clear(store, &["many", "many/01"]).await?;
    // A full request of the provider's own size, and one more: of blobs that are not there.
    let count = capability.max_deletions + 1;
    let full: Vec<_> = (0..count).map(|i| format!("many/none/{i}")).collect();
    let failed = done("delete a full batch", store.delete_many(unconditional(&full)).await)?;
    hold(failed.is_empty(), || format!("{count} at once are taken, but {failed:?}"))
}

/// What is not there, what is there, and what cannot be, in one batch.
async fn absent(store: &Blob) -> Result<(), String> {
    let impossible = ["", "a/../b", "a\nb"];
    done("put", store.put("many/there", "x").await)?;
    let mut batch = vec![Deletion::of("many/none"), Deletion::of("many/there")];
    batch.extend(impossible.map(Deletion::of));
    let mut failed = done("delete many", store.delete_many(batch).await)?;
    failed.sort_by(|a, b| a.0.cmp(&b.0));
    let (found, errors): (Vec<_>, Vec<_>) = failed.into_iter().unzip();
    hold(found == ["", "a\nb", "a/../b"], || format!("impossible keys fail alone: {found:?}"))?;
    let config = errors.iter().all(|error| error.kind() == ErrorKind::Config);
    hold(config, || format!("impossible keys are the caller's fault: {errors:?}"))?;
    let left = keys(store, "many/").await?;
    hold(left.is_empty(), || format!("the others are deleted, but {left:?}"))
}

/// What was written since is kept; with an ETag too, absence is a success.
async fn changed(store: &Blob) -> Result<(), String> {
    let all = ["many/changed &", "many/same &"].map(str::to_owned);
    let etags = fill(store, &all).await?;
    done("put", store.put("many/changed &", "again").await)?;
    let deletions = all.iter().cloned().chain(["many/none".to_owned()]);
    let etags = etags.into_iter().chain(["0123456789abcdef".to_owned()]);
    let batch = deletions.zip(etags).map(|(key, etag)| Deletion { key, etag: Some(etag) });
    let failed = done("delete unchanged", store.delete_many(batch.collect()).await)?;
    let [(key, error)] = failed.as_slice() else {
        return Err(format!("the one that has changed is refused, but {failed:?}"));
    };
    let right = key == "many/changed &" && error.kind() == ErrorKind::Precondition;
    hold(right, || format!("{key:?} has changed: {error:?}"))?;
    let left = done("list", store.list("many/").await)?;
    let listed: Vec<_> = left.iter().map(|entry| entry.key.as_str()).collect();
    hold(listed == ["many/changed &"], || format!("it alone stays: {listed:?}"))?;
    let again = left.into_iter().map(Deletion::unchanged).collect();
    let failed = done("delete as listed", store.delete_many(again).await)?;
    hold(failed.is_empty(), || format!("an ETag of a listing holds, but {failed:?}"))
}
