//! Which objects a rule picks.
//!
//! Deals with: age and the newest ones, for one object at a time. Does not deal with: listing, shares.

use crate::newest::Mark;
use crate::rules::Rule;
use anyfn_services::blob::Entry;
use time::OffsetDateTime;

/// What becomes of one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not old enough.
    Young,
    /// Old enough, but among the newest.
    Kept,
    /// To be deleted.
    Due,
}

/// A rule at one instant.
#[derive(Clone, Debug)]
pub struct Selection {
    /// What was written before it is old enough; `None`: nothing can be.
    pub cutoff: Option<OffsetDateTime>,
    /// The oldest of those that `keep_latest` keeps.
    pub keep_from: Option<Mark>,
}

impl Selection {
    /// What `rule` picks at `now`, but for its newest.
    #[must_use]
    pub fn by_age(rule: &Rule, now: OffsetDateTime) -> Self {
        let age = time::Duration::try_from(rule.older_than).ok();
        Self { cutoff: age.and_then(|age| now.checked_sub(age)), keep_from: None }
    }

    /// The verdict on `entry`.
    #[must_use]
    pub fn verdict(&self, entry: &Entry) -> Verdict {
        let written = OffsetDateTime::from(entry.last_modified);
        if self.cutoff.is_none_or(|cutoff| written >= cutoff) {
            Verdict::Young
        } else if self
            .keep_from
            .as_ref()
            .is_some_and(|oldest| !oldest.is_after(written, &entry.key))
        {
            Verdict::Kept
        } else {
            Verdict::Due
        }
    }
}
