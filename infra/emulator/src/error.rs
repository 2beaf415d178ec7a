//! Why the emulator does not start, or cannot do what it was asked.
//!
//! Deals with: one error for the library's callers. Does not deal with: what the emulated APIs answer;
//! each room has its provider's own errors.

use std::path::PathBuf;

use crate::aws::lambda::LambdaError;
use crate::azure::functions::HostError;
use crate::blobs::BlobError;
use crate::queues::QueueError;
use crate::store::StoreError;

/// Every message names the thing and says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EmulatorError {
    /// An executable has no manifest.
    #[error("{executable} has no manifest: {why}")]
    Manifest {
        /// The executable.
        executable: PathBuf,
        /// What it said instead.
        why: String,
    },
    /// What the apps declare cannot be run together or here.
    #[error("{0}")]
    Declared(String),
    /// A port is taken.
    #[error("port {port} for {what} on 127.0.0.1 cannot be had: {source}; another one: --port 0")]
    Port {
        /// What would listen there.
        what: &'static str,
        /// The port.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The state folder cannot be used.
    #[error("the state folder {path}: {why}")]
    State {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// An app does not get ready on the Azure host.
    #[error("the azure app {app} does not start: {why}; its log is {log}")]
    Unready {
        /// The app.
        app: String,
        /// What the host saw.
        why: String,
        /// The file with its output.
        log: PathBuf,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A store of blobs could not be made.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// A queue could not be made.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Lambda could not start.
    #[error(transparent)]
    Lambda(#[from] LambdaError),
    /// An Azure app could not start.
    #[error(transparent)]
    Azure(#[from] HostError),
}
