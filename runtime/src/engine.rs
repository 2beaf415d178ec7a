//! An app as it runs: its state is built once, its calls have so many places, its dead letters a sink.
//!
//! Deals with: the rules that are the same on every host. Does not deal with: how a host describes a
//! call and reports its outcome.

mod outcome;
mod running;
mod watchdog;

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tokio::time::{Instant, Sleep, sleep_until};
use tracing::Instrument;

use crate::app::{App, BoxError, Function, Prepare, Sink};
use crate::config::Settings;
use crate::context::Call;
use crate::error::{Error, Kind};
use crate::lock::lock;
use crate::manifest::Manifest;
use running::{panicked, stopped};
use watchdog::Watchdog;

/// Ends the process with a reason: an indirection so that a test can watch it.
pub(crate) type Fatal = Arc<dyn Fn(&str) + Send + Sync>;

/// Tells whoever waits for a call how it ended, from another thread than the call's.
pub(crate) type Relief = Box<dyn FnOnce(&Error) + Send>;

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
    timers: Handle,
    fatal: Fatal,
    watchdog: Arc<Watchdog>,
}

/// What a start decides about running, besides the app.
pub(crate) struct Limits {
    /// Calls that run at once; further ones wait.
    pub(crate) max_in_flight: usize,
    /// Where handlers run.
    pub(crate) workers: Handle,
    /// Whose timers end calls: never those of the threads that run handlers, which a handler that spins
    /// would stop.
    pub(crate) timers: Handle,
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
            watchdog: Watchdog::new(limits.timers.clone(), Arc::clone(&limits.fatal)),
            timers: limits.timers,
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
        let engine = Arc::clone(self);
        let building = AssertUnwindSafe((self.prepare)()).catch_unwind();
        let building = self.workers.spawn(async move {
            let built = building.await.unwrap_or_else(|panic| Err(panicked(&*panic)));
            if let Err(error) = engine.built(built) {
                tracing::warn!(reason = %error, "the app's state could not be built; the next call tries again");
            }
        });
        *self.started() = Some(building.abort_handle());
        async { drop(building.await) }
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
        lock(&self.started)
    }

    /// Builds the app's state unless it is there. A failure of configuration ends the process; any
    /// other is returned, and the next call tries again. A build that is not done when it is `late` is
    /// dropped: were it to hang, the calls after it would have nothing but to wait for it.
    async fn prepare(&self, late: Pin<&mut Sleep>) -> Result<(), Error> {
        if self.ready.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut building = self.workers.spawn((self.prepare)());
        tokio::select! {
            biased;
            built = &mut building => {
                return self.built(built.unwrap_or_else(|failure| Err(stopped(failure))));
            }
            () = late => building.abort(),
        }
        if let Some(started) = &*self.started() {
            started.abort();
        }
        Err(Error::retry("the deadline came while the app's state was being built"))
    }

    fn built(&self, built: Result<(), Error>) -> Result<(), Error> {
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

    /// A timer that no handler stops.
    fn until(&self, at: Instant) -> Sleep {
        let _here = self.timers.enter();
        sleep_until(at)
    }

    /// Puts `body`, the event of a call that was rejected with `error`, into the function's dead-letter
    /// queue. `Ok` means that the event is dealt with; otherwise the error is in the log.
    pub(crate) async fn bury(
        &self,
        function: &Function,
        call: &Call,
        body: Bytes,
        error: &Error,
    ) -> Result<(), Error> {
        let buried = self.sink(function, call, body, error).await;
        buried.map_err(|why| {
            call.span().in_scope(|| {
                tracing::error!(error = %why, "a rejected event could not be dead-lettered");
            });
            Error::retry(format!("{error}; and it could not be dead-lettered: {why}"))
        })
    }

    async fn sink(
        &self,
        function: &Function,
        call: &Call,
        body: Bytes,
        error: &Error,
    ) -> Result<(), BoxError> {
        let sink = self.sink.as_ref().ok_or("the app has no sink for dead letters")?;
        let attributes = vec![
            ("reason".to_owned(), error.to_string()),
            ("invocation_id".to_owned(), call.invocation_id.to_string()),
        ];
        let sinking = sink(function.name.to_string(), body, attributes).instrument(call.span());
        let mut sinking = self.workers.spawn(sinking);
        tokio::select! {
            biased;
            sunk = &mut sinking => sunk?,
            () = self.until(call.give_up) => {
                sinking.abort();
                Err("the deadline came first".into())
            }
        }
    }
}

#[cfg(test)]
mod tests;
