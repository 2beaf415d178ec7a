//! The local cloud.
//!
//! Deals with: the emulated hosts, their event sources, storage and queue APIs, one durable store.
//! Does not deal with: building functions, watching sources, talking to a person (`anyfn-cli`).

pub mod aws;
pub mod azure;
pub mod blobs;
pub mod clock;
pub mod cloud;
pub mod identity;
pub mod process;
pub mod queues;
pub mod store;
