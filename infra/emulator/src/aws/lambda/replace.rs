//! Functions that take the place of others while the service runs.
//!
//! Deals with: getting them ready beside those that run, the switch, what is handed over: a URL's port, a
//! schedule's last tick, the asynchronous events of a name.
//! Does not deal with: what changed, and building it (`crate::reload`).
//!
//! A call that runs stays where it is until it ends. Everything that calls a function finds it by its name,
//! so from the switch on it finds the new one.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, Weak};
use std::time::SystemTime;

use futures_util::future::join_all;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::async_invoke::Line;
use super::function::Function;
use super::schedule::{Schedule, envelope};
use super::spec::{FunctionSpec, Trigger};
use super::url::{self, Site};
use super::{Entry, Lambda, LambdaError, event_source};

/// What calls a function, checked and ready to run.
enum Source {
    Manual,
    /// `None`: that of the function it replaces.
    Url(Option<TcpListener>),
    Queue {
        queue: String,
        batch: usize,
    },
    Schedule(Box<Schedule>),
}

/// A source that calls a function by its name.
#[derive(Clone)]
pub(super) struct Running {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub(super) url: Option<String>,
    /// It calls nobody any more.
    until: CancellationToken,
    /// Ends with the last tick that was called.
    last: Arc<tokio::sync::Mutex<Option<JoinHandle<SystemTime>>>>,
}

/// Functions that are ready to be called, in place of all functions of some apps. Dropping them ends their
/// processes.
pub struct Prepared {
    apps: Vec<String>,
    functions: Vec<(Arc<Function>, Source)>,
}

impl Lambda {
    /// Checks `specs` and, where the service starts warm, starts a process of each: they are to replace
    /// every function of `apps`, which are left alone meanwhile.
    ///
    /// # Errors
    /// [`LambdaError::Duplicate`], [`LambdaError::Schedule`], [`LambdaError::Listen`] and
    /// [`LambdaError::Start`]; nothing of them runs then.
    pub async fn prepare(
        &self,
        apps: &[String],
        specs: Vec<FunctionSpec>,
    ) -> Result<Prepared, LambdaError> {
        let running = self.entries();
        let stay = running.iter().map(|entry| &entry.function.spec);
        let mut owners: BTreeMap<String, String> = stay
            .filter(|spec| !apps.contains(&spec.app))
            .map(|spec| (spec.name.clone(), spec.app.clone()))
            .collect();
        let mut functions = Vec::new();
        for spec in specs {
            if let Some(first) = owners.insert(spec.name.clone(), spec.app.clone()) {
                return Err(LambdaError::Duplicate { name: spec.name, first, second: spec.app });
            }
            let before = running.iter().find(|entry| entry.function.spec.name == spec.name);
            let source = check(&spec, before.map(|entry| &entry.function.spec.trigger)).await?;
            let function = Function::new(spec, &self.0.deps, self.0.stop.clone());
            functions.push((Arc::new(function), source));
        }
        if self.0.deps.warm {
            let warm = async |function: &Function| {
                let named = |why| LambdaError::Start { function: function.spec.name.clone(), why };
                function.warm().await.map_err(named)
            };
            let started = join_all(functions.iter().map(|(function, _)| warm(function))).await;
            if let Some(Err(error)) = started.into_iter().find(Result::is_err) {
                join_all(functions.iter().map(|(function, _)| function.end())).await;
                return Err(error);
            }
        }
        Ok(Prepared { apps: apps.to_vec(), functions })
    }

    /// Lets the functions of `prepared` take the place of those that they replace. What has no successor is
    /// called no more; its events and messages stay.
    pub fn switch(&self, prepared: Prepared) {
        // Before anything is told to stop: no tick may fall between the two.
        let now = self.clock().now();
        let mut functions = self.0.functions.write().unwrap_or_else(PoisonError::into_inner);
        let mut leaving: BTreeMap<String, Arc<Entry>> = BTreeMap::new();
        functions.retain(|name, entry| {
            let leaves = prepared.apps.contains(&entry.function.spec.app);
            if leaves {
                leaving.insert(name.clone(), Arc::clone(entry));
            }
            !leaves
        });
        for entry in leaving.values() {
            entry.function.retire();
        }
        for (function, source) in prepared.functions {
            let name = function.spec.name.clone();
            let before = leaving.remove(&name);
            let line = self.line(&name);
            let tasks = &self.0.tasks;
            let stop = self.0.stop.clone();
            tasks.spawn(self.events().run(Arc::clone(&function), line.clone(), stop));
            let source = self.run_source(&function, source, before.as_deref(), now);
            if let Some(before) = before {
                self.retired().push(Arc::downgrade(&before.function));
            }
            functions.insert(name, Arc::new(Entry { function, line, source }));
        }
        let mut retired = self.retired();
        for entry in leaving.into_values() {
            if let Some(source) = &entry.source {
                source.until.cancel();
            }
            retired.push(Arc::downgrade(&entry.function));
        }
        retired.retain(|function: &Weak<Function>| function.strong_count() > 0);
    }

