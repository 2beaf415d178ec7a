//! Runs one call: waits for a place, catches its panic, gives it up before its deadline.
//!
//! Deals with: the rules that are the same on every host. Does not deal with: how a host describes a
//! call and reports its outcome.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{AbortHandle, JoinError};
use tokio::time::Instant;

use crate::app::{App, BoxError, Function, Prepare, Sink};
use crate::blocking::PLACE;
use crate::config::Settings;
use crate::context::Call;
use crate::error::{Error, Kind};
use crate::manifest::Manifest;
use crate::trigger::{Event, Reply};

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
    /// The last build that no call asked for.
    started: Mutex<Option<AbortHandle>>,
    /// The state is there.
    ready: AtomicBool,
    /// Calls that run at once.
    pub(crate) max_in_flight: usize,
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
            started: Mutex::default(),
            ready: AtomicBool::new(false),
            max_in_flight: limits.max_in_flight,
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

    /// Begins to build the app's state before any call asks for it. It goes on where what is returned
    /// is dropped; a call that waits for it in vain ends it.
    pub(crate) fn start(self: &Arc<Self>) -> impl Future<Output = ()> + use<> {
        let building = self.workers.spawn((self.prepare)());
        *self.started() = Some(building.abort_handle());
        let engine = Arc::clone(self);
        let told = tokio::spawn(async move {
            if let Err(error) = engine.built(building.await) {
                tracing::warn!(reason = %error, "the app's state could not be built; the next call tries again");
            }
        });
        async { drop(told.await) }
    }

    /// Whether the app's state is there. Where a build has failed this begins the next one: a platform
    /// that asks first sends no event before the answer is yes.
    pub(crate) fn is_ready(self: &Arc<Self>) -> bool {
        let ready = self.ready.load(Ordering::Acquire);
        if !ready {
            let idle = self.started().as_ref().is_none_or(AbortHandle::is_finished);
            if idle {
                drop(self.start());
            }
        }
        ready
    }

    fn started(&self) -> std::sync::MutexGuard<'_, Option<AbortHandle>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Builds the app's state unless it is there. A failure of configuration ends the process; any
    /// other is returned, and the next call tries again. A build that is not done at `give_up` is
    /// dropped: were it to hang, the calls after it would have nothing but to wait for it.
    async fn prepare(&self, give_up: Instant) -> Result<(), Error> {
        let mut building = self.workers.spawn((self.prepare)());
        if let Ok(built) = tokio::time::timeout_at(give_up, &mut building).await {
            return self.built(built);
        }
        building.abort();
        if let Some(started) = &*self.started() {
            started.abort();
        }
        Err(Error::retry("the deadline came while the app's state was being built"))
    }

    fn built(&self, outcome: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
        let built = outcome.unwrap_or_else(|failure| Err(panicked(failure)));
        if built.is_ok() {
            self.ready.store(true, Ordering::Release);
        }
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
        let give_up = call.give_up;
        let late = || Error::retry("the deadline came before the call could end");
        self.prepare(give_up).await?;
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

    /// Puts `body`, the event of a call that was rejected with `error`, into the function's dead-letter
    /// queue. `Ok` means that the event is dealt with.
    pub(crate) async fn bury(
        &self,
        function: &Function,
        call: &Call,
        body: Bytes,
        error: &Error,
    ) -> Result<(), Error> {
        let invocation = call.invocation_id.clone();
        let reason = error.to_string();
        tracing::error!(function = &*function.name, invocation, reason, "event rejected");
        let failed = |why: BoxError| {
            Error::retry(format!("{error}; and it could not be dead-lettered: {why}"))
        };
        let Some(sink) = &self.sink else {
            return Err(failed("the app has no sink for dead letters".into()));
        };
        let attributes =
            vec![("reason".to_owned(), reason), ("invocation_id".to_owned(), invocation)];
        let mut sinking = self.workers.spawn(sink(function.name.to_string(), body, attributes));
        match tokio::time::timeout_at(call.give_up, &mut sinking).await {
            Ok(sunk) => sunk.map_err(BoxError::from).flatten().map_err(failed),
            Err(_) => {
                sinking.abort();
                Err(failed("the deadline came first".into()))
            }
        }
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
