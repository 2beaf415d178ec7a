//! Messages: on their way into a queue, received from it, and only looked at.
//!
//! Deals with: what each of the three holds. Does not deal with: what a queue takes (`limits.rs`).

use std::time::Duration;

use bytes::Bytes;

/// A message to send. Whatever is a body is one: `queue.send("text")`; more is said in between:
/// `queue.send(Outgoing::new("text").group("customer-7"))`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outgoing {
    /// What is sent: at most [`Capability::max_bytes`](super::Capability::max_bytes) of it.
    pub body: Bytes,
    /// How long nobody receives it: up to [`Capability::max_delay`](super::Capability::max_delay),
    /// rounded up to whole seconds; none by default.
    pub delay: Duration,
    /// The group whose order it keeps, where [`Capability::groups`](super::Capability::groups): 1 to
    /// 128 of A-Z, a-z, 0-9 and punctuation. By default the one group of all that is sent without.
    pub group: Option<String>,
    /// Two messages with the same one within five minutes are one message, where
    /// [`Capability::groups`](super::Capability::groups): 1 to 128 of the same characters. By default
    /// no message is taken for a repeat.
    pub dedup: Option<String>,
}

impl Outgoing {
    /// A message without delay, in no group of its own.
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), delay: Duration::ZERO, group: None, dedup: None }
    }

    /// The same, received by nobody for so long.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    /// The same in a group.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The same with an id by which a repeat is known.
    #[must_use]
    pub fn dedup(mut self, id: impl Into<String>) -> Self {
        self.dedup = Some(id.into());
        self
    }
}

impl From<Bytes> for Outgoing {
    fn from(body: Bytes) -> Self {
        Self::new(body)
    }
}

impl From<Vec<u8>> for Outgoing {
    fn from(body: Vec<u8>) -> Self {
        Self::new(body)
    }
}

impl From<String> for Outgoing {
    fn from(body: String) -> Self {
        Self::new(body)
    }
}

impl From<&'static str> for Outgoing {
    fn from(body: &'static str) -> Self {
        Self::new(body)
    }
}

impl From<&'static [u8]> for Outgoing {
    fn from(body: &'static [u8]) -> Self {
        Self::new(body)
    }
}

/// A message that was received and is hidden from others until its visibility ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// The provider's id: the same each time the message is received.
    pub id: String,
    /// Proves this receive to [`Queue::delete`](super::Queue::delete) and
    /// [`Queue::extend`](super::Queue::extend): another each time.
    pub receipt: String,
    /// What was sent.
    pub body: Bytes,
    /// How often it was received, this time included. On SQS an approximation.
    pub receive_count: u32,
    /// SQS message attributes that are text; elsewhere empty.
    pub attributes: Vec<(String, String)>,
}

/// A message that was looked at and is still there for whoever receives.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peeked {
    /// The provider's id: the same when the message is received.
    pub id: String,
    /// What was sent.
    pub body: Bytes,
    /// How often it was received so far.
    pub receive_count: u32,
}
