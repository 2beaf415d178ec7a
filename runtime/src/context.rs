//! What a handler knows besides its event.
//!
//! Deals with: shared state, identity of the invocation, its deadline and trace. Does not deal with:
//! clients of services; those are part of the author's own state.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::time::Instant;
use tracing::Span;

use crate::host::OWN;

/// Handed to every call: derefs to the app's state `S`, cheap to clone.
pub struct Context<S> {
    call: Arc<Call>,
    state: Arc<S>,
}

/// The invocation as its host described it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) function: Arc<str>,
    pub(crate) invocation_id: Arc<str>,
    /// Which of the queue's messages it is about, where it is about one.
    pub(crate) message_id: Option<String>,
    pub(crate) attempt: Option<u32>,
    pub(crate) deadline: SystemTime,
    /// When the call is given up: before its deadline, so that this can still be reported.
    pub(crate) give_up: Instant,
    pub(crate) trace: Option<Arc<TraceContext>>,
    pub(crate) host: &'static str,
    pub(crate) raw: Bytes,
    /// Which part of `raw` it is about, where it is about one.
    pub(crate) part: Option<Part>,
}

/// One record of a batch. Few handlers ask for it, so it is looked for when one does.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    at: usize,
    find: fn(&Bytes, usize) -> Option<Bytes>,
    found: OnceLock<Bytes>,
}

impl Part {
    /// What `find` finds at `at`.
    pub(crate) fn new(at: usize, find: fn(&Bytes, usize) -> Option<Bytes>) -> Self {
        Self { at, find, found: OnceLock::new() }
    }

    fn of(&self, whole: &Bytes) -> &Bytes {
        self.found.get_or_init(|| (self.find)(whole, self.at).unwrap_or_else(|| whole.clone()))
    }
}

/// A W3C trace context (<https://www.w3.org/TR/trace-context/>), as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// `00-{trace id}-{parent id}-{flags}`.
    pub traceparent: String,
    /// Vendor-specific, `key=value` pairs joined by commas.
    pub tracestate: Option<String>,
}

impl TraceContext {
    /// The trace's id, 32 hexadecimal digits; `None` where `traceparent` has none.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.traceparent.split('-').nth(1).filter(|id| id.len() == 32)
    }
}

/// The part of an invocation's time that is kept for reporting a call that will not end in time.
const MARGIN: f64 = 0.1;
/// That part is never longer than this.
const LONGEST_MARGIN: Duration = Duration::from_millis(500);

/// When the calls of an invocation that arrives now are given up, where `left` is all its time. To be
/// asked once an invocation: a margin of what is left later would shrink with every wait.
pub(crate) fn give_up_after(left: Duration) -> Instant {
    Instant::now() + left.saturating_sub(left.mul_f64(MARGIN).min(LONGEST_MARGIN))
}

impl Call {
    pub(crate) fn test(function: Arc<str>) -> Self {
        Self {
            function,
            invocation_id: "test-invocation".into(),
            message_id: None,
            attempt: Some(1),
            deadline: SystemTime::now() + Duration::from_secs(300),
            give_up: give_up_after(Duration::from_secs(300)),
            trace: None,
            host: "test",
            raw: Bytes::new(),
            part: None,
        }
    }

    /// Where all that is logged during the call belongs: each line has these fields. Of the highest
    /// level and with this crate's target, so that no filter takes it away.
    pub(crate) fn span(&self) -> Span {
        tracing::error_span!(
            target: OWN,
            parent: None,
            "invocation",
            function = &*self.function,
            invocation_id = &*self.invocation_id,
            message_id = self.message_id,
            attempt = self.attempt,
            trace_id = self.trace.as_deref().and_then(TraceContext::trace_id),
        )
    }
}

impl<S> Context<S> {
    pub(crate) fn new(call: Arc<Call>, state: Arc<S>) -> Self {
        Self { call, state }
    }

    /// A context for a unit test: first attempt, five minutes to go, host `test`.
    #[must_use]
    pub fn test(state: S) -> Self {
        Self::new(Arc::new(Call::test("test".into())), Arc::new(state))
    }

    /// The function's name, as given to [`App::on`](crate::App::on).
    #[must_use]
    pub fn function(&self) -> &str {
        &self.call.function
    }

    /// The host's id of this invocation: the Lambda request id, the Azure invocation id. Messages of
    /// one batch share it.
    #[must_use]
    pub fn invocation_id(&self) -> &str {
        &self.call.invocation_id
    }

    /// Which attempt at this event it is, from 1; `None` where the host does not say. Of a batch, the
    /// most of its messages.
    #[must_use]
    pub fn attempt(&self) -> Option<u32> {
        self.call.attempt
    }

    /// When the host will end the invocation. The call itself is given up a little earlier: at the
    /// deadline minus 10 % of what was left at its start, at most 500 ms.
    #[must_use]
    pub fn deadline(&self) -> SystemTime {
        self.call.deadline
    }

    /// The caller's trace, where one was sent.
    #[must_use]
    pub fn trace(&self) -> Option<&TraceContext> {
        self.call.trace.as_deref()
    }

    /// `lambda`, `azure`, `container` or `test`.
    #[must_use]
    pub fn host(&self) -> &str {
        self.call.host
    }

    /// The provider's own payload, unread: the escape hatch for what the portable event leaves out.
    /// Of a batch whose messages run one a call, the one record.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        let whole = &self.call.raw;
        self.call.part.as_ref().map_or(whole, |part| part.of(whole))
    }
}

impl<S> Clone for Context<S> {
    fn clone(&self) -> Self {
        Self { call: Arc::clone(&self.call), state: Arc::clone(&self.state) }
    }
}

impl<S> Deref for Context<S> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.state
    }
}

impl<S> std::fmt::Debug for Context<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.call.fmt(f)
    }
}
