//! Blob storage in process.
