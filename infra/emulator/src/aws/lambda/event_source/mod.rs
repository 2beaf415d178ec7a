//! The SQS event source mapping: polls a queue and calls a function with batches.
//!
//! Deals with: several batches at once, the payload limit, deleting what succeeded, holding a message while
//! its batch runs or waits for a slot.
//! Does not deal with: visibility, redrive and FIFO order (the queue engine), filters and batching windows
//! (no function of ours declares any).
//!
//! A FIFO queue gives nothing of a group that has a message in flight, so one batch at a time holds a
//! group, however many batches there are.
//!
//! Lambda wants a visibility timeout of six times the function's, so that no message comes back while its
//! call runs. Here it is held (`queues`), and the timeout, counted from the receive, is only how long a
//! failed one waits for its next attempt.

mod outcome;
mod records;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use self::outcome::{Outcome, outcome};
use super::Lambda;
use super::function::Function;
use super::invocation::Invocation;
use super::spec::SYNC_LIMIT;
use crate::cloud::Cloud;
use crate::queues::{Message, Queues};

/// How long one poll waits for messages.
const POLL: Duration = Duration::from_secs(20);
/// Who holds the messages of batches.
pub(super) const HOLDER: &str = "lambda";
/// Before a queue that failed is asked again.
const BREATH: Duration = Duration::from_secs(1);

/// Polls `queue` until the function is retired, and returns when the last batch of it has ended; or until
/// `stop`: what batches that run then do not delete is still held.
pub(super) async fn run(
    lambda: Lambda,
    function: Arc<Function>,
    queue: String,
    batch: usize,
    stop: CancellationToken,
) {
    let queues = lambda.0.deps.queues.clone();
    let mut batches = JoinSet::new();
    let most = function.spec.concurrency.max(1);
    while !function.is_retired() {
        while batches.try_join_next().is_some() {}
        if batches.len() >= most {
            tokio::select! {
                _ = batches.join_next() => continue,
                () = function.retired() => break,
                () = stop.cancelled() => return,
            }
        }
        let max = batch.clamp(1, 10);
        // Only the emulator's own end may interrupt this: what is received and dropped then is released
        // with the rest.
        let held = tokio::select! {
            held = queues.hold(Cloud::Aws, &queue, HOLDER, max, None) => held,
            () = stop.cancelled() => return,
        };
        let failed = match held {
            Ok(messages) if messages.is_empty() => tokio::select! {
                waited = queues.wait(Cloud::Aws, &queue, queues.clock().now() + POLL) => waited.err(),
                () = function.retired() => break,
                () = stop.cancelled() => return,
            },
            Ok(messages) => {
                let (function, queues) = (lambda.heir(&function), queues.clone());
                let (queue, stop) = (queue.clone(), stop.clone());
                batches.spawn(async move {
                    let ids = messages.iter().map(|message| message.id.clone()).collect();
                    if see_to(&function, &queues, &queue, messages).await || stop.is_cancelled() {
                        // The emulator ended it, not the function: all that is held is released.
                        return;
                    }
                    if let Err(error) = queues.let_go(Cloud::Aws, &queue, ids).await {
                        tracing::error!(function = %function.spec.name, %queue, %error, "failed messages are not let go");
                    }
                });
                None
            }
            Err(error) => Some(error),
        };
        if let Some(error) = failed {
            tracing::error!(function = %function.spec.name, %queue, %error, "the queue cannot be polled");
            tokio::select! {
                () = tokio::time::sleep(BREATH) => {}
                () = stop.cancelled() => return,
            }
        }
    }
    let rest = async { while batches.join_next().await.is_some() {} };
    tokio::select! {
        () = rest => {}
        () = stop.cancelled() => {}
    }
}

/// Cuts a batch where its event would pass the payload limit.
fn split(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut batches: Vec<Vec<Message>> = Vec::new();
    let mut size = usize::MAX;
    for message in messages {
        // Escaping may double a body; the fields around it stay under two kilobytes.
        let own = serde_json::to_string(&message.body).map_or(0, |text| text.len())
            + message.attributes.to_string().len()
            + 2048;
        match batches.last_mut() {
            Some(batch) if size.saturating_add(own) <= SYNC_LIMIT => {
                size += own;
                batch.push(message);
            }
            _ => {
                size = own;
                batches.push(vec![message]);
            }
        }
    }
    batches
}

/// Delivers what was received; whether all of it succeeded.
async fn see_to(
    function: &Arc<Function>,
    queues: &Queues,
    queue: &str,
    messages: Vec<Message>,
) -> bool {
    let ordered = messages.iter().any(|message| message.group.is_some());
    let mut all = true;
    for messages in split(messages) {
        all &= deliver(function, queues, queue, &messages).await;
        if ordered && !all {
            break;
        }
    }
    all
}

/// Whether every message of the batch succeeded.
async fn deliver(
    function: &Arc<Function>,
    queues: &Queues,
    queue: &str,
    messages: &[Message],
) -> bool {
    let event = records::event(queue, messages);
    let invoked = function.invoke(Invocation::new(event)).await;
    let name = &function.spec.name;
    let ids: Vec<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    let failed = if invoked.failed {
        let why = String::from_utf8_lossy(&invoked.payload).into_owned();
        tracing::warn!(function = %name, %queue, messages = ids.len(), %why, "batch failed");
        return false;
    } else {
        match outcome(&invoked.payload, &ids) {
            Outcome::Done => Vec::new(),
            Outcome::Partly(failed) => failed,
            Outcome::Failed(why) => {
                tracing::error!(function = %name, %queue, %why, "batch failed: its response is invalid");
                return false;
            }
        }
    };
    if !failed.is_empty() {
        tracing::warn!(function = %name, %queue, failed = failed.len(), of = ids.len(), "batch failed in part");
    }
    for message in messages.iter().filter(|message| !failed.contains(&message.id)) {
        if let Err(error) = queues.delete(Cloud::Aws, queue, &message.receipt).await {
            // The function deleted it itself, or it expired meanwhile.
            tracing::warn!(function = %name, %queue, id = %message.id, %error, "message not deleted");
        }
    }
    failed.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(size: usize) -> Message {
        Message {
            id: "id".to_owned(),
            receipt: "receipt".to_owned(),
            body: "x".repeat(size),
            attributes: serde_json::Value::Null,
            receive_count: 1,
            sent_ms: 0,
            first_received_ms: None,
            visible_ms: 0,
            expires_ms: 0,
            group: None,
            dedup: None,
            sequence: None,
            dead_from: None,
        }
    }

    #[test]
    fn a_batch_is_cut_before_it_passes_the_payload_limit() {
        let sizes = |batches: Vec<Vec<Message>>| batches.iter().map(Vec::len).collect::<Vec<_>>();
        let mebibyte = 1024 * 1024;
        assert_eq!(sizes(split((0..10).map(|_| message(mebibyte)).collect())), [5, 5]);
        assert_eq!(sizes(split((0..10).map(|_| message(10)).collect())), [10]);
        assert_eq!(sizes(split(vec![message(7 * mebibyte), message(1)])), [1, 1]);
        assert_eq!(sizes(split(Vec::new())), Vec::<usize>::new());
    }
}
