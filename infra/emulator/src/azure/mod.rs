//! The Azure side of the local cloud.
//!
//! Deals with: the storage account's blob and queue services, the Functions host.
//! Does not deal with: what is kept (`blobs`, `queues`), or AWS.

pub mod auth;
pub mod blob;
pub mod error;
pub mod functions;
pub mod identity_endpoint;
pub mod queue;
