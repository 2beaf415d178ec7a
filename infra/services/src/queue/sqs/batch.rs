//! Requests over several messages of a queue in SQS.
//!
//! Deals with: their ids, and what became of each message. Does not deal with: how many fit in one
//! request (`queue::batch`).

use super::wire::{BatchEntry, Batched, DeleteBatch, DeleteEntry, Entry, SendBatch};
use super::{Sqs, changed, digest};
use crate::error::{Error, ErrorKind, Result};
use crate::queue::batch::Failures;
use crate::queue::sqs_limits::GROUP;
use crate::queue::{Message, Outgoing};
use crate::reply;

impl Sqs {
    /// The messages have been checked: ten at most, together within the limit.
    pub(in crate::queue) async fn send_batch(
        &self,
        operation: &'static str,
        messages: &[Outgoing],
    ) -> Result<Failures> {
        let group = self.fifo.then_some(GROUP);
        let entries = messages.iter().enumerate().map(|(at, message)| {
            Ok(BatchEntry { id: at.to_string(), entry: Entry::of(message, group)? })
        });
        let entries = entries.collect::<Result<Vec<_>>>()?;
        let expected: Vec<_> = entries.iter().map(|one| digest(one.entry.message_body)).collect();
        let batch = SendBatch { queue_url: &self.queue_url, entries };
        let reply = self.call(operation, "SendMessageBatch", &batch).await?;
        Ok(self.outcome(operation, &expected, self.read(operation, &reply)?))
    }

    /// Ten messages at most.
    pub(in crate::queue) async fn delete_batch(
        &self,
        operation: &'static str,
        messages: &[Message],
    ) -> Result<Failures> {
        let entries = messages.iter().enumerate().map(|(at, message)| DeleteEntry {
            id: at.to_string(),
            receipt_handle: &message.receipt,
        });
        let batch = DeleteBatch { queue_url: &self.queue_url, entries: entries.collect() };
        let reply = self.call(operation, "DeleteMessageBatch", &batch).await?;
        let expected = vec![String::new(); messages.len()];
        Ok(self.outcome(operation, &expected, self.read(operation, &reply)?))
    }

    /// What failed of as many messages as there are digests; an empty one is not compared.
    fn outcome(&self, operation: &'static str, digests: &[String], answer: Batched) -> Failures {
        let done = answer.successful.unwrap_or_default();
        let failed = answer.failed.unwrap_or_default();
        let fate = |(at, digest): (usize, &String)| {
            let id = at.to_string();
            if let Some(refused) = failed.iter().find(|refused| refused.id == id) {
                let message = refused.message.clone().unwrap_or_default();
                let error = reply::of_code(operation, refused.code.clone(), message);
                let theirs = error.kind() == ErrorKind::Other && !refused.sender_fault;
                return Some((
                    at,
                    if theirs { error.of_kind(ErrorKind::Unavailable) } else { error },
                ));
            }
            let Some(done) = done.iter().find(|done| done.id == id) else {
                let text = "the answer does not say what became of the message";
                return Some((at, Error::new(ErrorKind::Other, operation, text)));
            };
            let told = done.md5_of_message_body.as_ref().filter(|_| !digest.is_empty());
            told.filter(|told| *told != digest).map(|_| (at, changed(operation)))
        };
        let failures = digests.iter().enumerate().filter_map(fate);
        failures.map(|(at, error)| (at, self.at(error))).collect()
    }
}
