//! Blobs: bytes under keys.
//!
//! Deals with: [`Blob`], one client over every provider. Does not deal with: events about blobs.
//!
//! | | memory | S3 | Azure |
//! |---|---|---|---|
//! | create only if absent | yes | `If-None-Match: *` | `If-None-Match: *` |
//! | replace on an ETag | yes | `If-Match` | `If-Match` |
//! | delete on an ETag | yes | `If-Match` | `If-Match` |
//! | delete many, each on its ETag | yes | `DeleteObjects`, `ETag` of each | Blob Batch, `If-Match` of each |
//! | keys of one such request | 1,000 | 1,000 | 256 |
//! | entries of one page | 1,000 | 1,000 | 5,000 |
//! | one put may have | memory | 5 GiB | 5000 MiB |
//! | one upload may have | memory | 48.8 GiB (10,000 parts of 5 MiB) | 244 GiB (50,000 blocks of 5 MiB) |
//! | one copy may have | memory | 5 GiB | any size |
//!
//! The same as data: [`Capability`]. ETags are opaque, differ between providers for the same bytes, and
//! are given without quotes.

mod azure;
mod capability;
mod content;
pub(crate) mod key;
mod listed;
mod many;
mod memory;
mod open;
mod physical;
mod read;
mod reader;
mod remote;
#[cfg(not(feature = "aws-sdk"))]
mod s3;
#[cfg(feature = "aws-sdk")]
#[path = "s3_sdk/mod.rs"]
mod s3;
mod upload;
mod whole;
mod write;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use capability::Capability;
pub use content::{Content, Object};
pub use listed::Page;
pub use many::Deletion;
pub use open::{bound, from_env, open, open_in};
pub use reader::Reader;
pub use upload::Upload;

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

/// The same call on whichever backend there is.
macro_rules! on {
    ($blob:expr, $store:ident => $call:expr) => {
        match &$blob.0 {
            $crate::blob::Backend::Memory($store) => $call,
            $crate::blob::Backend::S3($store) => $call,
            $crate::blob::Backend::Azure($store) => $call,
        }
    };
}
use on;

/// What is known of a blob without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The key, without the binding's prefix.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Opaque, without quotes; for [`Blob::replace`] and [`Blob::delete_if`].
    pub etag: String,
    /// When the blob was last written, by the provider's clock, to the second or better. Where it does not
    /// say, a page of a listing is an error, and one blob's date is the epoch.
    pub last_modified: SystemTime,
}

impl Blob {
    /// An empty store in this process; clones share it.
    pub fn memory() -> Self {
        Self(Backend::Memory(Arc::default()))
    }

    /// Moves the clock of a store in memory forward, so that a test has blobs of any age: what is
    /// written from now on was so much later. Does nothing to any other store.
    pub fn skip(&self, by: Duration) {
        match &self.0 {
            Backend::Memory(store) => store.skip(by),
            Backend::S3(_) | Backend::Azure(_) => {}
        }
    }

    /// What this store takes and promises.
    pub fn capability(&self) -> Capability {
        match &self.0 {
            Backend::Memory(_) => memory::CAPABILITY,
            Backend::S3(_) => s3::CAPABILITY,
            Backend::Azure(_) => azure::CAPABILITY,
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
mod tests;
