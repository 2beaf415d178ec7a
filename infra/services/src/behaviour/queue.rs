//! What every queue must do.
//!
//! Deals with: promises a caller can see. Does not deal with: what goes over the wire.

use std::time::Duration;

use super::{done, fails, hold};
use crate::error::ErrorKind;
use crate::queue::{Message, Queue};

/// How often an empty answer is asked again: SQS may give one though messages wait.
const PATIENCE: u32 = 20;

/// Runs the suite against an empty queue; leaves it empty. `wait` lets the queue's clock go on by
/// that much: `tokio::time::sleep`, or whatever advances a virtual clock.
///
/// # Errors
/// The first promise that was not kept.
pub async fn queue(queue: &Queue, wait: impl AsyncFn(Duration)) -> Result<(), String> {
    round_trip(queue, &wait).await?;
    visibility(queue, &wait).await?;
    several(queue, &wait).await?;
    limits(queue, &wait).await?;
    let left = done("receive at the end", queue.receive(10, Duration::from_secs(1)).await)?;
    hold(left.is_empty(), || format!("the queue is empty at the end, but has {left:?}"))
}

async fn round_trip(queue: &Queue, wait: &impl AsyncFn(Duration)) -> Result<(), String> {
    let awkward = "{\"key\":\"ä 漢 🦀\"}\n\t<&>\"' AAAA== ]]>";
    done("send", queue.send(awkward).await)?;
    let message = one(queue, Duration::from_secs(30), wait).await?;
    hold(message.body == awkward, || format!("the body stays as it was: {:?}", message.body))?;
    hold(message.receive_count == 1, || format!("the first receive counts 1: {message:?}"))?;
    let hidden = done("receive", queue.receive(1, Duration::from_secs(30)).await)?;
    hold(hidden.is_empty(), || format!("a received message is hidden: {hidden:?}"))?;
    done("delete", queue.delete(&message).await)?;
    done("delete again", queue.delete(&message).await)
}

async fn visibility(queue: &Queue, wait: &impl AsyncFn(Duration)) -> Result<(), String> {
    done("send", queue.send("again").await)?;
    let first = one(queue, Duration::from_secs(1), wait).await?;
    wait(Duration::from_millis(1100)).await;
    let second = one(queue, Duration::from_secs(30), wait).await?;
    hold(second.id == first.id, || format!("the id stays: {first:?}, {second:?}"))?;
    hold(second.receive_count == 2, || format!("the second receive counts 2: {second:?}"))?;
    hold(second.receipt != first.receipt, || format!("each receive has its receipt: {second:?}"))?;
    done("delete", queue.delete(&second).await)?;
    let long = queue.receive(1, Duration::from_secs(43_201)).await;
    fails("a visibility over 12 h", long, ErrorKind::Config)?;
    fails("a visibility of nothing", queue.receive(1, Duration::ZERO).await, ErrorKind::Config)
}

async fn several(queue: &Queue, wait: &impl AsyncFn(Duration)) -> Result<(), String> {
    for i in 0..12 {
        done("send", queue.send(format!("m{i:02}")).await)?;
    }
    let mut bodies = Vec::new();
    for _ in 0..PATIENCE {
        let some = done("receive", queue.receive(10, Duration::from_secs(30)).await)?;
        hold(some.len() <= 10, || format!("a receive of 10 gave {}", some.len()))?;
        for message in some {
            done("delete", queue.delete(&message).await)?;
            bodies.push(String::from_utf8_lossy(&message.body).into_owned());
        }
        if bodies.len() >= 12 {
            break;
        }
        wait(Duration::from_millis(50)).await;
    }
    bodies.sort();
    let expected: Vec<_> = (0..12).map(|i| format!("m{i:02}")).collect();
    hold(bodies == expected, || format!("each message is received once: {bodies:?}"))
}

async fn limits(queue: &Queue, wait: &impl AsyncFn(Duration)) -> Result<(), String> {
    let capability = queue.capability();
    let largest = vec![b'x'; capability.max_bytes];
    done("send the largest body", queue.send(largest.clone()).await)?;
    let message = one(queue, Duration::from_secs(30), wait).await?;
    hold(message.body == largest, || format!("the largest body stays: {}", message.body.len()))?;
    done("delete", queue.delete(&message).await)?;
    let over = queue.send(vec![b'x'; capability.max_bytes + 1]).await;
    fails("send a larger body", over, ErrorKind::TooLarge)?;
    let bytes = vec![0xff, 0, 0xfe];
    if !capability.any_bytes {
        return fails("send bytes that are no text", queue.send(bytes).await, ErrorKind::Config);
    }
    done("send bytes that are no text", queue.send(bytes.clone()).await)?;
    let message = one(queue, Duration::from_secs(30), wait).await?;
    hold(message.body == bytes, || format!("bytes stay as they were: {:?}", message.body))?;
    done("delete", queue.delete(&message).await)
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
