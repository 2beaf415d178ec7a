//! Queues: messages that wait for a worker.
//!
//! Deals with: [`Queue`], one client over every provider. Does not deal with: the queues that
//! trigger functions (the platform reads those), or with order and groups beyond what is said here.
//!
//! | | memory | SQS | SQS, `….fifo` | Azure storage queue |
//! |---|---|---|---|---|
//! | largest body | 48 KiB | 1 MiB, attributes included | the same | 48 KiB (64 KiB once in base64) |
//! | bodies | text | text | text | any bytes |
//! | most messages a receive | 10 | 10 | 10 | 32 |
//! | messages a request of a batch | 10 | 10, together 1 MiB | the same | 1, eight requests at once |
//! | longest delay of a message | 15 min | 15 min | none | 7 days |
//! | peek | no | no | no | yes |
//! | groups, repeats known | no ([`Queue::memory_fifo`]: yes) | no | yes | no |
//! | a message nobody reads stays | with the process | as the queue is set up, 14 days at most | the same | for ever |
//!
//! Text is non-empty UTF-8 of the characters XML 1.0 allows: tab, line feed, carriage return, and all
//! from U+0020 but U+FFFE and U+FFFF. SQS refuses or replaces any other, so a body with one is
//! refused before it is sent, here and in memory: put bytes into a blob and send its key, or encode
//! them. Memory takes and does only what every provider does: what passes a test there passes
//! anywhere. [`Queue::capability`] tells the table above as data; what a queue cannot do is
//! [`ErrorKind::Config`] before anything is sent.
//! Delivery is at least once and, but for SQS queues named `….fifo`, in no promised order.

mod azure;
mod batch;
mod burial;
mod limits;
mod memory;
mod message;
#[cfg(not(feature = "aws-sdk"))]
mod sqs;
#[cfg(feature = "aws-sdk")]
#[path = "sqs_sdk/mod.rs"]
mod sqs;
mod sqs_limits;
mod text;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

pub use self::limits::Capability;
pub use self::message::{Message, Outgoing, Peeked};
use crate::binding::Binding;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};

/// A queue. Cloning is cheap and shares connections and credentials.
#[derive(Clone)]
pub struct Queue(Backend);

