//! Queues: messages that wait for a worker.
//!
//! Deals with: [`Queue`], one client over every provider. Does not deal with: the queues that
//! trigger functions (the platform reads those), or with order and groups beyond what is said here.
//!
//! | | memory | SQS | Azure storage queue |
//! |---|---|---|---|
//! | largest body | 48 KiB | 1 MiB, attributes included | 48 KiB (64 KiB once in base64) |
//! | bodies | text | text | any bytes |
//! | most messages a receive | 10 | 10 | 32 |
//! | a message nobody reads stays | with the process | as the queue is set up, 14 days at most | for ever |
//!
//! Text is non-empty UTF-8 of the characters XML 1.0 allows: tab, line feed, carriage return, and all
//! from U+0020 but U+FFFE and U+FFFF. SQS refuses or replaces any other, so a body with one is
//! refused before it is sent, here and in memory: put bytes into a blob and send its key, or encode
//! them. Memory takes only what every provider takes: what passes a test there passes anywhere.
//! Delivery is at least once and, but for SQS queues named `….fifo`, in no promised order.

mod azure;
mod burial;
mod memory;
mod sqs;
mod text;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::binding::Binding;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};

/// The shortest and longest time, in seconds, that a received message may stay hidden: what every
/// provider takes.
const VISIBILITY_SECONDS: std::ops::RangeInclusive<u64> = 1..=43_200;

/// A queue. Cloning is cheap and shares connections and credentials.
#[derive(Clone)]
pub struct Queue(Backend);

#[derive(Clone)]
enum Backend {
    Memory(Arc<memory::Memory>),
    Sqs(Arc<sqs::Sqs>),
    Azure(Arc<azure::Azure>),
}

/// A message that was received and is hidden from others until its visibility ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// The provider's id: the same each time the message is received.
    pub id: String,
    /// Proves this receive to [`Queue::delete`]: another each time.
    pub receipt: String,
    /// What was sent.
    pub body: Bytes,
    /// How often it was received, this time included. On SQS an approximation.
    pub receive_count: u32,
    /// SQS message attributes that are text; elsewhere empty.
    pub attributes: Vec<(String, String)>,
}

/// What a queue takes. Plain data, for callers that choose by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// The largest body in bytes.
    pub max_bytes: usize,
    /// Whether bodies may be any bytes; else text only.
    pub any_bytes: bool,
    /// The most messages that one receive gives.
    pub max_messages: u32,
}

/// Opens the queue that `ANYFN_QUEUE_<NAME>` binds: a [`Binding`] URL.
///
/// # Errors
/// [`ErrorKind::Config`] where the variable, or a credential it needs, is missing or malformed.
/// Nothing is connected yet.
pub fn from_env(name: &str) -> Result<Queue> {
    bound(name, &Environment::process())
}

/// As [`from_env`], from given variables.
///
/// # Errors
/// As [`from_env`].
pub fn bound(name: &str, environment: &Environment) -> Result<Queue> {
    let example = "sqs://eu-central-1/123456789012/deliveries or azqueue://myaccount/deliveries";
    let (variable, url) = environment.binding("QUEUE", name, example)?;
    open_in(url, environment).map_err(|error| error.with("variable", variable))
}

/// Opens the queue at a [`Binding`] URL, with the process's credentials.
///
/// # Errors
/// As [`from_env`].
pub fn open(url: &str) -> Result<Queue> {
    open_in(url, &Environment::process())
}

/// Opens the queue at a [`Binding`] URL, with credentials from given variables.
///
/// # Errors
/// As [`from_env`].
pub fn open_in(url: &str, environment: &Environment) -> Result<Queue> {
    match Binding::parse(url)? {
        Binding::Memory { .. } => Ok(Queue::memory()),
        Binding::Sqs { region, account, name, endpoint } => {
            let queue = sqs::Sqs::open(region, &account, &name, endpoint.as_ref(), environment)?;
            Ok(Queue(Backend::Sqs(Arc::new(queue))))
        }
        Binding::AzureQueue { account, name, endpoint } => {
            let queue = azure::Azure::open(account, &name, endpoint.as_ref(), environment)?;
            Ok(Queue(Backend::Azure(Arc::new(queue))))
        }
        Binding::S3 { .. } | Binding::AzureBlob { .. } => {
            let text = "a store is bound where a queue is wanted, such as sqs://eu-central-1/123456789012/deliveries or azqueue://myaccount/deliveries";
            Err(Error::new(ErrorKind::Config, "open", text))
        }
    }
}

impl Queue {
    /// An empty queue in this process; clones share it. Its clock is the process's, and
    /// [`Queue::skip`].
    pub fn memory() -> Self {
        Self(Backend::Memory(Arc::default()))
    }

    /// Moves the clock of a queue in memory forward, so that a test of what becomes visible again
    /// need not wait. Does nothing to any other queue.
    pub fn skip(&self, by: Duration) {
        match &self.0 {
            Backend::Memory(queue) => queue.skip(by),
            Backend::Sqs(_) | Backend::Azure(_) => {}
        }
    }

