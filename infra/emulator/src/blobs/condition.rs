//! Conditions on a request: `If-Match` and its kin.
//!
//! Deals with: deciding whether they hold. Does not deal with: their headers, or the status of a failure.

use super::blob::Blob;

/// What an `If-Match` or `If-None-Match` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// `*`: any existing blob.
    Any,
    /// One of these ETags, without quotes.
    Tags(Vec<String>),
}

impl Match {
    /// Reads the header's value: `*`, or ETags between commas, with or without quotes and `W/`.
    #[must_use]
    pub fn parse(value: &str) -> Self {
        if value.trim() == "*" {
            return Self::Any;
        }
        let bare = |tag: &str| {
            let tag = tag.trim();
            tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"').to_owned()
        };
        Self::Tags(value.split(',').map(bare).collect())
    }

    fn matches(&self, blob: Option<&Blob>) -> bool {
        match (self, blob) {
            (_, None) => false,
            (Self::Any, Some(_)) => true,
            (Self::Tags(tags), Some(blob)) => tags.iter().any(|tag| blob.has_etag(tag)),
        }
    }
}

/// What must hold for a request to go on; the default holds always. Times are milliseconds since the
/// epoch and compared by the second, as headers carry them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// The blob must match.
    pub if_match: Option<Match>,
    /// The blob must not match.
    pub if_none_match: Option<Match>,
    /// The blob must be newer.
    pub if_modified_since: Option<i64>,
    /// The blob must not be newer.
    pub if_unmodified_since: Option<i64>,
}

/// The condition that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// `If-Match` on a blob with another `ETag`.
    Match,
    /// `If-Match` on a blob that does not exist.
    MatchOfNothing,
    /// `If-None-Match: *` on a blob that exists.
    Absent,
    /// `If-None-Match` with the blob's own `ETag`.
    NoneMatch,
    /// `If-Modified-Since`.
    ModifiedSince,
    /// `If-Unmodified-Since`.
    UnmodifiedSince,
}

impl Unmet {
    /// Whether a reader is told "304 not modified" rather than "412 precondition failed".
    #[must_use]
    pub fn is_not_modified(self) -> bool {
        matches!(self, Self::Absent | Self::NoneMatch | Self::ModifiedSince)
    }
}

impl std::fmt::Display for Unmet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Match | Self::MatchOfNothing => "If-Match",
            Self::Absent | Self::NoneMatch => "If-None-Match",
            Self::ModifiedSince => "If-Modified-Since",
            Self::UnmodifiedSince => "If-Unmodified-Since",
        })
    }
}

impl Conditions {
    /// The blob must not exist yet.
    #[must_use]
    pub fn if_absent() -> Self {
        Self { if_none_match: Some(Match::Any), ..Self::default() }
    }

    /// Whether the conditions hold of `blob`, in the order of RFC 9110, section 13.2.2: an `ETag`
    /// condition, where there is one, makes its date superfluous.
    ///
    /// # Errors
    /// The first condition that does not hold.
    pub fn check(&self, blob: Option<&Blob>) -> Result<(), Unmet> {
        let newer = |than: i64| {
            blob.is_some_and(|b| b.modified_ms.div_euclid(1000) > than.div_euclid(1000))
        };
        if let Some(wanted) = &self.if_match {
            if !wanted.matches(blob) {
                return Err(if blob.is_some() { Unmet::Match } else { Unmet::MatchOfNothing });
            }
        } else if self.if_unmodified_since.is_some_and(newer) {
            return Err(Unmet::UnmodifiedSince);
        }
        if let Some(unwanted) = &self.if_none_match {
            if unwanted.matches(blob) {
                let any = *unwanted == Match::Any;
                return Err(if any { Unmet::Absent } else { Unmet::NoneMatch });
            }
        } else if self.if_modified_since.is_some_and(|since| blob.is_some() && !newer(since)) {
            return Err(Unmet::ModifiedSince);
        }
        Ok(())
    }
}
