//! How a message gets in.
//!
//! Deals with: delay, expiry, size, the five minutes in which a FIFO queue drops a repeated id. Does not deal
//! with: waking who waits (`arrivals.rs`): that comes after the commit.

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};

use super::error::QueueError;
use super::message::{COLUMNS, Message, NewMessage, from_row, later, new_nonce};
use super::table;
use crate::cloud::Cloud;

/// SQS: a deduplication id is remembered for five minutes after its first use, deleted or not.
const DEDUP_MS: i64 = 5 * 60 * 1000;

/// Puts a message into a queue inside the caller's transaction; call `Queues::arrived` after the commit.
///
/// A repeated FIFO deduplication id stores nothing and returns the first message's id and sequence.
///
/// # Errors
/// [`QueueError::NoQueue`], [`QueueError::TooLarge`], [`QueueError::Store`].
pub(crate) fn insert(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    message: NewMessage,
) -> Result<Message, QueueError> {
    let spec = table::info(db, cloud, name)?.spec;
    if message.body.len() > spec.max_bytes {
        return Err(QueueError::TooLarge { bytes: message.body.len(), limit: spec.max_bytes });
    }
    let dedup = match message.dedup {
        Some(given) => Some(given),
        None if spec.fifo && spec.content_dedup => {
            Some(hex::encode(Sha256::digest(message.body.as_bytes())))
        }
        None => None,
    };
    if spec.fifo
        && let Some(dedup) = &dedup
        && let Some((id, seq)) = repeated(db, now_ms, cloud, name, dedup)?
    {
        return Ok(first_of(id, seq, message.body, message.attributes, message.group, dedup));
    }
    let visible_ms = later(now_ms, message.delay.unwrap_or(spec.delay));
    let stored = db
        .prepare_cached(&format!(
            "INSERT INTO queue_message (cloud, queue, id, nonce, body, attributes, fifo, group_name,
                 dedup, sent_ms, visible_ms, expires_ms, receive_count)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 0) RETURNING {COLUMNS}"
        ))?
        .query_row(
            params![
                cloud.as_str(),
                name,
                uuid::Uuid::new_v4().to_string(),
                new_nonce(),
                message.body,
                message.attributes.to_string(),
                spec.fifo,
                message.group,
                dedup,
                now_ms,
                visible_ms,
                later(now_ms, message.ttl.unwrap_or(spec.retention)),
            ],
            from_row,
        )?;
    if spec.fifo
        && let Some(dedup) = &dedup
    {
        db.prepare_cached("INSERT OR REPLACE INTO queue_dedup VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![
                cloud.as_str(),
                name,
                dedup,
                stored.1.id,
                stored.0,
                now_ms + DEDUP_MS
            ])?;
    }
    Ok(stored.1)
}

fn repeated(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    dedup: &str,
) -> Result<Option<(String, i64)>, QueueError> {
    db.prepare_cached(
        "DELETE FROM queue_dedup WHERE cloud = ?1 AND queue = ?2 AND until_ms <= ?3",
    )?
    .execute(params![cloud.as_str(), name, now_ms])?;
    let found = db
        .prepare_cached(
            "SELECT id, seq FROM queue_dedup WHERE cloud = ?1 AND queue = ?2 AND dedup = ?3",
        )?
        .query_row(params![cloud.as_str(), name, dedup], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found)
}

fn first_of(
    id: String,
    seq: i64,
    body: String,
    attributes: serde_json::Value,
    group: Option<String>,
    dedup: &str,
) -> Message {
    Message {
        id,
        receipt: String::new(),
        body,
        attributes,
        receive_count: 0,
        sent_ms: 0,
        first_received_ms: None,
        visible_ms: 0,
        expires_ms: 0,
        group,
        dedup: Some(dedup.to_owned()),
        sequence: Some(super::message::sequence(seq)),
        dead_from: None,
    }
}
