//! Parts of blobs.
//!
//! Deals with: ranges, streams, uploads. Does not deal with: connections that break (the clients' own
//! tests).

use bytes::Bytes;

use super::{clear, done, fails, hold, keys};
use crate::blob::{Blob, Capability, Content};
use crate::error::ErrorKind;

pub(super) async fn ranges(store: &Blob) -> Result<(), String> {
    let key = "range/a b";
    let content = Content::new("0123456789").content_type("text/plain");
    let etag = done("put", store.put(key, content).await)?;
    for (range, expected) in [
        (0..10, "0123456789"),
        (0..1, "0"),
        (3..5, "34"),
        (9..10, "9"),
        (8..100, "89"),
        (0..u64::MAX, "0123456789"),
        (0..0, ""),
        (5..5, ""),
        (10..11, ""),
        (10..10, ""),
        (100..200, ""),
        (u64::MAX - 1..u64::MAX, ""),
    ] {
        let text = format!("get the range {range:?}");
        let read = done(&text, store.get_range(key, range).await)?;
        hold(read.bytes == expected, || {
            format!("{text} gives {expected:?}, got {:?}", read.bytes)
        })?;
        let same = read.etag == etag && read.content_type.as_deref() == Some("text/plain");
        hold(same, || format!("{text} gives what is known of the blob: {read:?}"))?;
    }
    let (begin, end) = (5, 3);
    fails(
        "get a range that ends before it begins",
        store.get_range(key, begin..end).await,
        ErrorKind::Config,
    )?;
    done("put nothing", store.put(key, "").await)?;
    let read = done("get a range of nothing", store.get_range(key, 0..5).await)?;
    hold(read.is_empty(), || format!("a range of nothing is nothing: {read:?}"))?;
    clear(store, &[key]).await
}

pub(super) async fn streams(store: &Blob) -> Result<(), String> {
    let key = "stream/a+b";
    let bytes: Vec<u8> = (0..=255).cycle().take(1_000_000).collect();
    let etag = done("put", store.put(key, bytes.clone()).await)?;
    let (size, read) = all(store, key).await?;
    hold(read == bytes, || format!("a stream gives the bytes put, but gave {}", read.len()))?;
    hold(size.1 == etag && size.0 == 1_000_000, || format!("a stream knows its blob: {size:?}"))?;
    done("put nothing", store.put(key, "").await)?;
    let (_, read) = all(store, key).await?;
    hold(read.is_empty(), || format!("a stream of nothing gives nothing, but {}", read.len()))?;
    clear(store, &[key]).await
}

/// Size, ETag and bytes of a blob.
async fn all(store: &Blob, key: &str) -> Result<((u64, String), Vec<u8>), String> {
    let mut reader = done("stream", store.stream(key).await)?;
    let mut read = Vec::new();
    while let Some(piece) = done("next", reader.next().await)? {
        hold(!piece.is_empty(), || "a stream gives no empty pieces".to_owned())?;
        read.extend_from_slice(&piece);
    }
    let again = done("next after the end", reader.next().await)?;
    hold(again.is_none(), || "a stream stays at its end".to_owned())?;
    Ok(((reader.entry.size, reader.entry.etag), read))
}

pub(super) async fn uploads(store: &Blob, capability: Capability) -> Result<(), String> {
    let part = capability.part_bytes;
    let key = "upload/a b+ä";
    let bytes: Bytes = (0..=250).cycle().take(2 * part + 1).collect();
    // Nothing; less than a part; a part; two and a byte: in pieces that are no parts.
    for size in [0, 1, part, 2 * part + 1] {
        let upload = done("upload", store.upload(key).await)?;
        let mut upload = upload.content_type("text/csv").metadata("rows", "7");
        for piece in bytes.slice(..size).chunks(part / 3 * 2) {
            done("write", upload.write(Bytes::copy_from_slice(piece)).await)?;
        }
        let listed = keys(store, "upload/").await?;
        hold(listed.is_empty(), || format!("an upload is unseen until its end: {listed:?}"))?;
        let etag = done("finish", upload.finish().await)?;
        let read = done("get", store.get(key).await)?;
        hold(read.bytes == bytes.slice(..size), || {
            format!("an upload of {size} bytes is what was written, got {}", read.len())
        })?;
        hold(read.etag == etag, || format!("finish gives the ETag {etag}, get {}", read.etag))?;
        let kept = read.content_type.as_deref() == Some("text/csv")
            && read.metadata.get("rows").is_some_and(|rows| rows == "7");
        hold(kept, || format!("an upload has type and metadata: {:?}", read.metadata))?;
        clear(store, &[key]).await?;
    }
    // One piece of several parts; over what is there.
    done("put", store.put(key, "before").await)?;
    let mut upload = done("upload", store.upload(key).await)?;
    done("write", upload.write(bytes.clone()).await)?;
    let before = done("get", store.get(key).await)?;
    hold(before.bytes == "before", || "an upload replaces at its end, not before".to_owned())?;
    done("finish", upload.finish().await)?;
    let after = done("head", store.head(key).await)?;
    hold(after.size == bytes.len() as u64, || format!("an upload replaces: {after:?}"))?;
    clear(store, &[key]).await?;
    // Ended in both ways.
    let mut upload = done("upload", store.upload(key).await)?;
    done("write", upload.write(bytes.clone()).await)?;
    done("abort", upload.abort().await)?;
    let mut upload = done("upload", store.upload(key).await)?;
    done("write", upload.write(bytes.slice(..part)).await)?;
    drop(upload);
    done("abort before the first part", done("upload", store.upload(key).await)?.abort().await)?;
    let left = keys(store, "upload/").await?;
    hold(left.is_empty(), || format!("an aborted upload leaves nothing, but {left:?}"))
}
