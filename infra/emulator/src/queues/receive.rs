//! How a message gets out: receive, and what a receipt then allows.
//!
//! Deals with: expiry, receive counts, the move to the dead-letter queue, FIFO group order, receipts.
//! Does not deal with: waiting (`arrivals.rs`).

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::QueueError;
use super::message::{COLUMNS, Message, from_row, keeps_age, later, new_nonce, parse_receipt};
use super::spec::Redrive;
use super::table;
use crate::cloud::Cloud;

/// A message whose group has another one in flight, or an earlier one hidden for whatever reason, is not
/// to be had. `queue_message.` is the candidate; ?1 to ?3 are cloud, queue, now.
pub(super) const UNBLOCKED: &str = "(fifo = 0 OR group_name IS NULL OR NOT EXISTS (
     SELECT 1 FROM queue_message AS other
     WHERE other.cloud = ?1 AND other.queue = ?2 AND other.group_name = queue_message.group_name
       AND (other.visible_ms > ?3 OR other.holder IS NOT NULL) AND other.expires_ms > ?3
       AND (other.seq < queue_message.seq OR other.receive_count > 0)))";

/// SQS: a message may be hidden for at most 12 hours, counted from its receive.
const SQS_HIDDEN_MAX: Duration = Duration::from_secs(12 * 60 * 60);

/// What one receive did.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) messages: Vec<Message>,
    /// The queue that got messages which had been received too often.
    pub(super) dead_letter: Option<String>,
}

/// Takes up to `max` messages that are to be had now, for `holder` alone if there is one (`held.rs`). Never
/// waits.
pub(super) fn receive(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    holder: Option<&str>,
    max: usize,
    visibility: Option<Duration>,
) -> Result<Received, QueueError> {
    let spec = table::info(db, cloud, name)?.spec;
    db.prepare_cached(
        "DELETE FROM queue_message WHERE cloud = ?1 AND queue = ?2 AND expires_ms <= ?3",
    )?
    .execute(params![cloud.as_str(), name, now_ms])?;
    // A dead-letter queue that is gone must not swallow messages: they stay where they are.
    let redrive = spec.redrive.filter(|to| table::info(db, cloud, &to.dead_letter).is_ok());
    let visible_ms = later(now_ms, visibility.unwrap_or(spec.visibility));
    let mut received = Received::default();
    while received.messages.len() < max {
        let wanted = max - received.messages.len();
        let found = candidates(db, now_ms, cloud, name, spec.fifo, wanted)?;
        let exhausted = found.len() < wanted;
        let mut moved = false;
        for (seq, message) in found {
            match &redrive {
                Some(to) if message.receive_count >= to.max_receives => {
                    bury(db, now_ms, cloud, name, seq, to)?;
                    received.dead_letter = Some(to.dead_letter.clone());
                    moved = true;
                }
                // A visibility of zero leaves it to be found again in the next round.
                _ if received.messages.iter().any(|taken| taken.id == message.id) => {}
                _ => received.messages.push(take(db, now_ms, seq, visible_ms, holder)?),
            }
        }
        // Only buried messages make room for another round.
        if exhausted || !moved {
            break;
        }
    }
    Ok(received)
}

fn candidates(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    fifo: bool,
    max: usize,
) -> Result<Vec<(i64, Message)>, QueueError> {
    // The order of becoming visible lets others pass a message that keeps failing; a group may not.
    let order = if fifo { "seq" } else { "visible_ms, seq" };
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM queue_message
         WHERE cloud = ?1 AND queue = ?2 AND visible_ms <= ?3 AND holder IS NULL AND expires_ms > ?3
           AND {UNBLOCKED}
         ORDER BY {order} LIMIT ?4"
    ))?;
    let limit = i64::try_from(max).unwrap_or(i64::MAX);
    let found = query.query_map(params![cloud.as_str(), name, now_ms, limit], from_row)?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn take(
    db: &Connection,
    now_ms: i64,
    seq: i64,
    visible_ms: i64,
    holder: Option<&str>,
) -> Result<Message, QueueError> {
    let (_, message) = db
        .prepare_cached(&format!(
            "UPDATE queue_message SET nonce = ?2, visible_ms = ?3, received_ms = ?4,
                 first_received_ms = coalesce(first_received_ms, ?4),
                 receive_count = receive_count + 1, holder = ?5
             WHERE seq = ?1 RETURNING {COLUMNS}"
        ))?
        .query_row(params![seq, new_nonce(), visible_ms, now_ms, holder], from_row)?;
    Ok(message)
}

