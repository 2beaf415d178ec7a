//! Many messages at once.
//!
//! Deals with: cutting them into the provider's requests, several of those at once, telling which
//! message failed. Does not deal with: what goes into a request (the backends).

use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt as _;
use futures_util::stream;

use super::limits;
use super::{Backend, Message, Outgoing, Queue};
use crate::error::{Error, ErrorKind, Result};

/// Requests under way at once. Enough to hide the way there and back, too few to be throttled.
const AT_ONCE: usize = 8;

/// What failed, each by its place among what was given.
pub(super) type Failures = Vec<(usize, Error)>;

impl Queue {
    /// Sends any number of messages, and returns those that were not sent: each by its place in
    /// `messages`, with why. Empty: all were sent.
    ///
    /// They go in requests of [`Capability::max_batch`](super::Capability::max_batch) messages, several
    /// at once, so no order is kept, but for a queue with groups: there one request follows another,
    /// and after one with a failure no further one is made. What was not tried for that is among the
    /// failures, as [`ErrorKind::Unavailable`].
    ///
    /// # Errors
    /// Where not a single request went through: the first one's error.
    pub async fn send_batch(&self, messages: Vec<Outgoing>) -> Result<Vec<(usize, Error)>> {
        let operation = "queue send batch";
        let capability = self.capability();
        let (mut good, mut failures) = (Vec::new(), Vec::new());
        for (at, message) in messages.into_iter().enumerate() {
            match limits::check(operation, &capability, &message) {
                Ok(()) => good.push((at, message)),
                Err(error) => failures.push((at, error)),
            }
        }
        let size = |message: &Outgoing| message.body.len();
        let parts = parts(good, capability.max_batch as usize, self.request_bytes(), size);
        let send = |part| self.send_part(operation, part);
        failures.extend(run(operation, parts, capability.groups, send).await?);
        failures.sort_by_key(|(at, _)| *at);
        Ok(failures)
    }

    /// Deletes any number of received messages, and returns those that were not deleted: each by its
    /// place in `messages`, with why. That one is already gone is a success.
    ///
    /// # Errors
    /// Where not a single request went through: the first one's error. A failure's kind is as
    /// [`Queue::delete`] has it.
    pub async fn delete_batch(&self, messages: &[Message]) -> Result<Vec<(usize, Error)>> {
        let operation = "queue delete batch";
        let receipts = messages.iter().cloned().enumerate().collect();
        let parts = parts(receipts, self.capability().max_batch as usize, usize::MAX, |_| 0);
        let delete = |part| self.delete_part(operation, part);
        let mut failures = run(operation, parts, false, delete).await?;
        failures.sort_by_key(|(at, _)| *at);
        Ok(failures)
    }

    fn request_bytes(&self) -> usize {
        match &self.0 {
            // "BatchRequestTooLong: the length of all the messages put together is more than the
            // limit", which is that of one.
            Backend::Sqs(_) => self.capability().max_bytes,
            Backend::Memory(_) | Backend::Azure(_) => usize::MAX,
        }
    }

    async fn send_part(&self, operation: &'static str, part: Vec<Outgoing>) -> Result<Failures> {
        match &self.0 {
            Backend::Sqs(queue) => queue.send_batch(operation, &part).await,
            Backend::Memory(queue) => {
                part.into_iter().for_each(|message| queue.send(message));
                Ok(Vec::new())
            }
            Backend::Azure(queue) => {
                for message in part {
                    queue.send(operation, &message.body, limits::seconds(message.delay)).await?;
                }
                Ok(Vec::new())
            }
        }
    }

    async fn delete_part(&self, operation: &'static str, part: Vec<Message>) -> Result<Failures> {
        match &self.0 {
            Backend::Sqs(queue) => queue.delete_batch(operation, &part).await,
            Backend::Memory(queue) => {
                let results = part.iter().map(|message| queue.delete(operation, message));
                Ok(results.enumerate().filter_map(|(at, done)| Some((at, done.err()?))).collect())
            }
            Backend::Azure(queue) => {
                for message in part {
                    queue.delete(operation, &message).await?;
                }
                Ok(Vec::new())
            }
        }
    }
}

/// Neighbours together, at most `count` and at most `bytes` by `size`; never none, and alone where
/// one is over `bytes` by itself.
fn parts<T>(
    all: Vec<(usize, T)>,
    count: usize,
    bytes: usize,
    size: impl Fn(&T) -> usize,
) -> Vec<Vec<(usize, T)>> {
    let mut parts: Vec<Vec<(usize, T)>> = Vec::new();
    let mut held = 0_usize;
    for (at, one) in all {
        let more = held.saturating_add(size(&one));
        match parts.last_mut() {
            Some(part) if part.len() < count && more <= bytes => {
                held = more;
                part.push((at, one));
            }
            _ => {
                held = size(&one);
                parts.push(vec![(at, one)]);
            }
        }
    }
    parts
}

/// Makes a request of each part and gathers what failed, by its place among all.
async fn run<T, F>(
    operation: &'static str,
    parts: Vec<Vec<(usize, T)>>,
    in_order: bool,
    request: impl Fn(Vec<T>) -> F,
) -> Result<Failures>
where
    F: Future<Output = Result<Failures>>,
{
    let broken = AtomicBool::new(false);
    let tries = parts.into_iter().map(|part| {
        let (places, part): (Vec<usize>, Vec<T>) = part.into_iter().unzip();
        let (request, broken) = (request(part), &broken);
        async move {
            if in_order && broken.load(Ordering::Relaxed) {
                return (places, Err(untried(operation)), false);
            }
            let result = request.await;
            if !matches!(&result, Ok(failures) if failures.is_empty()) {
                broken.store(true, Ordering::Relaxed);
            }
            (places, result, true)
        }
    });
    let mut done = stream::iter(tries).buffer_unordered(if in_order { 1 } else { AT_ONCE });
    let (mut failures, mut lost, mut first) = (Vec::new(), Vec::new(), None);
    let mut through = false;
    while let Some((places, result, tried)) = done.next().await {
        match result {
            Ok(some) => {
                through = true;
                let placed = some.into_iter().map(|(at, error)| Some((*places.get(at)?, error)));
                failures.extend(placed.flatten());
            }
            Err(error) => {
                lost.extend(places.into_iter().map(|at| (at, error.clone())));
                if tried && first.is_none() {
                    first = Some(error);
                }
            }
        }
    }
    match first {
        Some(error) if !through => Err(error),
        _ => {
            failures.append(&mut lost);
            Ok(failures)
        }
    }
}

fn untried(operation: &'static str) -> Error {
    let text = "not tried, to keep the order: a message before it failed";
    Error::new(ErrorKind::Unavailable, operation, text)
}

#[cfg(test)]
mod tests;
