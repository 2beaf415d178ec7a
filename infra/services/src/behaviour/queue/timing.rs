//! When a message is there to be received.
//!
//! Deals with: visibility, extending it, delays. Does not deal with: the order of a group.

use std::time::Duration;

use super::{LONG, none, one};
use crate::behaviour::{done, fails, hold};
use crate::error::ErrorKind;
use crate::queue::{Capability, Queue};

const SECOND: Duration = Duration::from_secs(1);
/// Surely over a second, for a server whose clock is not ours.
const OVER_A_SECOND: Duration = Duration::from_millis(1100);

pub(super) async fn visibility(queue: &Queue, wait: &impl AsyncFn(Duration)) -> Result<(), String> {
    done("send", queue.send("again").await)?;
    let first = one(queue, SECOND, wait).await?;
    wait(OVER_A_SECOND).await;
    let second = one(queue, LONG, wait).await?;
    hold(second.id == first.id, || format!("the id stays: {first:?}, {second:?}"))?;
    hold(second.receive_count == 2, || format!("the second receive counts 2: {second:?}"))?;
    hold(second.receipt != first.receipt, || format!("each receive has its receipt: {second:?}"))?;
    done("delete", queue.delete(&second).await)?;
    let long = queue.receive(1, Duration::from_secs(43_201)).await;
    fails("a visibility over 12 h", long, ErrorKind::Config)?;
    fails("a visibility of nothing", queue.receive(1, Duration::ZERO).await, ErrorKind::Config)
}

pub(super) async fn extending(queue: &Queue, wait: &impl AsyncFn(Duration)) -> Result<(), String> {
    done("send", queue.send("more time").await)?;
    let mut message = one(queue, SECOND, wait).await?;
    message.receipt = done("extend", queue.extend(&message, LONG).await)?;
    wait(OVER_A_SECOND).await;
    none(queue, "an extended message stays hidden").await?;
    let long = queue.extend(&message, Duration::from_secs(43_201)).await;
    fails("extend by over 12 h", long, ErrorKind::Config)?;
    done("give back", queue.extend(&message, Duration::ZERO).await)?;
    let again = one(queue, LONG, wait).await?;
    hold(again.id == message.id && again.receive_count == 2, || {
        format!("what is given back is received again: {message:?}, {again:?}")
    })?;
    hold(again.body == message.body, || format!("extending leaves the body: {again:?}"))?;
    done("delete", queue.delete(&again).await)?;
    let gone = queue.extend(&again, LONG).await;
    fails("extend a deleted message", gone, ErrorKind::Precondition)
}

pub(super) async fn delays(
    queue: &Queue,
    capability: Capability,
    wait: &impl AsyncFn(Duration),
) -> Result<(), String> {
    let longer = queue.capability().max_delay + SECOND;
    fails("a delay that is too long", queue.send_later("x", longer).await, ErrorKind::Config)?;
    done("a delay of nothing", queue.send_later("now", Duration::ZERO).await)?;
    let message = one(queue, LONG, wait).await?;
    done("delete", queue.delete(&message).await)?;
    if capability.max_delay.is_zero() {
        return Ok(());
    }
    done("send later", queue.send_later("later", SECOND).await)?;
    none(queue, "a delayed message is not there yet").await?;
    wait(OVER_A_SECOND).await;
    let message = one(queue, LONG, wait).await?;
    hold(message.body == "later" && message.receive_count == 1, || {
        format!("a delayed message comes: {message:?}")
    })?;
    done("delete", queue.delete(&message).await)
}
