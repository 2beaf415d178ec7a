//! A store in this process.
//!
//! Deals with: the same promises as a provider's store. Does not deal with: surviving the process.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::{Bytes, BytesMut};

use super::many::{self, Failures};
use super::reader::Source;
use super::write::When;
use super::{Capability, Content, Deletion, Entry, Object, Page, upload};
use crate::error::{Error, ErrorKind, Result};

/// What every provider takes: what passes a test here passes there.
pub(super) const CAPABILITY: Capability = Capability {
    max_put_bytes: u64::MAX,
    max_copy_bytes: u64::MAX,
    part_bytes: 5 * 1024 * 1024,
    max_parts: 10_000,
    max_page: 1000,
    max_deletions: 1000,
    conditional_writes: true,
    conditional_delete: true,
    conditional_delete_many: true,
};

#[derive(Default)]
pub(super) struct Memory(Mutex<Held>);

#[derive(Default)]
struct Held {
    blobs: BTreeMap<String, Object>,
    uploads: BTreeMap<String, Vec<Bytes>>,
    writes: u64,
    skipped: Duration,
}

#[expect(clippy::unused_async, reason = "a store in memory is called as any other")]
impl Memory {
    pub(super) fn skip(&self, by: Duration) {
        self.held().skipped += by;
    }

    pub(super) async fn get(&self, key: &str, longest: u64) -> Result<Object> {
        let blob = self.held().find("blob get", key)?;
        let length = size(&blob);
        if length > longest {
            let text = format!("there are {length} bytes or more, over the limit of {longest}");
            return Err(Error::new(ErrorKind::TooLarge, "blob get", text).with("key", key));
        }
        Ok(blob)
    }

    pub(super) async fn range(&self, key: &str, range: Range<u64>) -> Result<Object> {
        let mut blob = self.held().find("blob get range", key)?;
        let at = |byte| usize::try_from(byte).unwrap_or(usize::MAX).min(blob.bytes.len());
        blob.bytes = blob.bytes.slice(at(range.start)..at(range.end));
        Ok(blob)
    }

    pub(super) async fn stream(
        &self,
        key: &str,
        from: Option<(u64, &str)>,
    ) -> Result<(Entry, Source)> {
        let blob = self.held().find("blob stream", key)?;
        let at = from.map_or(0, |(at, _)| usize::try_from(at).unwrap_or(usize::MAX));
        let bytes = blob.bytes.slice(at.min(blob.bytes.len())..);
        Ok((entry(key, &blob), Source::Held(bytes)))
    }

    pub(super) async fn head(&self, key: &str) -> Result<Entry> {
        self.held().find("blob head", key).map(|blob| entry(key, &blob))
    }

    pub(super) async fn write(
        &self,
        operation: &'static str,
        key: &str,
        content: Content,
        when: When<'_>,
    ) -> Result<String> {
        let mut held = self.held();
        held.check(operation, key, when)?;
        Ok(held.insert(key, content))
    }

    pub(super) async fn copy(&self, from: &str, to: &str) -> Result<String> {
        let mut held = self.held();
        let Object { bytes, content_type, metadata, .. } = held.find("blob copy", from)?;
        Ok(held.insert(to, Content { bytes, content_type, metadata }))
    }

    pub(super) async fn page(&self, prefix: &str, limit: u32, after: Option<&str>) -> Result<Page> {
        let held = self.held();
        let start = match after {
            Some(after) if after >= prefix => Bound::Excluded(after),
            _ => Bound::Included(prefix),
        };
        let mut found = held
            .blobs
            .range::<str, _>((start, Bound::Unbounded))
            .take_while(|(key, _)| key.starts_with(prefix));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let entries: Vec<_> = found.by_ref().take(limit).map(|(key, b)| entry(key, b)).collect();
        let more = found.next().is_some();
        let next = entries.last().filter(|_| more).map(|entry| entry.key.clone());
        Ok(Page { entries, next })
    }

