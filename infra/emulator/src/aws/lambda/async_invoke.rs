//! Asynchronous calls: kept until they have succeeded or been given up.
//!
//! Deals with: the durable queue of events, retries after one and two minutes, the dead-letter queue.
//! Does not deal with: destinations, and the age limit of six hours, which three attempts never reach.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::function::Function;
use super::invocation::{Invocation, Invoked, new_trace_id};
use crate::clock::{Clock, instant};
use crate::cloud::Cloud;
use crate::queues::{NewMessage, QueueError, Queues, insert};
use crate::store::{Store, StoreError};

/// The tables of this room; idempotent.
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS lambda_event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    function TEXT NOT NULL,
    request_id TEXT NOT NULL,
    payload BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    due_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS lambda_event_due ON lambda_event (function, due_ms, seq);
";

/// The events of one name, whichever function has it: the one that retires and the one that follows it
/// share this, so that neither tries what the other is at work on.
#[derive(Clone, Default)]
pub(super) struct Line {
    /// Wakes whoever looks for events that are due.
    pub(super) arrived: Arc<Notify>,
    /// What is being tried; locked while the next one is looked up.
    underway: Arc<Mutex<BTreeSet<i64>>>,
}

/// Where events are kept.
#[derive(Clone)]
pub(super) struct Events {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) queues: Queues,
}

/// An event that is due.
struct Due {
    seq: i64,
    request_id: String,
    payload: Vec<u8>,
    attempts: u32,
}

impl Events {
    /// Keeps an event and wakes its function; returns its request id once that is durable.
    pub(super) async fn accept(
        &self,
        function: &str,
        payload: Bytes,
        line: &Line,
    ) -> Result<String, StoreError> {
        let arrived = Arc::clone(&line.arrived);
        let (function, now) = (function.to_owned(), self.clock.now_ms());
        let request_id = uuid::Uuid::new_v4().to_string();
        let id = request_id.clone();
        let sql = "INSERT INTO lambda_event (function, request_id, payload, due_ms) VALUES (?1, ?2, ?3, ?4)";
        let keep = move |db: &Connection| -> Result<_, StoreError> {
            Ok(db.execute(sql, params![function, id, payload.as_ref(), now])?)
        };
        self.store.write_then(keep, Box::new(move |_| arrived.notify_one())).await?;
        Ok(request_id)
    }

