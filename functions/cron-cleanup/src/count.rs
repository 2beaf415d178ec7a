//! The counting pass: how much there is, how much of it is old, which are the newest.
//!
//! Deals with: one pass over a rule's prefix that deletes nothing. Does not deal with: what follows
//! from the count (`turn`).

use crate::follow::Enough;
use crate::newest::Newest;
use crate::report::Line;
use crate::selection::{Selection, Verdict};
use anyfn_services::{Blob, Error};

/// Objects asked for at once: the most that S3 gives.
pub(crate) const PAGE: u32 = 1_000;

/// How far a pass got.
#[derive(Debug, PartialEq, Eq)]
pub enum Progress {
    /// To the end.
    Done,
    /// To where its cursor stands: there was `enough`.
    Stopped,
}

/// Counts from `cursor` on, one page at least, and moves it. `selection` is by age alone.
///
/// # Errors
/// A page could not be had.
pub async fn count(
    store: &Blob,
    line: &mut Line,
    selection: &Selection,
    newest: &mut Newest,
    cursor: &mut Option<String>,
    enough: Enough<'_>,
) -> Result<Progress, Error> {
    loop {
        let page = store.page(&line.rule.prefix, PAGE, cursor.as_deref()).await?;
        for entry in &page.entries {
            line.tally.counted += 1;
            line.tally.matched += u64::from(selection.verdict(entry) == Verdict::Due);
            newest.see(entry.last_modified.into(), &entry.key);
        }
        *cursor = page.next;
        if cursor.is_none() {
            return Ok(Progress::Done);
        }
        if enough() {
            return Ok(Progress::Stopped);
        }
    }
}
