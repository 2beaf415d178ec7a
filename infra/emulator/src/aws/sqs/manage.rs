//! Operations on queues.
//!
//! Deals with: making, finding, listing, changing, emptying and removing them. Tags are taken and forgotten.
//! Does not deal with: messages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::attributes::{self, Attributes};
use super::error::SqsError;
use super::{Call, address};
use crate::cloud::Cloud;
use crate::identity::Action;
use crate::queues::{QueueError, QueueSpec};

/// Who may send or receive may also look.
const ANY: [fn(String) -> Action; 2] = [Action::QueueSend, Action::QueueReceive];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateQueue {
    queue_name: Option<String>,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueUrl {
    queue_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListQueues {
    #[serde(default)]
    queue_name_prefix: String,
    next_token: Option<String>,
    max_results: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OfQueue {
    queue_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetQueueAttributes {
    queue_url: Option<String>,
    #[serde(default)]
    attribute_names: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SetQueueAttributes {
    queue_url: Option<String>,
    #[serde(default)]
    attributes: Attributes,
}

impl Call<'_> {
    /// Making a queue again with the same attributes finds it.
    pub(super) async fn create_queue(&self, input: CreateQueue) -> Result<Value, SqsError> {
        let name = input.queue_name.ok_or_else(|| SqsError::missing("QueueName"))?;
        self.may(&name, &[])?;
        let existing = match self.queues().spec(Cloud::Aws, &name).await {
            Ok(spec) => Some(spec),
            Err(QueueError::NoQueue(_)) => None,
            Err(other) => return Err(other.into()),
        };
        let found = existing.is_some();
        let before = existing.unwrap_or_else(|| QueueSpec::new(Cloud::Aws));
        let mut spec = before.clone();
        attributes::apply(&mut spec, &input.attributes, true)?;
        if found {
            if spec != before {
                return Err(differing(&before, &spec));
            }
        } else {
            address::check_name(&name, spec.fifo)?;
            self.check_redrive(&spec).await?;
            self.queues().create(Cloud::Aws, &name, spec).await?;
        }
        Ok(self.url(&name))
    }

    pub(super) async fn get_queue_url(&self, input: GetQueueUrl) -> Result<Value, SqsError> {
        let name = input.queue_name.ok_or_else(|| SqsError::missing("QueueName"))?;
        self.may(&name, &ANY)?;
        self.queues().info(Cloud::Aws, &name).await?;
        Ok(self.url(&name))
    }

    /// Up to `MaxResults` (1000), from the name that `NextToken` ends with.
    pub(super) async fn list_queues(&self, input: ListQueues) -> Result<Value, SqsError> {
        self.may("*", &[])?;
        let max = input.max_results.unwrap_or(1000);
        let max = usize::try_from(max).ok().filter(|max| (1..=1000).contains(max));
        let max = max.ok_or_else(|| {
            SqsError::value(
                input.max_results.unwrap_or_default(),
                "MaxResults",
                "Must be between 1 and 1000",
            )
        })?;
        let after = input.next_token.unwrap_or_default();
        let names = self.queues().list(Cloud::Aws, &input.queue_name_prefix).await?;
        let mut names = names.into_iter().filter(|name| *name > after);
        let page: Vec<String> = names.by_ref().take(max).collect();
        let mut answer = json!({});
        // Without a limit the service returns one page and no token.
        if let (Some(last), Some(_), Some(_)) = (page.last(), names.next(), input.max_results) {
            answer["NextToken"] = json!(last);
        }
        if !page.is_empty() {
            let url = |name: &String| address::url(self.room.port, name);
            answer["QueueUrls"] = page.iter().map(url).collect();
        }
        Ok(answer)
    }

    pub(super) async fn delete_queue(&self, input: OfQueue) -> Result<Value, SqsError> {
        let name = self.queue(input.queue_url.as_deref(), &[])?;
        self.queues().remove(Cloud::Aws, name).await?;
        Ok(json!({}))
    }

    pub(super) async fn purge_queue(&self, input: OfQueue) -> Result<Value, SqsError> {
        let name = self.queue(input.queue_url.as_deref(), &[])?;
        self.queues().clear(Cloud::Aws, name).await?;
        Ok(json!({}))
    }

    pub(super) async fn get_queue_attributes(
        &self,
        input: GetQueueAttributes,
    ) -> Result<Value, SqsError> {
        let name = self.queue(input.queue_url.as_deref(), &ANY)?;
        let info = self.queues().info(Cloud::Aws, name).await?;
        let counts = self.queues().counts(Cloud::Aws, name).await?;
        let chosen = attributes::select(&input.attribute_names, name, &info, counts)?;
        Ok(if chosen.is_empty() { json!({}) } else { json!({ "Attributes": chosen }) })
    }

    pub(super) async fn set_queue_attributes(
        &self,
        input: SetQueueAttributes,
    ) -> Result<Value, SqsError> {
        let name = self.queue(input.queue_url.as_deref(), &[])?;
        let mut spec = self.queues().spec(Cloud::Aws, name).await?;
        if input.attributes.is_empty() {
            return Err(SqsError::missing("Attribute.Name"));
        }
        attributes::apply(&mut spec, &input.attributes, false)?;
        self.check_redrive(&spec).await?;
        self.queues().set_spec(Cloud::Aws, name, spec).await?;
        Ok(json!({}))
    }

    /// A dead-letter queue must exist and be of the same kind, or messages would vanish or lose order.
    async fn check_redrive(&self, spec: &QueueSpec) -> Result<(), SqsError> {
        let Some(redrive) = &spec.redrive else { return Ok(()) };
        let invalid = |reason: &str| SqsError::value(&redrive.dead_letter, "RedrivePolicy", reason);
        match self.queues().spec(Cloud::Aws, &redrive.dead_letter).await {
            Ok(target) if target.fifo == spec.fifo => Ok(()),
            Ok(_) => Err(invalid("Dead-letter queue must be same type of queue as the source")),
            Err(QueueError::NoQueue(_)) => Err(invalid("Dead letter target does not exist")),
            Err(other) => Err(other.into()),
        }
    }

    fn url(&self, name: &str) -> Value {
        json!({ "QueueUrl": address::url(self.room.port, name) })
    }
}

fn differing(before: &QueueSpec, wanted: &QueueSpec) -> SqsError {
    let before = attributes::of_spec(before);
    let wanted = attributes::of_spec(wanted);
    let changed = wanted.iter().find(|(name, value)| before.get(*name) != Some(value));
    SqsError::name_exists(changed.map_or("FifoQueue", |(name, _)| name))
}
