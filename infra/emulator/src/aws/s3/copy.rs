//! Copies within the emulator.
//!
//! Deals with: whole objects, and ranges into a part of an upload; permission on the source.
//! Does not deal with: sources by access point.

use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopyPartResult, CopySource, ETag,
    MetadataDirective, Range, Timestamp, UploadPartCopyInput, UploadPartCopyOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::access::allow;
use super::multipart::{part_name, upload};
use super::objects::{content_encoding, epoch_ms, matching, metadata, modified, refuse, write};
use crate::blobs::{BlobError, Blobs, Conditions, Properties};
use crate::clock::instant;
use crate::identity::{Action, Principal};

pub(super) async fn object(
    blobs: &Blobs,
    request: S3Request<CopyObjectInput>,
) -> S3Result<CopyObjectOutput> {
    let from = source(&request, &request.input.copy_source)?;
    let input = request.input;
    refuse("tagging", input.tagging.is_some())?;
    let replace =
        input.metadata_directive.is_some_and(|d| d.as_str() == MetadataDirective::REPLACE);
    if !replace && from.0 == input.bucket && from.1 == input.key {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without \
             changing the object's metadata; send x-amz-metadata-directive: REPLACE."
        ));
    }
    let metadata = metadata(input.metadata)?;
    let encoding = content_encoding(input.content_encoding.as_deref());
    let change = move |properties: &mut Properties| {
        if replace {
            properties.content_type = input.content_type;
            properties.content_encoding = encoding;
            properties.content_language = input.content_language;
            properties.content_disposition = input.content_disposition;
            properties.cache_control = input.cache_control;
            properties.metadata = metadata;
        }
    };
    let conditions = Conditions {
        if_match: input.copy_source_if_match.map(matching),
        if_none_match: input.copy_source_if_none_match.map(matching),
        if_modified_since: input.copy_source_if_modified_since.map(epoch_ms),
        if_unmodified_since: input.copy_source_if_unmodified_since.map(epoch_ms),
    };
    let target = write(input.bucket, input.key, "Copy", Conditions::default());
    let blob = blobs.copy(from, conditions, target, change).await?;
    Ok(CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            last_modified: Some(modified(&blob)),
            e_tag: Some(ETag::Strong(blob.etag)),
            ..CopyObjectResult::default()
        }),
        ..CopyObjectOutput::default()
    })
}

pub(super) async fn part(
    blobs: &Blobs,
    request: S3Request<UploadPartCopyInput>,
) -> S3Result<UploadPartCopyOutput> {
    let (bucket, key) = source(&request, &request.input.copy_source)?;
    let input = request.input;
    let found = upload(blobs, &input.upload_id, &input.bucket, &input.key).await?;
    let name = part_name(input.part_number)?;
    let wanted = match &input.copy_source_range {
        None => None,
        Some(range) => Some(Range::parse(range).map_err(|_| bad_range(range))?),
    };
    let text = input.copy_source_range.unwrap_or_default();
    let range = move |size: u64| match wanted {
        None => Ok(0..size),
        Some(range) => range.check(size).map_err(|_| bad_range(&text)),
    };
    let conditions = Conditions {
        if_match: input.copy_source_if_match.map(matching),
        if_none_match: input.copy_source_if_none_match.map(matching),
        if_modified_since: input.copy_source_if_modified_since.map(epoch_ms),
        if_unmodified_since: input.copy_source_if_unmodified_since.map(epoch_ms),
    };
    let (_, _, bytes) = blobs.get(&bucket, &key, conditions, range).await?;
    let part = blobs.stage(&found.id, &name, bytes, Default::default()).await?;
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(CopyPartResult {
            e_tag: Some(ETag::Strong(part.etag)),
            last_modified: Some(Timestamp::from(instant(part.created_ms))),
            ..CopyPartResult::default()
        }),
        ..UploadPartCopyOutput::default()
    })
}

fn bad_range(range: &str) -> s3s::S3Error {
    s3_error!(InvalidRange, "The copy source's range is not satisfiable: {}", range)
}

/// Bucket and key of the source, which the principal must be allowed to read.
fn source<T>(request: &S3Request<T>, source: &CopySource) -> S3Result<(String, String)> {
    let CopySource::Bucket { bucket, key, version_id } = source else {
        return Err(s3_error!(NotImplemented, "The emulator does not support access points."));
    };
    refuse("versions", version_id.is_some())?;
    let need = Action::BlobRead(bucket.to_string());
    let principal = request
        .extensions
        .get::<Principal>()
        .ok_or_else(|| s3_error!(AccessDenied, "{}", BlobError::NoStore(bucket.to_string())))?;
    allow(principal, "GetObject", Some(&need))?;
    Ok((bucket.to_string(), key.to_string()))
}
