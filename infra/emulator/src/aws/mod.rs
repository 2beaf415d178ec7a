//! The AWS side of the local cloud.
//!
//! Deals with: S3, SQS, Lambda.
//! Does not deal with: what is kept (`blobs`, `queues`), or Azure.

pub mod auth;
pub mod lambda;
pub mod s3;
pub mod sqs;

/// The region that all of the emulated AWS is in.
pub const REGION: &str = "us-east-1";
/// The account that all of it belongs to.
pub const ACCOUNT: &str = "000000000000";