    /// The function that has the place of a retired one, if it takes the same events; else itself.
    pub(super) fn heir(&self, function: &Arc<Function>) -> Arc<Function> {
        if function.is_retired()
            && let Ok(entry) = self.entry(&function.spec.name)
            && entry.function.spec.trigger == function.spec.trigger
        {
            return Arc::clone(&entry.function);
        }
        Arc::clone(function)
    }

    /// Whether the function's URL asks for no signature.
    pub(super) fn is_public(&self, name: &str) -> bool {
        let public = |entry: &Entry| {
            matches!(entry.function.spec.trigger, Trigger::Url { public: true, .. })
        };
        self.entry(name).is_ok_and(|entry| public(&entry))
    }

    fn line(&self, name: &str) -> Line {
        let mut lines = self.0.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.entry(name.to_owned()).or_default().clone()
    }

    /// Starts what calls `function`, or hands over what called the one before it.
    fn run_source(
        &self,
        function: &Arc<Function>,
        source: Source,
        before: Option<&Entry>,
        now: SystemTime,
    ) -> Option<Running> {
        let same = before.is_some_and(|b| b.function.spec.trigger == function.spec.trigger);
        let old = before.and_then(|before| before.source.clone());
        let (tasks, stop) = (&self.0.tasks, self.0.stop.child_token());
        let name = function.spec.name.clone();
        match source {
            Source::Url(None) => return old,
            Source::Schedule(_) if same => return old,
            _ => {}
        }
        if let Some(old) = &old {
            old.until.cancel();
        }
        match source {
            Source::Manual => None,
            Source::Url(listener) => {
                let listener = listener?;
                let port = listener.local_addr().ok()?.port();
                let site = Site { lambda: self.clone(), function: name, port };
                tasks.spawn(url::serve(listener, site, stop.clone()));
                let url = Some(format!("http://127.0.0.1:{port}"));
                Some(Running { url, until: stop, last: Arc::default() })
            }
            Source::Queue { queue, batch } => {
                let function = Arc::clone(function);
                let stop = self.0.stop.clone();
                tasks.spawn(event_source::run(self.clone(), function, queue, batch, stop));
                None
            }
            Source::Schedule(schedule) => {
                let (lambda, until) = (self.clone(), stop.clone());
                let task = tasks.spawn(async move {
                    let last = match old {
                        Some(old) => old.ended().await,
                        None => None,
                    };
                    let from = last.map_or(now, |last| last.max(now));
                    lambda.tick(&name, &schedule, from, &until).await
                });
                let last = Arc::new(tokio::sync::Mutex::new(Some(task)));
                Some(Running { url: None, until: stop, last })
            }
        }
    }

    /// Calls a function at every tick of its rule, asynchronously, as EventBridge does; returns the last
    /// one, or `from`, after `until`.
    async fn tick(
        &self,
        function: &str,
        schedule: &Schedule,
        from: SystemTime,
        until: &CancellationToken,
    ) -> SystemTime {
        let mut previous = from;
        loop {
            let next = tokio::select! {
                biased;
                next = schedule.tick(self.clock(), previous) => next,
                () = until.cancelled() => None,
            };
            let Some(time) = next else { return previous };
            previous = time;
            if let Err(error) = self.invoke_async(function, envelope(function, time)).await {
                tracing::error!(%function, %error, "a tick is lost");
            }
        }
    }
}

impl Running {
    /// The last tick that it called, once it calls nobody any more.
    async fn ended(&self) -> Option<SystemTime> {
        let task = self.last.lock().await.take()?;
        task.await.ok()
    }
}

/// What is to call the function; `before` is what calls the one that it replaces.
async fn check(spec: &FunctionSpec, before: Option<&Trigger>) -> Result<Source, LambdaError> {
    let function = || spec.name.clone();
    Ok(match &spec.trigger {
        Trigger::Manual => Source::Manual,
        Trigger::Url { port, .. } => {
            if matches!(before, Some(Trigger::Url { port: held, .. }) if held == port) {
                return Ok(Source::Url(None));
            }
            let refused =
                |source| LambdaError::Listen { function: function(), port: *port, source };
            let listener = TcpListener::bind(("127.0.0.1", *port)).await.map_err(refused)?;
            Source::Url(Some(listener))
        }
        Trigger::Queue { queue, batch } => Source::Queue { queue: queue.clone(), batch: *batch },
        Trigger::Schedule { cron } => {
            let parsed = Schedule::parse(cron);
            let named = |source| LambdaError::Schedule { function: function(), source };
            Source::Schedule(Box::new(parsed.map_err(named)?))
        }
    })
}
