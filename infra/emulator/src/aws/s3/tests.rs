//! S3 in process.
