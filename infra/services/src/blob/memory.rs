//! A store in this process.
//!
//! Deals with: the same promises as a provider's store. Does not deal with: surviving the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::{Content, Entry, Object, When};
use crate::error::{Error, ErrorKind, Result};

#[derive(Default)]
pub(super) struct Memory(Mutex<Held>);

#[derive(Default)]
struct Held {
    blobs: BTreeMap<String, Object>,
    writes: u64,
}

impl Memory {
    pub(super) fn get(&self, key: &str, longest: u64) -> Result<Object> {
        let held = self.held();
        let blob = held.blobs.get(key).ok_or_else(|| missing("blob get", key))?;
        let length = blob.bytes.len();
        if u64::try_from(length).unwrap_or(u64::MAX) > longest {
            let text = format!("there are {length} bytes or more, over the limit of {longest}");
            return Err(Error::new(ErrorKind::TooLarge, "blob get", text).with("key", key));
        }
        Ok(blob.clone())
    }

    pub(super) fn head(&self, key: &str) -> Result<Entry> {
        let held = self.held();
        held.blobs.get(key).map(|blob| entry(key, blob)).ok_or_else(|| missing("blob head", key))
    }

    pub(super) fn write(
        &self,
        operation: &'static str,
        key: &str,
        content: Content,
        when: When<'_>,
    ) -> Result<String> {
        let mut held = self.held();
        let there = held.blobs.get(key).map(|blob| blob.etag.as_str());
        let refused = match (when, there) {
            (When::Always, _) | (When::Absent, None) => None,
            (When::Absent, Some(_)) => Some((ErrorKind::AlreadyExists, "the blob exists")),
            (When::Matches(etag), Some(now)) if etag == now => None,
            (When::Matches(_), _) => {
                Some((ErrorKind::Precondition, "the blob has changed or is gone"))
            }
        };
        if let Some((kind, text)) = refused {
            return Err(Error::new(kind, operation, text).with("key", key));
        }
        // A count, not a hash: equal bytes written again are another version, as on Azure.
        held.writes += 1;
        let etag = format!("{:016x}", held.writes);
        let content_type = Some(content.media_type().to_owned());
        let Content { bytes, metadata, .. } = content;
        let last_modified = SystemTime::now();
        let blob = Object { bytes, etag: etag.clone(), content_type, metadata, last_modified };
        held.blobs.insert(key.to_owned(), blob);
        Ok(etag)
    }

    pub(super) fn list(&self, prefix: &str) -> Vec<Entry> {
        let held = self.held();
        let from = held.blobs.range(prefix.to_owned()..);
        from.take_while(|(key, _)| key.starts_with(prefix)).map(|(key, b)| entry(key, b)).collect()
    }

    pub(super) fn delete(&self, key: &str) {
        self.held().blobs.remove(key);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // No code that may panic runs under the lock: what a poisoned one guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn entry(key: &str, blob: &Object) -> Entry {
    let (etag, last_modified) = (blob.etag.clone(), blob.last_modified);
    Entry { key: key.to_owned(), size: blob.bytes.len() as u64, etag, last_modified }
}

fn missing(operation: &'static str, key: &str) -> Error {
    Error::new(ErrorKind::NotFound, operation, "no such blob").with("key", key)
}
