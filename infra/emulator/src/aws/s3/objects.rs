//! Objects: put, get, head, delete.
//!
//! Deals with: the operations' inputs and outputs, conditions, ranges.
//! Does not deal with: copies (`copy`) and uploads in parts (`multipart`).

use std::collections::BTreeMap;

use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETag, ETagCondition, Error as DeleteError, GetObjectInput, GetObjectOutput, HeadObjectInput,
    HeadObjectOutput, Metadata, ObjectIdentifier, PutObjectInput, PutObjectOutput, Range,
    StreamingBlob, Timestamp,
};
use s3s::{Body, S3Error, S3Request, S3Result, s3_error};

use super::{body, errors};
use crate::blobs::{Blob, BlobError, Blobs, Conditions, Match, Properties, Write};
use crate::clock::{instant, millis};
use crate::cloud::Cloud;

/// Bytes of names and values of user metadata at most.
const MAX_METADATA: usize = 2048;
/// Keys of one `DeleteObjects` at most.
const MAX_DELETES: usize = 1000;

pub(super) async fn put(
    blobs: &Blobs,
    mut request: S3Request<PutObjectInput>,
) -> S3Result<PutObjectOutput> {
    let stream = request.input.body.take();
    let (bytes, checksums) = body::read(stream, &request).await?;
    let input = request.input;
    refuse("tagging", input.tagging.is_some())?;
    refuse("customer-provided encryption keys", input.sse_customer_algorithm.is_some())?;
    refuse("appending with x-amz-write-offset-bytes", input.write_offset_bytes.is_some())?;
    let properties = Properties {
        content_type: input.content_type,
        content_encoding: content_encoding(input.content_encoding.as_deref()),
        content_language: input.content_language,
        content_disposition: input.content_disposition,
        cache_control: input.cache_control,
        metadata: metadata(input.metadata)?,
        md5: None,
        checksums,
    };
    let conditions = Conditions {
        if_match: input.if_match.map(matching),
        if_none_match: input.if_none_match.map(matching),
        ..Conditions::default()
    };
    let write = write(input.bucket, input.key, "Put", conditions);
    let blob = blobs.put(write, bytes, properties).await?;
    let sums = body::to_dto(&blob.properties.checksums);
    Ok(PutObjectOutput {
        e_tag: Some(ETag::Strong(blob.etag)),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        ..PutObjectOutput::default()
    })
}

pub(super) async fn get(blobs: &Blobs, input: GetObjectInput) -> S3Result<GetObjectOutput> {
    refuse("versions", input.version_id.as_deref().is_some_and(|v| v != "null"))?;
    refuse("reading a single part", input.part_number.is_some())?;
    let conditions = Conditions {
        if_match: input.if_match.map(matching),
        if_none_match: input.if_none_match.map(matching),
        if_modified_since: input.if_modified_since.map(epoch_ms),
        if_unmodified_since: input.if_unmodified_since.map(epoch_ms),
    };
    let wanted = input.range;
    let range = move |size: u64| match wanted {
        None => Ok(0..size),
        Some(range) => range.check(size).map_err(|_| unsatisfiable(range, size)),
    };
    let got = blobs.get::<ReadError, _>(&input.bucket, &input.key, conditions, range).await;
    let (blob, range, bytes) = got.map_err(|error| error.0)?;
    // A sum of the whole says nothing about a part.
    let asked = input.checksum_mode.is_some() && wanted.is_none();
    let sums = if asked { body::to_dto(&blob.properties.checksums) } else { Default::default() };
    let content_range = wanted
        .map(|_| format!("bytes {}-{}/{}", range.start, range.end.saturating_sub(1), blob.size));
    Ok(GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        body: Some(StreamingBlob::from(Body::from(bytes))),
        cache_control: blob.properties.cache_control,
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        content_disposition: blob.properties.content_disposition,
        content_encoding: blob.properties.content_encoding,
        content_language: blob.properties.content_language,
        content_length: i64::try_from(range.end - range.start).ok(),
        content_range,
        content_type: Some(content_type(blob.properties.content_type)),
        e_tag: Some(ETag::Strong(blob.etag)),
        last_modified: Some(Timestamp::from(instant(blob.modified_ms))),
        metadata: to_metadata(blob.properties.metadata),
        ..GetObjectOutput::default()
    })
}

pub(super) async fn head(blobs: &Blobs, input: HeadObjectInput) -> S3Result<HeadObjectOutput> {
    refuse("versions", input.version_id.as_deref().is_some_and(|v| v != "null"))?;
    refuse("reading a single part", input.part_number.is_some())?;
    let conditions = Conditions {
        if_match: input.if_match.map(matching),
        if_none_match: input.if_none_match.map(matching),
        if_modified_since: input.if_modified_since.map(epoch_ms),
        if_unmodified_since: input.if_unmodified_since.map(epoch_ms),
    };
    let blob =
        blobs.head(&input.bucket, &input.key, conditions).await.map_err(errors::of_a_read)?;
    let asked = input.checksum_mode.is_some();
    let sums = if asked { body::to_dto(&blob.properties.checksums) } else { Default::default() };
    Ok(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: blob.properties.cache_control,
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        content_disposition: blob.properties.content_disposition,
        content_encoding: blob.properties.content_encoding,
        content_language: blob.properties.content_language,
        content_length: i64::try_from(blob.size).ok(),
        content_type: Some(content_type(blob.properties.content_type)),
        e_tag: Some(ETag::Strong(blob.etag)),
        last_modified: Some(Timestamp::from(instant(blob.modified_ms))),
        metadata: to_metadata(blob.properties.metadata),
        ..HeadObjectOutput::default()
    })
}

