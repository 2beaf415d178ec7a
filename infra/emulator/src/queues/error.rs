//! Why a queue did not do it.
//!
//! Deals with: the engine's reasons. Does not deal with: the codes and shapes providers answer with.

use crate::store::StoreError;

/// Why the engine refused. Each API maps these to its own codes.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// There is no queue of that name in that cloud.
    #[error("there is no queue `{0}`")]
    NoQueue(String),
    /// A queue of that name exists with other settings.
    #[error("a queue `{0}` exists with other settings")]
    Exists(String),
    /// The body is larger than the queue takes.
    #[error("a message of {bytes} bytes is over the queue's limit of {limit} bytes")]
    TooLarge {
        /// What was sent.
        bytes: usize,
        /// What the queue takes.
        limit: usize,
    },
    /// The receipt is not one that this engine made.
    #[error("the receipt is malformed")]
    ReceiptMalformed,
    /// The receipt's message is deleted, expired or moved.
    #[error("the receipt's message is no longer in the queue")]
    MessageGone,
    /// The message was received or updated again since this receipt was given.
    #[error("the receipt is not the message's latest")]
    ReceiptStale,
    /// The receipt's visibility timeout has passed (FIFO queues only).
    #[error("the receipt has expired")]
    ReceiptExpired,
    /// The message is visible, so there is no timeout to change (SQS only).
    #[error("the message is not in flight")]
    NotInFlight,
    /// The message would be hidden for longer than the provider allows since it was received.
    #[error("the message would be in flight for more than {0} seconds in all")]
    HiddenTooLong(u64),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for QueueError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(StoreError::Sqlite(error))
    }
}
