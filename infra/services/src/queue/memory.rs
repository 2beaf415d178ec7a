//! A queue in this process.
//!
//! Deals with: visibility and delays, on a clock that a test may move forward; groups in their order,
//! repeats. Does not deal with: retention, redrive, or surviving the process.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Capability, Message, Outgoing};
use crate::error::{Error, ErrorKind, Result};

/// The least of what the providers take, so that what passes here passes everywhere.
const PLAIN: Capability = Capability {
    max_bytes: 48 * 1024,
    any_bytes: false,
    max_messages: 10,
    max_batch: 10,
    max_delay: Duration::from_secs(900),
    peek: false,
    groups: false,
};
/// As an SQS queue named `….fifo`, the one kind with groups.
const FIFO: Capability = Capability { max_delay: Duration::ZERO, groups: true, ..PLAIN };
/// As SQS knows a repeat.
const REPEAT: Duration = Duration::from_secs(300);

pub(super) struct Memory {
    fifo: bool,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    waiting: VecDeque<Waiting>,
    seen: VecDeque<(Instant, String)>,
    ids: u64,
    skipped: Duration,
}

struct Waiting {
    id: u64,
    body: Bytes,
    group: Option<String>,
    receive_count: u32,
    /// How often its visibility was set: each time makes the receipts of before worthless.
    turn: u64,
    hidden_until: Option<Instant>,
}

impl Memory {
    pub(super) fn new(fifo: bool) -> Self {
        Self { fifo, held: Mutex::default() }
    }

    pub(super) fn capability(&self) -> Capability {
        if self.fifo { FIFO } else { PLAIN }
    }

    pub(super) fn send(&self, message: Outgoing) {
        let mut held = self.held();
        let now = held.now();
        held.seen.retain(|(at, _)| now.saturating_duration_since(*at) < REPEAT);
        if let Some(dedup) = message.dedup {
            if held.seen.iter().any(|(_, known)| *known == dedup) {
                return;
            }
            held.seen.push_back((now, dedup));
        }
        held.ids += 1;
        let (id, body, group) = (held.ids, message.body, message.group);
        let hidden_until = (!message.delay.is_zero()).then(|| now + message.delay);
        held.waiting.push_back(Waiting {
            id,
            body,
            group,
            receive_count: 0,
            turn: 0,
            hidden_until,
        });
    }

    pub(super) fn receive(&self, max: u32, visibility: Duration) -> Vec<Message> {
        let mut held = self.held();
        let now = held.now();
        // What one receive takes of a group may be several; what others hold keeps the rest back.
        let mut kept_back = BTreeSet::new();
        let mut taken = Vec::new();
        for waiting in &mut held.waiting {
            if taken.len() >= max as usize {
                break;
            }
            if self.fifo && kept_back.contains(&waiting.group) {
                continue;
            }
            if waiting.hidden_until.is_some_and(|until| until > now) {
                kept_back.insert(waiting.group.clone());
                continue;
            }
            waiting.receive_count = waiting.receive_count.saturating_add(1);
            waiting.hide(now + visibility);
            taken.push(Message {
                id: waiting.id.to_string(),
                receipt: waiting.receipt(),
                body: waiting.body.clone(),
                receive_count: waiting.receive_count,
                attributes: Vec::new(),
            });
        }
        taken
    }

    pub(super) fn extend(&self, message: &Message, by: Duration) -> Result<String> {
        let operation = "queue extend";
        let mut held = self.held();
        let until = held.now() + by;
        let at = held.place(operation, message)?;
        let waiting = at.and_then(|at| held.waiting.get_mut(at));
        let waiting = waiting.ok_or_else(|| gone(operation, message, "the message is gone"))?;
        waiting.hide(until);
        Ok(waiting.receipt())
    }

    pub(super) fn delete(&self, operation: &'static str, message: &Message) -> Result<()> {
        let mut held = self.held();
        if let Some(at) = held.place(operation, message)? {
            held.waiting.remove(at);
        }
        Ok(())
    }

    pub(super) fn skip(&self, by: Duration) {
        self.held().skipped += by;
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // No code that may panic runs under the lock: what a poisoned one guards is whole.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn now(&self) -> Instant {
        Instant::now() + self.skipped
    }

    /// Where the message waits, if its receipt still counts; `None` once it is gone.
    fn place(&self, operation: &'static str, message: &Message) -> Result<Option<usize>> {
        let known = |waiting: &Waiting| waiting.id.to_string() == message.id;
        let Some(at) = self.waiting.iter().position(known) else { return Ok(None) };
        if self.waiting.get(at).is_some_and(|waiting| waiting.receipt() != message.receipt) {
            let text = "the message was received again, or extended, since";
            return Err(gone(operation, message, text));
        }
        Ok(Some(at))
    }
}

impl Waiting {
    fn hide(&mut self, until: Instant) {
        self.turn += 1;
        self.hidden_until = Some(until);
    }

    fn receipt(&self) -> String {
        format!("{}:{}", self.id, self.turn)
    }
}

fn gone(operation: &'static str, message: &Message, text: &str) -> Error {
    Error::new(ErrorKind::Precondition, operation, text).with("message", &message.id)
}
