//! The figures of one rule.
//!
//! Deals with: what is counted, examples of what failed. Does not deal with: counting.

use serde::{Deserialize, Serialize};

/// Failures that a report shows of each rule; all of them are counted.
pub const EXAMPLES: usize = 20;
/// Bytes of a failure's reason at most.
const REASON: usize = 400;

/// What was found and done so far. `matched` is the sum of `kept`, `deleted` and `failed`, but for
/// objects that somebody else deleted meanwhile, and for what a rule that deletes nothing leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Objects under the prefix.
    pub counted: u64,
    /// Those that are older than the rule's `older_than`.
    pub matched: u64,
    /// Those of the matched that stay: among the newest, or overwritten since they were listed.
    pub kept: u64,
    /// Those that are gone.
    pub deleted: u64,
    /// Those that could not be deleted.
    pub failed: u64,
    /// The bytes of the deleted.
    pub bytes_freed: u64,
    /// Of a dry run: what would have been deleted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub would_delete: u64,
    /// Of a dry run: the bytes of those.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub would_free: u64,
    /// Time spent on the rule, in milliseconds.
    pub duration_ms: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// An object that could not be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its key.
    pub key: String,
    /// What the provider said.
    pub reason: String,
}

impl Failure {
    /// The failure of `key`; an overlong reason is cut.
    #[must_use]
    pub fn new(key: String, mut reason: String) -> Self {
        let end = (0..=REASON).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or(0);
        reason.truncate(end);
        Self { key, reason }
    }
}