    /// Runs a function's events as they become due, until it is retired, and returns when the last of its
    /// attempts has ended; or until `stop`.
    pub(super) async fn run(self, function: Arc<Function>, line: Line, stop: CancellationToken) {
        let mut attempts = JoinSet::new();
        while !function.is_retired() {
            let mut wake = None;
            while attempts.len() < function.spec.concurrency {
                match self.next(&function, &line).await {
                    Ok(Some(Next::Due(due))) => {
                        let (events, function) = (self.clone(), Arc::clone(&function));
                        let (line, stop) = (line.clone(), stop.clone());
                        attempts.spawn(async move {
                            let seq = events.attempt(&function, due, &stop).await;
                            line.underway.lock().await.remove(&seq);
                            line.arrived.notify_one();
                        });
                    }
                    Ok(Some(Next::At(ms))) => {
                        wake = Some(instant(ms));
                        break;
                    }
                    Ok(None) => break,
                    Err(error) => {
                        tracing::error!(%error, "asynchronous events cannot be read");
                        break;
                    }
                }
            }
            let due = async {
                match wake {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = function.retired() => {}
                Some(_) = attempts.join_next() => {}
                () = line.arrived.notified() => {}
                () = due => {}
            }
        }
        // A wake-up that came here was meant for whoever follows.
        line.arrived.notify_one();
        let rest = async { while attempts.join_next().await.is_some() {} };
        tokio::select! {
            () = rest => {}
            () = stop.cancelled() => {}
        }
    }

    /// What is to be done next; an event that is due is noted as under way.
    async fn next(&self, function: &Function, line: &Line) -> Result<Option<Next>, StoreError> {
        let mut underway = line.underway.lock().await;
        let (name, known) = (function.spec.name.clone(), underway.clone());
        let now = self.clock.now_ms();
        let found: Result<_, StoreError> =
            self.store.read(move |db| Ok(next_due(db, &name, &known, now)?)).await;
        // Where it was retired meanwhile, whoever follows has it.
        let next = found?.filter(|_| !function.is_retired());
        if let Some(Next::Due(due)) = &next {
            underway.insert(due.seq);
        }
        Ok(next)
    }

    async fn attempt(&self, function: &Arc<Function>, due: Due, stop: &CancellationToken) -> i64 {
        let seq = due.seq;
        let invocation = Invocation {
            request_id: due.request_id.clone(),
            payload: due.payload.clone().into(),
            trace_id: new_trace_id(),
            client_context: None,
            tail: false,
        };
        let invoked = function.invoke(invocation).await;
        if invoked.failed && stop.is_cancelled() {
            // The emulator ended it, not the function: the next start tries again.
            return seq;
        }
        if let Err(error) = self.settle(function, due, &invoked).await {
            tracing::error!(function = %function.spec.name, %error, "an event cannot be settled; it is tried again in a minute");
            self.put_off(seq).await;
        }
        seq
    }

    /// An event that cannot be settled would otherwise be due again at once, and for ever.
    async fn put_off(&self, seq: i64) {
        let due = self.clock.now_ms() + 60_000;
        let sql = "UPDATE lambda_event SET due_ms = ?2 WHERE seq = ?1";
        let write = move |db: &Connection| -> Result<_, StoreError> {
            Ok(db.execute(sql, params![seq, due])?)
        };
        if let Err(error) = self.store.write(write).await {
            tracing::error!(%error, "an event cannot be put off");
        }
    }

    async fn settle(
        &self,
        function: &Function,
        due: Due,
        invoked: &Invoked,
    ) -> Result<(), QueueError> {
        let seq = due.seq;
        let remove = move |db: &Connection| -> Result<(), QueueError> {
            db.execute("DELETE FROM lambda_event WHERE seq = ?1", [seq])?;
            Ok(())
        };
        if !invoked.failed {
            return self.store.write(remove).await;
        }
        let tried = due.attempts + 1;
        let now = self.clock.now_ms();
        if tried <= function.spec.retries() {
            let again = now + i64::from(tried) * 60_000;
            let sql = "UPDATE lambda_event SET attempts = ?2, due_ms = ?3 WHERE seq = ?1";
            return self
                .store
                .write(move |db| {
                    db.execute(sql, params![seq, tried, again])?;
                    Ok(())
                })
                .await;
        }
        let (name, id) = (&function.spec.name, &due.request_id);
        let Some(queue) = function.spec.dead_letter.clone() else {
            tracing::error!(function = %name, request_id = %id, attempts = tried, "event given up; the function has no dead-letter queue");
            return self.store.write(remove).await;
        };
        tracing::warn!(function = %name, request_id = %id, attempts = tried, %queue, "event given up");
        let letter = dead_letter(&due, invoked);
        let target = queue.clone();
        let queues = self.queues.clone();
        let bury = move |db: &Connection| {
            insert(db, now, Cloud::Aws, &target, letter)?;
            remove(db)
        };
        self.store.write_then(bury, Box::new(move |()| queues.arrived(Cloud::Aws, &queue))).await
    }
}

/// What there is to do next.
enum Next {
    Due(Due),
    /// Nothing before this instant (epoch milliseconds).
    At(i64),
}

fn next_due(
    db: &Connection,
    function: &str,
    running: &BTreeSet<i64>,
    now: i64,
) -> rusqlite::Result<Option<Next>> {
    let mut rows = db.prepare_cached(
        "SELECT seq, due_ms FROM lambda_event WHERE function = ?1 ORDER BY due_ms, seq LIMIT ?2",
    )?;
    // One more than run: the first that does not.
    let most = i64::try_from(running.len()).unwrap_or(i64::MAX).saturating_add(1);
    let rows = rows.query_map(params![function, most], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let waiting: Option<(i64, i64)> =
        rows.filter_map(Result::ok).find(|(seq, _)| !running.contains(seq));
    let Some((seq, due_ms)) = waiting else { return Ok(None) };
    if due_ms > now {
        return Ok(Some(Next::At(due_ms)));
    }
    db.prepare_cached("SELECT request_id, payload, attempts FROM lambda_event WHERE seq = ?1")?
        .query_row([seq], |row| {
            let (request_id, payload, attempts) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok(Next::Due(Due { seq, request_id, payload, attempts }))
        })
        .optional()
}

/// The original event, with why it is there as message attributes.
fn dead_letter(due: &Due, invoked: &Invoked) -> NewMessage {
    let error: Value = serde_json::from_slice(&invoked.payload).unwrap_or_default();
    let message = error.get("errorMessage").and_then(Value::as_str).unwrap_or("unknown error");
    let message: String = message.chars().take(1024).collect();
    let attribute = |kind: &str, value: &str| json!({"DataType": kind, "StringValue": value});
    NewMessage {
        body: String::from_utf8_lossy(&due.payload).into_owned(),
        attributes: json!({
            "RequestID": attribute("String", &due.request_id),
            "ErrorCode": attribute("Number", "200"),
            "ErrorMessage": attribute("String", &message),
        }),
        ..NewMessage::default()
    }
}
