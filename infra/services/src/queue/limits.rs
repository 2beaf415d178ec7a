//! What a queue takes and what it can do.
//!
//! Deals with: [`Capability`], and refusing by it before anything is sent.
//! Does not deal with: the values for a provider; each backend has its own.

use std::time::Duration;

use bytes::Bytes;

use super::Outgoing;
use super::text;
use crate::error::{Error, ErrorKind, Result};

/// The longest time that a received message may stay hidden: what every provider takes.
const MAX_VISIBILITY: Duration = Duration::from_secs(43_200);

/// What a queue takes and can do. Plain data, for callers that choose by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capability {
    /// The largest body in bytes.
    pub max_bytes: usize,
    /// Whether bodies may be any bytes; else text only.
    pub any_bytes: bool,
    /// The most messages that one receive, or one look, gives.
    pub max_messages: u32,
    /// The most messages that go in one request of [`Queue::send_batch`](super::Queue::send_batch) or
    /// [`Queue::delete_batch`](super::Queue::delete_batch); both take any number.
    pub max_batch: u32,
    /// The longest delay of a single message; zero where a message has no delay of its own.
    pub max_delay: Duration,
    /// Whether [`Queue::peek`](super::Queue::peek) is there.
    pub peek: bool,
    /// Whether messages have groups, whose order is kept, and ids by which a repeat is known.
    pub groups: bool,
}

/// Refuses a message that the queue would not take, or would change.
pub(super) fn check(
    operation: &'static str,
    capability: &Capability,
    message: &Outgoing,
) -> Result<()> {
    let wrong = |text: String| Err(Error::new(ErrorKind::Config, operation, text));
    if message.body.len() > capability.max_bytes {
        return Err(too_large(operation, &message.body, capability.max_bytes));
    }
    if !capability.any_bytes
        && let Err(what) = text::of(&message.body)
    {
        return wrong(format!("the body {what}; send the key of a blob, or encode the bytes"));
    }
    if message.delay > capability.max_delay {
        return wrong(match capability.max_delay {
            Duration::ZERO => "the queue delays no single message, which would leave its group's \
                               order; let the queue itself delay all of them, or use one that is \
                               not fifo"
                .to_owned(),
            most => {
                format!("a delay of {:?} is over the queue's longest of {most:?}", message.delay)
            }
        });
    }
    for (what, id) in [("group", &message.group), ("dedup id", &message.dedup)] {
        let Some(id) = id else { continue };
        if !capability.groups {
            return wrong(format!(
                "the queue has no groups, so it takes no {what}; an SQS queue named \
                 deliveries.fifo would"
            ));
        }
        if !(1..=128).contains(&id.len()) || !id.chars().all(|c| c.is_ascii_graphic()) {
            return wrong(format!(
                "the {what} {id:?} is not 1 to 128 letters, digits and punctuation of ASCII, such \
                 as customer-7"
            ));
        }
    }
    Ok(())
}

/// A visibility in whole seconds, rounded up, if it is from `least` to 12 h.
pub(super) fn visibility(
    operation: &'static str,
    visibility: Duration,
    least: Duration,
) -> Result<u64> {
    let seconds = seconds(visibility);
    if (least..=MAX_VISIBILITY).contains(&Duration::from_secs(seconds)) {
        return Ok(seconds);
    }
    let text = format!("a visibility of {visibility:?} is not within {least:?} to 12 h");
    Err(Error::new(ErrorKind::Config, operation, text))
}

/// Whole seconds, rounded up.
pub(super) fn seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0))
}

pub(super) fn too_large(operation: &'static str, body: &Bytes, max: usize) -> Error {
    let text = format!("a body of {} bytes is over the queue's limit of {max}", body.len());
    Error::new(ErrorKind::TooLarge, operation, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Capability = Capability {
        max_bytes: 3,
        any_bytes: true,
        max_messages: 10,
        max_batch: 10,
        max_delay: Duration::from_secs(900),
        peek: false,
        groups: false,
    };
    const FIFO: Capability = Capability { max_delay: Duration::ZERO, groups: true, ..PLAIN };

    fn refused(capability: &Capability, message: &Outgoing) -> String {
        let error = check("queue send", capability, message).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        error.to_string()
    }

    #[test]
    fn what_a_queue_cannot_do_is_said_before_anything_is_sent() {
        let message = Outgoing::new("abc");
        check("queue send", &PLAIN, &message.clone().delay(Duration::from_secs(900))).unwrap();
        let longer = message.clone().delay(Duration::from_millis(900_001));
        assert!(refused(&PLAIN, &longer).contains("900s"));
        assert!(refused(&FIFO, &message.clone().delay(Duration::from_secs(1))).contains("fifo"));
        check("queue send", &FIFO, &message.clone().group("a!~").dedup("x".repeat(128))).unwrap();
        assert!(refused(&PLAIN, &message.clone().group("a")).contains("no groups"));
        assert!(refused(&PLAIN, &message.clone().dedup("a")).contains("dedup id"));
        for bad in ["", "a b", "ä", &"x".repeat(129)] {
            assert!(refused(&FIFO, &message.clone().group(bad)).contains("customer-7"), "{bad}");
        }
    }

    #[test]
    fn visibilities_are_rounded_up_and_bounded() {
        let (second, zero) = (Duration::from_secs(1), Duration::ZERO);
        assert_eq!(visibility("t", Duration::from_millis(1), second).unwrap(), 1);
        assert_eq!(visibility("t", MAX_VISIBILITY, second).unwrap(), 43_200);
        assert_eq!(visibility("t", zero, zero).unwrap(), 0);
        visibility("t", zero, second).unwrap_err();
        visibility("t", MAX_VISIBILITY + Duration::from_nanos(1), zero).unwrap_err();
        assert_eq!(seconds(Duration::MAX), u64::MAX);
    }
}
