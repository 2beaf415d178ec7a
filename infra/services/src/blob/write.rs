//! When a write or a delete goes through.
//!
//! Deals with: the condition's header, which S3 and Azure share, and what its refusal means. Does not
//! deal with: conditions inside of a batch.

use http::StatusCode;
use http::header;
use http::request::Builder;

use crate::error::{Error, ErrorKind};

#[derive(Clone, Copy, Debug)]
pub(super) enum When<'a> {
    Always,
    Absent,
    /// The ETag, without quotes.
    Matches(&'a str),
}

impl When<'_> {
    /// The request, with the condition.
    pub(super) fn on(self, request: Builder) -> Builder {
        match self {
            When::Always => request,
            When::Absent => request.header(header::IF_NONE_MATCH, "*"),
            When::Matches(etag) => request.header(header::IF_MATCH, format!("\"{etag}\"")),
        }
    }

    /// The refusal of a write, by what the caller asked for.
    pub(super) fn refused(self, error: Error) -> Error {
        // Azure has 409 and 412 in use for a blob that exists.
        let conflict = error.status() == Some(StatusCode::CONFLICT);
        match (self, error.kind()) {
            (When::Absent, ErrorKind::Precondition) => error.of_kind(ErrorKind::AlreadyExists),
            (When::Absent, ErrorKind::Other) if conflict => error.of_kind(ErrorKind::AlreadyExists),
            (When::Matches(_), ErrorKind::NotFound) => error.of_kind(ErrorKind::Precondition),
            _ => error,
        }
    }
}

/// The outcome of a delete: that there is nothing to delete is a success.
pub(super) fn gone<T>(outcome: Result<T, Error>) -> Result<(), Error> {
    match outcome {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
