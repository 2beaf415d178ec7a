//! Runs one call: waits for a place, catches its panic, gives it up before its deadline.
//!
//! Deals with: the rules that are the same on every host. Does not deal with: how a host describes a
//! call and reports its outcome.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinError;
use tokio::time::Instant;

use crate::app::{App, BoxError, Function, Prepare, Sink};
use crate::blocking::PLACE;
use crate::config::Settings;
use crate::context::Call;
use crate::error::{Error, Kind};
use crate::manifest::Manifest;
use crate::trigger::{Event, Reply};

/// The part of the remaining time that is kept for reporting a call that will not end in time.
const MARGIN: f64 = 0.1;
/// That part is never longer than this.
const LONGEST_MARGIN: Duration = Duration::from_millis(500);
/// How long a call that was given up may take to let go before the process is ended.
const GRACE: Duration = Duration::from_millis(100);

/// Ends the process with a reason: an indirection so that a test can watch it.
pub(crate) type Fatal = Arc<dyn Fn(&str) + Send + Sync>;

/// An app made ready to run under some host.
pub(crate) struct Engine {
    pub(crate) manifest: Manifest,
    functions: Vec<Function>,
    sink: Option<Sink>,
    prepare: Prepare,
    places: Arc<Semaphore>,
    workers: Handle,
    fatal: Fatal,
}

/// What a start decides about running, besides the app.
pub(crate) struct Limits {
    /// Calls that run at once; further ones wait.
    pub(crate) max_in_flight: usize,
    /// Where handlers run: never the threads that speak to the host, so that a handler that spins
    /// cannot silence the process.
    pub(crate) workers: Handle,
    pub(crate) fatal: Fatal,
}

impl Engine {
    pub(crate) fn new<S: Send + Sync + 'static>(
        app: App<S>,
        manifest: Manifest,
        settings: Settings,
        limits: Limits,
    ) -> Self {
        let (functions, sink, state) = app.into_parts();
        state.configure(settings);
        let prepare: Prepare = Arc::new(move || {
            let state = Arc::clone(&state);
            Box::pin(async move { state.get().await.map(drop) })
        });
        Self {
            manifest,
            functions,
            sink,
            prepare,
            places: Arc::new(Semaphore::new(limits.max_in_flight.min(Semaphore::MAX_PERMITS))),
            workers: limits.workers,
            fatal: limits.fatal,
        }
    }

    pub(crate) fn functions(&self) -> &[Function] {
        &self.functions
    }

    pub(crate) fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|f| &*f.name == name)
    }

    /// Builds the app's state. A failure of configuration ends the process; any other is returned,
    /// and the next call tries again.
    pub(crate) async fn prepare(&self) -> Result<(), Error> {
        let building = self.workers.spawn((self.prepare)());
        let built = building.await.unwrap_or_else(|failure| Err(panicked(failure)));
        if let Err(error) = &built
            && error.kind() == Kind::Config
        {
            (self.fatal)(&format!("the app `{}` cannot start: {error}", self.manifest.app));
        }
        built
    }

    /// Runs one event of `function`.
    pub(crate) async fn run(
        &self,
        function: &Function,
        event: Event,
        call: Call,
    ) -> Result<Reply, Error> {
        let give_up = give_up_at(call.deadline);
        let late = || Error::retry("the deadline came before the call could end");
        let ready = tokio::time::timeout_at(give_up, self.prepare()).await;
        ready.map_err(|_| {
            Error::retry("the deadline came while the app's state was being built")
        })??;
        let place = Arc::clone(&self.places).acquire_owned();
        let place = tokio::time::timeout_at(give_up, place).await.map_err(|_| {
            Error::retry("the deadline came before a place was free; ANYFN_MAX_IN_FLIGHT sets how many there are")
        })??;
        let running = (function.run)(event, Arc::new(call));
        let place = Arc::new(place);
        let held = Arc::downgrade(&place);
        let mut task = self.workers.spawn(PLACE.scope(place, running));
        let outcome = match tokio::time::timeout_at(give_up, &mut task).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(failure)) => Err(panicked(failure)),
            Err(_) => {
                task.abort();
                Err(late())
            }
        };
        // Where the handler ended without its blocking work, that has time until the deadline.
        if held.strong_count() > 0 {
            self.watch(function, held, give_up);
        }
        outcome
    }

    /// Runs one event, and where it is rejected puts `body` into the function's dead-letter queue.
    /// `Ok` means that the event is dealt with, one way or the other.
    pub(crate) async fn settle(
        &self,
        function: &Function,
        event: Event,
        call: Call,
        body: Bytes,
    ) -> Result<Reply, Error> {
        let invocation = call.invocation_id.clone();
        match self.run(function, event, call).await {
            Err(error) if error.kind() == Kind::Reject && function.trigger.has_dead_letters() => {
                let reason = error.to_string();
                tracing::error!(function = &*function.name, invocation, reason, "event rejected");
                match self.dead_letter(function, body, invocation, reason).await {
                    Ok(()) => Ok(Reply::Done),
                    Err(sink) => Err(Error::retry(format!(
                        "{error}; and it could not be dead-lettered: {sink}"
                    ))),
                }
            }
            outcome => outcome,
        }
    }

    async fn dead_letter(
        &self,
        function: &Function,
        body: Bytes,
        invocation: String,
        reason: String,
    ) -> Result<(), BoxError> {
        let sink = self.sink.as_ref().ok_or("the app has no sink for dead letters")?;
        let attributes =
            vec![("reason".to_owned(), reason), ("invocation_id".to_owned(), invocation)];
        let sunk = sink(function.name.to_string(), body, attributes);
        self.workers.spawn(sunk).await?
    }

    /// A call that holds on to its place after it was given up, by itself or by blocking work that it
    /// began, keeps it for good: only a new process helps.
    fn watch(&self, function: &Function, held: Weak<OwnedSemaphorePermit>, give_up: Instant) {
        let fatal = Arc::clone(&self.fatal);
        let name = Arc::clone(&function.name);
        tokio::spawn(async move {
            tokio::time::sleep_until(give_up + GRACE).await;
            if held.strong_count() > 0 {
                fatal(&format!(
                    "function `{name}` does not let go after its deadline; a long computation needs \
                     an `.await` now and then, work in `anyfn::blocking` must end by itself in time"
                ));
            }
        });
    }
}

/// The instant at which a call that is still running is given up.
fn give_up_at(deadline: SystemTime) -> Instant {
    let left = deadline.duration_since(SystemTime::now()).unwrap_or_default();
    Instant::now() + left.saturating_sub(left.mul_f64(MARGIN).min(LONGEST_MARGIN))
}

fn panicked(failure: JoinError) -> Error {
    let Ok(panic) = failure.try_into_panic() else {
        return Error::retry("the call was cancelled");
    };
    let text = match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "no message".to_owned(),
    };
    Error::retry(format!("panicked: {text}"))
}

#[cfg(test)]
mod tests;
