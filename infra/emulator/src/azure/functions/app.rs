//! What a host is started with, what it tells about itself, why it does not start.
//!
//! Deals with: plain data.
//! Does not deal with: starting (`host`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use http::Request;

use super::files::FileError;
use crate::clock::Clock;
use crate::measured::Measurements;
use crate::process::Spawner;
use crate::queues::{QueueError, Queues};
use crate::store::Store;

/// The parts of the local cloud that a host stands on.
#[derive(Clone)]
pub struct Deps {
    /// Opened with this room's schema and that of the queues.
    pub store: Store,
    /// What timers, queue visibility and the age of worker errors read.
    pub clock: Clock,
    /// The storage account's queues.
    pub queues: Queues,
    /// Starts the worker process.
    pub spawner: Spawner,
    /// Takes down what calls took.
    pub measured: Measurements,
}

/// One app to run.
#[derive(Clone, Debug)]
pub struct App {
    /// In log lines and in what is remembered across restarts.
    pub name: String,
    /// Holds `host.json` and a folder a function.
    pub folder: PathBuf,
    /// The app settings: the worker's environment, `%NAME%` in the files, overrides of host.json.
    pub settings: BTreeMap<String, String>,
    /// The file that the worker's output and the host's own lines are appended to.
    pub log: PathBuf,
    /// What callers of `authLevel: function` must show as `x-functions-key` or `?code=`.
    pub function_key: String,
    /// The public port on 127.0.0.1; 0 for a free one.
    pub port: u16,
    /// How long until a host that stopped itself after three worker errors is started again, as the
    /// platform does; `None`: it stays stopped. Real time.
    pub restart_after: Option<Duration>,
}

/// A function as the host loaded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionInfo {
    /// The folder's name.
    pub name: String,
    /// Where an HTTP function is called, with its route template.
    pub url: Option<String>,
    /// The storage queue a queue function listens on.
    pub queue: Option<String>,
}

/// What to invoke a function with by hand.
#[derive(Clone, Debug)]
pub enum Input {
    /// A queue function's message text (before encoding), as the trigger would see it. Ignored by a
    /// timer function.
    Text(String),
    /// An HTTP function's request; only path, query, method, headers and body matter. No key is
    /// needed. The path is the public one, with the route prefix.
    Http(Box<Request<Bytes>>),
}

/// Why a host did not start.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// A file of the app's folder is wrong.
    #[error("the azure app {app}: {source}")]
    File {
        /// The app's name.
        app: String,
        /// Which file, and why.
        source: FileError,
    },
    /// The port or the log file cannot be had.
    #[error("the azure app {app}: {source}")]
    Io {
        /// The app's name.
        app: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store failed.
    #[error("the azure app {app}: {source}")]
    Queue {
        /// The app's name.
        app: String,
        /// What the queues said.
        source: QueueError,
    },
}
