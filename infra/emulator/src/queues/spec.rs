//! What a queue is set to.
//!
//! Deals with: the settings and their provider defaults. Does not deal with: how a provider spells or bounds
//! them (`aws/sqs`, `azure/queue`).

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cloud::Cloud;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The settings of one queue. All of them are enforced by the engine, whichever API set them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueSpec {
    /// How long a received message stays hidden when the receiver names no time of its own.
    pub visibility: Duration,
    /// How long a new message stays hidden when the sender names no time of its own.
    pub delay: Duration,
    /// How long a message is kept when the sender names no time to live.
    pub retention: Duration,
    /// The largest body in bytes of UTF-8.
    pub max_bytes: usize,
    /// Whether groups are delivered in order and duplicates of five minutes are dropped.
    pub fifo: bool,
    /// Whether a FIFO message without a deduplication id is identified by the hash of its body.
    pub content_dedup: bool,
    /// Where a message goes that was received too often; `None` keeps it here until it expires.
    pub redrive: Option<Redrive>,
    /// What the provider's API stored with the queue and the engine has no use for.
    pub metadata: BTreeMap<String, String>,
}

/// When a message leaves for the dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redrive {
    /// The dead-letter queue: a queue of the same cloud.
    pub dead_letter: String,
    /// How many receives a message gets; the one after that moves it.
    pub max_receives: u32,
}

impl QueueSpec {
    /// The provider's defaults: SQS keeps messages of up to 1 MiB for 4 days, Azure of 64 KiB for 7.
    /// Both hide a received one for 30 seconds.
    #[must_use]
    pub fn new(cloud: Cloud) -> Self {
        let (retention, max_bytes) = match cloud {
            Cloud::Aws => (4 * DAY, 1024 * 1024),
            Cloud::Azure => (7 * DAY, 64 * 1024),
        };
        Self {
            visibility: Duration::from_secs(30),
            delay: Duration::ZERO,
            retention,
            max_bytes,
            fifo: false,
            content_dedup: false,
            redrive: None,
            metadata: BTreeMap::new(),
        }
    }
}
