//! A queue in SQS, through AWS's own SDK.
//!
//! Deals with: its calls on one message and on several. Does not deal with: how many fit in one request
//! (`queue::batch`), long polling.

mod entry;

use std::fmt;
use std::sync::OnceLock;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::http::HttpResponse;
use aws_sdk_sqs::config::{BehaviorVersion, Region};
use aws_sdk_sqs::error::SdkError;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, DeleteMessageBatchRequestEntry, MessageSystemAttributeName,
};
use url::Url;

use self::entry::Entry;
use super::batch::Failures;
use super::{Capability, Message, Outgoing, burial, sqs_limits};
use crate::address;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::{reply, sdk};

pub(super) struct Sqs {
    /// Made at first use: what never calls pays nothing.
    client: OnceLock<Client>,
    config: aws_sdk_sqs::Config,
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
        let keys = sdk::Keys::find(environment, &region)?;
        let config = aws_sdk_sqs::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .credentials_provider(keys)
            .retry_config(sdk::tries())
            .endpoint_url(&base)
            .build();
        let (client, queue_url) = (OnceLock::new(), format!("{base}/{account}/{name}"));
        Ok(Self { client, config, queue_url, fifo: name.ends_with(".fifo") })
    }

    pub(super) fn capability(&self) -> Capability {
        sqs_limits::capability(self.fifo)
    }

    /// The message has been checked.
    pub(super) async fn send(&self, operation: &'static str, message: &Outgoing) -> Result<()> {
        self.deliver(operation, Entry::of(message, self.fifo)?).await
    }

    /// A dead letter; `text` and `attributes` are such as SQS takes.
    pub(super) async fn bury(
        &self,
        operation: &'static str,
        text: &str,
        attributes: &[(String, String)],
        group: &str,
    ) -> Result<()> {
        let group = self.fifo.then(|| group.to_owned());
        self.deliver(operation, Entry::new(text.to_owned(), attributes, group)).await
    }

    async fn deliver(&self, operation: &'static str, entry: Entry) -> Result<()> {
        let call = self.client().send_message().queue_url(&self.queue_url);
        let call = call
            .message_body(entry.body)
            .set_delay_seconds(entry.delay)
            .set_message_attributes(entry.attributes)
            .set_message_group_id(entry.group)
            .set_message_deduplication_id(entry.dedup);
        call.send().await.map(drop).map_err(|error| self.of(operation, error))
    }

    pub(super) async fn send_batch(
        &self,
        operation: &'static str,
        messages: &[Outgoing],
    ) -> Result<Failures> {
        let mut call = self.client().send_message_batch().queue_url(&self.queue_url);
        for (at, message) in messages.iter().enumerate() {
            let entry = Entry::of(message, self.fifo)?.in_batch(at);
            call = call.entries(entry.map_err(|error| malformed(operation, error))?);
        }
        let done = call.send().await.map_err(|error| self.of(operation, error))?;
        let sent: Vec<_> = done.successful().iter().map(|sent| sent.id()).collect();
        Ok(self.outcome(operation, messages.len(), &sent, done.failed()))
    }

    pub(super) async fn receive(&self, max: u32, seconds: u64) -> Result<Vec<Message>> {
        let received = self
            .client()
            .receive_message()
            .queue_url(&self.queue_url)
            .max_number_of_messages(i32::try_from(max).unwrap_or(i32::MAX))
            .visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX))
            // Said, since the queue's own default may be to wait.
            .wait_time_seconds(0)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .send()
            .await
            .map_err(|error| self.of("queue receive", error))?;
        Ok(received.messages.unwrap_or_default().into_iter().map(message).collect())
    }

    /// The receipt stays the same.
    pub(super) async fn extend(&self, message: &Message, seconds: u64) -> Result<String> {
        let call = self.client().change_message_visibility().queue_url(&self.queue_url);
        let call = call.receipt_handle(&message.receipt);
        let call = call.visibility_timeout(i32::try_from(seconds).unwrap_or(i32::MAX));
        match call.send().await.map_err(|error| self.of("queue extend", error)) {
            Ok(_) => Ok(message.receipt.clone()),
            // One code for whatever is wrong about an argument; ours but the receipt are checked.
            Err(error) if error.to_string().contains("for parameter ReceiptHandle is invalid") => {
                Err(error.of_kind(ErrorKind::Precondition))
            }
            Err(error) => Err(error),
        }
    }

    pub(super) async fn delete(&self, operation: &'static str, message: &Message) -> Result<()> {
        let call = self.client().delete_message().queue_url(&self.queue_url);
        let done = call.receipt_handle(&message.receipt).send().await;
        done.map(drop).map_err(|error| self.of(operation, error))
    }

    pub(super) async fn delete_batch(
        &self,
        operation: &'static str,
        messages: &[Message],
    ) -> Result<Failures> {
        let mut call = self.client().delete_message_batch().queue_url(&self.queue_url);
        for (at, message) in messages.iter().enumerate() {
            let entry = DeleteMessageBatchRequestEntry::builder().id(at.to_string());
            let entry = entry.receipt_handle(&message.receipt).build();
            call = call.entries(entry.map_err(|error| malformed(operation, error))?);
        }
        let done = call.send().await.map_err(|error| self.of(operation, error))?;
        let gone: Vec<_> = done.successful().iter().map(|gone| gone.id()).collect();
        Ok(self.outcome(operation, messages.len(), &gone, done.failed()))
    }

    /// What failed of `count` messages.
    fn outcome(
        &self,
        operation: &'static str,
        count: usize,
        done: &[&str],
        failed: &[BatchResultErrorEntry],
    ) -> Failures {
        let fate = |at: usize| {
            let id = at.to_string();
            if let Some(refused) = failed.iter().find(|refused| refused.id() == id) {
                let message = refused.message().unwrap_or_default().to_owned();
                let error = reply::of_code(operation, refused.code().to_owned(), message);
                let theirs = error.kind() == ErrorKind::Other && !refused.sender_fault();
                return Some(if theirs { error.of_kind(ErrorKind::Unavailable) } else { error });
            }
            let text = "the answer does not say what became of the message";
            (!done.contains(&&*id)).then(|| Error::new(ErrorKind::Other, operation, text))
        };
        (0..count).filter_map(|at| Some((at, self.at(fate(at)?)))).collect()
    }

    fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let config = self.config.to_builder().http_client(sdk::connections());
            Client::from_conf(config.build())
        })
    }

    fn of<E>(&self, operation: &'static str, error: SdkError<E, HttpResponse>) -> Error
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        self.at(sdk::failed(operation, error))
    }

    fn at(&self, error: Error) -> Error {
        error.with("queue", &self.queue_url)
    }
}

impl fmt::Debug for Sqs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sqs({}, by the SDK)", self.queue_url)
    }
}

fn malformed(operation: &'static str, error: aws_sdk_sqs::error::BuildError) -> Error {
    Error::new(ErrorKind::Config, operation, "the request is malformed").because(error)
}

fn message(received: aws_sdk_sqs::types::Message) -> Message {
    let attributes = received.message_attributes.unwrap_or_default().into_iter();
    let mut attributes: Vec<_> =
        attributes.filter_map(|(name, value)| Some((name, value.string_value?))).collect();
    attributes.sort();
    let system = received.attributes.unwrap_or_default();
    let count = system.get(&MessageSystemAttributeName::ApproximateReceiveCount);
    Message {
        id: received.message_id.unwrap_or_default(),
        receipt: received.receipt_handle.unwrap_or_default(),
        body: burial::unwrapped(received.body.unwrap_or_default(), &attributes),
        receive_count: count.and_then(|count| count.parse().ok()).unwrap_or(1),
        attributes,
    }
}
