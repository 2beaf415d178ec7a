//! A message on its way in and on its way out, and how a row holds it.
//!
//! Deals with: the two shapes, row to message, the receipt's form. Does not deal with: when a message is
//! visible to whom (`receive.rs`).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::Row;

use super::error::QueueError;
use crate::cloud::Cloud;

/// What a sender hands over.
#[derive(Clone, Debug, Default)]
pub struct NewMessage {
    /// The body as the provider's API took it: text.
    pub body: String,
    /// Attributes in the API's own JSON; `Null` where there are none.
    pub attributes: serde_json::Value,
    /// Hidden for this long first; the queue's delay where `None`.
    pub delay: Option<Duration>,
    /// The FIFO group.
    pub group: Option<String>,
    /// The FIFO deduplication id.
    pub dedup: Option<String>,
    /// Kept for this long (`Duration::MAX`: for ever); the queue's retention where `None`.
    pub ttl: Option<Duration>,
}

impl NewMessage {
    /// A message of only a body.
    #[must_use]
    pub fn text(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }
}

/// A message as the queue holds it. Instants are milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// The message's id; it survives a move to an SQS dead-letter queue.
    pub id: String,
    /// Deletes or hides this message until it is received again.
    pub receipt: String,
    /// The body as it was sent.
    pub body: String,
    /// The attributes as they were sent.
    pub attributes: serde_json::Value,
    /// How often it was received, this time included.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_ms: i64,
    /// When it was received for the first time.
    pub first_received_ms: Option<i64>,
    /// When it becomes visible again.
    pub visible_ms: i64,
    /// When it is dropped.
    pub expires_ms: i64,
    /// The FIFO group.
    pub group: Option<String>,
    /// The FIFO deduplication id, or the body's hash that stood in for it.
    pub dedup: Option<String>,
    /// The FIFO sequence number: 20 digits that grow with every message of the queue.
    pub sequence: Option<String>,
    /// The queue that gave it up, where this is a dead-letter queue.
    pub dead_from: Option<String>,
}

pub(super) const COLUMNS: &str = "seq, id, nonce, body, attributes, receive_count, sent_ms, \
     first_received_ms, visible_ms, expires_ms, group_name, dedup, fifo, dead_from";

/// A message with its row number.
pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<(i64, Message)> {
    let seq: i64 = row.get(0)?;
    let id: String = row.get(1)?;
    let nonce: String = row.get(2)?;
    let attributes: String = row.get(4)?;
    let fifo: bool = row.get(12)?;
    let message = Message {
        receipt: receipt(&id, &nonce),
        id,
        body: row.get(3)?,
        attributes: serde_json::from_str(&attributes).unwrap_or_default(),
        receive_count: row.get(5)?,
        sent_ms: row.get(6)?,
        first_received_ms: row.get(7)?,
        visible_ms: row.get(8)?,
        expires_ms: row.get(9)?,
        group: row.get(10)?,
        dedup: row.get(11)?,
        sequence: fifo.then(|| sequence(seq)),
        dead_from: row.get(13)?,
    };
    Ok((seq, message))
}

/// SQS numbers have 20 digits and do not start at one.
pub(super) fn sequence(seq: i64) -> String {
    format!("1{seq:019}")
}

/// A fresh one for every receive: that is what makes older receipts stale.
pub(super) fn new_nonce() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

pub(super) fn receipt(id: &str, nonce: &str) -> String {
    URL_SAFE_NO_PAD.encode(format!("{id}/{nonce}"))
}

/// The message's id and the receive's nonce.
pub(super) fn parse_receipt(receipt: &str) -> Result<(String, String), QueueError> {
    let bytes = URL_SAFE_NO_PAD.decode(receipt).map_err(|_| QueueError::ReceiptMalformed)?;
    let text = String::from_utf8(bytes).map_err(|_| QueueError::ReceiptMalformed)?;
    let (id, nonce) = text.split_once('/').ok_or(QueueError::ReceiptMalformed)?;
    Ok((id.to_owned(), nonce.to_owned()))
}

/// The id of the message that `receipt` was given for, wherever that message is now.
///
/// # Errors
/// [`QueueError::ReceiptMalformed`].
pub fn message_of_receipt(receipt: &str) -> Result<String, QueueError> {
    parse_receipt(receipt).map(|(id, _)| id)
}

/// `from_ms` plus `by`, held at the largest instant that both SQLite and an RFC 1123 date can say
/// (the end of the year 9999).
pub(super) fn later(from_ms: i64, by: Duration) -> i64 {
    const END: i64 = 253_402_300_799_000;
    i64::try_from(by.as_millis()).map_or(END, |by| from_ms.saturating_add(by).min(END))
}

/// Whether a message keeps its id, sender's attributes and age when it is moved to a dead-letter queue.
pub(super) const fn keeps_age(cloud: Cloud, fifo: bool) -> bool {
    matches!(cloud, Cloud::Aws) && !fifo
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_receipt_says_whose_it_is() {
        let receipt = receipt("id-1", "nonce");
        assert_eq!(message_of_receipt(&receipt).unwrap(), "id-1");
    }

    #[test]
    fn for_ever_ends_with_the_year_9999() {
        assert_eq!(later(5, Duration::MAX), later(9, Duration::MAX));
        assert_eq!(later(5, Duration::from_millis(7)), 12);
    }

    proptest! {
        #[test]
        fn no_receipt_panics(text in ".*") {
            let _ = parse_receipt(&text);
        }
    }
}