#[derive(Clone)]
enum Backend {
    Memory(Arc<memory::Memory>),
    Sqs(Arc<sqs::Sqs>),
    Azure(Arc<azure::Azure>),
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
    open_in(&url, environment).map_err(|error| error.with("variable", variable))
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
        Self(Backend::Memory(Arc::new(memory::Memory::new(false))))
    }

    /// As [`Queue::memory`], with groups and repeats as an SQS queue named `….fifo` has them.
    pub fn memory_fifo() -> Self {
        Self(Backend::Memory(Arc::new(memory::Memory::new(true))))
    }

    /// Moves the clock of a queue in memory forward, so that a test of what becomes visible again
    /// need not wait. Does nothing to any other queue.
    pub fn skip(&self, by: Duration) {
        match &self.0 {
            Backend::Memory(queue) => queue.skip(by),
            Backend::Sqs(_) | Backend::Azure(_) => {}
        }
    }

    /// What this queue takes and can do.
    pub fn capability(&self) -> Capability {
        match &self.0 {
            Backend::Memory(queue) => queue.capability(),
            Backend::Sqs(queue) => queue.capability(),
            Backend::Azure(_) => azure::CAPABILITY,
        }
    }

    /// Sends a message: a body, or an [`Outgoing`] that says more.
    ///
    /// To an SQS queue named `….fifo` it goes in one group unless it names another, so that all
    /// messages sent without one keep their order.
    ///
    /// # Errors
    /// [`ErrorKind::TooLarge`] for a body over [`Capability::max_bytes`]; [`ErrorKind::Config`] for
    /// one that is not text where only text is taken, and for a delay, group or id that the queue
    /// cannot have. All before anything is sent.
    pub async fn send(&self, message: impl Into<Outgoing>) -> Result<()> {
        self.put("queue send", message.into()).await
    }

    /// Sends a message that nobody receives before `delay` is over: at most
    /// [`Capability::max_delay`], rounded up to whole seconds.
    ///
    /// # Errors
    /// As [`Queue::send`].
    pub async fn send_later(&self, message: impl Into<Outgoing>, delay: Duration) -> Result<()> {
        self.put("queue send later", message.into().delay(delay)).await
    }

    async fn put(&self, operation: &'static str, message: Outgoing) -> Result<()> {
        limits::check(operation, &self.capability(), &message)?;
        match &self.0 {
            Backend::Memory(queue) => {
                queue.send(message);
                Ok(())
            }
            Backend::Sqs(queue) => queue.send(operation, &message).await,
            Backend::Azure(queue) => {
                queue.send(operation, &message.body, limits::seconds(message.delay)).await
            }
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
        let least = Duration::from_secs(1);
        let seconds = limits::visibility("queue receive", visibility, least)?;
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

    /// Hides a received message for `visibility` from now on, in place of what is left of its time: 0
    /// to 12 h, rounded up to whole seconds; zero gives it back at once. SQS counts the 12 h from its
    /// receive.
    ///
    /// Returns the receipt that counts from now on: the one of `message` may count no more.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where the message is gone, or its visibility ended and it was
    /// received again since, as far as the provider tells; [`ErrorKind::Config`] for a visibility out
    /// of bounds.
    pub async fn extend(&self, message: &Message, visibility: Duration) -> Result<String> {
        let seconds = limits::visibility("queue extend", visibility, Duration::ZERO)?;
        match &self.0 {
            Backend::Memory(queue) => queue.extend(message, Duration::from_secs(seconds)),
            Backend::Sqs(queue) => queue.extend(message, seconds).await,
            Backend::Azure(queue) => queue.extend(message, seconds).await,
        }
    }

    /// Looks at the next messages, at most `max` (and at most [`Capability::max_messages`]): they stay
    /// where they are, and nothing counts as received.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] where [`Capability::peek`] is false.
    pub async fn peek(&self, max: u32) -> Result<Vec<Peeked>> {
        match &self.0 {
            Backend::Memory(_) | Backend::Sqs(_) => {
                let text = "the queue cannot be looked into without receiving, as an azqueue:// \
                            queue can; receive, and extend by zero to give back";
                Err(Error::new(ErrorKind::Config, "queue peek", text))
            }
            Backend::Azure(_) if max == 0 => Ok(Vec::new()),
            Backend::Azure(queue) => queue.peek(max.min(self.capability().max_messages)).await,
        }
    }

    /// Deletes a received message. That it is already gone is a success.
    ///
    /// # Errors
    /// [`ErrorKind::Precondition`] where its visibility ended and it was received again since, as
    /// far as the provider tells.
    pub async fn delete(&self, message: &Message) -> Result<()> {
        let operation = "queue delete";
        match &self.0 {
            Backend::Memory(queue) => queue.delete(operation, message),
            Backend::Sqs(queue) => queue.delete(operation, message).await,
            Backend::Azure(queue) => queue.delete(operation, message).await,
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
        let too_large = || limits::too_large(operation, &body, max);
        match &self.0 {
            Backend::Memory(_) => {
                let text = "dead letters in memory could never be read; bind an sqs:// or azqueue:// queue";
                Err(Error::new(ErrorKind::Config, operation, text))
            }
            Backend::Sqs(queue) => {
                let letter = burial::for_sqs(&body, attributes, max);
                let (text, attributes) = letter.ok_or_else(too_large)?;
                queue.bury(operation, &text, &attributes, function).await
            }
            Backend::Azure(queue) => {
                let letter = burial::for_azure(&body, attributes, max);
                queue.send(operation, &letter.ok_or_else(too_large)?, 0).await
            }
        }
    }
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
mod tests;
