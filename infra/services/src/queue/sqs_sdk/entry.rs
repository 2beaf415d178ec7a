//! One message on its way, alone or in a batch of the SDK.
//!
//! Deals with: its fields. Does not deal with: sending it.

use std::collections::HashMap;

use aws_sdk_sqs::error::BuildError;
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};

use crate::error::{Error, ErrorKind, Result};
use crate::queue::sqs_limits::GROUP;
use crate::queue::{Outgoing, limits, text};

pub(super) struct Entry {
    pub(super) body: String,
    /// Seconds.
    pub(super) delay: Option<i32>,
    pub(super) attributes: Option<HashMap<String, MessageAttributeValue>>,
    pub(super) group: Option<String>,
    pub(super) dedup: Option<String>,
}

impl Entry {
    /// With a group it is for a FIFO queue.
    pub(super) fn new(
        body: String,
        attributes: &[(String, String)],
        group: Option<String>,
    ) -> Self {
        let text = |(name, value): &(String, String)| {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value);
            Some((name.clone(), value.build().ok()?))
        };
        let attributes: HashMap<_, _> = attributes.iter().filter_map(text).collect();
        Self {
            body,
            delay: None,
            attributes: (!attributes.is_empty()).then_some(attributes),
            // Made once, so that the tries of one send are one message.
            dedup: group.is_some().then(|| uuid::Uuid::new_v4().to_string()),
            group,
        }
    }

    pub(super) fn of(message: &Outgoing, fifo: bool) -> Result<Self> {
        let body = text::of(&message.body).map_err(|what| {
            Error::new(ErrorKind::Config, "queue send", format!("the body {what}"))
        })?;
        let group = message.group.clone().or_else(|| fifo.then(|| GROUP.to_owned()));
        let mut entry = Self::new(body.to_owned(), &[], group);
        entry.dedup = message.dedup.clone().or(entry.dedup);
        let delay = limits::seconds(message.delay);
        // Left out, the queue's own delay counts.
        entry.delay = i32::try_from(delay).ok().filter(|delay| *delay > 0);
        Ok(entry)
    }

    pub(super) fn in_batch(self, at: usize) -> Result<SendMessageBatchRequestEntry, BuildError> {
        SendMessageBatchRequestEntry::builder()
            .id(at.to_string())
            .message_body(self.body)
            .set_delay_seconds(self.delay)
            .set_message_attributes(self.attributes)
            .set_message_group_id(self.group)
            .set_message_deduplication_id(self.dedup)
            .build()
    }
}
