//! What every queue must do.
//!
//! Deals with: promises a caller can see, those of [`Capability`] too. Does not deal with: what goes
//! over the wire.

mod batch;
mod groups;
mod timing;

use std::time::Duration;

use super::{done, fails, hold};
use crate::error::ErrorKind;
use crate::queue::{Capability, Message, Queue};

/// How often an empty answer is asked again: SQS may give one though messages wait.
const PATIENCE: u32 = 20;

/// Long enough that nothing becomes visible again while the suite runs.
const LONG: Duration = Duration::from_secs(300);

/// Runs the suite against an empty queue; leaves it empty. `capability` is the queue's own, less what
/// the server behind it lacks. `wait` lets the queue's clock go on by that much:
/// `tokio::time::sleep`, or whatever advances a virtual clock.
///
/// # Errors
/// The first promise that was not kept.
pub async fn queue(
    queue: &Queue,
    capability: Capability,
    wait: impl AsyncFn(Duration),
) -> Result<(), String> {
    round_trip(queue, &wait).await?;
    timing::visibility(queue, &wait).await?;
    timing::extending(queue, &wait).await?;
    timing::delays(queue, capability, &wait).await?;
    batch::several(queue, &wait).await?;
    batch::batches(queue, capability, &wait).await?;
    peek(queue, capability, &wait).await?;
    groups::groups(queue, capability, &wait).await?;
    limits(queue, capability, &wait).await?;
    let left = done("receive at the end", queue.receive(10, Duration::from_secs(1)).await)?;
    hold(left.is_empty(), || format!("the queue is empty at the end, but has {left:?}"))
}

async fn round_trip(queue: &Queue, wait: &impl AsyncFn(Duration)) -> Result<(), String> {
    let awkward = "{\"key\":\"ä 漢 🦀\"}\n\t<&>\"' AAAA== ]]>";
    done("send", queue.send(awkward).await)?;
    let message = one(queue, LONG, wait).await?;
    hold(message.body == awkward, || format!("the body stays as it was: {:?}", message.body))?;
    hold(message.receive_count == 1, || format!("the first receive counts 1: {message:?}"))?;
    none(queue, "a received message is hidden").await?;
    done("delete", queue.delete(&message).await)?;
    done("delete again", queue.delete(&message).await)
}

async fn peek(
    queue: &Queue,
    capability: Capability,
    wait: &impl AsyncFn(Duration),
) -> Result<(), String> {
    if !capability.peek {
        return fails("peek where there is none", queue.peek(1).await, ErrorKind::Config);
    }
    let nothing = done("peek into an empty queue", queue.peek(5).await)?;
    hold(nothing.is_empty(), || format!("an empty queue shows nothing: {nothing:?}"))?;
    for body in ["<first> ä", "second"] {
        done("send", queue.send(body).await)?;
    }
    for look in ["first", "second"] {
        let seen = done("peek", queue.peek(5).await)?;
        let mut bodies: Vec<_> = seen.iter().map(|message| &message.body[..]).collect();
        bodies.sort_unstable();
        hold(bodies == ["<first> ä".as_bytes(), b"second"], || {
            format!("the {look} look shows all: {seen:?}")
        })?;
        let counts = seen.iter().map(|message| message.receive_count).max();
        hold(counts == Some(0), || format!("a look counts as no receive: {seen:?}"))?;
    }
    let message = one(queue, LONG, wait).await?;
    let rest = done("peek", queue.peek(5).await)?;
    let hidden = rest.len() == 1 && rest.iter().all(|seen| seen.id != message.id);
    hold(hidden, || format!("a received message is not seen: {message:?}, {rest:?}"))?;
    done("delete", queue.delete(&message).await)?;
    let message = one(queue, LONG, wait).await?;
    done("delete", queue.delete(&message).await)
}

async fn limits(
    queue: &Queue,
    capability: Capability,
    wait: &impl AsyncFn(Duration),
) -> Result<(), String> {
    let largest = vec![b'x'; capability.max_bytes];
    done("send the largest body", queue.send(largest.clone()).await)?;
    let message = one(queue, LONG, wait).await?;
    hold(message.body == largest, || format!("the largest body stays: {}", message.body.len()))?;
    done("delete", queue.delete(&message).await)?;
    let over = queue.send(vec![b'x'; queue.capability().max_bytes + 1]).await;
    fails("send a larger body", over, ErrorKind::TooLarge)?;
    let bytes = vec![0xff, 0, 0xfe];
    if !capability.any_bytes {
        return fails("send bytes that are no text", queue.send(bytes).await, ErrorKind::Config);
    }
    done("send bytes that are no text", queue.send(bytes.clone()).await)?;
    let message = one(queue, LONG, wait).await?;
    hold(message.body == bytes, || format!("any bytes stay as they were: {message:?}"))?;
    done("delete", queue.delete(&message).await)
}

async fn none(queue: &Queue, promise: &str) -> Result<(), String> {
    let received = done("receive", queue.receive(10, Duration::from_secs(30)).await)?;
    hold(received.is_empty(), || format!("{promise}, but there is {received:?}"))
}

async fn one(
    queue: &Queue,
    visibility: Duration,
    wait: &impl AsyncFn(Duration),
) -> Result<Message, String> {
    for _ in 0..PATIENCE {
        if let Some(message) = done("receive", queue.receive(1, visibility).await)?.pop() {
            return Ok(message);
        }
        wait(Duration::from_millis(50)).await;
    }
    Err("a sent message is received".to_owned())
}
