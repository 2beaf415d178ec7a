//! Writing a blob piece by piece.
//!
//! Deals with: gathering pieces into parts, and leaving nothing where it does not come to an end. Does
//! not deal with: the requests of a provider.

use bytes::{Bytes, BytesMut};

use super::whole::fits;
use super::{Blob, Content, checked, on};
use crate::error::{Error, ErrorKind, Result};

pub(super) const OPERATION: &str = "blob upload";

/// A blob that is being written piece by piece, with memory for one part
/// ([`Capability::part_bytes`](super::Capability::part_bytes), 5 MiB), not for the blob. It appears when
/// it is finished, as a whole, over whatever is there then; what is dropped or aborted never does.
#[derive(Debug)]
pub struct Upload {
    store: Blob,
    key: String,
    /// Type and metadata, no bytes.
    like: Content,
    gathered: BytesMut,
    begun: Option<Begun>,
    /// A write failed or was cancelled: bytes are missing.
    broken: bool,
}

/// What the provider knows of an upload.
#[derive(Debug)]
struct Begun {
    id: String,
    /// What the provider gave for each part, in order.
    parts: Vec<String>,
}

impl Blob {
    /// Begins to write a blob piece by piece. Nothing is sent before the first part is full; what fits
    /// into one is written by one put.
    ///
    /// ```
    /// # async fn example(store: anyfn_services::Blob) -> Result<(), anyfn_services::Error> {
    /// let mut report = store.upload("reports/today.csv").await?.content_type("text/csv");
    /// for line in 0..1_000_000 {
    ///     report.write(format!("{line}\n")).await?;
    /// }
    /// let etag = report.finish().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a key that no provider takes.
    // Nothing is awaited yet; a backend that must ask first can be added without breaking a caller.
    pub async fn upload(&self, key: &str) -> Result<Upload> {
        checked(OPERATION, key)?;
        Ok(Upload {
            store: self.clone(),
            key: key.to_owned(),
            like: Content::default(),
            gathered: BytesMut::new(),
            begun: None,
            broken: false,
        })
    }
}

impl Upload {
    /// A media type, e.g. `text/csv`; before the first write.
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.like.content_type = Some(media_type.into());
        self
    }

    /// A pair of metadata, as with [`Content::metadata`]; before the first write.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.like.metadata.insert(name.into(), value.into());
        self
    }

    /// Adds a piece of any size.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] beyond [`Capability::max_parts`](super::Capability::max_parts), and what
    /// the provider says of a part. After an error, or once this future was dropped, the upload cannot
    /// be finished any more.
    pub async fn write(&mut self, piece: impl Into<Bytes>) -> Result<()> {
        let mut piece = piece.into();
        let part_bytes = self.store.capability().part_bytes;
        self.sound()?;
        while self.gathered.len() + piece.len() >= part_bytes {
            let missing = part_bytes - self.gathered.len();
            let part = if self.gathered.is_empty() {
                piece.split_to(missing)
            } else {
                self.gathered.extend_from_slice(&piece.split_to(missing));
                self.gathered.split().freeze()
            };
            self.broken = true;
            self.send(part).await?;
            self.broken = false;
        }
        if self.gathered.capacity() == 0 && self.begun.is_some() {
            // It is going to be full: growing step by step would copy it several times.
            self.gathered.reserve(part_bytes);
        }
        self.gathered.extend_from_slice(&piece);
        Ok(())
    }

    /// Makes the blob of all pieces, and gives its ETag.
    ///
    /// # Errors
    /// As [`Blob::put`]; [`ErrorKind::Config`] where a write failed or was cancelled before;
    /// [`ErrorKind::Precondition`] where somebody else ended this upload. Nothing is left then.
    pub async fn finish(mut self) -> Result<String> {
        self.sound()?;
        let last = self.gathered.split().freeze();
        if self.begun.is_none() {
            let content = Content { bytes: last, ..std::mem::take(&mut self.like) };
            return self.store.put(&self.key, content).await;
        }
        if !last.is_empty() {
            self.send(last).await?;
        }
        let Some(Begun { id, parts }) = &self.begun else { return Err(self.incomplete()) };
        let (key, like) = (&self.key, &self.like);
        let etag = on!(self.store, store => store.complete(key, like, id, parts).await)?;
        self.begun = None;
        Ok(etag)
    }

    /// Ends without a blob. Dropping does the same in the background, while the runtime lasts; only
    /// this tells whether it succeeded. Where neither comes through, S3 keeps the parts, unseen and
    /// paid for, until a lifecycle rule of the bucket (`AbortIncompleteMultipartUpload`) ends them;
    /// Azure drops them after a week by itself.
    ///
    /// # Errors
    /// What the provider says.
    pub async fn abort(mut self) -> Result<()> {
        let Some(Begun { id, .. }) = self.begun.take() else { return Ok(()) };
        on!(self.store, store => store.abort(&self.key, &id).await)
    }

    async fn send(&mut self, part: Bytes) -> Result<()> {
        let key = &self.key;
        let begun = match &mut self.begun {
            Some(begun) => begun,
            None => {
                fits(OPERATION, key, &self.like)?;
                let id = on!(self.store, store => store.begin(key, &self.like).await)?;
                self.begun.insert(Begun { id, parts: Vec::new() })
            }
        };
        let max = self.store.capability().max_parts;
        if begun.parts.len() >= max {
            let text = format!("it has more than {max} parts");
            return Err(Error::new(ErrorKind::TooLarge, OPERATION, text).with("key", key));
        }
        let number = begun.parts.len() + 1;
        let part = on!(self.store, store => store.part(key, &begun.id, number, part).await)?;
        begun.parts.push(part);
        Ok(())
    }

    fn sound(&self) -> Result<()> {
        if self.broken { Err(self.incomplete()) } else { Ok(()) }
    }

    fn incomplete(&self) -> Error {
        let text = "a write failed or was cancelled before: begin again";
        Error::new(ErrorKind::Config, OPERATION, text).with("key", &self.key)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(Begun { id, .. }) = self.begun.take() else { return };
        // Without a runtime nothing can be sent; see `abort`.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (store, key) = (self.store.clone(), std::mem::take(&mut self.key));
        runtime.spawn(async move {
            let _ = on!(store, store => store.abort(&key, &id).await);
        });
    }
}
