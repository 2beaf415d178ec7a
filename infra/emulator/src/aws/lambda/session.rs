//! What one runtime may do next: the state machine behind the runtime API.
//!
//! Deals with: the order of `next`, `response`, `error` and `init/error`, and which event is whose.
//! Does not deal with: HTTP, processes, time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use tokio::sync::{oneshot, watch};

use super::invocation::{Ended, Invocation};

/// One runtime's conversation, from its start to its end.
#[derive(Default)]
pub(super) struct Session {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
}

#[derive(Default)]
struct Inner {
    phase: Phase,
    event: Option<Arc<Event>>,
    answer: Option<oneshot::Sender<Ended>>,
    /// A runtime that repeats itself does so right away; the last id is enough to tell it so.
    answered: Option<String>,
    init_error: Option<Bytes>,
    ready_at: Option<Instant>,
}

/// An event as the runtime gets it.
pub(super) struct Event {
    pub(super) invocation: Invocation,
    /// Absolute, in real time: the process on the other side has no other.
    pub(super) deadline: SystemTime,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Started,
    InitError,
    Ready,
    Running,
    ResponseSent,
}

impl Phase {
    const fn name(self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::InitError => "InitError",
            Self::Ready => "Ready",
            Self::Running => "Running",
            Self::ResponseSent => "RuntimeResponseSentState",
        }
    }
}

/// Why a runtime's call was refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Not the id of the event that is running.
    RequestId,
    /// Not now.
    State { from: &'static str, to: &'static str },
}

impl Inner {
    fn check(&self, id: &str, to: &'static str) -> Result<(), Refusal> {
        match &self.event {
            Some(event) if self.phase == Phase::Running => {
                (event.invocation.request_id == id).then_some(()).ok_or(Refusal::RequestId)
            }
            _ if self.answered.as_deref() == Some(id) => Err(Refusal::RequestId),
            _ => Err(state(self.phase, to)),
        }
    }
}

impl Session {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self) {
        self.changed.send_replace(());
    }

    /// `next`: waits for an event as long as it takes. Asked again while one runs, it gives the same.
    pub(super) async fn next(&self) -> Result<Arc<Event>, Refusal> {
        let mut changed = self.changed.subscribe();
        {
            let mut inner = self.inner();
            match inner.phase {
                Phase::InitError => return Err(state(Phase::InitError, "Ready")),
                Phase::Started | Phase::ResponseSent => {
                    inner.phase = Phase::Ready;
                    inner.ready_at.get_or_insert_with(Instant::now);
                }
                Phase::Ready | Phase::Running => {}
            }
        }
        self.tell();
        loop {
            changed.mark_unchanged();
            if let Some(event) = self.take() {
                return Ok(event);
            }
            // The sender lives in `self`.
            let _ = changed.changed().await;
        }
    }

    fn take(&self) -> Option<Arc<Event>> {
        let mut inner = self.inner();
        let event = Arc::clone(inner.event.as_ref()?);
        inner.phase = Phase::Running;
        Some(event)
    }

    /// Whether `response` or `error` for `id` would be taken now; asked before a body is read.
    pub(super) fn check(&self, id: &str, to: &'static str) -> Result<(), Refusal> {
        self.inner().check(id, to)
    }

    /// `response` and `error`.
    pub(super) fn answer(&self, id: &str, to: &'static str, ended: Ended) -> Result<(), Refusal> {
        let mut inner = self.inner();
        inner.check(id, to)?;
        // Every event that runs has somebody to answer to.
        let answer = inner.answer.take().ok_or(Refusal::RequestId)?;
        inner.phase = Phase::ResponseSent;
        inner.event = None;
        inner.answered = Some(id.to_owned());
        // A caller that has given up (a timeout) no longer listens.
        let _ = answer.send(ended);
        Ok(())
    }

    /// `init/error`: only before the first `next`.
    pub(super) fn init_error(&self, body: Bytes) -> Result<(), Refusal> {
        {
            let mut inner = self.inner();
            if inner.phase != Phase::Started {
                return Err(state(inner.phase, "InitError"));
            }
            inner.phase = Phase::InitError;
            inner.init_error = Some(body);
        }
        self.tell();
        Ok(())
    }

    /// Returns once the runtime has asked for its first event, or said why it never will. Cancel-safe.
    pub(super) async fn initialised(&self) -> Result<(), Bytes> {
        let mut changed = self.changed.subscribe();
        loop {
            changed.mark_unchanged();
            {
                let inner = self.inner();
                if let Some(body) = &inner.init_error {
                    return Err(body.clone());
                }
                if inner.phase != Phase::Started {
                    return Ok(());
                }
            }
            let _ = changed.changed().await;
        }
    }

    /// When the runtime asked for its first event.
    pub(super) fn ready_at(&self) -> Option<Instant> {
        self.inner().ready_at
    }

    /// Puts an event before the runtime. The receiver gets how it ended, or nothing if it never does.
    pub(super) fn offer(&self, event: Event) -> oneshot::Receiver<Ended> {
        let (answer, waiting) = oneshot::channel();
        {
            let mut inner = self.inner();
            inner.event = Some(Arc::new(event));
            inner.answer = Some(answer);
        }
        self.tell();
        waiting
    }

    /// Whether the runtime has fetched the event that was offered last.
    pub(super) fn was_fetched(&self) -> bool {
        let inner = self.inner();
        inner.event.is_none() || inner.phase == Phase::Running
    }
}

const fn state(from: Phase, to: &'static str) -> Refusal {
    Refusal::State { from: from.name(), to }
}
