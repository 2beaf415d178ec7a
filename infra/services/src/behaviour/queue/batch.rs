//! Many messages.
//!
//! Deals with: receiving several, sending and deleting in batches. Does not deal with: their order.

use std::time::Duration;

use super::{LONG, PATIENCE};
use crate::behaviour::{done, hold};
use crate::error::ErrorKind;
use crate::queue::{Capability, Message, Outgoing, Queue};

pub(super) async fn several(queue: &Queue, wait: &impl AsyncFn(Duration)) -> Result<(), String> {
    for i in 0..12 {
        done("send", queue.send(format!("m{i:02}")).await)?;
    }
    let mut bodies = Vec::new();
    for _ in 0..PATIENCE {
        let some = done("receive", queue.receive(10, LONG).await)?;
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

/// More messages than one request takes, two of them as large as may be, one too large.
pub(super) async fn batches(
    queue: &Queue,
    capability: Capability,
    wait: &impl AsyncFn(Duration),
) -> Result<(), String> {
    let none = done("send an empty batch", queue.send_batch(Vec::new()).await)?;
    hold(none.is_empty(), || format!("an empty batch has no failure: {none:?}"))?;
    let mut messages: Vec<_> =
        (0..25).map(|i| Outgoing::new(format!("{i:02} <ä> 漢 & \"{i}\""))).collect();
    let large = Outgoing::new(vec![b'x'; capability.max_bytes]);
    messages.extend([large.clone(), large]);
    let mut expected: Vec<_> = messages.iter().map(|message| message.body.clone()).collect();
    let over = Outgoing::new(vec![b'x'; queue.capability().max_bytes + 1]);
    messages.insert(3, over);
    let failures = done("send a batch", queue.send_batch(messages).await)?;
    let [(3, error)] = failures.as_slice() else {
        return Err(format!("of a batch only the fourth is refused, but: {failures:?}"));
    };
    hold(error.kind() == ErrorKind::TooLarge, || format!("it is too large, but: {error:?}"))?;

    let received = drain(queue, expected.len(), wait).await?;
    let mut bodies: Vec<_> = received.iter().map(|message| message.body.clone()).collect();
    bodies.sort();
    expected.sort();
    hold(bodies == expected, || {
        let sizes: Vec<_> = bodies.iter().map(|body| body.len()).collect();
        format!("each message of a batch is received once, but {} came: {sizes:?}", bodies.len())
    })?;
    let failures = done("delete a batch again", queue.delete_batch(&received).await)?;
    hold(failures.is_empty(), || format!("that all is gone is a success, but: {failures:?}"))?;
    let failures = done("delete an empty batch", queue.delete_batch(&[]).await)?;
    hold(failures.is_empty(), || format!("an empty batch has no failure: {failures:?}"))
}

/// Receives and deletes until `count` are there.
async fn drain(
    queue: &Queue,
    count: usize,
    wait: &impl AsyncFn(Duration),
) -> Result<Vec<Message>, String> {
    let mut all = Vec::new();
    for _ in 0..PATIENCE {
        let some = done("receive", queue.receive(10, LONG).await)?;
        let failures = done("delete a batch", queue.delete_batch(&some).await)?;
        hold(failures.is_empty(), || format!("what was received is deleted, but: {failures:?}"))?;
        all.extend(some);
        if all.len() >= count {
            break;
        }
        wait(Duration::from_millis(50)).await;
    }
    Ok(all)
}
