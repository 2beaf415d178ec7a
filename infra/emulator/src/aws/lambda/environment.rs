//! One execution environment: a runtime with its API, from start to end, one call at a time.
//!
//! Deals with: starting, initialisation, handing over one event, timeout, exit.
//! Does not deal with: how many there are, or who called (`function.rs`).

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::invocation::{Ended, Invocation};
use super::runtime_api;
use super::session::{Event, Session};
use super::spec::{FunctionSpec, Runtime};
use super::variables::variables;
use super::worker::{Shared, Worker};
use crate::process::{Log, Program, SpawnError, Spawner};

/// A started runtime. Dropping it kills the process and closes its API.
pub(super) struct Environment {
    worker: Shared,
    session: Arc<Session>,
    /// When it was started, until a report has said how long its initialisation took.
    started: Option<Instant>,
    _serving: DropGuard,
}

/// How the initialisation ended.
pub(super) enum Init {
    Ready,
    Failed(Ended),
}

/// How handing over an event ended.
pub(super) enum Handed {
    Ended(Ended),
    /// The runtime went away before it fetched the event: somebody else may have it.
    Unfetched,
}

impl Environment {
    /// Starts a runtime; it initialises itself meanwhile.
    pub(super) async fn start(
        spec: &FunctionSpec,
        spawner: &Spawner,
        logs: &Path,
    ) -> Result<Self, SpawnError> {
        let log = logs.join(format!("{}.log", spec.name));
        let no_port = |source| SpawnError::Program { program: "runtime API".into(), source };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(no_port)?;
        let address = listener.local_addr().map_err(no_port)?.to_string();
        let env = variables(spec, &address, &uuid::Uuid::new_v4().simple().to_string());
        let session = Arc::new(Session::default());
        let stop = CancellationToken::new();
        let name: Arc<str> = spec.name.as_str().into();
        let serving = Arc::clone(&session);
        tokio::spawn(runtime_api::serve(listener, serving, name, stop.clone()));
        let serving = stop.drop_guard();
        let worker = match &spec.runtime {
            Runtime::Process { program, args, cwd } => {
                let program = Program {
                    name: spec.name.clone(),
                    program: program.clone(),
                    args: args.clone(),
                    env,
                    cwd: cwd.clone(),
                    log,
                };
                Worker::Process(spawner.spawn(program).await?)
            }
            Runtime::Task(work) => {
                let opened = Log::open(&spec.name, &log);
                let log = opened.map_err(|source| SpawnError::Log { path: log, source })?;
                Worker::task(work(env), log)
            }
        };
        let worker = Arc::new(worker);
        Ok(Self { worker, session, started: Some(Instant::now()), _serving: serving })
    }

    pub(super) fn worker(&self) -> &Shared {
        &self.worker
    }

    /// Waits until the runtime asks for its first event; `None` if that takes longer than `limit`.
    pub(super) async fn initialise(&self, limit: Duration) -> Option<Init> {
        let wait = async {
            tokio::select! {
                biased;
                ready = self.session.initialised() => match ready {
                    Ok(()) => Init::Ready,
                    Err(body) => Init::Failed(Ended::Failure(body)),
                },
                exit = self.worker.exited() => Init::Failed(Ended::Exited(exit)),
            }
        };
        tokio::time::timeout(limit, wait).await.ok()
    }

    /// Gives the runtime one event and waits for its answer, its exit or the function's timeout,
    /// which runs in real time as the runtime's own clock does.
    pub(super) async fn hand(&self, invocation: Invocation, timeout: Duration) -> Handed {
        let deadline = SystemTime::now() + timeout;
        let answer = self.session.offer(Event { invocation, deadline });
        tokio::select! {
            biased;
            answer = answer => match answer {
                Ok(ended) => Handed::Ended(ended),
                // Both ends live in this environment, so this does not happen.
                Err(_) => Handed::Unfetched,
            },
            exit = self.worker.exited() => {
                if self.session.was_fetched() {
                    Handed::Ended(Ended::Exited(exit))
                } else {
                    Handed::Unfetched
                }
            }
            () = tokio::time::sleep(timeout) => Handed::Ended(Ended::TimedOut(timeout)),
        }
    }

    /// How long the initialisation took, once.
    pub(super) fn take_init(&mut self) -> Option<Duration> {
        let (started, ready) = (self.started.take()?, self.session.ready_at()?);
        Some(ready.duration_since(started))
    }
}
