//! The blob store's refusals in S3's words.
//!
//! Deals with: code and message. Does not deal with: XML, which `s3s` writes.

use s3s::{S3Error, S3ErrorCode, s3_error};

use crate::blobs::{BlobError, Unmet};

impl From<BlobError> for S3Error {
    fn from(error: BlobError) -> Self {
        match &error {
            BlobError::NoStore(name) => {
                s3_error!(NoSuchBucket, "The specified bucket does not exist: {}", name)
            }
            BlobError::NoBlob { key, .. } => {
                s3_error!(NoSuchKey, "The specified key does not exist: {}", key)
            }
            BlobError::StoreExists(_) => s3_error!(
                BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it."
            ),
            BlobError::NotEmpty(_) => {
                s3_error!(BucketNotEmpty, "The bucket you tried to delete is not empty.")
            }
            // AWS: an If-Match on a key without an object is a 404.
            BlobError::Unmet(Unmet::MatchOfNothing) => {
                s3_error!(NoSuchKey, "The specified key does not exist.")
            }
            BlobError::Unmet(_) => s3_error!(
                PreconditionFailed,
                "At least one of the pre-conditions you specified did not hold: {}",
                error
            ),
            BlobError::NoUpload(_) => s3_error!(
                NoSuchUpload,
                "The specified upload does not exist. The upload ID may be invalid, or the upload \
                 may have been aborted or completed."
            ),
            BlobError::NoPart(name) => s3_error!(
                InvalidPart,
                "One or more of the specified parts could not be found, or its ETag is another: {}",
                name.trim_start_matches('0')
            ),
            BlobError::TooLarge(_) => s3_error!(EntityTooLarge, "{}", error),
            BlobError::Store(_) => {
                let mut failure = s3_error!(InternalError, "{}", error);
                failure.set_source(Box::new(error));
                failure
            }
        }
    }
}

/// The same for GET and HEAD, where some conditions are answered by 304.
pub(super) fn of_a_read(error: BlobError) -> S3Error {
    match error {
        BlobError::Unmet(unmet) if unmet.is_not_modified() => S3ErrorCode::NotModified.into(),
        error => error.into(),
    }
}

/// What `s3s` leaves unsaid, by code.
pub(super) fn sentence(code: &str) -> &'static str {
    match code {
        "SignatureDoesNotMatch" => {
            "The request signature we calculated does not match the signature you provided. Check \
             your key and signing method."
        }
        "AccessDenied" => "Access Denied",
        "RequestTimeTooSkewed" => {
            "The difference between the request time and the server's time is too large."
        }
        "InvalidBucketName" => "The specified bucket is not valid.",
        "KeyTooLongError" => "Your key is too long; it may have 1024 bytes of UTF-8.",
        "MethodNotAllowed" => "The specified method is not allowed against this resource.",
        "NotImplemented" => "The emulator does not support this operation.",
        "MalformedXML" => "The XML you provided was not well-formed or did not validate.",
        "InvalidURI" => "Couldn't parse the specified URI.",
        _ => "The request is not valid.",
    }
}
