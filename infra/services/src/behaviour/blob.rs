//! What every store must do.
//!
//! Deals with: promises a caller can see, in the order in which one builds on another. Does not deal
//! with: what goes over the wire.

mod conditions;
mod deleting;
mod listing;
mod parts;
mod whole;

use std::time::{Duration, SystemTime};

use super::{done, fails, hold};
use crate::blob::{Blob, Capability, Deletion};

/// Keys that have broken signers, URL encoders and XML readers.
const AWKWARD_KEYS: [&str; 12] = [
    "awkward/ a  b ",
    "awkward/+",
    "awkward//c///d/",
    "awkward/100%25.txt",
    "awkward/a b.jpg",
    "awkward/a+b&c=d.jpg",
    "awkward/ä-漢-🦀",
    "awkward/question?hash#",
    "awkward/quote'\"<>&amp;",
    "awkward/semi;colon:at@,(1)!*~",
    "awkward/~-._",
    "awkward/%",
];

/// Runs the suite against an empty store; leaves it empty. It holds the store to `capability`: that is
/// [`Blob::capability`], or less for a server that lacks something.
///
/// # Errors
/// The first promise that was not kept.
pub async fn blob(store: &Blob, capability: Capability) -> Result<(), String> {
    whole::missing(store, capability).await?;
    whole::round_trip(store).await?;
    whole::copies(store).await?;
    if capability.conditional_writes {
        conditions::writes(store).await?;
        conditions::race(store).await?;
    }
    if capability.conditional_delete {
        conditions::deletes(store).await?;
    }
    listing::awkward(store).await?;
    listing::pages(store).await?;
    parts::ranges(store).await?;
    parts::streams(store).await?;
    parts::uploads(store, capability).await?;
    deleting::many(store, capability).await?;
    let left = done("list at the end", store.list("").await)?;
    hold(left.is_empty(), || format!("the store is empty at the end, but has {left:?}"))
}

/// Puts the keys, a few bytes each, and gives their ETags.
async fn fill(store: &Blob, keys: &[String]) -> Result<Vec<String>, String> {
    let puts = keys.iter().map(|key| store.put(key, key.as_str()));
    let etags = futures_util::future::join_all(puts).await;
    etags.into_iter().map(|etag| done("put", etag)).collect()
}

/// The keys under a prefix.
async fn keys(store: &Blob, prefix: &str) -> Result<Vec<String>, String> {
    let entries = done("list", store.list(prefix).await)?;
    Ok(entries.into_iter().map(|entry| entry.key).collect())
}

/// Deletes the keys, without asking what else there is.
async fn clear(store: &Blob, keys: &[&str]) -> Result<(), String> {
    for key in keys {
        done(key, store.delete(key).await)?;
    }
    Ok(())
}

fn unconditional(keys: &[String]) -> Vec<Deletion> {
    keys.iter().map(Deletion::of).collect()
}

/// Within a day: a provider's clock, or a virtual one, need not be ours.
fn recent(time: SystemTime) -> bool {
    let day = Duration::from_secs(86_400);
    SystemTime::now().duration_since(time).unwrap_or_else(|ahead| ahead.duration()) < day
}