    /// What this queue takes.
    pub fn capability(&self) -> Capability {
        match &self.0 {
            Backend::Memory(_) => memory::CAPABILITY,
            Backend::Sqs(_) => sqs::CAPABILITY,
            Backend::Azure(_) => azure::CAPABILITY,
        }
    }

    /// Sends a message. To an SQS queue named `….fifo` it goes in one group, so that all messages
    /// sent here keep their order, and is never taken for a repeat.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] for a body over [`Capability::max_bytes`]; [`ErrorKind::Config`] for
    /// one that is not text where only text is taken. Both before anything is sent.
    pub async fn send(&self, body: impl Into<Bytes>) -> Result<()> {
        let (operation, body) = ("queue send", body.into());
        let max_bytes = self.capability().max_bytes;
        if body.len() > max_bytes {
            return Err(too_large(operation, &body, max_bytes));
        }
        let text = text::of(&body).map_err(|what| {
            let text = format!("the body {what}; send the key of a blob, or encode the bytes");
            Error::new(ErrorKind::Config, operation, text)
        });
        match &self.0 {
            Backend::Azure(queue) => queue.send(operation, &body).await,
            Backend::Sqs(queue) => queue.send(operation, text?, &[], None).await,
            Backend::Memory(queue) => text.map(|_| queue.send(body.clone())),
        }
    }

    /// Receives at most `max` messages (and at most [`Capability::max_messages`]) and hides them
    /// from others for `visibility`: 1 s to 12 h, rounded up to whole seconds.
    ///
    /// It never waits. On SQS an empty answer does not prove an empty queue.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a visibility out of bounds.
    pub async fn receive(&self, max: u32, visibility: Duration) -> Result<Vec<Message>> {
        let seconds = visibility.as_secs() + u64::from(visibility.subsec_nanos() > 0);
        if !VISIBILITY_SECONDS.contains(&seconds) {
            let text = format!("a visibility of {visibility:?} is not within 1 s to 12 h");
            return Err(Error::new(ErrorKind::Config, "queue receive", text));
        }
        let max = max.min(self.capability().max_messages);
        if max == 0 {
            return Ok(Vec::new());
        }
        match &self.0 {
            Backend::Memory(queue) => Ok(queue.receive(max, Duration::from_secs(seconds))),
            Backend::Sqs(queue) => queue.receive(max, seconds).await,
            Backend::Azure(queue) => queue.receive(max, seconds).await,
        }
    }

    /// Deletes a received message. That it is already gone is a success.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where its visibility ended and it was received again since, as
    /// far as the provider tells.
    pub async fn delete(&self, message: &Message) -> Result<()> {
        match &self.0 {
            Backend::Memory(queue) => queue.delete(message),
            Backend::Sqs(queue) => queue.delete(message).await,
            Backend::Azure(queue) => queue.delete(message).await,
        }
    }

    /// Sends a dead letter of `function`: whatever the body is, with its attributes where they fit.
    pub(crate) async fn bury(
        &self,
        function: &str,
        body: Bytes,
        attributes: &[(String, String)],
    ) -> Result<()> {
        let (operation, max) = ("dead letter", self.capability().max_bytes);
        match &self.0 {
            Backend::Memory(_) => {
                let text = "dead letters in memory could never be read; bind an sqs:// or azqueue:// queue";
                Err(Error::new(ErrorKind::Config, operation, text))
            }
            Backend::Sqs(queue) => {
                let letter = burial::for_sqs(&body, attributes, max);
                let (text, attributes) = letter.ok_or_else(|| too_large(operation, &body, max))?;
                queue.send(operation, &text, &attributes, Some(function)).await
            }
            Backend::Azure(queue) => {
                let letter = burial::for_azure(&body, attributes, max);
                let letter = letter.ok_or_else(|| too_large(operation, &body, max))?;
                queue.send(operation, &letter).await
            }
        }
    }
}

fn too_large(operation: &'static str, body: &Bytes, max: usize) -> Error {
    let text = format!("a body of {} bytes is over the queue's limit of {max}", body.len());
    Error::new(ErrorKind::TooLarge, operation, text)
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Backend::Memory(_) => f.write_str("Queue(memory)"),
            Backend::Sqs(queue) => write!(f, "Queue({queue:?})"),
            Backend::Azure(queue) => write!(f, "Queue({queue:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn memory_behaves_as_every_queue_does() {
        let queue = Queue::memory();
        crate::behaviour::queue(&queue, async |by| queue.skip(by)).await.unwrap();
    }

    #[tokio::test]
    async fn what_some_provider_would_change_is_refused_before_it_is_sent() {
        let queue = Queue::memory();
        for bad in [&b""[..], b"\xff", b"a\0b", b"\x1b[0m", "\u{ffff}".as_bytes()] {
            let error = queue.send(Bytes::copy_from_slice(bad)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        }
        let error = queue.send(vec![b'x'; 48 * 1024 + 1]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert!(queue.receive(10, Duration::from_secs(1)).await.unwrap().is_empty());
    }

    #[test]
    fn a_store_is_no_queue() {
        let error = open("azblob://acct/photos").unwrap_err();
        assert!(error.to_string().contains("sqs://"), "{error}");
    }
}
