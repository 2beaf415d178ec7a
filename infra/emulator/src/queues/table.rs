//! The tables of the queues, and the queues themselves.
//!
//! Deals with: the schema, making, changing, listing and removing queues, counts, peeking. Does not deal
//! with: sending (`send.rs`) and receiving (`receive.rs`).

use rusqlite::{Connection, OptionalExtension, params};

use super::error::QueueError;
use super::message::{COLUMNS, Message, from_row, later};
use super::spec::QueueSpec;
use crate::cloud::Cloud;
use crate::store::StoreError;

/// The tables that [`super::Queues`] needs in its store.
///
/// `visible_ms > now` is what hides a message: a delay, a receive and a changed visibility all set it. A
/// `holder` hides it too: it is at work on it (`held.rs`). Nobody is when the store is opened.
/// `seq` is the order of sending; a message moved to a dead-letter queue gets a new one.
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS queue (
    cloud TEXT NOT NULL, name TEXT NOT NULL, spec TEXT NOT NULL,
    created_ms INTEGER NOT NULL, changed_ms INTEGER NOT NULL,
    PRIMARY KEY (cloud, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS queue_message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    cloud TEXT NOT NULL, queue TEXT NOT NULL, id TEXT NOT NULL, nonce TEXT NOT NULL,
    body TEXT NOT NULL, attributes TEXT NOT NULL, fifo INTEGER NOT NULL,
    group_name TEXT, dedup TEXT, dead_from TEXT,
    sent_ms INTEGER NOT NULL, visible_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL,
    first_received_ms INTEGER, received_ms INTEGER, receive_count INTEGER NOT NULL,
    holder TEXT);
CREATE INDEX IF NOT EXISTS queue_message_visible ON queue_message (cloud, queue, visible_ms, seq);
CREATE INDEX IF NOT EXISTS queue_message_expires ON queue_message (cloud, queue, expires_ms);
CREATE INDEX IF NOT EXISTS queue_message_id ON queue_message (cloud, queue, id);
CREATE INDEX IF NOT EXISTS queue_message_group
    ON queue_message (cloud, queue, group_name, visible_ms) WHERE group_name IS NOT NULL;
CREATE INDEX IF NOT EXISTS queue_message_holder
    ON queue_message (cloud, holder) WHERE holder IS NOT NULL;
CREATE TABLE IF NOT EXISTS queue_dedup (
    cloud TEXT NOT NULL, queue TEXT NOT NULL, dedup TEXT NOT NULL,
    id TEXT NOT NULL, seq INTEGER NOT NULL, until_ms INTEGER NOT NULL,
    PRIMARY KEY (cloud, queue, dedup)) WITHOUT ROWID;
UPDATE queue_message SET holder = NULL, visible_ms = min(visible_ms, received_ms),
    receive_count = max(receive_count - 1, 0) WHERE holder IS NOT NULL;
";

/// A queue with the instants of its making and last change, in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueInfo {
    /// Its settings.
    pub spec: QueueSpec,
    /// When it was made.
    pub created_ms: i64,
    /// When its settings last changed.
    pub changed_ms: i64,
}

/// How many messages a queue holds, by what hides them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be had now.
    pub visible: u64,
    /// Received and hidden.
    pub in_flight: u64,
    /// Sent and not yet visible for the first time.
    pub delayed: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.visible + self.in_flight + self.delayed
    }
}

fn encode(spec: &QueueSpec) -> Result<String, QueueError> {
    serde_json::to_string(spec)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)).into())
}

/// Whether the queue is new; one with the very same settings is left as it is.
pub(crate) fn create(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    spec: &QueueSpec,
) -> Result<bool, QueueError> {
    match info(db, cloud, name) {
        Ok(existing) if existing.spec == *spec => Ok(false),
        Ok(_) => Err(QueueError::Exists(name.to_owned())),
        Err(QueueError::NoQueue(_)) => {
            db.prepare_cached("INSERT INTO queue VALUES (?1, ?2, ?3, ?4, ?4)")?
                .execute(params![cloud.as_str(), name, encode(spec)?, now_ms])?;
            Ok(true)
        }
        Err(other) => Err(other),
    }
}

