//! What a receiver does with a message: delete it, or change how long it stays hidden.
//!
//! Deals with: both operations and their batches. Does not deal with: which receipt is good (`queues`).

use serde::Deserialize;
use serde_json::{Value, json};

use super::Call;
use super::batch::{self, Outcome};
use super::error::SqsError;
use super::receive::visibility;
use crate::cloud::Cloud;
use crate::identity::Action;
use crate::queues::QueueError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Settle {
    queue_url: Option<String>,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SettleBatch {
    queue_url: Option<String>,
    #[serde(default)]
    entries: Vec<BatchEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BatchEntry {
    id: String,
    #[serde(flatten)]
    entry: Entry,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    receipt_handle: Option<String>,
    visibility_timeout: Option<i64>,
}

impl Call<'_> {
    pub(super) async fn delete_message(&self, input: Settle) -> Result<Value, SqsError> {
        let name = self.existing(input.queue_url.as_deref()).await?;
        self.delete_one(name, &input.entry).await
    }

    pub(super) async fn delete_message_batch(&self, input: SettleBatch) -> Result<Value, SqsError> {
        let name = self.existing(input.queue_url.as_deref()).await?;
        batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
        let mut outcome = Outcome::default();
        for BatchEntry { id, entry } in &input.entries {
            outcome.note(id, self.delete_one(name, entry).await);
        }
        Ok(outcome.into_json())
    }

    pub(super) async fn change_visibility(&self, input: Settle) -> Result<Value, SqsError> {
        let name = self.existing(input.queue_url.as_deref()).await?;
        self.change_one(name, &input.entry).await
    }

    pub(super) async fn change_visibility_batch(
        &self,
        input: SettleBatch,
    ) -> Result<Value, SqsError> {
        let name = self.existing(input.queue_url.as_deref()).await?;
        batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
        let mut outcome = Outcome::default();
        for BatchEntry { id, entry } in &input.entries {
            outcome.note(id, self.change_one(name, entry).await);
        }
        Ok(outcome.into_json())
    }

    async fn existing<'u>(&self, url: Option<&'u str>) -> Result<&'u str, SqsError> {
        let name = self.queue(url, &[Action::QueueReceive])?;
        self.queues().info(Cloud::Aws, name).await?;
        Ok(name)
    }

    /// Deleting what is gone succeeds, and so does deleting with a receipt that a later receive has
    /// overtaken: that one leaves the message alone.
    async fn delete_one(&self, name: &str, entry: &Entry) -> Result<Value, SqsError> {
        let receipt = entry.receipt()?;
        match self.queues().delete(Cloud::Aws, name, receipt).await {
            Ok(()) | Err(QueueError::MessageGone | QueueError::ReceiptStale) => Ok(json!({})),
            Err(other) => Err(SqsError::receipt(other, receipt)),
        }
    }

    async fn change_one(&self, name: &str, entry: &Entry) -> Result<Value, SqsError> {
        let receipt = entry.receipt()?;
        let visibility = visibility(entry.visibility_timeout)?
            .ok_or_else(|| SqsError::missing("VisibilityTimeout"))?;
        let changed = self.queues().change_visibility(Cloud::Aws, name, receipt, visibility).await;
        changed.map(|_| json!({})).map_err(|error| SqsError::receipt(error, receipt))
    }
}

impl Entry {
    fn receipt(&self) -> Result<&str, SqsError> {
        let receipt = self.receipt_handle.as_deref().filter(|receipt| !receipt.is_empty());
        receipt.ok_or_else(|| SqsError::missing("ReceiptHandle"))
    }
}
