//! Operations on messages.
//!
//! Deals with: put, get, peek, update, delete, clear. Does not deal with: when a message is visible (`queues`).

use std::time::Duration;

use http::StatusCode;
use http::header::HeaderName;

use super::super::error::StorageError;
use super::error::{self, of_engine};
use super::request::Call;
use super::{Reply, xml};
use crate::cloud::Cloud;
use crate::identity::Action;
use crate::queues::{NewMessage, QueueSpec, message_of_receipt};

/// A message may be hidden for seven days.
const HIDDEN_MAX: u32 = 7 * 24 * 60 * 60;
/// The service's default for a get.
const HIDDEN: u32 = 30;

impl Call<'_> {
    pub(super) async fn put(&self, queue: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[Action::QueueSend])?;
        let delay = self.bounded("visibilitytimeout", 0, HIDDEN_MAX)?.unwrap_or(0);
        let ttl = self.time_to_live()?;
        if ttl.is_some_and(|ttl| seconds(delay) >= ttl) {
            return Err(error::out_of_range(
                "visibilitytimeout",
                delay.into(),
                "smaller than messagettl",
            ));
        }
        let body = xml::message_text(self.body)?.ok_or_else(xml::invalid)?;
        let delay = Some(seconds(delay));
        let message = NewMessage { delay, ttl, ..NewMessage::text(body) };
        let sent = self.queues.send(Cloud::Azure, queue, message).await.map_err(of_engine)?;
        Ok(Reply::xml(StatusCode::CREATED, xml::messages(&[sent], xml::Shown::Sent)))
    }

    pub(super) async fn get(&self, queue: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[Action::QueueReceive])?;
        let max = self.how_many()?;
        let hidden = self.bounded("visibilitytimeout", 1, HIDDEN_MAX)?.unwrap_or(HIDDEN);
        let received = self.queues.receive(Cloud::Azure, queue, max, Some(seconds(hidden))).await;
        let received = received.map_err(of_engine)?;
        Ok(Reply::xml(StatusCode::OK, xml::messages(&received, xml::Shown::Received)))
    }

    pub(super) async fn peek(&self, queue: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[Action::QueueReceive])?;
        let seen = self.queues.peek(Cloud::Azure, queue, self.how_many()?).await;
        Ok(Reply::xml(StatusCode::OK, xml::messages(&seen.map_err(of_engine)?, xml::Shown::Peeked)))
    }

    /// A new visibility and, with a body, a new text. The receipt of the request is used up.
    pub(super) async fn update(&self, queue: &str, id: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[Action::QueueReceive])?;
        let receipt = self.receipt(id)?;
        let hidden = self
            .bounded("visibilitytimeout", 0, HIDDEN_MAX)?
            .ok_or_else(|| missing("visibilitytimeout"))?;
        let body = if self.body.is_empty() { None } else { xml::message_text(self.body)? };
        if let Some(body) = &body {
            let spec: QueueSpec = self.queues.spec(Cloud::Azure, queue).await.map_err(of_engine)?;
            if body.len() > spec.max_bytes {
                return Err(error::body_too_large());
            }
        }
        let updated = self.queues.update(Cloud::Azure, queue, receipt, seconds(hidden), body).await;
        let updated = updated.map_err(of_engine)?;
        let mut reply = Reply::of(StatusCode::NO_CONTENT);
        reply.headers = vec![
            (HeaderName::from_static("x-ms-popreceipt"), updated.receipt),
            (HeaderName::from_static("x-ms-time-next-visible"), xml::date(updated.visible_ms)),
        ];
        Ok(reply)
    }

    pub(super) async fn delete(&self, queue: &str, id: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[Action::QueueReceive])?;
        let receipt = self.receipt(id)?;
        self.queues.delete(Cloud::Azure, queue, receipt).await.map_err(of_engine)?;
        Ok(Reply::of(StatusCode::NO_CONTENT))
    }

    pub(super) async fn clear(&self, queue: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[])?;
        self.queues.clear(Cloud::Azure, queue).await.map_err(of_engine)?;
        Ok(Reply::of(StatusCode::NO_CONTENT))
    }

    fn how_many(&self) -> Result<usize, StorageError> {
        let number = self.bounded("numofmessages", 1, 32)?.unwrap_or(1);
        Ok(usize::try_from(number).unwrap_or(1))
    }

    /// `None`: the queue's seven days; -1: for ever.
    fn time_to_live(&self) -> Result<Option<Duration>, StorageError> {
        match self.number("messagettl")? {
            None => Ok(None),
            Some(-1) => Ok(Some(Duration::MAX)),
            Some(given) => match u64::try_from(given) {
                Ok(given) if given > 0 => Ok(Some(Duration::from_secs(given))),
                _ => Err(error::out_of_range("messagettl", given, "1 or more, or -1 for ever")),
            },
        }
    }

    /// The pop receipt, which must be one of the message in the path.
    fn receipt(&self, id: &str) -> Result<&str, StorageError> {
        let receipt = self.query("popreceipt").ok_or_else(|| missing("popreceipt"))?;
        let its = message_of_receipt(receipt)
            .map_err(|_| error::parameter("popreceipt", receipt, "one that a get has answered"))?;
        if its == id { Ok(receipt) } else { Err(error::pop_receipt()) }
    }
}

fn missing(name: &str) -> StorageError {
    error::bad(
        "MissingRequiredQueryParameter",
        format!("A required query parameter was not specified for this request: {name}."),
    )
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(seconds.into())
}
