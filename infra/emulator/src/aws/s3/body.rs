//! The bytes of an upload and the sums that a client sends with them.
//!
//! Deals with: reading a body, MD5 and the `x-amz-checksum-` family, in headers and in trailers.
//! Does not deal with: `x-amz-content-sha256`, which `s3s` verifies with the signature.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::HeaderMap;
use md5::{Digest as _, Md5};
use s3s::checksum::ChecksumHasher;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::{Checksum, StreamingBlob};
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, s3_error};

use crate::blobs::{BlobError, MAX_BYTES};

/// Names of the algorithms as headers have them after `x-amz-checksum-`.
const ALGORITHMS: [&str; 5] = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];

/// Reads `body` and verifies every sum that came with it; returns the bytes and the sums in base64.
///
/// # Errors
/// `EntityTooLarge`, `IncompleteBody`, `BadDigest`, `InvalidDigest`, `XAmzContentSHA256Mismatch`.
pub(super) async fn read<T>(
    body: Option<StreamingBlob>,
    request: &S3Request<T>,
) -> S3Result<(Bytes, BTreeMap<String, String>)> {
    let bytes = collect(body).await?;
    let mut given = sums(&request.headers);
    if let Some(trailers) = &request.trailing_headers
        && let Some(more) = trailers.read(sums)
    {
        given.extend(more);
    }
    verify_md5(&request.headers, &bytes)?;
    let own = given.clone();
    let hashed = bytes.clone();
    let computed = tokio::task::spawn_blocking(move || compute(&own, &hashed))
        .await
        .map_err(S3Error::internal_error)?;
    for (algorithm, value) in &given {
        if computed.get(algorithm) != Some(value) {
            return Err(s3_error!(
                BadDigest,
                "The {} you specified did not match the calculated checksum.",
                algorithm.to_ascii_uppercase()
            ));
        }
    }
    Ok((bytes, given))
}

async fn collect(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(mut body) = body else { return Ok(Bytes::new()) };
    let mut bytes = BytesMut::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            let text = error.to_string();
            if text.contains("Sha256Mismatch") {
                sha256_mismatch()
            } else if text.contains("SignatureMismatch") {
                s3_error!(
                    SignatureDoesNotMatch,
                    "The signature of a chunk does not match: {}",
                    text
                )
            } else {
                s3_error!(IncompleteBody, "The body could not be read to its end: {}", text)
            }
        })?;
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(BlobError::TooLarge(bytes.len() + chunk.len()).into());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn sha256_mismatch() -> S3Error {
    let mut error = S3Error::with_message(
        S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()),
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
    error.set_status_code(http::StatusCode::BAD_REQUEST);
    error
}

fn sums(headers: &HeaderMap) -> BTreeMap<String, String> {
    let value = |algorithm: &str| {
        let value = headers.get(format!("x-amz-checksum-{algorithm}"))?.to_str().ok()?;
        Some((algorithm.to_owned(), value.to_owned()))
    };
    ALGORITHMS.into_iter().filter_map(value).collect()
}

fn verify_md5(headers: &HeaderMap, bytes: &Bytes) -> S3Result<()> {
    let Some(given) = headers.get("content-md5") else { return Ok(()) };
    let given =
        STANDARD.decode(given.as_bytes()).ok().filter(|sum| sum.len() == 16).ok_or_else(|| {
            s3_error!(InvalidDigest, "The Content-MD5 you specified is not valid.")
        })?;
    if Md5::digest(bytes).as_slice() == given {
        return Ok(());
    }
    Err(s3_error!(BadDigest, "The Content-MD5 you specified did not match what we received."))
}

fn compute(wanted: &BTreeMap<String, String>, bytes: &[u8]) -> BTreeMap<String, String> {
    let mut hasher = ChecksumHasher::default();
    for algorithm in wanted.keys() {
        match algorithm.as_str() {
            "crc32" => hasher.crc32 = Some(Crc32::new()),
            "crc32c" => hasher.crc32c = Some(Crc32c::new()),
            "crc64nvme" => hasher.crc64nvme = Some(Crc64Nvme::new()),
            "sha1" => hasher.sha1 = Some(Sha1::new()),
            "sha256" => hasher.sha256 = Some(Sha256::new()),
            _ => {}
        }
    }
    hasher.update(bytes);
    from_dto(hasher.finalize())
}

fn from_dto(sums: Checksum) -> BTreeMap<String, String> {
    [
        ("crc32", sums.checksum_crc32),
        ("crc32c", sums.checksum_crc32c),
        ("crc64nvme", sums.checksum_crc64nvme),
        ("sha1", sums.checksum_sha1),
        ("sha256", sums.checksum_sha256),
    ]
    .into_iter()
    .filter_map(|(name, sum)| Some((name.to_owned(), sum?)))
    .collect()
}

/// The kept sums in `s3s`'s form.
pub(super) fn to_dto(sums: &BTreeMap<String, String>) -> Checksum {
    let get = |name: &str| sums.get(name).cloned();
    Checksum {
        checksum_crc32: get("crc32"),
        checksum_crc32c: get("crc32c"),
        checksum_crc64nvme: get("crc64nvme"),
        checksum_sha1: get("sha1"),
        checksum_sha256: get("sha256"),
        ..Checksum::default()
    }
}
