//! What is known of a blob besides its bytes.
//!
//! Deals with: properties, metadata, the two ETags, reading a row. Does not deal with: bodies.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::{Deserialize, Serialize};

use super::BlobError;

/// What the writer says about a blob; kept and given back as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Properties {
    /// `Content-Type`; each API has its own default.
    pub content_type: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// User metadata; names as the API delivers them.
    pub metadata: BTreeMap<String, String>,
    /// MD5 of the body in base64: of every blob written whole, of others only if the writer said it.
    pub md5: Option<String>,
    /// Further checksums by the name of their algorithm (`crc32`), in base64.
    pub checksums: BTreeMap<String, String>,
}

/// A blob without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    /// The store: bucket or container.
    pub store: String,
    /// The key: object key or blob name.
    pub key: String,
    /// Which write made it: unique over all stores and rising.
    pub version: i64,
    /// S3's `ETag` without quotes: the MD5 in hexadecimal, or that of the parts' MD5s and their number.
    pub etag: String,
    /// Bytes of the body.
    pub size: u64,
    /// When the blob first came to be, in milliseconds since the epoch.
    pub created_ms: i64,
    /// When it was last written, in milliseconds since the epoch.
    pub modified_ms: i64,
    /// What the writer said about it.
    pub properties: Properties,
}

impl Blob {
    /// Azure's `ETag` without quotes.
    #[must_use]
    pub fn azure_etag(&self) -> String {
        azure_etag(self.version)
    }

    /// Whether `tag` (without quotes) names this very content in either provider's view.
    #[must_use]
    pub fn has_etag(&self, tag: &str) -> bool {
        self.etag == tag || self.azure_etag() == tag
    }
}

/// Azure's `ETag`, without quotes, of what the write `version` made.
#[must_use]
pub fn azure_etag(version: i64) -> String {
    format!("0x8D{version:013X}")
}

/// The columns that [`from_row`] reads, in its order.
pub(super) const COLUMNS: &str =
    "store, key, version, etag, size, created_ms, modified_ms, properties";

pub(super) fn from_row(row: &Row<'_>) -> Result<Blob, rusqlite::Error> {
    let size: i64 = row.get(4)?;
    Ok(Blob {
        store: row.get(0)?,
        key: row.get(1)?,
        version: row.get(2)?,
        etag: row.get(3)?,
        size: u64::try_from(size).unwrap_or(0),
        created_ms: row.get(5)?,
        modified_ms: row.get(6)?,
        properties: from_json(&row.get::<_, String>(7)?),
    })
}

/// The store writes this JSON itself; what it cannot read is a state folder of another version, whose
/// blobs are still worth having.
pub(super) fn from_json<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

/// Maps of strings always have a JSON form.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

pub(super) fn find(db: &Connection, store: &str, key: &str) -> Result<Option<Blob>, BlobError> {
    let sql = format!("SELECT {COLUMNS} FROM blob WHERE store = ?1 AND key = ?2");
    Ok(db.prepare_cached(&sql)?.query_row(params![store, key], from_row).optional()?)
}

/// The blob, or the error that says what is missing.
pub(super) fn require(db: &Connection, store: &str, key: &str) -> Result<Blob, BlobError> {
    if let Some(blob) = find(db, store, key)? {
        return Ok(blob);
    }
    super::containers::require(db, store)?;
    Err(BlobError::NoBlob { store: store.to_owned(), key: key.to_owned() })
}
