//! One call: waits for a place, catches its panic, gives it up before its deadline, logs its end.
//!
//! Deals with: a call on a task of its own and one on its waiter's. Does not deal with: a call that blocks
//! its waiter (`watchdog`), how a host describes a call and reports its outcome.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinError;
use tokio::time::{Instant, Sleep};
use tracing::{Instrument, Span};

use super::watchdog::late;
use super::{Engine, Relief, outcome};
use crate::app::Function;
use crate::blocking::PLACE;
use crate::context::Call;
use crate::error::Error;
use crate::trigger::{Event, Reply};

impl Engine {
    /// Runs one event of `function` on a task of its own, and logs how that ended.
    pub(crate) async fn run(
        &self,
        function: &Function,
        event: Event,
        call: impl Into<Arc<Call>>,
    ) -> Result<Reply, Error> {
        self.conduct(function, event, call.into(), None).await
    }

    /// As [`run`](Self::run), but on the caller's task, which spares two wakes. A handler that spins
    /// blocks that task: its failure is then told by `relief`, and what this returns is for nobody.
    pub(crate) async fn run_here(
        &self,
        function: &Function,
        event: Event,
        call: impl Into<Arc<Call>>,
        relief: Relief,
    ) -> Result<Reply, Error> {
        self.conduct(function, event, call.into(), Some(relief)).await
    }

    async fn conduct(
        &self,
        function: &Function,
        event: Event,
        call: Arc<Call>,
        relief: Option<Relief>,
    ) -> Result<Reply, Error> {
        let (span, begun) = (call.span(), Instant::now());
        let outcome = self.attempt(function, event, call, relief, &span, begun).await;
        let Some(outcome) = outcome else { return Err(late()) };
        span.in_scope(|| outcome::tell(&outcome, begun.elapsed()));
        outcome
    }

    /// `None` where `relief` has told the outcome.
    async fn attempt(
        &self,
        function: &Function,
        event: Event,
        call: Arc<Call>,
        relief: Option<Relief>,
        span: &Span,
        begun: Instant,
    ) -> Option<Result<Reply, Error>> {
        let give_up = call.give_up;
        let mut time_over = pin!(self.until(give_up));
        let place = match self.place(time_over.as_mut()).await {
            Ok(place) => Arc::new(place),
            Err(error) => return Some(Err(error)),
        };
        let held = Arc::downgrade(&place);
        let running = (function.run)(event, Arc::clone(&call));
        let running = PLACE.scope(place, running).instrument(span.clone());
        let outcome = match relief {
            None => self.apart(running, time_over).await,
            Some(relief) => {
                let watching = self.watchdog.watch(call, begun, held.clone(), relief);
                let outcome = here(running, time_over).await;
                if !watching.end() {
                    return None;
                }
                outcome
            }
        };
        // Where the handler ended without its blocking work, that has time until the deadline.
        if held.strong_count() > 0 {
            self.watchdog.expect(&function.name, held, give_up);
        }
        Some(outcome)
    }

    /// A place to run in, once the app's state is there.
    async fn place(&self, mut time_over: Pin<&mut Sleep>) -> Result<OwnedSemaphorePermit, Error> {
        self.prepare(time_over.as_mut()).await?;
        tokio::select! {
            biased;
            place = Arc::clone(&self.places).acquire_owned() => Ok(place?),
            () = time_over => Err(Error::retry(
                "the deadline came before a place was free; ANYFN_MAX_IN_FLIGHT sets how many there are",
            )),
        }
    }

    async fn apart(
        &self,
        running: impl Future<Output = Result<Reply, Error>> + Send + 'static,
        time_over: Pin<&mut Sleep>,
    ) -> Result<Reply, Error> {
        let mut task = self.workers.spawn(running);
        tokio::select! {
            biased;
            ended = &mut task => ended.unwrap_or_else(|failure| Err(stopped(failure))),
            () = time_over => {
                task.abort();
                Err(late())
            }
        }
    }
}

async fn here(
    running: impl Future<Output = Result<Reply, Error>>,
    time_over: Pin<&mut Sleep>,
) -> Result<Reply, Error> {
    tokio::select! {
        biased;
        ended = AssertUnwindSafe(running).catch_unwind() => {
            ended.unwrap_or_else(|panic| Err(panicked(&*panic)))
        }
        () = time_over => Err(late()),
    }
}

/// Why a task has no outcome.
pub(super) fn stopped(failure: JoinError) -> Error {
    match failure.try_into_panic() {
        Ok(panic) => panicked(&*panic),
        Err(_) => Error::retry("the call was cancelled"),
    }
}

/// A panic as the error of its call.
pub(super) fn panicked(panic: &(dyn Any + Send)) -> Error {
    let text = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "no message".to_owned(),
    };
    Error::retry(format!("panicked: {text}"))
}
