//! Triggers: when a function runs, and what it then receives and answers.
//!
//! Deals with: the trait, the closed set of events and replies between hosts and triggers. Does not
//! deal with: any provider's wire format; only `host` knows those.

pub mod blob;
pub mod cron;
pub mod http;
pub mod queue;
pub mod schedule;

use crate::error::Error;
use crate::manifest::TriggerSpec;

/// Says when a function runs, and what it then receives and answers.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a trigger",
    note = "triggers are made by `http::get`, `http::post`, `http::any`, `schedule::cron`, \
            `schedule::every`, `queue::messages`, `queue::batch`, `blob::created` and `blob::deleted`"
)]
pub trait Trigger: Send + Sync + 'static {
    /// What the handler receives.
    type Event: Send;
    /// What the handler returns.
    type Reply: Send;

    /// Plain data for the manifest.
    fn spec(&self) -> TriggerSpec;

    /// Turns what the host delivered into the handler's event.
    ///
    /// # Errors
    /// The event is not of the declared type; the message names the place and what was expected.
    fn open(&self, event: Event) -> Result<Self::Event, Error>;

    /// Which messages of the event could not be read and are not in it any more: none, but for a batch.
    fn unread(&self, _event: &mut Self::Event) -> queue::Failed {
        queue::Failed::default()
    }

    /// Turns what the handler returned into what the host sends back.
    fn seal(&self, reply: Self::Reply) -> Reply;
}

/// What a host delivers: one of five shapes, whatever the cloud.
#[derive(Clone, Debug)]
pub enum Event {
    /// A request, its path as the author's template sees it (no host prefix).
    Http(::http::Request<bytes::Bytes>),
    /// A schedule is due.
    Tick(schedule::Tick),
    /// One message of a queue.
    Message(queue::Message),
    /// Messages of a queue, bodies as they came.
    Batch(queue::Batch<bytes::Bytes>),
    /// A blob was created or deleted.
    Blob(blob::BlobEvent),
}

/// What a host takes back.
#[derive(Clone, Debug)]
pub enum Reply {
    /// The event is dealt with.
    Done,
    /// The response to a request.
    Http(http::Response),
    /// A batch is dealt with, but for these messages.
    Failed(queue::Failed),
}

impl Reply {
    /// This, and `unread` besides where it is about a batch.
    pub(crate) fn and(self, unread: queue::Failed) -> Self {
        match self {
            Self::Failed(mut failed) => {
                failed.extend(unread);
                Self::Failed(failed)
            }
            other => other,
        }
    }
}

impl Event {
    /// What this is called in an error message.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Http(_) => "an HTTP request",
            Self::Tick(_) => "a schedule's tick",
            Self::Message(_) => "a queue message",
            Self::Batch(_) => "a batch of queue messages",
            Self::Blob(_) => "a blob event",
        }
    }

    pub(crate) fn not(self, expected: &str) -> Error {
        Error::retry(format!("this function takes {expected}, not {}", self.kind()))
    }
}
