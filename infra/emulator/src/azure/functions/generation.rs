//! One build of an app: a worker, and all that feeds it.
//!
//! Deals with: starting it beside another, taking events, taking none any more, its end once the last of
//! its invocations has ended. Does not deal with: which one is current (`host`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::admin::Job;
use super::app::{App, Deps, HostError};
use super::by_hand;
use super::files::Definition;
use super::function_json::{Function, Trigger};
use super::host_json::HttpMode;
use super::http::Front;
use super::invoke::Invoker;
use super::queue_listener::{self, Source};
use super::timer::Timer;
use super::wire::Wire;
use super::worker::{Launch, Plan, Worker};
use crate::process::Log;
use crate::store::Store;

/// What an invocation may need beyond its timeout to be answered and settled.
const SETTLING: Duration = Duration::from_secs(5);

/// A worker that is started, and takes events once it is fed. Dropping it kills the worker.
pub(crate) struct Generation {
    pub(crate) front: Arc<Front>,
    store: Store,
    jobs: Mutex<Option<mpsc::UnboundedReceiver<Job>>>,
    timers: Mutex<BTreeMap<String, JoinHandle<()>>>,
    /// Listeners and timers: each returns after `retired`, once what it began has ended.
    feeders: TaskTracker,
    /// Nothing more is taken.
    retired: CancellationToken,
    /// The worker is killed.
    stop: CancellationToken,
    /// Every task of the host.
    tasks: TaskTracker,
}

impl Generation {
    /// Starts the worker. It ends with `stop`, which is the host's.
    pub(crate) fn start(
        deps: &Deps,
        app: &App,
        definition: Definition,
        launch: Launch,
        url: &str,
        (stop, tasks): (&CancellationToken, &TaskTracker),
    ) -> Result<Self, HostError> {
        let io = |source| HostError::Io { app: app.name.clone(), source };
        let log = Log::open(&app.name, &app.log).map_err(io)?;
        let functions: Vec<_> = definition.functions.into_iter().map(Arc::new).collect();
        let host = Arc::new(definition.host);
        if host.handler.mode != HttpMode::Envelope {
            warn_of_envelopes(&functions, &log);
        }
        let stop = stop.child_token();
        let wire = Wire::new();
        let (worker, supervisor) = Worker::start(Plan {
            launch,
            wire: wire.clone(),
            clock: deps.clock.clone(),
            log: log.clone(),
            init_timeout: host.handler.init_timeout,
            restart_after: app.restart_after,
            stop: stop.clone(),
        });
        tasks.spawn(async move {
            // A supervisor that panicked has dropped, and thereby killed, its process.
            let _ = supervisor.await;
        });
        let (queues, clock) = (deps.queues.clone(), deps.clock.clone());
        let (measured, calls) = (deps.measured.clone(), TaskTracker::new());
        let invoker = Invoker { worker, wire, host, queues, clock, log, measured, calls };
        let (queued, jobs) = mpsc::unbounded_channel();
        let front = Arc::new(Front {
            app: app.name.clone(),
            functions,
            invoker,
            key: app.function_key.clone(),
            url: url.to_owned(),
            queued,
        });
        Ok(Self {
            front,
            store: deps.store.clone(),
            jobs: Mutex::new(Some(jobs)),
            timers: Mutex::default(),
            feeders: TaskTracker::new(),
            retired: CancellationToken::new(),
            stop,
            tasks: tasks.clone(),
        })
    }

    /// Takes events from now on. A timer of `before`, which is retired, ends what it began before the one
    /// of the same name here looks at what is remembered.
    pub(crate) fn feed(&self, before: Option<&Self>) {
        let invoker = &self.front.invoker;
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(jobs) = jobs {
            self.feeder(by_hand::work(invoker.clone(), jobs, self.retired.clone()));
        }
        let mut timers = self.timers.lock().unwrap_or_else(PoisonError::into_inner);
        for function in &self.front.functions {
            let (shared, invoker) = (Arc::clone(function), invoker.clone());
            match &function.trigger {
                Trigger::Http { .. } => {}
                Trigger::Queue { queue } => {
                    let source = Source { app: self.front.app.clone(), queue: queue.clone() };
                    let (retired, stop) = (self.retired.clone(), self.stop.clone());
                    self.feeder(queue_listener::listen(shared, invoker, source, retired, stop));
                }
                Trigger::Timer { schedule, run_on_startup, use_monitor } => {
                    let timer = Timer {
                        app: self.front.app.clone(),
                        function: shared,
                        schedule: schedule.clone(),
                        run_on_startup: *run_on_startup && before.is_none(),
                        use_monitor: *use_monitor,
                        invoker,
                        store: self.store.clone(),
                        retired: self.retired.clone(),
                    };
                    let earlier = before.and_then(|before| before.timer(&function.name));
                    let keeping = self.feeder(async move {
                        if let Some(earlier) = earlier {
                            let _ = earlier.await;
                        }
                        timer.run().await;
                    });
                    timers.insert(function.name.clone(), keeping);
                }
            }
        }
    }

    /// Runs `task` until it ends or the worker is to be killed.
    fn feeder(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        let stop = self.stop.clone();
        let task = async move {
            tokio::select! {
                () = task => {}
                () = stop.cancelled() => {}
            }
        };
        self.tasks.spawn(self.feeders.track_future(task))
    }

    fn timer(&self, function: &str) -> Option<JoinHandle<()>> {
        self.timers.lock().unwrap_or_else(PoisonError::into_inner).remove(function)
    }

    /// Takes no more events; the worker is killed when the last invocation in it has ended, or could have.
    pub(crate) fn retire(self: Arc<Self>) {
        self.retired.cancel();
        let tasks = self.tasks.clone();
        tasks.spawn(async move {
            let calls = &self.front.invoker.calls;
            self.feeders.close();
            calls.close();
            let drained = async {
                self.feeders.wait().await;
                calls.wait().await;
            };
            let limit = async {
                match self.front.invoker.host.function_timeout {
                    Some(limit) => tokio::time::sleep(limit + SETTLING).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = drained => {}
                () = limit => {}
                () = self.stop.cancelled() => {}
            }
            self.stop.cancel();
        });
    }

    /// Kills the worker.
    pub(crate) fn kill(&self) {
        self.stop.cancel();
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn warn_of_envelopes(functions: &[Arc<Function>], log: &Log) {
    for function in functions {
        if matches!(function.trigger, Trigger::Http { .. }) && !function.is_http_only() {
            log.line(&format!(
                "host: warning: '{}' gets the JSON envelope although host.json asks for plain HTTP: it \
                 has more bindings than one httpTrigger and one http output",
                function.name
            ));
        }
    }
}
