//! The blob store's refusals in Azure's words.
//!
//! Deals with: status, code, message. Does not deal with: XML (`azure::error`).

use http::StatusCode;

use crate::azure::error::StorageError;
use crate::blobs::{BlobError, Unmet};

impl From<BlobError> for StorageError {
    fn from(error: BlobError) -> Self {
        match &error {
            BlobError::NoStore(name) => Self::new(
                StatusCode::NOT_FOUND,
                "ContainerNotFound",
                format!("The specified container does not exist: {name}"),
            ),
            BlobError::NoBlob { store, key } => blob_not_found(store, key),
            BlobError::StoreExists(_) => Self::new(
                StatusCode::CONFLICT,
                "ContainerAlreadyExists",
                "The specified container already exists.",
            ),
            BlobError::Unmet(Unmet::Absent) => Self::new(
                StatusCode::CONFLICT,
                "BlobAlreadyExists",
                "The specified blob already exists.",
            ),
            BlobError::Unmet(_) => Self::new(
                StatusCode::PRECONDITION_FAILED,
                "ConditionNotMet",
                "The condition specified using HTTP conditional header(s) is not met.",
            ),
            BlobError::NoUpload(_) | BlobError::NoPart(_) => Self::new(
                StatusCode::BAD_REQUEST,
                "InvalidBlockList",
                "The specified block list is invalid: it names a block that was not put, or one that \
                 was committed already, which the emulator forgets.",
            ),
            BlobError::TooLarge(_) => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", error.to_string())
            }
            BlobError::NotEmpty(_) | BlobError::Store(_) => Self::internal(&error),
        }
    }
}

pub(super) fn blob_not_found(store: &str, key: &str) -> StorageError {
    StorageError::new(
        StatusCode::NOT_FOUND,
        "BlobNotFound",
        format!("The specified blob does not exist: {store}/{key}"),
    )
}

/// The error of a read: some conditions are answered by 304 there.
pub(super) struct ReadError(pub(super) StorageError);

impl From<BlobError> for ReadError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Unmet(unmet) if unmet.is_not_modified() => Self(StorageError::new(
                StatusCode::NOT_MODIFIED,
                "ConditionNotMet",
                "The condition specified using HTTP conditional header(s) is not met.",
            )),
            error => Self(error.into()),
        }
    }
}

pub(super) fn invalid_header(name: &str, value: &str, right: &str) -> StorageError {
    StorageError::new(
        StatusCode::BAD_REQUEST,
        "InvalidHeaderValue",
        format!(
            "The value for one of the HTTP headers is not in the correct format: {name} is \
             \"{value}\", it must be {right}."
        ),
    )
}

pub(super) fn missing_header(name: &str) -> StorageError {
    StorageError::new(
        StatusCode::BAD_REQUEST,
        "MissingRequiredHeader",
        format!("An HTTP header that's mandatory for this request is not specified: {name}."),
    )
}

pub(super) fn invalid_query(name: &str, value: &str, right: &str) -> StorageError {
    StorageError::new(
        StatusCode::BAD_REQUEST,
        "InvalidQueryParameterValue",
        format!(
            "Value for one of the query parameters specified in the request URI is invalid: {name} \
             is \"{value}\", it must be {right}."
        ),
    )
}
