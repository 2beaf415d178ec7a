//! Many blobs, listed.
//!
//! Deals with: one page, and all of them. Does not deal with: a provider's answer.

use super::{Blob, Entry, on};
use crate::error::{Error, ErrorKind, Result};

/// Some of a store's blobs, by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page {
    /// The blobs. There may be none, and yet a next page.
    pub entries: Vec<Entry>,
    /// Where the next page starts: opaque, some hundred bytes of text that may be kept (in a message,
    /// say) and given to [`Blob::page`] later, by another process too. `None`: there is no more.
    pub next: Option<String>,
}

impl Blob {
    /// The blobs whose keys start with `prefix`, by key: at most `limit` of them (and at least one is
    /// asked for, and at most [`Capability::max_page`](super::Capability::max_page)). `after` is what
    /// the page before gave as [`Page::next`], of the same prefix.
    ///
    /// A blob written or deleted between two pages may or may not be seen; every other one is, once.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the bucket or container is missing.
    pub async fn page(&self, prefix: &str, limit: u32, after: Option<&str>) -> Result<Page> {
        let limit = limit.clamp(1, self.capability().max_page);
        let page = on!(self, store => store.page(prefix, limit, after).await)?;
        // It would go round for ever.
        if page.next.is_some() && page.next.as_deref() == after {
            let text = "the provider's listing does not go on";
            return Err(Error::new(ErrorKind::Other, "blob list", text).with("prefix", prefix));
        }
        Ok(page)
    }

    /// Every blob whose key starts with `prefix`, by key. All pages are fetched: a store of a
    /// million blobs takes a thousand requests on S3 (two hundred on Azure) and some 200 MB; see
    /// [`Blob::page`].
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where the bucket or container is missing.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Entry>> {
        let mut page = self.page(prefix, u32::MAX, None).await?;
        let mut entries = page.entries;
        while let Some(next) = page.next {
            page = self.page(prefix, u32::MAX, Some(&next)).await?;
            entries.append(&mut page.entries);
        }
        Ok(entries)
    }
}