pub(crate) fn info(db: &Connection, cloud: Cloud, name: &str) -> Result<QueueInfo, QueueError> {
    let row: Option<(String, i64, i64)> = db
        .prepare_cached(
            "SELECT spec, created_ms, changed_ms FROM queue WHERE cloud = ?1 AND name = ?2",
        )?
        .query_row(params![cloud.as_str(), name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (spec, created_ms, changed_ms) = row.ok_or_else(|| QueueError::NoQueue(name.to_owned()))?;
    let spec = serde_json::from_str(&spec).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })?;
    Ok(QueueInfo { spec, created_ms, changed_ms })
}

/// A changed retention holds for the messages that SQS already has; Azure fixes it at sending.
pub(super) fn set_spec(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    spec: &QueueSpec,
) -> Result<(), QueueError> {
    let before = info(db, cloud, name)?.spec;
    db.prepare_cached(
        "UPDATE queue SET spec = ?3, changed_ms = ?4 WHERE cloud = ?1 AND name = ?2",
    )?
    .execute(params![cloud.as_str(), name, encode(spec)?, now_ms])?;
    if cloud == Cloud::Aws && before.retention != spec.retention {
        db.prepare_cached(
            "UPDATE queue_message SET expires_ms = sent_ms + ?3 WHERE cloud = ?1 AND queue = ?2",
        )?
        .execute(params![cloud.as_str(), name, later(0, spec.retention)])?;
    }
    Ok(())
}

pub(super) fn remove(db: &Connection, cloud: Cloud, name: &str) -> Result<(), QueueError> {
    clear(db, cloud, name)?;
    for sql in [
        "DELETE FROM queue_dedup WHERE cloud = ?1 AND queue = ?2",
        "DELETE FROM queue WHERE cloud = ?1 AND name = ?2",
    ] {
        db.prepare_cached(sql)?.execute(params![cloud.as_str(), name])?;
    }
    Ok(())
}

/// Drops every message, hidden ones too; returns how many.
pub(super) fn clear(db: &Connection, cloud: Cloud, name: &str) -> Result<usize, QueueError> {
    info(db, cloud, name)?;
    Ok(db
        .prepare_cached("DELETE FROM queue_message WHERE cloud = ?1 AND queue = ?2")?
        .execute(params![cloud.as_str(), name])?)
}

pub(super) fn list(db: &Connection, cloud: Cloud, prefix: &str) -> Result<Vec<String>, QueueError> {
    let mut query = db.prepare_cached(
        "SELECT name FROM queue WHERE cloud = ?1 AND substr(name, 1, length(?2)) = ?2 ORDER BY name",
    )?;
    let names = query.query_map(params![cloud.as_str(), prefix], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>().map_err(StoreError::from)?)
}

pub(super) fn counts(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
) -> Result<Counts, QueueError> {
    info(db, cloud, name)?;
    let mut query = db.prepare_cached(
        "SELECT count(*) FILTER (WHERE visible_ms <= ?3 AND holder IS NULL),
                count(*) FILTER (WHERE (visible_ms > ?3 AND receive_count > 0)
                                       OR holder IS NOT NULL),
                count(*) FILTER (WHERE visible_ms > ?3 AND receive_count = 0
                                       AND holder IS NULL)
         FROM queue_message WHERE cloud = ?1 AND queue = ?2 AND expires_ms > ?3",
    )?;
    Ok(query.query_row(params![cloud.as_str(), name, now_ms], |row| {
        let count = |column| row.get::<_, i64>(column).map(|n| u64::try_from(n).unwrap_or(0));
        Ok(Counts { visible: count(0)?, in_flight: count(1)?, delayed: count(2)? })
    })?)
}

/// The first visible messages, untouched.
pub(super) fn peek(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    max: usize,
) -> Result<Vec<Message>, QueueError> {
    info(db, cloud, name)?;
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM queue_message
         WHERE cloud = ?1 AND queue = ?2 AND visible_ms <= ?3 AND holder IS NULL
           AND expires_ms > ?3
         ORDER BY visible_ms, seq LIMIT ?4"
    ))?;
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    let found = query.query_map(params![cloud.as_str(), name, now_ms, limit], from_row)?;
    Ok(found.map(|row| row.map(|(_, message)| message)).collect::<Result<_, _>>()?)
}
