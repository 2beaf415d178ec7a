//! What is written to and read from a store.
//!
//! Deals with: bytes with their content type and metadata, and what of those every provider takes.
//! Does not deal with: how a provider spells them.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::time::SystemTime;

use bytes::Bytes;

/// The limit of all names and values of metadata together, in bytes: S3's, the smaller one.
const MAX_METADATA: usize = 2048;

/// Bytes to write, perhaps with a content type and metadata.
///
/// Plain bytes and text convert into it: `store.put("a", "text")`.
#[derive(Clone, Debug, Default)]
pub struct Content {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Content {
    /// These bytes, as `application/octet-stream` unless told otherwise.
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), ..Self::default() }
    }

    /// A media type, e.g. `image/jpeg`.
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    /// A pair of metadata. Names: a-z, 0-9 and `_`, a letter first; values: visible ASCII and
    /// inner spaces; 2 KiB together: what every provider keeps unchanged. Checked when written.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(name.into(), value.into());
        self
    }

    pub(crate) fn media_type(&self) -> &str {
        self.content_type.as_deref().unwrap_or("application/octet-stream")
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        let visible = |text: &str| text.bytes().all(|b| (b' '..=b'~').contains(&b));
        if let Some(media_type) = &self.content_type
            && (media_type.is_empty() || !visible(media_type))
        {
            return Err(format!("{media_type:?} is no content type such as \"image/jpeg\""));
        }
        for (name, value) in &self.metadata {
            let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
            if !starts || !name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_')) {
                return Err(format!("{name:?} is no name of metadata such as \"taken_at\""));
            }
            if value.is_empty() || value.trim() != value || !visible(value) {
                return Err(format!(
                    "the metadata {name:?} is not visible ASCII, or has outer spaces"
                ));
            }
        }
        let size: usize = self.metadata.iter().map(|(n, v)| n.len() + v.len()).sum();
        if size > MAX_METADATA {
            return Err(format!("the metadata has {size} bytes, over the limit of {MAX_METADATA}"));
        }
        Ok(())
    }
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::new(bytes)
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(bytes)
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::new(text.as_bytes().to_vec())
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        Self::new(bytes.to_vec())
    }
}

/// A blob as it was read. Derefs to its bytes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Object {
    /// The whole of it.
    pub bytes: Bytes,
    /// Opaque, without quotes; for [`Blob::replace`](crate::Blob::replace).
    pub etag: String,
    /// Its media type, if it has one.
    pub content_type: Option<String>,
    /// Its metadata, names in lower case.
    pub metadata: BTreeMap<String, String>,
    /// When it was last written, by the provider's clock; the epoch where it does not say.
    pub last_modified: SystemTime,
}

impl Deref for Object {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_that_some_provider_would_change_is_refused() {
        let with = |name: &str, value: &str| Content::new("").metadata(name, value).check();
        assert!(with("taken_at", "1 May").is_ok());
        for (name, value) in [("Taken", "x"), ("a-b", "x"), ("", "x"), ("1a", "x")] {
            assert!(with(name, value).is_err(), "{name}");
        }
        for value in ["", " x", "ä", "a\nb", &"x".repeat(2048)] {
            assert!(with("a", value).is_err(), "{value}");
        }
        assert!(Content::new("").content_type("a\r\nb").check().is_err());
    }
}
