//! Blobs as a whole.
//!
//! Deals with: reading, writing, deleting, copying one. Does not deal with: conditions.

use super::{clear, done, fails, hold, recent};
use crate::blob::{Blob, Capability, Content};
use crate::error::ErrorKind;

pub(super) async fn missing(store: &Blob, capability: Capability) -> Result<(), String> {
    fails("get a missing blob", store.get("none").await, ErrorKind::NotFound)?;
    fails(
        "get a range of a missing blob",
        store.get_range("none", 0..1).await,
        ErrorKind::NotFound,
    )?;
    fails(
        "get no range of a missing blob",
        store.get_range("none", 0..0).await,
        ErrorKind::NotFound,
    )?;
    fails("stream a missing blob", store.stream("none").await, ErrorKind::NotFound)?;
    fails("head a missing blob", store.head("none").await, ErrorKind::NotFound)?;
    fails("copy a missing blob", store.copy("none", "to").await, ErrorKind::NotFound)?;
    if capability.conditional_writes {
        let replaced = store.replace("none", "x", "etag").await;
        fails("replace a missing blob", replaced, ErrorKind::Precondition)?;
    }
    for key in ["", ".", "a/../b", "a\nb"] {
        fails("get an impossible key", store.get(key).await, ErrorKind::Config)?;
        fails("upload an impossible key", store.upload(key).await, ErrorKind::Config)?;
        fails("copy to an impossible key", store.copy("a", key).await, ErrorKind::Config)?;
    }
    if capability.conditional_delete {
        done("delete a missing blob on its ETag", store.delete_if("none", "etag").await)?;
    }
    done("delete a missing blob", store.delete("none").await)
}

pub(super) async fn round_trip(store: &Blob) -> Result<(), String> {
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

pub(super) async fn copies(store: &Blob) -> Result<(), String> {
    let (from, sibling) = ("copy/a b+ä", "copy/a b+ä.copy");
    let content = Content::new("one").content_type("text/plain").metadata("who", "me");
    done("put", store.put(from, content).await)?;
    let copied = done("copy", store.copy(from, sibling).await)?;
    let read = done("get the copy", store.get(sibling).await)?;
    hold(read.bytes == "one", || format!("a copy has the same bytes, got {:?}", read.bytes))?;
    hold(read.etag == copied, || format!("copy gives the ETag {copied}, get {}", read.etag))?;
    let kept = read.content_type.as_deref() == Some("text/plain")
        && read.metadata.get("who").is_some_and(|who| who == "me");
    hold(kept, || format!("a copy has type and metadata: {read:?}"))?;
    done("put over the original", store.put(from, "two").await)?;
    let read = done("get the copy", store.get(sibling).await)?;
    hold(read.bytes == "one", || format!("a copy is its own, got {:?}", read.bytes))?;
    done("copy over a blob", store.copy(from, sibling).await)?;
    let read = done("get the copy", store.get(sibling).await)?;
    hold(read.bytes == "two", || format!("a copy replaces, got {:?}", read.bytes))?;
    fails("copy onto itself", store.copy(from, from).await, ErrorKind::Config)?;
    clear(store, &[from, sibling]).await
}
