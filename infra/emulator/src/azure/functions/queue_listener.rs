//! queueTrigger: messages of a storage queue, each in an invocation of its own.
//!
//! Deals with: batches, deleting, giving back, poison queues, message encoding. A message is held while its
//! invocation runs, where Azure renews a timeout.
//! Does not deal with: the queue itself (`crate::queues`), the invocation (`invoke`).

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::envelope::{BindingData, Datum, encode};
use super::function_json::Function;
use super::invoke::{Invoker, send};
use super::outputs::from_base64;
use crate::clock::instant;
use crate::cloud::Cloud;
use crate::queues::{Message, QueueError};

/// What the host hides a message for while it works on it.
const VISIBILITY: Duration = Duration::from_secs(600);
/// An upper bound for waiting on a queue where nothing happens.
const IDLE: Duration = Duration::from_secs(3600);

/// Listens until `retired`; returns once every invocation it began has ended. After `stop` what is held
/// is left to be released.
pub(crate) async fn listen(
    function: Arc<Function>,
    invoker: Invoker,
    source: Source,
    retired: CancellationToken,
    stop: CancellationToken,
) {
    Listener { function, invoker, source, retired, stop }.run().await;
}

/// Where messages come from.
#[derive(Clone)]
pub(crate) struct Source {
    /// Who holds them.
    pub(crate) app: String,
    pub(crate) queue: String,
}

#[derive(Clone)]
struct Listener {
    function: Arc<Function>,
    invoker: Invoker,
    source: Source,
    retired: CancellationToken,
    stop: CancellationToken,
}

impl Listener {
    async fn run(self) {
        let options = self.invoker.host.queues.clone();
        let threshold = usize::try_from(options.new_batch_threshold).unwrap_or(usize::MAX);
        let batch = usize::try_from(options.batch_size).unwrap_or(1);
        let mut running = JoinSet::new();
        loop {
            while running.try_join_next().is_some() {}
            let may_take = async {
                while running.len() > threshold {
                    running.join_next().await;
                }
                self.invoker.worker.accepting().await;
            };
            tokio::select! {
                biased;
                () = self.retired.cancelled() => break,
                () = may_take => {}
            }
            // To the end: what was taken and is dropped here would be nobody's.
            let Source { app, queue } = &self.source;
            let queues = &self.invoker.queues;
            let messages = match queues
                .hold(Cloud::Azure, queue, app, batch, Some(VISIBILITY))
                .await
            {
                Ok(messages) => messages,
                Err(error) => {
                    if !matches!(error, QueueError::NoQueue(_)) {
                        self.line(&format!("error: the queue '{queue}' cannot be read: {error}"));
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                    Vec::new()
                }
            };
            if messages.is_empty() {
                tokio::select! {
                    () = self.wait() => {}
                    () = self.retired.cancelled() => break,
                }
            }
            for message in messages {
                let listener = self.clone();
                running.spawn(async move {
                    if let Err(error) = listener.process(&message).await {
                        listener.line(&format!("warning: the message '{}': {error}", message.id));
                    }
                });
            }
        }
        while running.join_next().await.is_some() {}
    }

    async fn wait(&self) {
        let until = self.invoker.clock.now() + IDLE;
        if self.invoker.queues.wait(Cloud::Azure, &self.source.queue, until).await.is_err() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn process(&self, message: &Message) -> Result<(), QueueError> {
        let settled = self.settle(message).await;
        if self.stop.is_cancelled() {
            // The emulator ended it, not the function: all that is held is released.
            return Ok(());
        }
        let queues = &self.invoker.queues;
        let ids = vec![message.id.clone()];
        let free = queues.let_go(Cloud::Azure, &self.source.queue, ids).await;
        match settled {
            // The function updated or deleted it itself.
            Err(QueueError::MessageGone | QueueError::ReceiptStale | QueueError::NoQueue(_)) => {
                free
            }
            other => other.and(free),
        }
    }

    async fn settle(&self, message: &Message) -> Result<(), QueueError> {
        let max = self.invoker.host.queues.max_dequeue_count;
        if message.receive_count > max {
            return self.poison(message).await;
        }
        let bytes = if self.invoker.host.queues.base64 {
            from_base64(&message.body)
        } else {
            Some(message.body.clone().into_bytes())
        };
        let Some(bytes) = bytes else {
            self.line(&format!(
                "error: the message '{}' in '{}' is not base64, so it goes to the poison queue \
                 without being tried; send base64, or set extensions.queues.messageEncoding to none",
                message.id, self.source.queue
            ));
            return self.poison(message).await;
        };
        let (data, binding_data) = describe(self.function.binary, message, bytes);
        let outcome = self.invoker.run(&self.function, data, &binding_data).await;
        let queues = &self.invoker.queues;
        let queue = &self.source.queue;
        match outcome.result {
            Ok(_) => queues.delete(Cloud::Azure, queue, &message.receipt).await,
            Err(_) if self.stop.is_cancelled() => Ok(()),
            Err(_) if message.receive_count >= max => self.poison(message).await,
            Err(_) => {
                let again = self.invoker.host.queues.visibility_timeout;
                let hidden =
                    queues.change_visibility(Cloud::Azure, queue, &message.receipt, again).await;
                self.line(&format!(
                    "the message '{}' failed at receipt {} of {max}; it is visible again in {again:?}",
                    message.id, message.receive_count
                ));
                hidden.map(|_| ())
            }
        }
    }

    /// Copies the message, which gets a new id there, and deletes it here.
    async fn poison(&self, message: &Message) -> Result<(), QueueError> {
        let queue = &self.source.queue;
        if !queue.ends_with("-poison") {
            let poison = format!("{queue}-poison");
            self.line(&format!(
                "warning: the message '{}' was received {} times (maxDequeueCount {}); it moves to \
                 '{poison}'",
                message.id, message.receive_count, self.invoker.host.queues.max_dequeue_count
            ));
            send(&self.invoker.queues, &poison, message.body.clone()).await?;
            self.invoker.queues.delete(Cloud::Azure, queue, &message.receipt).await?;
        }
        // A poison queue has none of its own: the message stays hidden for its ten minutes.
        Ok(())
    }

    fn line(&self, text: &str) {
        self.invoker.log.line(&format!("host: {text}"));
    }
}

/// The encoded `Data` value and the binding data of a message.
pub(crate) fn describe(
    binary: bool,
    message: &Message,
    bytes: Vec<u8>,
) -> (serde_json::Value, BindingData) {
    let mut data = BindingData::default();
    data.set("DequeueCount", Datum::Json(json!(message.receive_count)));
    data.set("ExpirationTime", Datum::DateTimeOffset(instant(message.expires_ms)));
    data.set("Id", Datum::text(&message.id));
    data.set("InsertionTime", Datum::DateTimeOffset(instant(message.sent_ms)));
    data.set("NextVisibleTime", Datum::DateTimeOffset(instant(message.visible_ms)));
    data.set("PopReceipt", Datum::text(&message.receipt));
    if binary {
        return (encode(&Datum::Bytes(bytes)), data);
    }
    let text = String::from_utf8_lossy(&bytes);
    data.set("QueueTrigger", Datum::text(&text));
    data.pollute(&text);
    (encode(&Datum::text(&text)), data)
}

#[cfg(test)]
mod tests;