/// Moves a message to the dead-letter queue under its id. A standard SQS queue keeps the age too.
fn bury(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    seq: i64,
    to: &Redrive,
) -> Result<(), QueueError> {
    let spec = table::info(db, cloud, &to.dead_letter)?.spec;
    let sent = if keeps_age(cloud, spec.fifo) { "sent_ms" } else { "?4" };
    db.prepare_cached(&format!(
        "INSERT INTO queue_message (cloud, queue, id, nonce, body, attributes, fifo, group_name, dedup,
             dead_from, sent_ms, visible_ms, expires_ms, first_received_ms, receive_count)
         SELECT cloud, ?2, id, ?3, body, attributes, ?5, group_name, dedup, ?6, {sent}, ?4,
             {sent} + ?7, first_received_ms, receive_count
         FROM queue_message WHERE seq = ?1"
    ))?
    .execute(params![
        seq,
        to.dead_letter,
        new_nonce(),
        now_ms,
        spec.fifo,
        name,
        later(0, spec.retention)
    ])?;
    db.prepare_cached("DELETE FROM queue_message WHERE seq = ?1")?.execute([seq])?;
    Ok(())
}

struct Held {
    seq: i64,
    fifo: bool,
    /// Nobody else can have it.
    hidden: bool,
    received_ms: Option<i64>,
}

/// The message that `receipt` still speaks for.
fn held(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    receipt: &str,
) -> Result<Held, QueueError> {
    table::info(db, cloud, name)?;
    let (id, nonce) = parse_receipt(receipt)?;
    let row = db
        .prepare_cached(
            "SELECT nonce, seq, fifo, visible_ms > ?4 OR holder IS NOT NULL, received_ms
             FROM queue_message
             WHERE cloud = ?1 AND queue = ?2 AND id = ?3 AND expires_ms > ?4",
        )?
        .query_row(params![cloud.as_str(), name, id, now_ms], |row| {
            let held = Held {
                seq: row.get(1)?,
                fifo: row.get(2)?,
                hidden: row.get(3)?,
                received_ms: row.get(4)?,
            };
            Ok((row.get::<_, String>(0)?, held))
        })
        .optional()?;
    let (latest, held) = row.ok_or(QueueError::MessageGone)?;
    if latest != nonce {
        return Err(QueueError::ReceiptStale);
    }
    if held.fifo && !held.hidden {
        return Err(QueueError::ReceiptExpired);
    }
    Ok(held)
}

pub(super) fn delete(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    receipt: &str,
) -> Result<(), QueueError> {
    let held = held(db, now_ms, cloud, name, receipt)?;
    db.prepare_cached("DELETE FROM queue_message WHERE seq = ?1")?.execute([held.seq])?;
    Ok(())
}

/// Hides the message for `visibility` from now on, and sets its body where one is given. Azure gives a new
/// receipt and takes the old one; SQS keeps it.
pub(super) fn update(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
    receipt: &str,
    visibility: Duration,
    body: Option<&str>,
) -> Result<Message, QueueError> {
    let held = held(db, now_ms, cloud, name, receipt)?;
    let visible_ms = later(now_ms, visibility);
    if cloud == Cloud::Aws {
        if !held.hidden {
            return Err(QueueError::NotInFlight);
        }
        let limit = later(held.received_ms.unwrap_or(now_ms), SQS_HIDDEN_MAX);
        if visible_ms > limit {
            return Err(QueueError::HiddenTooLong(SQS_HIDDEN_MAX.as_secs()));
        }
    }
    let nonce = match cloud {
        Cloud::Aws => None,
        Cloud::Azure => Some(new_nonce()),
    };
    let (_, message) = db
        .prepare_cached(&format!(
            "UPDATE queue_message SET visible_ms = ?2, nonce = coalesce(?3, nonce),
                 body = coalesce(?4, body)
             WHERE seq = ?1 RETURNING {COLUMNS}"
        ))?
        .query_row(params![held.seq, visible_ms, nonce, body], from_row)?;
    Ok(message)
}

/// When a receive may yield something next: `now_ms` if it may already, `None` if only a new message helps.
pub(super) fn next_yield(
    db: &Connection,
    now_ms: i64,
    cloud: Cloud,
    name: &str,
) -> Result<Option<i64>, QueueError> {
    let ready: bool = db
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM queue_message
             WHERE cloud = ?1 AND queue = ?2 AND visible_ms <= ?3 AND holder IS NULL
               AND expires_ms > ?3 AND {UNBLOCKED})"
        ))?
        .query_row(params![cloud.as_str(), name, now_ms], |row| row.get(0))?;
    if ready {
        return Ok(Some(now_ms));
    }
    Ok(db
        .prepare_cached(
            "SELECT min(visible_ms) FROM queue_message
             WHERE cloud = ?1 AND queue = ?2 AND visible_ms > ?3 AND holder IS NULL",
        )?
        .query_row(params![cloud.as_str(), name, now_ms], |row| row.get(0))?)
}
