//! The errors of queue storage.
//!
//! Deals with: codes, statuses and sentences; the engine's reasons mapped. Does not deal with: the shape of an
//! error answer (`azure::error`).

use http::StatusCode;

use super::super::error::StorageError;
use crate::queues::QueueError;

pub(super) fn bad(code: &'static str, message: impl Into<String>) -> StorageError {
    StorageError::new(StatusCode::BAD_REQUEST, code, message)
}

pub(super) fn body_too_large() -> StorageError {
    StorageError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "RequestBodyTooLarge",
        "The request body is too large and exceeds the maximum permissible limit: the text of a \
         message may have 65536 bytes of UTF-8.",
    )
}

pub(super) fn pop_receipt() -> StorageError {
    bad(
        "PopReceiptMismatch",
        "The specified pop receipt did not match the pop receipt for a dequeued message.",
    )
}

/// A query parameter whose value is no such thing.
pub(super) fn parameter(name: &str, value: &str, wanted: &str) -> StorageError {
    bad(
        "InvalidQueryParameterValue",
        format!(
            "Value for one of the query parameters specified in the request URI is invalid: {name} \
             is \"{value}\"; it must be {wanted}."
        ),
    )
}

/// A number in a query parameter that is out of its bounds.
pub(super) fn out_of_range(name: &str, value: i64, wanted: &str) -> StorageError {
    bad(
        "OutOfRangeQueryParameterValue",
        format!(
            "One of the query parameters specified in the request URI is outside the permissible \
             range: {name} is {value}; it must be {wanted}."
        ),
    )
}

pub(super) fn of_engine(error: QueueError) -> StorageError {
    match error {
        QueueError::NoQueue(_) => StorageError::new(
            StatusCode::NOT_FOUND,
            "QueueNotFound",
            "The specified queue does not exist.",
        ),
        QueueError::Exists(_) => StorageError::new(
            StatusCode::CONFLICT,
            "QueueAlreadyExists",
            "The specified queue already exists.",
        ),
        QueueError::TooLarge { .. } => body_too_large(),
        QueueError::MessageGone => StorageError::new(
            StatusCode::NOT_FOUND,
            "MessageNotFound",
            "The specified message does not exist.",
        ),
        QueueError::ReceiptStale | QueueError::ReceiptExpired | QueueError::ReceiptMalformed => {
            pop_receipt()
        }
        other => StorageError::internal(&other),
    }
}
