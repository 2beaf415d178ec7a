//! AWS Lambda: functions behind the runtime API, and everything that calls them.
//!
//! Deals with: the functions' pools, the Invoke API, function URLs, SQS event source mappings, EventBridge
//! rules, asynchronous calls.
//! Does not deal with: creating functions over the API, building them, or where their events come from.
//!
//! Each execution environment has a runtime API on a port of its own. A function's timeout and the age of
//! a signature run in real time; all other waiting is on the emulator's clock.

mod async_invoke;
mod body;
mod environment;
mod event_source;
mod front_door;
mod function;
mod invocation;
mod name;
mod replace;
mod runtime_api;
mod schedule;
mod session;
mod spec;
mod start;
mod url;
mod variables;
mod worker;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::async_invoke::{Events, Line};
use self::function::Function;
use self::invocation::Invocation;
use self::replace::Running;
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::identity::Identity;
use crate::measured::Measurements;
use crate::process::Spawner;
use crate::queues::Queues;
use crate::store::{Store, StoreError};

pub use self::async_invoke::SCHEMA;
pub use self::front_door::serve;
pub use self::invocation::Invoked;
pub use self::replace::Prepared;
pub use self::schedule::ScheduleError;
pub use self::spec::{ASYNC_LIMIT, FunctionSpec, Runtime, SYNC_LIMIT, Trigger, Work};

/// The rooms of the emulator that Lambda stands on.
#[derive(Clone)]
pub struct LambdaDeps {
    /// Keeps asynchronous events. Opened with this module's schema.
    pub store: Store,
    /// For retries and schedules.
    pub clock: Clock,
    /// For event source mappings and dead letters. They must exist before the first message.
    pub queues: Queues,
    /// Who may call what.
    pub identity: Identity,
    /// Starts the processes.
    pub spawner: Spawner,
    /// Takes down what calls took.
    pub measured: Measurements,
    /// The folder of the functions' logs, a file `NAME.log` each.
    pub logs: PathBuf,
    /// Whether one process of every function is started ahead of its first call.
    pub warm: bool,
}

