//! Uploads in parts by the SDK.
//!
//! Deals with: `CreateMultipartUpload`, `UploadPart`, `CompleteMultipartUpload`,
//! `AbortMultipartUpload`. Does not deal with: gathering parts (`blob::upload`).

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};
use bytes::Bytes;

use super::{S3, object};
use crate::blob::Content;
use crate::blob::upload::OPERATION;
use crate::error::{Error, ErrorKind, Result};

impl S3 {
    pub(in crate::blob) async fn begin(&self, key: &str, like: &Content) -> Result<String> {
        let metadata = like.metadata.clone().into_iter().collect();
        let begun = self
            .client()
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(self.full(key))
            .content_type(like.media_type())
            .set_metadata(Some(metadata))
            .send()
            .await
            .map_err(|error| self.of(OPERATION, key, error))?;
        begun.upload_id().map(str::to_owned).ok_or_else(|| {
            self.at(Error::new(ErrorKind::Other, OPERATION, "the answer has no upload id"), key)
        })
    }

    /// Gives the part's ETag.
    pub(in crate::blob) async fn part(
        &self,
        key: &str,
        id: &str,
        number: usize,
        bytes: Bytes,
    ) -> Result<String> {
        let sent = self
            .client()
            .upload_part()
            .bucket(&self.bucket)
            .key(self.full(key))
            .upload_id(id)
            .part_number(i32::try_from(number).unwrap_or(i32::MAX))
            .body(bytes.into())
            .send()
            .await
            .map_err(|error| self.of(OPERATION, key, error))?;
        object::etag(OPERATION, sent.e_tag()).map_err(|error| self.at(error, key))
    }

    pub(in crate::blob) async fn complete(
        &self,
        key: &str,
        _like: &Content,
        id: &str,
        parts: &[String],
    ) -> Result<String> {
        let part = |(etag, number): (&String, i32)| {
            CompletedPart::builder().part_number(number).e_tag(format!("\"{etag}\"")).build()
        };
        let parts = parts.iter().zip(1..).map(part).collect();
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let call = self.client().complete_multipart_upload().bucket(&self.bucket);
        let call = call.key(self.full(key)).upload_id(id).multipart_upload(parts);
        let done = call.send().await.map_err(|error| self.of(OPERATION, key, error))?;
        object::etag(OPERATION, done.e_tag()).map_err(|error| self.at(error, key))
    }

    pub(in crate::blob) async fn abort(&self, key: &str, id: &str) -> Result<()> {
        let call = self.client().abort_multipart_upload().bucket(&self.bucket);
        let done = call.key(self.full(key)).upload_id(id).send().await;
        match done.map_err(|error| self.of(OPERATION, key, error)) {
            // It has ended already.
            Err(error) if error.kind() != ErrorKind::Precondition => Err(error),
            _ => Ok(()),
        }
    }
}
