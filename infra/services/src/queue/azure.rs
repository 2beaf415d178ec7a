//! A queue in Azure Queue Storage.
//!
//! Deals with: its calls, and base64, which Azure Functions expects of every body.
//! Does not deal with: changing a message's text, or the queue's metadata.

mod wire;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use url::Url;

use super::{Capability, Message, Peeked};
use crate::address;
use crate::credentials::AzureSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Reply;
use crate::sign::{Client, Signer};

/// A message may have 64 KiB once in base64, which is 48 KiB before. `Put Message`: "The visibility
/// timeout of a message can be set to up to 7 days". There is no request for several messages.
pub(super) const CAPABILITY: Capability = Capability {
    max_bytes: 48 * 1024,
    any_bytes: true,
    max_messages: 32,
    max_batch: 1,
    max_delay: Duration::from_secs(7 * 24 * 60 * 60),
    peek: true,
    groups: false,
};

#[derive(Debug)]
pub(super) struct Azure {
    client: Client,
    /// The queue's, without a slash at the end.
    base: String,
}

impl Azure {
    pub(super) fn open(
        account: String,
        name: &str,
        endpoint: Option<&Url>,
        environment: &Environment,
    ) -> Result<Self> {
        let base = format!("{}/{name}", address::azure("queue", &account, endpoint));
        let source = AzureSource::find(environment)?;
        let signer = Signer::Azure { source, account };
        Ok(Self { client: Client::new(environment, signer), base })
    }

    /// Size and delay have been checked. The message stays until somebody deletes it: by default the
    /// service would drop it after 7 days, unread, if whoever reads the queue has stopped.
    pub(super) async fn send(
        &self,
        operation: &'static str,
        body: &[u8],
        delay: u64,
    ) -> Result<()> {
        let delay = delay.to_string();
        let query = [("messagettl", "-1"), ("visibilitytimeout", &*delay)];
        let query = if delay == "0" { &query[..1] } else { &query[..] };
        let url = format!("{}/messages{}", self.base, address::query(query));
        let request = Request::post(url).header("content-type", "application/xml");
        // Base64 needs no escape in XML.
        let body = STANDARD.encode(body);
        let xml = format!("<QueueMessage><MessageText>{body}</MessageText></QueueMessage>");
        self.call(operation, request, Bytes::from(xml)).await.map(drop)
    }

    pub(super) async fn receive(&self, max: u32, seconds: u64) -> Result<Vec<Message>> {
        let operation = "queue receive";
        let (max, seconds) = (max.to_string(), seconds.to_string());
        let query = [("numofmessages", &*max), ("visibilitytimeout", &*seconds)];
        let reply = self.messages(operation, &query).await?;
        wire::received(&reply.body).map_err(|text| self.unread(operation, text))
    }

    pub(super) async fn peek(&self, max: u32) -> Result<Vec<Peeked>> {
        let operation = "queue peek";
        let query = [("peekonly", "true"), ("numofmessages", &*max.to_string())];
        let reply = self.messages(operation, &query).await?;
        wire::peeked(&reply.body).map_err(|text| self.unread(operation, text))
    }

    /// `Update Message` without a body, which leaves the text as it is.
    pub(super) async fn extend(&self, message: &Message, seconds: u64) -> Result<String> {
        let operation = "queue extend";
        let seconds = seconds.to_string();
        let query = [("popreceipt", &*message.receipt), ("visibilitytimeout", &*seconds)];
        let url = self.one(message, &query);
        let result = self.call(operation, Request::put(url), Bytes::new()).await;
        let reply = result.map_err(|error| match error.kind() {
            ErrorKind::NotFound => error.of_kind(ErrorKind::Precondition),
            _ => error,
        })?;
        let receipt = reply.header("x-ms-popreceipt").map(str::to_owned);
        receipt.ok_or_else(|| self.unread(operation, "the answer has no new receipt".to_owned()))
    }

    pub(super) async fn delete(&self, operation: &'static str, message: &Message) -> Result<()> {
        let url = self.one(message, &[("popreceipt", &message.receipt)]);
        let result = self.call(operation, Request::delete(url), Bytes::new()).await;
        match result {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn one(&self, message: &Message, query: &[(&str, &str)]) -> String {
        let id = address::encode(&message.id);
        format!("{}/messages/{id}{}", self.base, address::query(query))
    }

    async fn messages(&self, operation: &'static str, query: &[(&str, &str)]) -> Result<Reply> {
        let url = format!("{}/messages{}", self.base, address::query(query));
        self.call(operation, Request::get(url), Bytes::new()).await
    }

    fn unread(&self, operation: &'static str, text: String) -> Error {
        self.at(Error::new(ErrorKind::Other, operation, text))
    }

    async fn call(
        &self,
        operation: &'static str,
        request: http::request::Builder,
        body: Bytes,
    ) -> Result<Reply> {
        let reply = self.client.call(operation, request, body).await;
        reply.map_err(|error| self.at(error))
    }

    fn at(&self, error: Error) -> Error {
        error.with("queue", &self.base)
    }
}

#[cfg(test)]
mod tests;
