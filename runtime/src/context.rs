//! What a handler knows besides its event.
//!
//! Deals with: shared state, identity of the invocation, its deadline and trace. Does not deal with:
//! clients of services; those are part of the author's own state.

use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::time::Instant;

/// Handed to every call: derefs to the app's state `S`, cheap to clone.
pub struct Context<S> {
    call: Arc<Call>,
    state: Arc<S>,
}

/// The invocation as its host described it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) function: Arc<str>,
    pub(crate) invocation_id: String,
    pub(crate) attempt: Option<u32>,
    pub(crate) deadline: SystemTime,
    /// When the call is given up: before its deadline, so that this can still be reported.
    pub(crate) give_up: Instant,
    pub(crate) trace: Option<TraceContext>,
    pub(crate) host: &'static str,
    pub(crate) raw: Bytes,
}

/// A W3C trace context (<https://www.w3.org/TR/trace-context/>), as received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// `00-{trace id}-{parent id}-{flags}`.
    pub traceparent: String,
    /// Vendor-specific, `key=value` pairs joined by commas.
    pub tracestate: Option<String>,
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
            invocation_id: "test-invocation".to_owned(),
            attempt: Some(1),
            deadline: SystemTime::now() + Duration::from_secs(300),
            give_up: give_up_after(Duration::from_secs(300)),
            trace: None,
            host: "test",
            raw: Bytes::new(),
        }
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

    /// Which attempt at this event it is, from 1; `None` where the host does not say.
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
        self.call.trace.as_ref()
    }

    /// `lambda`, `azure`, `container` or `test`.
    #[must_use]
    pub fn host(&self) -> &str {
        self.call.host
    }

    /// The provider's own payload, unread: the escape hatch for what the portable event leaves out.
    /// Of a batch, the one record.
    #[must_use]
    pub fn raw(&self) -> &Bytes {
        &self.call.raw
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
