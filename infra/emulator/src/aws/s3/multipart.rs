//! Uploads in parts, which clients' transfer managers choose from 8 MB on.
//!
//! Deals with: S3's rules on parts. Does not deal with: keeping and assembling them (`blobs`).

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
    ListMultipartUploadsInput, ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput,
    MultipartUpload, Part as PartOutput, Timestamp, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Result, s3_error};

use super::body;
use super::objects::{content_encoding, matching, metadata, refuse, write};
use crate::blobs::{Blobs, Conditions, Part, Properties, Upload};
use crate::clock::instant;

/// Bytes of every part but the last at least.
const MIN_PART: u64 = 5 * 1024 * 1024;
/// The highest part number.
const MAX_PARTS: i32 = 10_000;

pub(super) async fn begin(
    blobs: &Blobs,
    input: CreateMultipartUploadInput,
) -> S3Result<CreateMultipartUploadOutput> {
    refuse("tagging", input.tagging.is_some())?;
    refuse("customer-provided encryption keys", input.sse_customer_algorithm.is_some())?;
    let properties = Properties {
        content_type: input.content_type,
        content_encoding: content_encoding(input.content_encoding.as_deref()),
        content_language: input.content_language,
        content_disposition: input.content_disposition,
        cache_control: input.cache_control,
        metadata: metadata(input.metadata)?,
        ..Properties::default()
    };
    let upload = blobs.begin_upload(&input.bucket, &input.key, properties).await?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(upload.id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) async fn put_part(
    blobs: &Blobs,
    mut request: S3Request<UploadPartInput>,
) -> S3Result<UploadPartOutput> {
    let name = part_name(request.input.part_number)?;
    let input = &request.input;
    let upload = upload(blobs, &input.upload_id, &input.bucket, &input.key).await?;
    let stream = request.input.body.take();
    let (bytes, checksums) = body::read(stream, &request).await?;
    let part = blobs.stage(&upload.id, &name, bytes, checksums).await?;
    let sums = body::to_dto(&part.checksums);
    Ok(UploadPartOutput {
        e_tag: Some(ETag::Strong(part.etag)),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        ..UploadPartOutput::default()
    })
}

pub(super) async fn complete(
    blobs: &Blobs,
    input: CompleteMultipartUploadInput,
) -> S3Result<CompleteMultipartUploadOutput> {
    let upload = upload(blobs, &input.upload_id, &input.bucket, &input.key).await?;
    let parts = input.multipart_upload.and_then(|list| list.parts).unwrap_or_default();
    let mut names = Vec::with_capacity(parts.len());
    for part in parts {
        let name = part_name(part.part_number.unwrap_or_default())?;
        names.push((name, part.e_tag.map(ETag::into_value)));
    }
    if names.is_empty() {
        return Err(s3_error!(MalformedXML, "The XML must name at least one part."));
    }
    if !names.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order by part number."
        ));
    }
    long_enough(&names, &blobs.parts(&upload.id).await?)?;
    let conditions = Conditions {
        if_match: input.if_match.map(matching),
        if_none_match: input.if_none_match.map(matching),
        ..Conditions::default()
    };
    let target =
        write(input.bucket.clone(), input.key.clone(), "CompleteMultipartUpload", conditions);
    let blob = blobs.assemble(&upload.id, names, target, upload.properties).await?;
    Ok(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        bucket: Some(input.bucket),
        key: Some(input.key),
        e_tag: Some(ETag::Strong(blob.etag)),
        ..CompleteMultipartUploadOutput::default()
    })
}

fn long_enough(names: &[(String, Option<String>)], parts: &[Part]) -> S3Result<()> {
    let but_last = names.len().saturating_sub(1);
    for (name, _) in names.iter().take(but_last) {
        if let Some(part) = parts.iter().find(|part| part.name == *name && part.size < MIN_PART) {
            return Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size: part {} has {} \
                 bytes, every part but the last needs {}.",
                name.trim_start_matches('0'),
                part.size,
                MIN_PART
            ));
        }
    }
    Ok(())
}

pub(super) async fn abort(
    blobs: &Blobs,
    input: AbortMultipartUploadInput,
) -> S3Result<AbortMultipartUploadOutput> {
    let upload = upload(blobs, &input.upload_id, &input.bucket, &input.key).await?;
    blobs.abort(&upload.id).await?;
    Ok(AbortMultipartUploadOutput::default())
}

pub(super) async fn list_parts(blobs: &Blobs, input: ListPartsInput) -> S3Result<ListPartsOutput> {
    let upload = upload(blobs, &input.upload_id, &input.bucket, &input.key).await?;
    refuse("paging of ListParts", input.part_number_marker.is_some())?;
    let parts: Vec<PartOutput> = blobs
        .parts(&upload.id)
        .await?
        .into_iter()
        .map(|part| PartOutput {
            part_number: part.name.parse().ok(),
            e_tag: Some(ETag::Strong(part.etag)),
            size: i64::try_from(part.size).ok(),
            last_modified: Some(Timestamp::from(instant(part.created_ms))),
            ..PartOutput::default()
        })
        .collect();
    Ok(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        is_truncated: Some(false),
        parts: Some(parts),
        ..ListPartsOutput::default()
    })
}

pub(super) async fn list_uploads(
    blobs: &Blobs,
    input: ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    refuse("a delimiter in ListMultipartUploads", input.delimiter.is_some())?;
    let prefix = input.prefix.unwrap_or_default();
    let uploads = blobs
        .uploads(&input.bucket)
        .await?
        .into_iter()
        .filter(|upload| upload.key.starts_with(&prefix))
        .map(|upload| MultipartUpload {
            initiated: Some(Timestamp::from(instant(upload.created_ms))),
            key: Some(upload.key),
            upload_id: Some(upload.id),
            ..MultipartUpload::default()
        })
        .collect();
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        prefix: Some(prefix),
        is_truncated: Some(false),
        uploads: Some(uploads),
        ..ListMultipartUploadsOutput::default()
    })
}

/// The upload `id`, if it is one of this very object.
pub(super) async fn upload(blobs: &Blobs, id: &str, bucket: &str, key: &str) -> S3Result<Upload> {
    let upload = blobs.upload(id).await?;
    if upload.store == bucket && upload.key == key {
        return Ok(upload);
    }
    Err(crate::blobs::BlobError::NoUpload(id.to_owned()).into())
}

/// Part names sort as numbers do.
pub(super) fn part_name(number: i32) -> S3Result<String> {
    if (1..=MAX_PARTS).contains(&number) {
        return Ok(format!("{number:05}"));
    }
    Err(s3_error!(
        InvalidArgument,
        "Part number must be an integer between 1 and {}, inclusive; it is {}",
        MAX_PARTS,
        number
    ))
}
