//! A queue in Azure Queue Storage.
//!
//! Deals with: its three calls, and base64, which Azure Functions expects of every body.
//! Does not deal with: peeking, updating, or the queue's metadata.

mod wire;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use url::Url;

use super::{Capability, Message};
use crate::address;
use crate::credentials::AzureSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Http, Reply};
use crate::reply;
use crate::sign::{Client, Signer};

/// A message may have 64 KiB once in base64, which is 48 KiB before.
pub(super) const CAPABILITY: Capability =
    Capability { max_bytes: 48 * 1024, any_bytes: true, max_messages: 32 };

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
        Ok(Self { client: Client { http: Http::default(), signer }, base })
    }

    /// The body's size has been checked. The message stays until somebody deletes it: by default the
    /// service would drop it after 7 days, unread, if whoever reads the queue has stopped.
    pub(super) async fn send(&self, operation: &'static str, body: &[u8]) -> Result<()> {
        let url = format!("{}/messages{}", self.base, address::query(&[("messagettl", "-1")]));
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
        let url = format!("{}/messages{}", self.base, address::query(&query));
        let reply = self.call(operation, Request::get(url), Bytes::new()).await?;
        wire::read(&reply.body)
            .map_err(|text| self.at(Error::new(ErrorKind::Other, operation, text)))
    }

    pub(super) async fn delete(&self, message: &Message) -> Result<()> {
        let id = address::encode(&message.id);
        let receipt = address::query(&[("popreceipt", &message.receipt)]);
        let url = format!("{}/messages/{id}{receipt}", self.base);
        let result = self.call("queue delete", Request::delete(url), Bytes::new()).await;
        match result {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    async fn call(
        &self,
        operation: &'static str,
        request: http::request::Builder,
        body: Bytes,
    ) -> Result<Reply> {
        let malformed = |error| {
            Error::new(ErrorKind::Config, operation, "the request is malformed").because(error)
        };
        let reply = self.client.send(operation, request.body(body).map_err(malformed)?).await?;
        if reply.status.is_success() {
            return Ok(reply);
        }
        Err(self.at(reply::error(operation, &reply)))
    }

    fn at(&self, error: Error) -> Error {
        error.with("queue", &self.base)
    }
}

#[cfg(test)]
mod tests;
