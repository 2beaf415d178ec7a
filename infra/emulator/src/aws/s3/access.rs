//! Who may call what.
//!
//! Deals with: secrets for `s3s`, which verifies the signature; which permission an operation needs;
//! the list of operations that there are.
//! Does not deal with: the source of a copy, whose name is not in the path (`copy`).

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::path::S3Path;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};

use crate::aws::ACCOUNT;
use crate::identity::{Action, Identity, Principal};

/// Finds the secret of an access key.
pub(super) struct Keys(pub(super) Identity);

#[async_trait::async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let Some((secret, _)) = self.0.by_access_key(access_key) else {
            return Err(s3_error!(
                InvalidAccessKeyId,
                "The AWS Access Key Id you provided does not exist in our records; the emulator's \
                 is {}.",
                self.0.owner_aws().0
            ));
        };
        Ok(SecretKey::from(secret))
    }
}

/// Decides whether a principal may call an operation, and leaves the principal in the extensions.
pub(super) struct Grants(pub(super) Identity);

#[async_trait::async_trait]
impl S3Access for Grants {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let principal = cx
            .credentials()
            .and_then(|credentials| self.0.by_access_key(&credentials.access_key))
            .map(|(_, principal)| principal)
            .ok_or_else(|| {
                s3_error!(AccessDenied, "Anonymous users cannot do this; sign the request.")
            })?;
        let operation = cx.s3_op().name();
        let need = need(operation, cx.s3_path())?;
        allow(&principal, operation, need.as_ref())?;
        cx.extensions_mut().insert(principal);
        Ok(())
    }
}

/// The permission that `operation` needs on the path's bucket; `None`: only the owner may.
fn need(operation: &str, path: &S3Path) -> S3Result<Option<Action>> {
    let bucket = match path {
        S3Path::Root => String::new(),
        S3Path::Bucket { bucket } | S3Path::Object { bucket, .. } => bucket.to_string(),
    };
    Ok(Some(match operation {
        "GetObject" | "HeadObject" => Action::BlobRead(bucket),
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload"
        | "AbortMultipartUpload"
        | "ListParts" => Action::BlobWrite(bucket),
        "DeleteObject" | "DeleteObjects" => Action::BlobDelete(bucket),
        "ListObjects" | "ListObjectsV2" | "ListMultipartUploads" | "HeadBucket" => {
            Action::BlobList(bucket)
        }
        "CreateBucket" | "DeleteBucket" | "ListBuckets" | "GetBucketLocation" => return Ok(None),
        other => {
            return Err(s3_error!(NotImplemented, "The emulator does not support {}.", other));
        }
    }))
}

/// Refuses in the words of an IAM policy that lacks a statement.
///
/// # Errors
/// `AccessDenied`.
pub(super) fn allow(principal: &Principal, operation: &str, need: Option<&Action>) -> S3Result<()> {
    let allowed = match need {
        Some(action) => principal.allows(action),
        None => *principal == Principal::Owner,
    };
    if allowed {
        return Ok(());
    }
    let hint = match need {
        Some(Action::BlobRead(store)) => {
            format!("; declare .needs(blob::store(\"{store}\").read())")
        }
        Some(Action::BlobWrite(store)) => {
            format!("; declare .needs(blob::store(\"{store}\").write())")
        }
        Some(Action::BlobDelete(store)) => {
            format!("; declare .needs(blob::store(\"{store}\").delete())")
        }
        Some(Action::BlobList(store)) => {
            format!("; declare .needs(blob::store(\"{store}\").list())")
        }
        _ => String::new(),
    };
    Err(S3Error::with_message(
        S3ErrorCode::AccessDenied,
        format!(
            "User: arn:aws:iam::{ACCOUNT}:role/{} is not authorized to perform: s3:{operation}{hint}",
            principal.name()
        ),
    ))
}
