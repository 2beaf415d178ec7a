//! Messages in groups.
//!
//! Deals with: the order within a group, what a message in flight keeps back, repeats.
//! Does not deal with: queues without groups, but that they say so.

use std::time::Duration;

use super::{LONG, PATIENCE, none, one};
use crate::behaviour::{done, fails, hold};
use crate::error::ErrorKind;
use crate::queue::{Capability, Outgoing, Queue};

pub(super) async fn groups(
    queue: &Queue,
    capability: Capability,
    wait: &impl AsyncFn(Duration),
) -> Result<(), String> {
    if !capability.groups {
        let grouped = queue.send(Outgoing::new("x").group("a")).await;
        fails("a group where there is none", grouped, ErrorKind::Config)?;
        let known = queue.send(Outgoing::new("x").dedup("once")).await;
        return fails("a dedup id where there is none", known, ErrorKind::Config);
    }
    let messages = ["a1", "a2", "b1", "b2"].map(|body| {
        let (group, _) = body.split_at(1);
        Outgoing::new(body).group(group)
    });
    let failures = done("send a batch", queue.send_batch(messages.to_vec()).await)?;
    hold(failures.is_empty(), || format!("groups go in a batch, but: {failures:?}"))?;
    let first = one(queue, LONG, wait).await?;
    hold(first.body == "a1", || format!("the oldest comes first: {first:?}"))?;
    let mut others = Vec::new();
    for _ in 0..PATIENCE {
        others.extend(done("receive", queue.receive(10, LONG).await)?);
        if others.len() >= 2 {
            break;
        }
        wait(Duration::from_millis(50)).await;
    }
    let bodies: Vec<_> = others.iter().map(|message| &message.body[..]).collect();
    hold(bodies == [b"b1", b"b2"], || {
        format!("a message in flight keeps back its group and no other: {others:?}")
    })?;
    others.push(first);
    let failures = done("delete a batch", queue.delete_batch(&others).await)?;
    hold(failures.is_empty(), || format!("what was received is deleted, but: {failures:?}"))?;
    let last = one(queue, LONG, wait).await?;
    hold(last.body == "a2", || format!("then comes the next of its group: {last:?}"))?;
    done("delete", queue.delete(&last).await)?;

    for body in ["first", "repeat"] {
        let message = Outgoing::new(body).group("c").dedup("same-5d41402a");
        done("send with a dedup id", queue.send(message).await)?;
    }
    let message = one(queue, LONG, wait).await?;
    hold(message.body == "first", || format!("the first of two repeats counts: {message:?}"))?;
    done("delete", queue.delete(&message).await)?;
    none(queue, "a repeat is no message").await
}
