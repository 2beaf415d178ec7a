//! Listing a store page by page.
//!
//! Deals with: prefix, delimiter, where a page starts and ends.
//! Does not deal with: the opaque markers that each API wraps around a name.

use rusqlite::{Connection, params};

use super::blob::{Blob, COLUMNS, from_row};
use super::{BlobError, Blobs, containers};

/// What to list; the default lists everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListRequest {
    /// Only keys that start with it.
    pub prefix: String,
    /// Keys that have it after the prefix are rolled up into one entry up to and with it.
    pub delimiter: Option<String>,
    /// Only entries after this name, which is what [`Page::next`] gave.
    pub after: Option<String>,
    /// Entries at most.
    pub limit: usize,
}

/// One line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A blob.
    Blob(Box<Blob>),
    /// What the keys that were rolled up have in common, delimiter included.
    Prefix(String),
}

impl Entry {
    fn name(&self) -> &str {
        match self {
            Self::Blob(blob) => &blob.key,
            Self::Prefix(prefix) => prefix,
        }
    }
}

/// A page in the order of the keys' UTF-8 bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Blobs and common prefixes, mixed.
    pub entries: Vec<Entry>,
    /// The last name of this page, if there is more.
    pub next: Option<String>,
}

impl Blobs {
    /// Lists `store`.
    ///
    /// # Errors
    /// [`BlobError::NoStore`].
    pub async fn list(&self, store: &str, request: ListRequest) -> Result<Page, BlobError> {
        let store = store.to_owned();
        self.store
            .read(move |db| {
                containers::require(db, &store)?;
                page(db, &store, &request)
            })
            .await
    }
}

fn page(db: &Connection, store: &str, request: &ListRequest) -> Result<Page, BlobError> {
    let after = request.after.as_deref();
    // Keys compare as bytes, so those with the prefix stand together; leaving the loop at the first
    // one without it reads no more than the page.
    let sql = format!("SELECT {COLUMNS} FROM blob WHERE store = ?1 AND key >= ?2 ORDER BY key");
    let mut query = db.prepare_cached(&sql)?;
    // One bound, the later: of two, SQLite seeks by the first and would read all earlier pages again.
    let from = after.unwrap_or_default().max(&request.prefix);
    let mut rows = query.query(params![store, from])?;
    let mut page = Page::default();
    while let Some(row) = rows.next()? {
        let key: String = row.get(1)?;
        let Some(rest) = key.strip_prefix(&request.prefix) else { break };
        let group = request.delimiter.as_deref().filter(|d| !d.is_empty()).and_then(|delimiter| {
            let end = rest.find(delimiter)? + delimiter.len();
            key.get(..request.prefix.len() + end)
        });
        let name = group.unwrap_or(&key);
        let seen = page.entries.last().map(Entry::name).or(after);
        if seen.is_some_and(|seen| name <= seen) {
            continue;
        }
        if page.entries.len() == request.limit {
            // A page of no entries could never be continued: say that there is nothing.
            page.next = page.entries.last().map(|entry| entry.name().to_owned());
            break;
        }
        page.entries.push(match group {
            Some(group) => Entry::Prefix(group.to_owned()),
            None => Entry::Blob(Box::new(from_row(row)?)),
        });
    }
    Ok(page)
}
