//! A queue in SQS.
//!
//! Deals with: the JSON protocol of its calls. Does not deal with: long polling.

mod batch;
mod wire;

use bytes::Bytes;
use http::Request;
use md5::{Digest as _, Md5};
use url::Url;

use super::sqs_limits::{self, GROUP};
use super::{Capability, Message, Outgoing, burial};
use crate::address;
use crate::credentials::AwsSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Reply;
use crate::sign::{Client, Signer};

#[derive(Debug)]
pub(super) struct Sqs {
    client: Client,
    /// Without a slash at the end.
    base: String,
    queue_url: String,
    fifo: bool,
}

impl Sqs {
    pub(super) fn open(
        region: String,
        account: &str,
        name: &str,
        endpoint: Option<&Url>,
        environment: &Environment,
    ) -> Result<Self> {
        let base = address::aws("sqs", &region, endpoint);
        let queue_url = format!("{base}/{account}/{name}");
        let source = AwsSource::find(environment, &region)?;
        let signer = Signer::Aws { source, service: "sqs", region };
        let fifo = name.ends_with(".fifo");
        Ok(Self { client: Client::new(environment, signer), base, queue_url, fifo })
    }

    pub(super) fn capability(&self) -> Capability {
        sqs_limits::capability(self.fifo)
    }

    /// The message has been checked.
    pub(super) async fn send(&self, operation: &'static str, message: &Outgoing) -> Result<()> {
        self.deliver(operation, wire::Entry::of(message, self.fifo.then_some(GROUP))?).await
    }

    /// A dead letter; `text` and `attributes` are such as SQS takes.
    pub(super) async fn bury(
        &self,
        operation: &'static str,
        text: &str,
        attributes: &[(String, String)],
        group: &str,
    ) -> Result<()> {
        let group = self.fifo.then_some(group);
        self.deliver(operation, wire::Entry::new(text, attributes, group)).await
    }

    async fn deliver(&self, operation: &'static str, entry: wire::Entry<'_>) -> Result<()> {
        let expected = digest(entry.message_body);
        let message = wire::Send { queue_url: &self.queue_url, entry };
        let reply = self.call(operation, "SendMessage", &message).await?;
        let sent: wire::Sent = self.read(operation, &reply)?;
        if sent.md5_of_message_body.is_some_and(|digest| digest != expected) {
            return Err(self.at(changed(operation)));
        }
        Ok(())
    }

    pub(super) async fn receive(&self, max: u32, seconds: u64) -> Result<Vec<Message>> {
        let operation = "queue receive";
        let wanted = wire::Receive::new(&self.queue_url, max, seconds);
        let reply = self.call(operation, "ReceiveMessage", &wanted).await?;
        let received: wire::Received = self.read(operation, &reply)?;
        let messages = received.messages.unwrap_or_default();
        Ok(messages.into_iter().map(message).collect())
    }

    /// The receipt stays the same.
    pub(super) async fn extend(&self, message: &Message, seconds: u64) -> Result<String> {
        let body = wire::Extend {
            queue_url: &self.queue_url,
            receipt_handle: &message.receipt,
            visibility_timeout: seconds,
        };
        let result = self.call("queue extend", "ChangeMessageVisibility", &body).await;
        match result {
            Ok(_) => Ok(message.receipt.clone()),
            // One code for whatever is wrong about an argument; ours but the receipt are checked.
            Err(error) if error.to_string().contains("for parameter ReceiptHandle is invalid") => {
                Err(error.of_kind(ErrorKind::Precondition))
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn delete(&self, operation: &'static str, message: &Message) -> Result<()> {
        let body = wire::Delete { queue_url: &self.queue_url, receipt_handle: &message.receipt };
        self.call(operation, "DeleteMessage", &body).await.map(drop)
    }

    async fn call(
        &self,
        operation: &'static str,
        action: &str,
        body: &impl serde::Serialize,
    ) -> Result<Reply> {
        let malformed = |error| {
            Error::new(ErrorKind::Config, operation, "the request is malformed").because(error)
        };
        let body = Bytes::from(serde_json::to_vec(body).map_err(malformed)?);
        let request = Request::post(format!("{}/", self.base))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AmazonSQS.{action}"));
        let reply = self.client.call(operation, request, body).await;
        reply.map_err(|error| self.at(error))
    }

    fn read<T: serde::de::DeserializeOwned>(
        &self,
        operation: &'static str,
        reply: &Reply,
    ) -> Result<T> {
        serde_json::from_slice(&reply.body).map_err(|error| {
            let text = "the answer cannot be read";
            self.at(Error::new(ErrorKind::Other, operation, text).because(error))
        })
    }

    fn at(&self, error: Error) -> Error {
        error.with("queue", &self.queue_url)
    }
}

fn digest(text: &str) -> String {
    hex::encode(Md5::digest(text.as_bytes()))
}

fn changed(operation: &'static str) -> Error {
    Error::new(ErrorKind::Other, operation, "the queue took another body than was sent")
}

fn message(received: wire::Message) -> Message {
    let attributes = received.message_attributes.into_iter();
    let attributes: Vec<_> =
        attributes.filter_map(|(name, value)| Some((name, value.string_value?))).collect();
    let count = received.attributes.get("ApproximateReceiveCount");
    Message {
        id: received.message_id,
        receipt: received.receipt_handle,
        body: burial::unwrapped(received.body, &attributes),
        receive_count: count.and_then(|count| count.parse().ok()).unwrap_or(1),
        attributes,
    }
}

#[cfg(test)]
mod tests;
