//! Parts of a blob.
//!
//! Deals with: a range of it, and all of it piece by piece, going on where a connection broke. Does not
//! deal with: writing in parts (`upload`).

use std::ops::Range;

use bytes::Bytes;

use super::{Blob, Entry, Object, checked, on};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, Streaming, Tries};

/// A blob that is read piece by piece: memory for one piece, not for the blob.
#[derive(Debug)]
pub struct Reader {
    /// What is known of the blob whose bytes these are.
    pub entry: Entry,
    store: Blob,
    source: Source,
    /// Bytes that were given.
    given: u64,
    /// Since it broke; what comes ends them.
    tries: Option<Tries>,
}

/// Where the bytes come from.
#[derive(Debug)]
pub(super) enum Source {
    Held(Bytes),
    Coming(Streaming),
}

impl Reader {
    /// The next piece, of the size it arrived in (some KiB); `None` at the end. Where the connection
    /// breaks, it is made again and reading goes on with the very same version of the blob.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] or [`ErrorKind::NotFound`] where the connection broke and the blob
    /// has changed or gone since; [`ErrorKind::Unavailable`] where it broke several times. What was
    /// given before is then not the whole blob.
    pub async fn next(&mut self) -> Result<Option<Bytes>> {
        loop {
            let next = match &mut self.source {
                Source::Held(bytes) => Ok(Some(std::mem::take(bytes)).filter(|b| !b.is_empty())),
                Source::Coming(streaming) => streaming.next().await,
            };
            let error = match next {
                Ok(Some(bytes)) if bytes.is_empty() => continue,
                Ok(Some(bytes)) => {
                    self.given += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                    self.tries = None;
                    return Ok(Some(bytes));
                }
                Ok(None) if self.given == self.entry.size => return Ok(None),
                Ok(None) => {
                    let text = format!("it ended at byte {} of {}", self.given, self.entry.size);
                    Error::new(ErrorKind::Unavailable, "blob stream", text)
                }
                Err(_) if self.given == self.entry.size => return Ok(None),
                Err(error) => error,
            };
            let key = self.entry.key.clone();
            let call = Call { operation: error.operation(), host: None };
            let tries = self.tries.get_or_insert_with(Tries::begin);
            if !tries.after(call, error.kind(), None).await {
                return Err(error.with("key", key));
            }
            let (_, source) = self.store.source(&key, Some((self.given, &self.entry.etag))).await?;
            self.source = source;
        }
    }
}

impl Blob {
    /// The bytes `range` of the blob: fewer where it ends before, none where it ends before the range
    /// begins.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none; [`ErrorKind::Config`] where the range ends before it
    /// begins.
    pub async fn get_range(&self, key: &str, range: Range<u64>) -> Result<Object> {
        let operation = "blob get range";
        checked(operation, key)?;
        if range.end < range.start {
            let text = format!("the range {}..{} ends before it begins", range.start, range.end);
            return Err(Error::new(ErrorKind::Config, operation, text).with("key", key));
        }
        on!(self, store => store.range(key, range).await)
    }

    /// Opens the blob to be read piece by piece.
    ///
    /// ```
    /// # async fn example(store: anyfn_services::Blob) -> Result<(), anyfn_services::Error> {
    /// let mut video = store.stream("in/a.mp4").await?;
    /// let mut bytes = 0;
    /// while let Some(piece) = video.next().await? {
    ///     bytes += piece.len() as u64;
    /// }
    /// assert_eq!(bytes, video.entry.size);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none.
    pub async fn stream(&self, key: &str) -> Result<Reader> {
        checked("blob stream", key)?;
        let (entry, source) = self.source(key, None).await?;
        Ok(Reader { entry, store: self.clone(), source, given: 0, tries: None })
    }

    /// The blob's bytes from the first, or from a byte on if the blob still has the ETag. The entry's
    /// size is that of what comes.
    async fn source(&self, key: &str, from: Option<(u64, &str)>) -> Result<(Entry, Source)> {
        on!(self, store => store.stream(key, from).await)
    }
}
