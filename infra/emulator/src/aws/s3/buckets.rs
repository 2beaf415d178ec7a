//! Buckets.
//!
//! Deals with: making, finding, listing and deleting them, their names.
//! Does not deal with: where they are: every bucket is in us-east-1.

use std::collections::BTreeMap;

use s3s::S3Result;
use s3s::dto::{
    Bucket, CreateBucketInput, CreateBucketOutput, GetBucketLocationOutput, HeadBucketOutput,
    ListBucketsOutput, Timestamp,
};
use s3s::validation::{AwsNameValidation, NameValidation};

use crate::aws::REGION;
use crate::blobs::{BlobError, Blobs};
use crate::clock::instant;

/// AWS's names, and those of stores with two characters, which get a prefix once they are deployed.
pub(super) struct Names;

impl NameValidation for Names {
    fn validate_bucket_name(&self, name: &str) -> bool {
        AwsNameValidation::new().validate_bucket_name(name)
            || (name.len() == 2
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
    }
}

pub(super) async fn create(
    blobs: &Blobs,
    input: CreateBucketInput,
) -> S3Result<CreateBucketOutput> {
    let location = Some(format!("/{}", input.bucket));
    match blobs.create_container(&input.bucket, BTreeMap::new()).await {
        Ok(_) => Ok(CreateBucketOutput { location }),
        // AWS: in us-east-1, and only there, making one's own bucket again succeeds.
        Err(BlobError::StoreExists(_)) if input.create_bucket_configuration.is_none() => {
            Ok(CreateBucketOutput { location })
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn head(blobs: &Blobs, bucket: &str) -> S3Result<HeadBucketOutput> {
    blobs.container(bucket).await?;
    Ok(HeadBucketOutput { bucket_region: Some(REGION.to_owned()), ..HeadBucketOutput::default() })
}

pub(super) async fn list(blobs: &Blobs) -> S3Result<ListBucketsOutput> {
    let bucket = |container: crate::blobs::Container| Bucket {
        creation_date: Some(Timestamp::from(instant(container.created_ms))),
        name: Some(container.name),
        ..Bucket::default()
    };
    let buckets = blobs.containers().await?.into_iter().map(bucket).collect();
    Ok(ListBucketsOutput { buckets: Some(buckets), ..ListBucketsOutput::default() })
}

pub(super) async fn location(blobs: &Blobs, bucket: &str) -> S3Result<GetBucketLocationOutput> {
    blobs.container(bucket).await?;
    // Null is how S3 spells us-east-1.
    Ok(GetBucketLocationOutput::default())
}
