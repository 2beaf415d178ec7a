//! What an invocation is answered with.
//!
//! Deals with: the shapes of answers, which failures the log has already. Does not deal with: sending.

use serde::Serialize;

use super::http::Responded;
use super::sqs::Partial;
use crate::error::Error;

/// Written as JSON once, into what is sent.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Answered {
    Http(Responded),
    Batch(Partial),
    /// `null`.
    Nothing,
}

pub(super) type Answer = Result<Answered, Fault>;

/// Why an invocation failed.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) text: String,
    /// Whether the end of a call has told the log.
    pub(super) told: bool,
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Self { text, told: false }
    }
}

impl From<Error> for Fault {
    /// What a call failed with.
    fn from(error: Error) -> Self {
        Self { text: error.to_string(), told: true }
    }
}
