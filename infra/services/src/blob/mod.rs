//! Blobs: bytes under keys.
//!
//! Deals with: [`Blob`], one client over every provider. Does not deal with: events about blobs.
//!
//! | | memory | S3 | Azure |
//! |---|---|---|---|
//! | create only if absent | yes | `If-None-Match: *` | `If-None-Match: *` |
//! | replace on an ETag | yes | `If-Match` | `If-Match` |
//! | one put may have | memory | 5 GiB | 5000 MiB |
//!
//! ETags are opaque, differ between providers for the same bytes, and are given without quotes.

mod azure;
mod content;
pub(crate) mod key;
mod memory;
mod physical;
mod read;
mod s3;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

pub use content::{Content, Object};

use crate::binding::Binding;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};

/// A store of blobs. Cloning is cheap and shares connections and credentials.
#[derive(Clone)]
pub struct Blob(Backend);

#[derive(Clone)]
enum Backend {
    Memory(Arc<memory::Memory>),
    S3(Arc<s3::S3>),
    Azure(Arc<azure::Azure>),
}

/// What is known of a blob without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The key, without the binding's prefix.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Opaque, without quotes; for [`Blob::replace`].
    pub etag: String,
    /// When the blob was last written, by the provider's clock, to the second or better.
    pub last_modified: SystemTime,
}

/// When a write goes through.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When<'a> {
    Always,
    Absent,
    Matches(&'a str),
}

/// Opens the store that `ANYFN_BLOB_<NAME>` binds: a [`Binding`] URL.
///
/// ```
/// let error = anyfn_services::blob::from_env("photos-x").err().map(|e| e.to_string());
/// assert!(error.is_some_and(|text| text.contains("ANYFN_BLOB_PHOTOS_X")));
/// ```
///
/// # Errors
/// [`ErrorKind::Config`] where the variable, or a credential it needs, is missing or malformed.
/// Nothing is connected yet.
pub fn from_env(name: &str) -> Result<Blob> {
    bound(name, &Environment::process())
}

/// As [`from_env`], from given variables.
///
/// # Errors
/// As [`from_env`].
pub fn bound(name: &str, environment: &Environment) -> Result<Blob> {
    let example = "s3://my-photos?region=eu-central-1 or azblob://myaccount/photos";
    let (variable, url) = environment.binding("BLOB", name, example)?;
    open_in(url, environment).map_err(|error| error.with("variable", variable))
}

/// Opens the store at a [`Binding`] URL, with the process's credentials.
///
/// # Errors
/// As [`from_env`].
pub fn open(url: &str) -> Result<Blob> {
    open_in(url, &Environment::process())
}

/// Opens the store at a [`Binding`] URL, with credentials from given variables.
///
/// # Errors
/// As [`from_env`].
pub fn open_in(url: &str, environment: &Environment) -> Result<Blob> {
    match Binding::parse(url)? {
        Binding::Memory { .. } => Ok(Blob::memory()),
        Binding::S3 { bucket, prefix, region, endpoint } => {
            let store = s3::S3::open(&bucket, prefix, region, endpoint.as_ref(), environment)?;
            Ok(Blob(Backend::S3(Arc::new(store))))
        }
        Binding::AzureBlob { account, container, endpoint } => {
            let store = azure::Azure::open(account, &container, endpoint.as_ref(), environment)?;
            Ok(Blob(Backend::Azure(Arc::new(store))))
        }
        Binding::Sqs { .. } | Binding::AzureQueue { .. } => {
            let text = "a queue is bound where a store is wanted, such as s3://my-photos or azblob://myaccount/photos";
            Err(Error::new(ErrorKind::Config, "open", text))
        }
    }
}

impl Blob {
    /// An empty store in this process; clones share it.
    pub fn memory() -> Self {
        Self(Backend::Memory(Arc::default()))
    }

    /// The blob's bytes and what is known of it. They are read into memory however many there are;
    /// see [`Blob::get_within`].
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
        match &self.0 {
            Backend::Memory(store) => store.get(key, longest),
            Backend::S3(store) => store.get(key, longest).await,
            Backend::Azure(store) => store.get(key, longest).await,
        }
    }

    /// What is known of the blob, without its bytes.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] where there is none.
    pub async fn head(&self, key: &str) -> Result<Entry> {
        checked("blob head", key)?;
        match &self.0 {
            Backend::Memory(store) => store.head(key),
            Backend::S3(store) => store.head(key).await,
            Backend::Azure(store) => store.head(key).await,
        }
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

    /// Every blob whose key starts with `prefix`, by key. All pages are fetched: a store of a
    /// million blobs takes a thousand requests on S3 (two hundred on Azure) and some 200 MB.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the bucket or container is missing.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Entry>> {
        match &self.0 {
            Backend::Memory(store) => Ok(store.list(prefix)),
            Backend::S3(store) => store.list(prefix).await,
            Backend::Azure(store) => store.list(prefix).await,
        }
    }

    /// Deletes the blob. That there is none is a success: repeating a delete is harmless.
    ///
    /// # Errors
    /// [`ErrorKind::Denied`] and the like.
    pub async fn delete(&self, key: &str) -> Result<()> {
        checked("blob delete", key)?;
        match &self.0 {
            Backend::Memory(store) => {
                store.delete(key);
                Ok(())
            }
            Backend::S3(store) => store.delete(key).await,
            Backend::Azure(store) => store.delete(key).await,
        }
    }

    async fn write(
        &self,
        operation: &'static str,
        key: &str,
        content: Content,
        when: When<'_>,
    ) -> Result<String> {
        checked(operation, key)?;
        content
            .check()
            .map_err(|what| Error::new(ErrorKind::Config, operation, what).with("key", key))?;
        match &self.0 {
            Backend::Memory(store) => store.write(operation, key, content, when),
            Backend::S3(store) => store.write(operation, key, content, when).await,
            Backend::Azure(store) => store.write(operation, key, content, when).await,
        }
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Backend::Memory(_) => f.write_str("Blob(memory)"),
            Backend::S3(store) => write!(f, "Blob({store:?})"),
            Backend::Azure(store) => write!(f, "Blob({store:?})"),
        }
    }
}

fn checked(operation: &'static str, key: &str) -> Result<()> {
    key::check(key)
        .map_err(|what| Error::new(ErrorKind::Config, operation, format!("the key {key:?} {what}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_behaves_as_every_store_does() {
        crate::behaviour::blob(&Blob::memory()).await.unwrap();
    }

    #[test]
    fn a_call_may_move_between_threads() {
        fn sendable<T: Send>(_: T) {}
        let store = Blob::memory();
        sendable(store.get("a"));
        sendable(store.put("a", "x"));
        sendable(store.list(""));
        sendable(crate::dead_letters(String::new(), bytes::Bytes::new(), Vec::new()));
    }

    #[test]
    fn a_bad_variable_is_named() {
        let env = Environment::of([("ANYFN_BLOB_PHOTOS", "s3:/photos")]);
        let error = bound("photos", &env).unwrap_err();
        assert!(error.to_string().contains("ANYFN_BLOB_PHOTOS"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Config);
    }

    #[test]
    fn a_queue_is_no_store() {
        let error = open("sqs://eu-central-1/123456789012/q").unwrap_err();
        assert!(error.to_string().contains("s3://"), "{error}");
    }
}