pub(super) async fn delete(
    blobs: &Blobs,
    input: DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    refuse("versions", input.version_id.as_deref().is_some_and(|v| v != "null"))?;
    let conditions = Conditions { if_match: input.if_match.map(matching), ..Conditions::default() };
    // Deleting what is not there succeeds, as it does at AWS.
    blobs.delete(write(input.bucket, input.key, "Delete", conditions)).await?;
    Ok(DeleteObjectOutput::default())
}

pub(super) async fn delete_many(
    blobs: &Blobs,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<DeleteObjectsOutput> {
    let sum = |name: &str| name == "content-md5" || name.starts_with("x-amz-checksum-");
    if !request.headers.keys().any(|name| sum(name.as_str())) {
        return Err(s3_error!(
            InvalidRequest,
            "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
        ));
    }
    let input = request.input;
    let count = input.delete.objects.len();
    if count == 0 || count > MAX_DELETES {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided must name 1 to {} keys; it names {}.",
            MAX_DELETES,
            count
        ));
    }
    let target = |object: ObjectIdentifier| {
        let if_match = object.e_tag.map(|tag| matching(ETagCondition::ETag(tag)));
        let conditions = Conditions { if_match, ..Conditions::default() };
        write(input.bucket.clone(), object.key, "Delete", conditions)
    };
    let targets: Vec<Write> = input.delete.objects.into_iter().map(target).collect();
    let keys: Vec<String> = targets.iter().map(|target| target.key.clone()).collect();
    let outcomes = blobs.delete_many(&input.bucket, targets).await?;
    let (mut deleted, mut failed) = (Vec::new(), Vec::new());
    for (key, outcome) in keys.into_iter().zip(outcomes) {
        match outcome {
            Ok(()) => deleted.push(DeletedObject { key: Some(key), ..DeletedObject::default() }),
            Err(unmet) => {
                let error = S3Error::from(BlobError::Unmet(unmet));
                failed.push(DeleteError {
                    code: Some(error.code().as_str().to_owned()),
                    key: Some(key),
                    message: error.message().map(str::to_owned),
                    ..DeleteError::default()
                });
            }
        }
    }
    let quiet = input.delete.quiet.unwrap_or(false);
    Ok(DeleteObjectsOutput {
        deleted: (!quiet).then_some(deleted),
        errors: Some(failed),
        ..DeleteObjectsOutput::default()
    })
}

/// An error of a read, made here rather than by the general conversion, for the sake of 304.
struct ReadError(S3Error);

impl From<BlobError> for ReadError {
    fn from(error: BlobError) -> Self {
        Self(errors::of_a_read(error))
    }
}

fn unsatisfiable(range: Range, size: u64) -> ReadError {
    ReadError(s3_error!(
        InvalidRange,
        "The requested range is not satisfiable: {} of {} bytes",
        range.to_header_string(),
        size
    ))
}

pub(super) fn write(
    store: String,
    key: String,
    operation: &'static str,
    conditions: Conditions,
) -> Write {
    Write { cloud: Cloud::Aws, store, key, operation, conditions }
}

pub(super) fn matching(condition: ETagCondition) -> Match {
    match condition {
        ETagCondition::Any => Match::Any,
        ETagCondition::ETag(tag) => Match::Tags(vec![tag.into_value()]),
    }
}

pub(super) fn epoch_ms(time: Timestamp) -> i64 {
    millis(time::OffsetDateTime::from(time).into())
}

/// Tells that the emulator lacks something that must not be passed over in silence.
///
/// # Errors
/// `NotImplemented` if it is `asked` for.
pub(super) fn refuse(what: &str, asked: bool) -> S3Result<()> {
    if asked {
        Err(s3_error!(NotImplemented, "The emulator does not support {}.", what))
    } else {
        Ok(())
    }
}

/// `aws-chunked` describes the transfer, not the object.
pub(super) fn content_encoding(value: Option<&str>) -> Option<String> {
    let kept: Vec<&str> =
        value?.split(',').map(str::trim).filter(|c| *c != "aws-chunked").collect();
    let kept = kept.join(",");
    (!kept.is_empty()).then_some(kept)
}

pub(super) fn metadata(given: Option<Metadata>) -> S3Result<BTreeMap<String, String>> {
    let metadata: BTreeMap<String, String> = given.unwrap_or_default().into_iter().collect();
    let bytes: usize = metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if bytes > MAX_METADATA {
        return Err(s3_error!(
            MetadataTooLarge,
            "Your metadata headers have {} bytes; they may have {}.",
            bytes,
            MAX_METADATA
        ));
    }
    Ok(metadata)
}

fn to_metadata(metadata: BTreeMap<String, String>) -> Option<Metadata> {
    (!metadata.is_empty()).then(|| metadata.into_iter().collect())
}

fn content_type(kept: Option<String>) -> String {
    kept.unwrap_or_else(|| "binary/octet-stream".to_owned())
}

/// The last write of `blob` in `s3s`'s form.
pub(super) fn modified(blob: &Blob) -> Timestamp {
    Timestamp::from(instant(blob.modified_ms))
}
