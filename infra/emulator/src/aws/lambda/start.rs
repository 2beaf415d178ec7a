//! Starting the service: every function is checked first, then its sources run.
//!
//! Deals with: errors of configuration, before anything runs; one task per source.
//! Does not deal with: what a source does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::function::Function;
use super::schedule::{Schedule, envelope};
use super::spec::{FunctionSpec, Trigger};
use super::url::{self, Site};
use super::{Entry, Inner, Lambda, LambdaDeps, LambdaError, event_source};

/// What calls a function, checked and ready to run.
enum Source {
    Manual,
    Url { listener: TcpListener, public: bool, port: u16 },
    Queue { queue: String, batch: usize },
    Schedule(Box<Schedule>),
}

impl Lambda {
    /// Starts the service with these functions. It runs until [`Lambda::stop`].
    ///
    /// # Errors
    /// [`LambdaError::Duplicate`], [`LambdaError::Schedule`], [`LambdaError::Listen`], and where it starts
    /// warm [`LambdaError::Start`]; nothing runs then.
    pub async fn start(deps: LambdaDeps, specs: Vec<FunctionSpec>) -> Result<Self, LambdaError> {
        let stop = CancellationToken::new();
        let mut functions: BTreeMap<String, Entry> = BTreeMap::new();
        let mut sources = Vec::new();
        for spec in specs {
            if let Some(first) = functions.get(&spec.name) {
                let first = first.function.spec.app.clone();
                return Err(LambdaError::Duplicate { name: spec.name, first, second: spec.app });
            }
            let source = check(&spec).await?;
            let url = match &source {
                Source::Url { port, .. } => Some(format!("http://127.0.0.1:{port}")),
                _ => None,
            };
            let name = spec.name.clone();
            let (spawner, logs) = (deps.spawner.clone(), deps.logs.clone());
            let function = Arc::new(Function::new(spec, spawner, logs, stop.clone()));
            sources.push((Arc::clone(&function), source));
            functions.insert(name, Entry { function, arrived: Arc::default(), url });
        }
        let warm = deps.warm;
        let lambda = Self(Arc::new(Inner { deps, functions, stop, tasks: TaskTracker::new() }));
        lambda.release().await;
        for (function, source) in sources {
            if warm && let Err(why) = function.warm().await {
                lambda.stop().await;
                return Err(LambdaError::Start { function: function.spec.name.clone(), why });
            }
            lambda.run_events(&function);
            lambda.run_source(function, source);
        }
        Ok(lambda)
    }

    fn run_events(&self, function: &Arc<Function>) {
        if let Ok(entry) = self.entry(&function.spec.name) {
            let (arrived, stop) = (Arc::clone(&entry.arrived), self.0.stop.clone());
            self.0.tasks.spawn(self.events().run(Arc::clone(function), arrived, stop));
        }
    }

    fn run_source(&self, function: Arc<Function>, source: Source) {
        let (tasks, stop) = (&self.0.tasks, self.0.stop.clone());
        match source {
            Source::Manual => {}
            Source::Url { listener, public, port } => {
                let function = function.spec.name.clone();
                let site = Site { lambda: self.clone(), function, public, port };
                tasks.spawn(url::serve(listener, site, stop));
            }
            Source::Queue { queue, batch } => {
                let queues = self.0.deps.queues.clone();
                tasks.spawn(event_source::run(function, queues, queue, batch, stop));
            }
            Source::Schedule(schedule) => {
                let (lambda, from) = (self.clone(), self.clock().now());
                tasks.spawn(async move {
                    tokio::select! {
                        () = lambda.tick(&function.spec.name, &schedule, from) => {}
                        () = stop.cancelled() => {}
                    }
                });
            }
        }
    }

    /// Calls a function at every tick of its rule, asynchronously, as EventBridge does.
    async fn tick(&self, function: &str, schedule: &Schedule, from: SystemTime) {
        let mut previous = from;
        while let Some(time) = schedule.tick(self.clock(), previous).await {
            previous = time;
            if let Err(error) = self.invoke_async(function, envelope(function, time)).await {
                tracing::error!(%function, %error, "a tick is lost");
            }
        }
    }
}

async fn check(spec: &FunctionSpec) -> Result<Source, LambdaError> {
    let function = || spec.name.clone();
    Ok(match &spec.trigger {
        Trigger::Manual => Source::Manual,
        Trigger::Url { public, port } => {
            let refused =
                |source| LambdaError::Listen { function: function(), port: *port, source };
            let listener = TcpListener::bind(("127.0.0.1", *port)).await.map_err(refused)?;
            let port = listener.local_addr().map_err(refused)?.port();
            Source::Url { listener, public: *public, port }
        }
        Trigger::Queue { queue, batch } => Source::Queue { queue: queue.clone(), batch: *batch },
        Trigger::Schedule { cron } => {
            let parsed = Schedule::parse(cron);
            let named = |source| LambdaError::Schedule { function: function(), source };
            Source::Schedule(Box::new(parsed.map_err(named)?))
        }
    })
}
