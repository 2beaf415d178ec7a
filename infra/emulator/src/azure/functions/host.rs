//! A running app: starting it, asking about it, invoking by hand, stopping it.
//!
//! Deals with: putting the rooms together.
//! Does not deal with: what each of them does.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::app::{App, Deps, FunctionInfo, HostError, Input};
use super::by_hand;
use super::files::{self, Definition};
use super::function_json::{Function, Trigger};
use super::host_json::HttpMode;
use super::http::{Front, answer, url};
use super::invoke::{Invoker, Outcome};
use super::launch;
use super::queue_listener::{self, Source};
use super::settings::Settings;
use super::timer::Timer;
use super::wire::Wire;
use super::worker::{Launch, Plan, Worker};
use crate::cloud::Cloud;
use crate::listening;
use crate::process::Log;
use crate::queues::{QueueError, Queues};

/// A running app. Dropping it stops it without waiting; [`FunctionsHost::stop`] waits.
pub struct FunctionsHost {
    front: Arc<Front>,
    stop: CancellationToken,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl FunctionsHost {
    /// Reads the folder and starts listening, on the public port and on the queues; the worker may
    /// still be starting ([`FunctionsHost::ready`]).
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn start(deps: Deps, app: App) -> Result<Self, HostError> {
        let settings = Settings::new(app.settings.clone());
        let definition = files::read(&app.folder, &settings)
            .map_err(|source| HostError::File { app: app.name.clone(), source })?;
        let program =
            launch::program(&app.name, &app.folder, &definition.host.handler, &settings, &app.log);
        let launch = launch::launcher(deps.spawner.clone(), program);
        Self::start_with(deps, app, definition, launch).await
    }

    pub(crate) async fn start_with(
        deps: Deps,
        app: App,
        definition: Definition,
        launch: Launch,
    ) -> Result<Self, HostError> {
        let io = |source| HostError::Io { app: app.name.clone(), source };
        let log = Log::open(&app.name, &app.log).map_err(io)?;
        let address = SocketAddr::from(([127, 0, 0, 1], app.port));
        let listener = TcpListener::bind(address).await.map_err(io)?;
        let local = listener.local_addr().map_err(io)?;
        let functions: Vec<_> = definition.functions.into_iter().map(Arc::new).collect();
        let host = Arc::new(definition.host);
        if host.handler.mode != HttpMode::Envelope {
            for function in &functions {
                if matches!(function.trigger, Trigger::Http { .. }) && !function.is_http_only() {
                    log.line(&format!(
                        "host: warning: '{}' gets the JSON envelope although host.json asks for plain \
                         HTTP: it has more bindings than one httpTrigger and one http output",
                        function.name
                    ));
                }
            }
        }
        // Before the worker starts, so that nothing of this host's own is released.
        release(&deps.queues, &app.name, &log)
            .await
            .map_err(|source| HostError::Queue { app: app.name.clone(), source })?;
        let stop = CancellationToken::new();
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
        let invoker = Invoker { worker, wire, host, queues: deps.queues, clock: deps.clock, log };
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            // A supervisor that panicked has dropped, and thereby killed, its process.
            let _ = supervisor.await;
        });
        let (queued, jobs) = mpsc::unbounded_channel();
        tasks.spawn(by_hand::work(invoker.clone(), jobs, stop.clone()));
        for function in &functions {
            if let Trigger::Queue { queue } = &function.trigger {
                let source = Source { app: app.name.clone(), queue: queue.clone() };
                let (function, invoker) = (Arc::clone(function), invoker.clone());
                tasks.spawn(queue_listener::listen(function, invoker, source, stop.clone()));
            }
        }
        for function in &functions {
            if let Trigger::Timer { schedule, run_on_startup, use_monitor } = &function.trigger {
                let timer = Timer {
                    app: app.name.clone(),
                    function: Arc::clone(function),
                    schedule: schedule.clone(),
                    run_on_startup: *run_on_startup,
                    use_monitor: *use_monitor,
                    invoker: invoker.clone(),
                    store: deps.store.clone(),
                };
                tasks.spawn(timer.run(stop.clone()));
            }
        }
        let front = Arc::new(Front {
            app: app.name,
            functions,
            invoker,
            key: app.function_key,
            url: format!("http://{local}"),
            queued,
        });
        tasks.spawn(serve(listener, Arc::clone(&front), stop.clone()));
        Ok(Self { front, stop, tasks: tokio::sync::Mutex::new(tasks) })
    }

    /// `http://127.0.0.1:PORT`, without the route prefix.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.front.url
    }

    /// The functions that are not disabled, by name.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionInfo> {
        let info = |function: &Arc<Function>| {
            let prefix = &self.front.invoker.host.route_prefix;
            let (url, queue) = match &function.trigger {
                Trigger::Http { route, .. } => (Some(url(&self.front.url, prefix, route)), None),
                Trigger::Queue { queue } => (None, Some(queue.clone())),
                Trigger::Timer { .. } => (None, None),
            };
            FunctionInfo { name: function.name.clone(), url, queue }
        };
        self.front.functions.iter().map(info).collect()
    }

    /// The worker's process; `None` while there is none.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.front.invoker.worker.pid()
    }

    /// The worker's peak memory so far in KiB, where the system tells.
    #[must_use]
    pub fn peak_kb(&self) -> Option<u64> {
        self.front.invoker.worker.peak_kb()
    }

    /// Returns once the worker answers.
    ///
    /// # Errors
    /// Why it does not and will not.
    pub async fn ready(&self) -> Result<(), String> {
        self.front.invoker.worker.ready().await.map(|_| ())
    }

    /// Runs a function as its trigger would, without queue, schedule or key; waits for the outcome. A
    /// failed HTTP invocation is the response 500 that a caller would see.
    ///
    /// # Errors
    /// A sentence: there is no such function, or the input is not for it.
    pub async fn invoke(&self, function: &str, input: Input) -> Result<Outcome, String> {
        let functions = &self.front.functions;
        let Some(found) = functions.iter().find(|known| known.name == function) else {
            let names: Vec<_> = functions.iter().map(|known| known.name.as_str()).collect();
            return Err(format!(
                "there is no function '{function}' in the azure app {}; there are: {}",
                self.front.app,
                names.join(", ")
            ));
        };
        match input {
            Input::Text(text) if !matches!(found.trigger, Trigger::Http { .. }) => {
                Ok(by_hand::run(&self.front.invoker, found, &text).await)
            }
            Input::Http(request) => self.invoke_http(found, *request).await,
            Input::Text(_) => Err(format!("the function '{function}' takes an HTTP request")),
        }
    }

    async fn invoke_http(
        &self,
        function: &Arc<Function>,
        mut request: Request<Bytes>,
    ) -> Result<Outcome, String> {
        let Some(params) = self.front.params(function, request.uri().path()) else {
            return Err(format!(
                "'{}' is not a path of the function '{}'",
                request.uri().path(),
                function.name
            ));
        };
        let length = request.body().len();
        if length > 0 {
            request.headers_mut().insert(http::header::CONTENT_LENGTH, length.into());
        }
        let host = self.front.url.trim_start_matches("http://").parse();
        if let (Ok(host), false) = (host, request.headers().contains_key(http::header::HOST)) {
            request.headers_mut().insert(http::header::HOST, host);
        }
        let started = std::time::Instant::now();
        let response = self.front.call(Arc::clone(function), params, request.map(Body::from)).await;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        Ok(Outcome {
            invocation_id: String::new(),
            result: Ok(Some(Response::from_parts(head, body))),
            duration: started.elapsed(),
        })
    }

    /// Stops listening and kills the worker, without grace as in Azure; what it held becomes visible
    /// again. Returns when nothing of it is left.
    pub async fn stop(&self) {
        self.stop.cancel();
        let mut tasks = self.tasks.lock().await;
        while tasks.join_next().await.is_some() {}
        // A store that fails now is read again at the next start.
        let invoker = &self.front.invoker;
        let _ = release(&invoker.queues, &self.front.app, &invoker.log).await;
    }
}

impl Drop for FunctionsHost {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn release(queues: &Queues, app: &str, log: &Log) -> Result<(), QueueError> {
    let count = queues.release(Cloud::Azure, app).await?;
    if count > 0 {
        log.line(&format!("host: {count} messages that were under way are visible again"));
    }
    Ok(())
}

async fn serve(listener: TcpListener, front: Arc<Front>, stop: CancellationToken) {
    let router = axum::Router::new().fallback(answer).with_state(front);
    if let Err(error) = listening::serve(listener, router, stop).await {
        tracing::error!(%error, "an app's port stopped listening");
    }
}
