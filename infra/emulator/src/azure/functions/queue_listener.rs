//! queueTrigger: messages of a storage queue, each in an invocation of its own.
//!
//! Deals with: batches, renewing, deleting, giving back, poison queues, message encoding.
//! Does not deal with: the queue itself (`crate::queues`), the invocation (`invoke`).

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::envelope::{BindingData, Datum, encode};
use super::function_json::Function;
use super::held::Held;
use super::invoke::{Invoker, Outcome, send};
use super::outputs::from_base64;
use crate::clock::instant;
use crate::cloud::Cloud;
use crate::queues::{Message, QueueError};

/// What the host hides a message for while it works on it; renewed at half.
const VISIBILITY: Duration = Duration::from_secs(600);
/// An upper bound for waiting on a queue where nothing happens.
const IDLE: Duration = Duration::from_secs(3600);

/// Listens until `stop`; returns once every invocation it began has ended, or was given up.
pub(crate) async fn listen(
    function: Arc<Function>,
    invoker: Invoker,
    held: Held,
    stop: CancellationToken,
) {
    let listener = Listener { function, invoker, held };
    tokio::select! {
        () = stop.cancelled() => {}
        never = listener.run() => match never {},
    }
}

#[derive(Clone)]
struct Listener {
    function: Arc<Function>,
    invoker: Invoker,
    held: Held,
}

impl Listener {
    async fn run(self) -> std::convert::Infallible {
        let options = self.invoker.host.queues.clone();
        let threshold = usize::try_from(options.new_batch_threshold).unwrap_or(usize::MAX);
        let batch = usize::try_from(options.batch_size).unwrap_or(1);
        let (tell_finished, mut finished) = mpsc::unbounded_channel();
        let mut running = JoinSet::new();
        loop {
            while running.try_join_next().is_some() {}
            while running.len() > threshold {
                running.join_next().await;
            }
            self.invoker.worker.accepting().await;
            let mut ids = Vec::new();
            while let Ok(id) = finished.try_recv() {
                ids.push(id);
            }
            let messages = match self.held.take(batch, VISIBILITY, ids).await {
                Ok(messages) => messages,
                Err(error) => {
                    if !matches!(error, QueueError::NoQueue(_)) {
                        let queue = &self.held.queue;
                        self.line(&format!("error: the queue '{queue}' cannot be read: {error}"));
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                    Vec::new()
                }
            };
            if messages.is_empty() {
                self.wait().await;
            }
            for message in messages {
                let (listener, tell_finished) = (self.clone(), tell_finished.clone());
                running.spawn(async move {
                    let id = message.id.clone();
                    if let Err(error) = listener.process(message).await {
                        listener.line(&format!("warning: the message '{id}': {error}"));
                    }
                    // The loop may have ended; then all that is held is released.
                    let _ = tell_finished.send(id);
                });
            }
        }
    }

    async fn wait(&self) {
        let until = self.invoker.clock.now() + IDLE;
        if self.invoker.queues.wait(Cloud::Azure, &self.held.queue, until).await.is_err() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    async fn process(&self, message: Message) -> Result<(), QueueError> {
        let max = self.invoker.host.queues.max_dequeue_count;
        if message.receive_count > max {
            return self.poison(&message, &message.receipt).await;
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
                message.id, self.held.queue
            ));
            return self.poison(&message, &message.receipt).await;
        };
        let (outcome, receipt) = self.invoke(&message, bytes).await;
        let queues = &self.invoker.queues;
        let queue = &self.held.queue;
        let done = match outcome.result {
            Ok(_) => queues.delete(Cloud::Azure, queue, &receipt).await,
            Err(_) if message.receive_count >= max => self.poison(&message, &receipt).await,
            Err(_) => {
                let again = self.invoker.host.queues.visibility_timeout;
                let hidden = queues.change_visibility(Cloud::Azure, queue, &receipt, again).await;
                self.line(&format!(
                    "the message '{}' failed at receipt {} of {max}; it is visible again in {again:?}",
                    message.id, message.receive_count
                ));
                hidden.map(|_| ())
            }
        };
        match done {
            // Somebody else took it over, or deleted it.
            Err(QueueError::MessageGone | QueueError::ReceiptStale | QueueError::NoQueue(_)) => {
                Ok(())
            }
            other => other,
        }
    }

    /// Runs the function, renewing the message meanwhile; returns the receipt that holds then.
    async fn invoke(&self, message: &Message, bytes: Vec<u8>) -> (Outcome, String) {
        let (data, binding_data) = describe(self.function.binary, message, bytes);
        let run = self.invoker.run(&self.function, data, &binding_data);
        let mut run = std::pin::pin!(run);
        let mut receipt = message.receipt.clone();
        loop {
            tokio::select! {
                outcome = &mut run => return (outcome, receipt),
                () = self.invoker.clock.sleep(VISIBILITY / 2) => {}
            }
            let queue = &self.held.queue;
            let renewed =
                self.invoker.queues.change_visibility(Cloud::Azure, queue, &receipt, VISIBILITY);
            match renewed.await {
                Ok(new) => {
                    if let Err(error) = self.held.renewed(&message.id, &new).await {
                        self.line(&format!("warning: the message '{}': {error}", message.id));
                    }
                    receipt = new;
                }
                Err(error) => self.line(&format!(
                    "warning: the message '{}' cannot be renewed: {error}",
                    message.id
                )),
            }
        }
    }

    /// Copies the message, which gets a new id there, and deletes it here.
    async fn poison(&self, message: &Message, receipt: &str) -> Result<(), QueueError> {
        let queue = &self.held.queue;
        if !queue.ends_with("-poison") {
            let poison = format!("{queue}-poison");
            self.line(&format!(
                "warning: the message '{}' was received {} times (maxDequeueCount {}); it moves to \
                 '{poison}'",
                message.id, message.receive_count, self.invoker.host.queues.max_dequeue_count
            ));
            send(&self.invoker.queues, &poison, message.body.clone()).await?;
            self.invoker.queues.delete(Cloud::Azure, queue, receipt).await?;
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
