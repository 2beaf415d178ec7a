//! One blob as a whole.
//!
//! Deals with: reading, writing, copying and deleting it. Does not deal with: parts of one (`reader`,
//! `upload`) or several (`listed`, `many`).

use super::write::When;
use super::{Blob, Content, Entry, Object, checked, on};
use crate::error::{Error, ErrorKind, Result};

impl Blob {
    /// The blob's bytes and what is known of it. They are read into memory however many there are;
    /// see [`Blob::get_within`] and [`Blob::stream`].
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none.
    pub async fn get(&self, key: &str) -> Result<Object> {
        self.get_within(key, u64::MAX).await
    }

    /// As [`Blob::get`], of at most `longest` bytes.
    ///
    /// # Errors
    /// As [`Blob::get`]; [`ErrorKind::TooLarge`] where there are more. None of those is read if the
    /// provider says beforehand how many there are, as S3 and Azure do.
    pub async fn get_within(&self, key: &str, longest: u64) -> Result<Object> {
        checked("blob get", key)?;
        on!(self, store => store.get(key, longest).await)
    }

    /// What is known of the blob, without its bytes.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none.
    pub async fn head(&self, key: &str) -> Result<Entry> {
        checked("blob head", key)?;
        on!(self, store => store.head(key).await)
    }

    /// Writes the blob, whatever was there, and gives its new ETag.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a key or metadata that no provider takes.
    pub async fn put(&self, key: &str, content: impl Into<Content>) -> Result<String> {
        self.write("blob put", key, content.into(), When::Always).await
    }

    /// Writes the blob only if there is none, and gives its ETag. Of several callers at once one
    /// succeeds.
    ///
    /// # Errors
    /// [`ErrorKind::AlreadyExists`] where there is one. Where the provider's answer to a first try
    /// was lost on the way, that one may be this call's own.
    pub async fn create(&self, key: &str, content: impl Into<Content>) -> Result<String> {
        self.write("blob create", key, content.into(), When::Absent).await
    }

    /// Writes the blob only if its ETag still is `etag` (from [`Object`], [`Entry`] or a write), and
    /// gives its new one.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where it is another, or the blob is gone. Where the provider's
    /// answer to a first try was lost on the way, the other one may be this call's own.
    pub async fn replace(
        &self,
        key: &str,
        content: impl Into<Content>,
        etag: &str,
    ) -> Result<String> {
        self.write("blob replace", key, content.into(), When::Matches(etag.trim_matches('"'))).await
    }

    /// Copies the blob within the store, with its content type and metadata, over whatever is at `to`,
    /// and gives the copy's ETag. The bytes do not pass through this process.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none at `from`; [`ErrorKind::Config`] where both keys are
    /// the same; on Azure [`ErrorKind::Unavailable`] where the copy, which is still under way then,
    /// takes longer than a minute.
    pub async fn copy(&self, from: &str, to: &str) -> Result<String> {
        let operation = "blob copy";
        checked(operation, from)?;
        checked(operation, to)?;
        if from == to {
            let text = format!("the key {from:?} would be copied onto itself");
            return Err(Error::new(ErrorKind::Config, operation, text));
        }
        on!(self, store => store.copy(from, to).await)
    }

    /// Deletes the blob. That there is none is a success: repeating a delete is harmless.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] and the like.
    pub async fn delete(&self, key: &str) -> Result<()> {
        checked("blob delete", key)?;
        on!(self, store => store.delete(key, When::Always).await)
    }

    /// Deletes the blob only if its ETag still is `etag`. That there is none is a success, as with
    /// [`Blob::delete`].
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where it is another: the blob was written since.
    pub async fn delete_if(&self, key: &str, etag: &str) -> Result<()> {
        checked("blob delete", key)?;
        let etag = etag.trim_matches('"');
        on!(self, store => store.delete(key, When::Matches(etag)).await)
    }

    async fn write(
        &self,
        operation: &'static str,
        key: &str,
        content: Content,
        when: When<'_>,
    ) -> Result<String> {
        checked(operation, key)?;
        fits(operation, key, &content)?;
        on!(self, store => store.write(operation, key, content, when).await)
    }
}

/// Whether every provider keeps the content's type and metadata.
pub(super) fn fits(operation: &'static str, key: &str, content: &Content) -> Result<()> {
    let wrong = |what| Error::new(ErrorKind::Config, operation, what).with("key", key);
    content.check().map_err(wrong)
}