/// Why Lambda could not do it. A failed function is not an error but an [`Invoked`].
#[derive(Debug, thiserror::Error)]
pub enum LambdaError {
    /// Two functions share a name.
    #[error("two functions are called `{name}`, in the apps `{first}` and `{second}`; rename one")]
    Duplicate {
        /// The name.
        name: String,
        /// The app that had it first.
        first: String,
        /// The other app.
        second: String,
    },
    /// A schedule cannot be read.
    #[error("function `{function}`: {source}")]
    Schedule {
        /// The function.
        function: String,
        /// What is wrong.
        source: ScheduleError,
    },
    /// A function URL cannot listen.
    #[error("function `{function}`: port {port} on 127.0.0.1 cannot be had: {source}")]
    Listen {
        /// The function.
        function: String,
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// A function's process cannot be started, or ended before it asked for an event.
    #[error("function `{function}` does not start: {why}")]
    Start {
        /// The function.
        function: String,
        /// How it ended, and the end of its log.
        why: String,
    },
    /// There is no such function.
    #[error("there is no function `{0}`")]
    NoFunction(String),
    /// An asynchronous payload is over [`ASYNC_LIMIT`], another over [`SYNC_LIMIT`].
    #[error("a payload of {bytes} bytes is over the limit of {limit}")]
    TooLarge {
        /// What was given.
        bytes: usize,
        /// What is taken.
        limit: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The running service. A cheap handle; all clones share one.
#[derive(Clone)]
pub struct Lambda(Arc<Inner>);

struct Inner {
    deps: LambdaDeps,
    functions: RwLock<BTreeMap<String, Arc<Entry>>>,
    /// Were replaced, and are gone once the last of their calls has ended.
    retired: Mutex<Vec<Weak<Function>>>,
    /// By function; kept while the emulator runs, since calls of one that is gone may still end.
    lines: Mutex<BTreeMap<String, Line>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

struct Entry {
    function: Arc<Function>,
    line: Line,
    /// What calls it under its name, whatever is behind that: a URL, a schedule.
    source: Option<Running>,
}

/// What can be seen of a function from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionStatus {
    /// The app.
    pub app: String,
    /// The function.
    pub name: String,
    /// Its running processes, oldest first; none before the first call unless started warm.
    pub pids: Vec<u32>,
    /// Its URL, without a path: `http://127.0.0.1:PORT`.
    pub url: Option<String>,
    /// The largest resident set of any of its processes so far, in KiB; 0 if none has run.
    pub peak_kb: u64,
}

impl Lambda {
    /// All functions, sorted by name.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionStatus> {
        let status = |entry: &Arc<Entry>| FunctionStatus {
            app: entry.function.spec.app.clone(),
            name: entry.function.spec.name.clone(),
            pids: entry.function.pids(),
            url: entry.source.as_ref().and_then(|source| source.url.clone()),
            peak_kb: entry.function.peak_kb(),
        };
        self.entries().iter().map(status).collect()
    }

    /// Calls a function with a JSON payload and waits for what it returns.
    ///
    /// # Errors
    /// [`LambdaError::NoFunction`], [`LambdaError::TooLarge`].
    pub async fn invoke(&self, name: &str, payload: Bytes) -> Result<Invoked, LambdaError> {
        within(&payload, SYNC_LIMIT)?;
        let invocation = Invocation { tail: true, ..Invocation::new(payload) };
        self.run(name, invocation).await
    }

    /// Hands a function an event; returns its request id once that is durable. It is tried again
    /// after one and two minutes (not where a schedule calls the function), then goes to the
    /// function's dead-letter queue.
    ///
    /// # Errors
    /// [`LambdaError::NoFunction`], [`LambdaError::TooLarge`], [`LambdaError::Store`].
    pub async fn invoke_async(&self, name: &str, payload: Bytes) -> Result<String, LambdaError> {
        within(&payload, ASYNC_LIMIT)?;
        let entry = self.entry(name)?;
        Ok(self.events().accept(name, payload, &entry.line).await?)
    }

    /// Stops every source and kills every process; returns when all are gone. Asynchronous events and
    /// messages that were under way are tried again at the next start.
    pub async fn stop(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        let mut all: Vec<_> =
            self.entries().iter().map(|entry| Arc::clone(&entry.function)).collect();
        all.extend(self.retired().iter().filter_map(Weak::upgrade));
        futures_util::future::join_all(all.iter().map(|function| function.end())).await;
        drop(all);
        self.0.tasks.wait().await;
        self.release().await;
    }

    /// Gives back the messages that batches were at work on.
    async fn release(&self) {
        if let Err(error) = self.0.deps.queues.release(Cloud::Aws, event_source::HOLDER).await {
            tracing::error!(%error, "messages under way are not given back");
        }
    }

    fn entries(&self) -> Vec<Arc<Entry>> {
        let functions = self.0.functions.read().unwrap_or_else(PoisonError::into_inner);
        functions.values().cloned().collect()
    }

    fn retired(&self) -> std::sync::MutexGuard<'_, Vec<Weak<Function>>> {
        self.0.retired.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(&self, name: &str) -> Result<Arc<Entry>, LambdaError> {
        let functions = self.0.functions.read().unwrap_or_else(PoisonError::into_inner);
        functions.get(name).cloned().ok_or_else(|| LambdaError::NoFunction(name.to_owned()))
    }

    async fn run(&self, name: &str, invocation: Invocation) -> Result<Invoked, LambdaError> {
        Ok(self.entry(name)?.function.invoke(invocation).await)
    }

    fn has(&self, name: &str) -> bool {
        self.entry(name).is_ok()
    }

    fn identity(&self) -> &Identity {
        &self.0.deps.identity
    }

    fn clock(&self) -> &Clock {
        &self.0.deps.clock
    }

    fn events(&self) -> Events {
        let LambdaDeps { store, clock, queues, .. } = self.0.deps.clone();
        Events { store, clock, queues }
    }
}

const fn within(payload: &Bytes, limit: usize) -> Result<(), LambdaError> {
    let bytes = payload.len();
    if bytes > limit { Err(LambdaError::TooLarge { bytes, limit }) } else { Ok(()) }
}
