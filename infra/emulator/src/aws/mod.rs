//! The AWS side of the local cloud.
//!
//! Deals with: S3, SQS, Lambda.
//! Does not deal with: what is kept (`blobs`, `queues`), or Azure.

pub mod auth;
pub mod lambda;
pub mod s3;
pub mod sqs;
