//! A queue in this process.
//!
//! Deals with: visibility, on a clock that a test may move forward.
//! Does not deal with: retention, redrive, or surviving the process.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Capability, Message};
use crate::error::{Error, ErrorKind, Result};

/// The least of what the providers take, so that what passes here passes everywhere.
pub(super) const CAPABILITY: Capability =
    Capability { max_bytes: 48 * 1024, any_bytes: false, max_messages: 10 };

#[derive(Default)]
pub(super) struct Memory(Mutex<Held>);

#[derive(Default)]
struct Held {
    waiting: VecDeque<Waiting>,
    ids: u64,
    skipped: Duration,
}

struct Waiting {
    id: u64,
    body: Bytes,
    receive_count: u32,
    hidden_until: Option<Instant>,
}

impl Memory {
    pub(super) fn send(&self, body: Bytes) {
        let mut held = self.held();
        held.ids += 1;
        let id = held.ids;
        held.waiting.push_back(Waiting { id, body, receive_count: 0, hidden_until: None });
    }

    pub(super) fn receive(&self, max: u32, visibility: Duration) -> Vec<Message> {
        let mut held = self.held();
        let now = Instant::now() + held.skipped;
        let visible = held.waiting.iter_mut().filter(|w| w.hidden_until.is_none_or(|t| t <= now));
        let taken = visible.take(max as usize).map(|waiting| {
            waiting.receive_count = waiting.receive_count.saturating_add(1);
            waiting.hidden_until = Some(now + visibility);
            Message {
                id: waiting.id.to_string(),
                receipt: receipt(waiting),
                body: waiting.body.clone(),
                receive_count: waiting.receive_count,
                attributes: Vec::new(),
            }
        });
        taken.collect()
    }

    pub(super) fn skip(&self, by: Duration) {
        self.held().skipped += by;
    }

    pub(super) fn delete(&self, message: &Message) -> Result<()> {
        let mut held = self.held();
        let at = held.waiting.iter().position(|waiting| waiting.id.to_string() == message.id);
        let Some(at) = at else { return Ok(()) };
        if held.waiting.get(at).is_some_and(|waiting| receipt(waiting) != message.receipt) {
            let text = "the message was received again since";
            let error = Error::new(ErrorKind::Precondition, "queue delete", text);
            return Err(error.with("message", &message.id));
        }
        held.waiting.remove(at);
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // No code that may panic runs under the lock: what a poisoned one guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn receipt(waiting: &Waiting) -> String {
    format!("{}:{}", waiting.id, waiting.receive_count)
}
