//! What every store must do.
//!
//! Deals with: promises a caller can see. Does not deal with: what goes over the wire.

use std::time::{Duration, SystemTime};

use super::{done, fails, hold};
use crate::blob::{Blob, Capability, Content};
use crate::error::ErrorKind;

/// Keys that have broken signers, URL encoders and XML readers.
const AWKWARD_KEYS: [&str; 7] = [
    "awkward/a b.jpg",
    "awkward/a+b&c=d.jpg",
    "awkward/ä-漢-🦀",
    "awkward/100%25.txt",
    "awkward/quote'\"<>&amp;",
    "awkward/semi;colon:at@,(1)!*~",
    "awkward/question?hash#",
];

/// Runs the suite against an empty store; leaves it empty. It holds the store to `capability`: that is
/// [`Blob::capability`], or less for a server that lacks something.
///
/// # Errors
/// The first promise that was not kept.
pub async fn blob(store: &Blob, capability: Capability) -> Result<(), String> {
    missing(store).await?;
    round_trip(store).await?;
    if capability.conditional_writes {
        conditions(store).await?;
        race(store).await?;
    }
    listing(store).await?;
    let left = done("list at the end", store.list("").await)?;
    hold(left.is_empty(), || format!("the store is empty at the end, but has {left:?}"))
}

async fn missing(store: &Blob) -> Result<(), String> {
    fails("get a missing blob", store.get("none").await, ErrorKind::NotFound)?;
    fails("head a missing blob", store.head("none").await, ErrorKind::NotFound)?;
    fails(
        "replace a missing blob",
        store.replace("none", "x", "etag").await,
        ErrorKind::Precondition,
    )?;
    fails("get a key with ..", store.get("a/../b").await, ErrorKind::Config)?;
    done("delete a missing blob", store.delete("none").await)
}

async fn round_trip(store: &Blob) -> Result<(), String> {
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let content =
        Content::new(bytes.clone()).content_type("image/jpeg").metadata("taken_at", "1 May 2024");
    let etag = done("put", store.put("dir/photo.jpg", content).await)?;
    let read = done("get", store.get("dir/photo.jpg").await)?;
    hold(read.bytes == bytes, || format!("get gives the bytes put, but gave {}", read.len()))?;
    hold(read.etag == etag, || format!("get gives put's ETag {etag}, but gave {}", read.etag))?;
    hold(!etag.contains('"') && !etag.is_empty(), || format!("ETags have no quotes: {etag}"))?;
    let media_type = read.content_type.as_deref();
    hold(media_type == Some("image/jpeg"), || {
        format!("the content type stays, got {media_type:?}")
    })?;
    let taken_at = read.metadata.get("taken_at").map(String::as_str);
    hold(taken_at == Some("1 May 2024"), || {
        format!("the metadata stays, got {:?}", read.metadata)
    })?;
    done("get within its size", store.get_within("dir/photo.jpg", 100_000).await)?;
    let short = store.get_within("dir/photo.jpg", 99_999).await;
    fails("get within a byte less", short, ErrorKind::TooLarge)?;
    let head = done("head", store.head("dir/photo.jpg").await)?;
    hold(head.size == 100_000 && head.etag == etag, || format!("head agrees with get: {head:?}"))?;
    hold(recent(head.last_modified) && recent(read.last_modified), || {
        format!("last modified is about now: {head:?}")
    })?;
    done("put over it", store.put("dir/photo.jpg", "").await)?;
    let empty = done("get an empty blob", store.get("dir/photo.jpg").await)?;
    hold(empty.is_empty() && empty.metadata.is_empty(), || format!("put replaces all: {empty:?}"))?;
    done("delete", store.delete("dir/photo.jpg").await)?;
    fails("get a deleted blob", store.get("dir/photo.jpg").await, ErrorKind::NotFound)
}

async fn conditions(store: &Blob) -> Result<(), String> {
    let first = done("create", store.create("record", "1").await)?;
    fails("create again", store.create("record", "2").await, ErrorKind::AlreadyExists)?;
    let second = done("replace", store.replace("record", "3", &first).await)?;
    hold(first != second, || format!("a replaced blob has another ETag than {first}"))?;
    let stale = store.replace("record", "4", &first).await;
    fails("replace with an old ETag", stale, ErrorKind::Precondition)?;
    let read = done("get", store.get("record").await)?;
    hold(read.bytes == "3", || format!("a refused write changes nothing, got {:?}", read.bytes))?;
    done("delete", store.delete("record").await)?;
    done("create after delete", store.create("record", "5").await)?;
    done("delete", store.delete("record").await)
}

async fn race(store: &Blob) -> Result<(), String> {
    let tries = (0..8).map(|i| store.create("race", format!("{i}")));
    let results = futures_util::future::join_all(tries).await;
    let won = results.iter().filter(|result| result.is_ok()).count();
    hold(won == 1, || format!("of 8 creates at once one succeeds, but {won} did: {results:?}"))?;
    for result in results.into_iter().filter(Result::is_err) {
        fails("a create that lost", result, ErrorKind::AlreadyExists)?;
    }
    done("delete", store.delete("race").await)
}

async fn listing(store: &Blob) -> Result<(), String> {
    for key in AWKWARD_KEYS {
        done(key, store.put(key, key).await)?;
        let read = done(key, store.get(key).await)?;
        hold(read.bytes == key, || format!("{key} reads what was put, got {:?}", read.bytes))?;
    }
    done("put outside the prefix", store.put("awk", "x").await)?;
    let entries = done("list", store.list("awkward/").await)?;
    let mut expected = AWKWARD_KEYS.map(str::to_owned);
    expected.sort();
    let keys: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
    hold(keys == expected, || format!("list gives all keys of the prefix, sorted: {keys:?}"))?;
    for entry in &entries {
        let head = done(&entry.key, store.head(&entry.key).await)?;
        let same =
            head.etag == entry.etag && head.size == entry.size && recent(entry.last_modified);
        hold(same, || format!("list agrees with head: {entry:?}, {head:?}"))?;
    }
    let none = done("list nothing", store.list("awkward/zzz").await)?;
    hold(none.is_empty(), || format!("a prefix of nothing lists nothing: {none:?}"))?;
    for key in AWKWARD_KEYS.into_iter().chain(["awk"]) {
        done(key, store.delete(key).await)?;
    }
    Ok(())
}

/// Within a day: a provider's clock, or a virtual one, need not be ours.
fn recent(time: SystemTime) -> bool {
    let day = Duration::from_secs(86_400);
    SystemTime::now().duration_since(time).unwrap_or_else(|ahead| ahead.duration()) < day
}