    pub(super) async fn delete(&self, key: &str, when: When<'_>) -> Result<()> {
        self.held().delete(key, when)
    }

    pub(super) async fn delete_batch(&self, batch: &[Deletion]) -> Result<Failures> {
        let mut held = self.held();
        let failed = |Deletion { key, etag }: &Deletion| {
            let when = etag.as_deref().map_or(When::Always, When::Matches);
            held.delete(key, when).err().map(|error| (key.clone(), error))
        };
        Ok(batch.iter().filter_map(failed).collect())
    }

    pub(super) async fn begin(&self, _key: &str, _like: &Content) -> Result<String> {
        let mut held = self.held();
        held.writes += 1;
        let id = format!("{}", held.writes);
        held.uploads.insert(id.clone(), Vec::new());
        Ok(id)
    }

    pub(super) async fn part(
        &self,
        _key: &str,
        id: &str,
        number: usize,
        bytes: Bytes,
    ) -> Result<String> {
        let mut held = self.held();
        held.uploads.get_mut(id).ok_or_else(ended)?.push(bytes);
        Ok(number.to_string())
    }

    pub(super) async fn complete(
        &self,
        key: &str,
        like: &Content,
        id: &str,
        _parts: &[String],
    ) -> Result<String> {
        let mut held = self.held();
        let parts = held.uploads.remove(id).ok_or_else(ended)?;
        let mut bytes = BytesMut::with_capacity(parts.iter().map(Bytes::len).sum());
        parts.iter().for_each(|part| bytes.extend_from_slice(part));
        Ok(held.insert(key, Content { bytes: bytes.freeze(), ..like.clone() }))
    }

    pub(super) async fn abort(&self, _key: &str, id: &str) -> Result<()> {
        self.held().uploads.remove(id);
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // No code that may panic runs under the lock: what a poisoned one guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn find(&self, operation: &'static str, key: &str) -> Result<Object> {
        let missing =
            || Error::new(ErrorKind::NotFound, operation, "no such blob").with("key", key);
        self.blobs.get(key).cloned().ok_or_else(missing)
    }

    fn check(&self, operation: &'static str, key: &str, when: When<'_>) -> Result<()> {
        let there = self.blobs.get(key).map(|blob| blob.etag.as_str());
        let (kind, text) = match (when, there) {
            (When::Always, _) | (When::Absent, None) => return Ok(()),
            (When::Absent, Some(_)) => (ErrorKind::AlreadyExists, "the blob exists"),
            (When::Matches(etag), Some(now)) if etag == now => return Ok(()),
            (When::Matches(_), _) => (ErrorKind::Precondition, "the blob has changed or is gone"),
        };
        Err(Error::new(kind, operation, text).with("key", key))
    }

    fn insert(&mut self, key: &str, content: Content) -> String {
        // A count, not a hash: equal bytes written again are another version, as on Azure.
        self.writes += 1;
        let etag = format!("{:016x}", self.writes);
        let content_type = Some(content.media_type().to_owned());
        let Content { bytes, metadata, .. } = content;
        let last_modified = SystemTime::now() + self.skipped;
        let blob = Object { bytes, etag: etag.clone(), content_type, metadata, last_modified };
        self.blobs.insert(key.to_owned(), blob);
        etag
    }

    fn delete(&mut self, key: &str, when: When<'_>) -> Result<()> {
        if self.blobs.contains_key(key) {
            self.check(many::OPERATION, key, when)?;
            self.blobs.remove(key);
        }
        Ok(())
    }
}

fn entry(key: &str, blob: &Object) -> Entry {
    let (etag, last_modified) = (blob.etag.clone(), blob.last_modified);
    Entry { key: key.to_owned(), size: size(blob), etag, last_modified }
}

fn size(blob: &Object) -> u64 {
    u64::try_from(blob.bytes.len()).unwrap_or(u64::MAX)
}

fn ended() -> Error {
    Error::new(ErrorKind::Precondition, upload::OPERATION, "the upload has ended")
}
