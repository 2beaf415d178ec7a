//! Messages of a queue, one a call or a batch a call.
//!
//! Deals with: which queue, decoding one body as JSON. Does not deal with: what a batch is to its
//! handler (`batch`), partial failures (the host's), sending (the author's own client).

mod batch;

use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::{Event, Reply, Trigger};
use crate::error::Error;
use crate::json::{self, Unread};
use crate::manifest::TriggerSpec;

pub use batch::{Batch, Batches, Failed, Item, batch};

/// One message as the host delivered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The body, out of the provider's encoding.
    pub body: Bytes,
}

/// The trigger: messages of one queue, each decoded from JSON as `T`.
#[must_use]
pub struct Messages<T> {
    queue: String,
    fifo: bool,
    body: PhantomData<fn() -> T>,
}

/// Runs for every message of `queue`, whose body is JSON that reads as `T`.
///
/// A body that does not is a failed attempt (a newer version of the function may know it): tried
/// again, then dead-lettered, with the JSON path and what was expected in the log.
pub fn messages<T: DeserializeOwned + Send + 'static>(queue: impl Into<String>) -> Messages<T> {
    Messages { queue: queue.into(), fifo: false, body: PhantomData }
}

impl<T> Messages<T> {
    /// Messages of one group run one after another, in order. Azure storage queues have no such
    /// thing: the listing for that target refuses it.
    pub fn fifo(self) -> Self {
        Self { fifo: true, ..self }
    }
}

impl<T: DeserializeOwned + Send + 'static> Trigger for Messages<T> {
    type Event = T;
    type Reply = ();

    fn spec(&self) -> TriggerSpec {
        TriggerSpec::Queue { queue: self.queue.clone(), fifo: self.fifo, batch: false }
    }

    fn open(&self, event: Event) -> Result<T, Error> {
        let Event::Message(message) = event else { return Err(event.not("a queue message")) };
        read(&message.body)
    }

    fn seal(&self, (): ()) -> Reply {
        Reply::Done
    }
}

/// A body as a `T`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    json::read(body).map_err(|fault| match fault {
        Unread::At(fault) => {
            let path = fault.path().to_string();
            Error::unreadable(format!(
                "the message is not a `{}`: at `{path}`: {}",
                std::any::type_name::<T>(),
                fault.into_inner()
            ))
        }
        Unread::Longer(fault) => {
            Error::unreadable(format!("the message goes on after its JSON: {fault}"))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Order {
        #[expect(dead_code, reason = "read by nobody: the test is about the error")]
        lines: Vec<u32>,
    }

    #[test]
    fn a_body_of_another_type_is_refused_with_its_path() {
        let body = Bytes::from_static(br#"{"lines":[1,"two"]}"#);
        let fault = messages::<Order>("orders").open(Event::Message(Message { body })).unwrap_err();
        let text = fault.to_string();
        assert!(text.contains("lines[1]") && text.contains("expected u32"), "{text}");
    }

    #[test]
    fn broken_utf8_and_trailing_bytes_are_refused() {
        for body in [&b"{\"lines\":[]} x"[..], b"\"\xff\"", b""] {
            let body = Bytes::from_static(body);
            assert!(messages::<Order>("orders").open(Event::Message(Message { body })).is_err());
        }
    }
}
