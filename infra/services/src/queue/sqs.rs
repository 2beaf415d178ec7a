//! A queue in SQS.
//!
//! Deals with: the JSON protocol of its three calls. Does not deal with: batches, long polling, or
//! choosing groups of a FIFO queue.

mod wire;

use bytes::Bytes;
use http::Request;
use md5::{Digest as _, Md5};
use url::Url;

use super::{Capability, Message, burial};
use crate::address;
use crate::credentials::AwsSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Http, Reply};
use crate::reply;
use crate::sign::{Client, Signer};

/// `SendMessage`: "The maximum size is 1 MiB or 1,048,576 bytes"; attributes count.
pub(super) const CAPABILITY: Capability =
    Capability { max_bytes: 1024 * 1024, any_bytes: false, max_messages: 10 };

/// The one group of what is sent to a FIFO queue here.
const GROUP: &str = "anyfn";

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
        Ok(Self { client: Client { http: Http::default(), signer }, base, queue_url, fifo })
    }

    /// `text` and `attributes` have been checked.
    pub(super) async fn send(
        &self,
        operation: &'static str,
        text: &str,
        attributes: &[(String, String)],
        group: Option<&str>,
    ) -> Result<()> {
        let group = self.fifo.then(|| group.unwrap_or(GROUP));
        let message = wire::Send::new(&self.queue_url, text, attributes, group);
        let reply = self.call(operation, "SendMessage", &message).await?;
        let sent: wire::Sent = self.read(operation, &reply)?;
        let expected = hex::encode(Md5::digest(text.as_bytes()));
        if sent.md5_of_message_body.is_some_and(|digest| digest != expected) {
            let text = "the queue took another body than was sent";
            return Err(self.at(Error::new(ErrorKind::Other, operation, text)));
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

    pub(super) async fn delete(&self, message: &Message) -> Result<()> {
        let body = wire::Delete { queue_url: &self.queue_url, receipt_handle: &message.receipt };
        self.call("queue delete", "DeleteMessage", &body).await.map(drop)
    }

    async fn call(
        &self,
        operation: &'static str,
        action: &str,
        body: &impl serde::Serialize,
    ) -> Result<Reply> {
        let malformed = |error: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(ErrorKind::Config, operation, "the request is malformed").because(error)
        };
        let body = serde_json::to_vec(body).map_err(|error| malformed(error.into()))?;
        let request = Request::post(format!("{}/", self.base))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AmazonSQS.{action}"))
            .body(Bytes::from(body))
            .map_err(|error| malformed(error.into()))?;
        let reply = self.client.send(operation, request).await?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(self.at(reply::error(operation, &reply)))
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
