//! `ReceiveMessage`.
//!
//! Deals with: long polls, which attributes the receiver asked for. Does not deal with: which messages are to
//! be had (`queues`).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Call;
use super::attributes::WAIT;
use super::content::{
    MessageAttributes, md5_of_attributes, md5_of_body, message_attributes, system_attributes,
};
use super::error::SqsError;
use crate::cloud::Cloud;
use crate::identity::Action;
use crate::queues::{Message, QueueError};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ReceiveMessage {
    queue_url: Option<String>,
    /// The older name of `MessageSystemAttributeNames`.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    message_system_attribute_names: Vec<String>,
    #[serde(default)]
    message_attribute_names: Vec<String>,
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
}

impl Call<'_> {
    pub(super) async fn receive_message(&self, input: ReceiveMessage) -> Result<Value, SqsError> {
        let name = self.queue(input.queue_url.as_deref(), &[Action::QueueReceive])?;
        let spec = self.queues().spec(Cloud::Aws, name).await?;
        let max = bounded("MaxNumberOfMessages", input.max_number_of_messages, 1, 10)?.unwrap_or(1);
        let visibility = visibility(input.visibility_timeout)?;
        let wait = bounded("WaitTimeSeconds", input.wait_time_seconds, 0, 20)?;
        let queue_wait = || spec.metadata.get(WAIT).and_then(|text| text.parse().ok());
        let wait = Duration::from_secs(wait.or_else(queue_wait).unwrap_or(0));

        let max = usize::try_from(max).unwrap_or(1);
        let messages = self.poll(name, max, visibility, wait).await?;
        if messages.is_empty() {
            return Ok(json!({}));
        }
        let shown: Vec<Value> = messages.iter().map(|message| show(message, &input)).collect();
        Ok(json!({ "Messages": shown }))
    }

    /// Receives once, and again whenever that may help, for `wait` on the emulator's clock. Only the waiting
    /// is ever broken off: a receive that nobody hears of would hide its messages.
    async fn poll(
        &self,
        name: &str,
        max: usize,
        visibility: Option<Duration>,
        wait: Duration,
    ) -> Result<Vec<Message>, QueueError> {
        let queues = self.queues();
        let until = queues.clock().now() + wait;
        // A virtual clock may stand still; the client is not kept for longer than it asked for.
        let patience = tokio::time::sleep(wait);
        tokio::pin!(patience);
        loop {
            let messages = queues.receive(Cloud::Aws, name, max, visibility).await?;
            if !messages.is_empty() || queues.clock().now() >= until {
                return Ok(messages);
            }
            tokio::select! {
                result = queues.wait(Cloud::Aws, name, until) => result?,
                () = &mut patience => return Ok(Vec::new()),
                () = self.room.stop.cancelled() => return Ok(Vec::new()),
            }
        }
    }
}

/// Reads a whole number between two bounds.
pub(super) fn bounded(
    parameter: &str,
    given: Option<i64>,
    min: u64,
    max: u64,
) -> Result<Option<u64>, SqsError> {
    let Some(given) = given else { return Ok(None) };
    let number = u64::try_from(given).ok().filter(|number| (min..=max).contains(number));
    let wrong = || {
        SqsError::value(given, parameter, format!("Must be between {min} and {max}, if provided"))
    };
    number.map(Some).ok_or_else(wrong)
}

/// Reads a visibility timeout: 0 to 43,200 seconds.
pub(super) fn visibility(given: Option<i64>) -> Result<Option<Duration>, SqsError> {
    Ok(bounded("VisibilityTimeout", given, 0, 43_200)?.map(Duration::from_secs))
}

fn show(message: &Message, input: &ReceiveMessage) -> Value {
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "MD5OfBody": md5_of_body(&message.body),
        "Body": message.body,
    });
    let wanted = |name: &str| {
        let names = input.message_system_attribute_names.iter().chain(&input.attribute_names);
        names.into_iter().any(|wanted| wanted == name || wanted == "All")
    };
    let system: Map<String, Value> =
        system_attributes(message).into_iter().filter(|(name, _)| wanted(name)).collect();
    if !system.is_empty() {
        shown["Attributes"] = Value::Object(system);
    }
    let chosen: MessageAttributes = message_attributes(message)
        .into_iter()
        .filter(|(name, _)| chosen(name, &input.message_attribute_names))
        .collect();
    // The sum is over what is shown: that is all a client can check.
    if let Some(md5) = md5_of_attributes(&chosen) {
        shown["MD5OfMessageAttributes"] = json!(md5);
        shown["MessageAttributes"] = json!(chosen);
    }
    shown
}

/// `All`, `.*`, a name, or the beginning of names: `kind.*`.
fn chosen(name: &str, wanted: &[String]) -> bool {
    wanted.iter().any(|wanted| {
        let prefix = wanted.strip_suffix(".*");
        wanted == "All" || wanted == name || prefix.is_some_and(|prefix| name.starts_with(prefix))
    })
}
