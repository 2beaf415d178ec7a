//! A running app: starting it, asking about it, invoking by hand, putting a new build in its place,
//! stopping it.
//!
//! Deals with: its public port, and which build of it is current.
//! Does not deal with: the worker and what feeds it (`generation`).

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::app::{App, Deps, FunctionInfo, HostError, Input};
use super::by_hand;
use super::files::{self, Definition};
use super::function_json::{Function, Trigger};
use super::generation::Generation;
use super::http::{Front, answer, url};
use super::invoke::Outcome;
use super::launch;
use super::settings::Settings;
use super::worker::Launch;
use crate::cloud::Cloud;
use crate::listening;
use crate::process::Log;
use crate::queues::{QueueError, Queues};

/// A running app. Dropping it stops it without waiting; [`FunctionsHost::stop`] waits.
pub struct FunctionsHost {
    deps: Deps,
    url: String,
    current: Current,
    listening: CancellationToken,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// A new build of an app whose worker is started. Dropping it kills that.
pub struct Prepared(Generation);

/// The build that takes events.
#[derive(Clone)]
pub(crate) struct Current(Arc<RwLock<Arc<Generation>>>);

impl Current {
    /// The build that is current, and the sign that a call is in it, which its worker's end waits for.
    pub(crate) fn enter(&self) -> (Arc<Front>, TaskTrackerToken) {
        let current = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (Arc::clone(&current.front), current.front.invoker.calls.token())
    }

    fn get(&self) -> Arc<Generation> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl FunctionsHost {
    /// Reads the folder and starts listening, on the public port and on the queues; the worker may
    /// still be starting ([`FunctionsHost::ready`]).
    ///
    /// # Errors
    /// [`HostError`].
    pub async fn start(deps: Deps, app: App) -> Result<Self, HostError> {
        let host = Self::open(deps, app).await?;
        host.feed();
        Ok(host)
    }

    /// [`FunctionsHost::start`], but only for HTTP until it is fed.
    pub(crate) async fn open(deps: Deps, app: App) -> Result<Self, HostError> {
        let (definition, launch) = read(&deps, &app)?;
        Self::open_with(deps, app, definition, launch).await
    }

    pub(crate) async fn open_with(
        deps: Deps,
        app: App,
        definition: Definition,
        launch: Launch,
    ) -> Result<Self, HostError> {
        let io = |source| HostError::Io { app: app.name.clone(), source };
        let log = Log::open(&app.name, &app.log).map_err(io)?;
        let address = SocketAddr::from(([127, 0, 0, 1], app.port));
        let listener = TcpListener::bind(address).await.map_err(io)?;
        let url = format!("http://{}", listener.local_addr().map_err(io)?);
        // Before the worker starts, so that nothing of this host's own is released.
        release(&deps.queues, &app.name, &log)
            .await
            .map_err(|source| HostError::Queue { app: app.name.clone(), source })?;
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let first = Generation::start(&deps, &app, definition, launch, &url, (&stop, &tasks))?;
        let current = Current(Arc::new(RwLock::new(Arc::new(first))));
        let listening = stop.child_token();
        tasks.spawn(serve(listener, current.clone(), listening.clone()));
        Ok(Self { deps, url, current, listening, stop, tasks })
    }

    /// Takes events of queues and timers from now on.
    pub(crate) fn feed(&self) {
        self.current.get().feed(None);
    }

    /// Starts the worker of a new build of the app, which is laid out in a folder of its own; the one that
    /// runs is left alone.
    ///
    /// # Errors
    /// [`HostError`].
    pub fn prepare(&self, app: &App) -> Result<Prepared, HostError> {
        let (definition, launch) = read(&self.deps, app)?;
        self.prepare_with(app, definition, launch)
    }

    pub(crate) fn prepare_with(
        &self,
        app: &App,
        definition: Definition,
        launch: Launch,
    ) -> Result<Prepared, HostError> {
        let all = (&self.stop, &self.tasks);
        Generation::start(&self.deps, app, definition, launch, &self.url, all).map(Prepared)
    }

    /// Lets the new build take every event from now on, on the same port. Invocations that run in the old
    /// one's worker end there; then it is killed.
    pub fn switch(&self, prepared: Prepared) {
        let fresh = Arc::new(prepared.0);
        let before = {
            let mut current = self.current.0.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *current, Arc::clone(&fresh))
        };
        Arc::clone(&before).retire();
        fresh.feed(Some(&before));
    }

    /// `http://127.0.0.1:PORT`, without the route prefix.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The functions that are not disabled, by name.
    #[must_use]
    pub fn functions(&self) -> Vec<FunctionInfo> {
        let front = &self.current.get().front;
        let info = |function: &Arc<Function>| {
            let prefix = &front.invoker.host.route_prefix;
            let (url, queue) = match &function.trigger {
                Trigger::Http { route, .. } => (Some(url(&self.url, prefix, route)), None),
                Trigger::Queue { queue } => (None, Some(queue.clone())),
                Trigger::Timer { .. } => (None, None),
            };
            FunctionInfo { name: function.name.clone(), url, queue }
        };
        front.functions.iter().map(info).collect()
    }

    /// The worker's process; `None` while there is none.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.current.get().front.invoker.worker.pid()
    }

    /// The worker's peak memory so far in KiB, where the system tells.
    #[must_use]
    pub fn peak_kb(&self) -> Option<u64> {
        self.current.get().front.invoker.worker.peak_kb()
    }

    /// Returns once the worker answers.
    ///
    /// # Errors
    /// Why it does not and will not.
    pub async fn ready(&self) -> Result<(), String> {
        let current = self.current.get();
        current.front.invoker.worker.ready().await.map(|_| ())
    }

    /// Runs a function as its trigger would, without queue, schedule or key; waits for the outcome. A
    /// failed HTTP invocation is the response 500 that a caller would see.
    ///
    /// # Errors
    /// A sentence: there is no such function, or the input is not for it.
    pub async fn invoke(&self, function: &str, input: Input) -> Result<Outcome, String> {
        let (front, _call) = self.current.enter();
        let functions = &front.functions;
        let Some(found) = functions.iter().find(|known| known.name == function) else {
            let names: Vec<_> = functions.iter().map(|known| known.name.as_str()).collect();
            return Err(format!(
                "there is no function '{function}' in the azure app {}; there are: {}",
                front.app,
                names.join(", ")
            ));
        };
        match input {
            Input::Text(text) if !matches!(found.trigger, Trigger::Http { .. }) => {
                Ok(by_hand::run(&front.invoker, found, &text).await)
            }
            Input::Http(request) => invoke_http(&front, found, *request).await,
            Input::Text(_) => Err(format!("the function '{function}' takes an HTTP request")),
        }
    }

    /// Stops listening and takes no more events; returns once what runs in the worker has ended, and the
    /// worker with it.
    pub async fn drain(&self) {
        self.listening.cancel();
        self.current.get().retire();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Stops listening and kills the worker, without grace as in Azure; what it held becomes visible
    /// again. Returns when nothing of it is left.
    pub async fn stop(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        // A store that fails now is read again at the next start.
        let front = &self.current.get().front;
        let _ = release(&front.invoker.queues, &front.app, &front.invoker.log).await;
    }
}

impl Prepared {
    /// Returns once its worker answers.
    ///
    /// # Errors
    /// Why it does not and will not.
    pub async fn ready(&self) -> Result<(), String> {
        let ready = self.0.front.invoker.worker.ready().await.map(|_| ());
        if ready.is_err() {
            self.0.kill();
        }
        ready
    }
}

impl Drop for FunctionsHost {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn invoke_http(
    front: &Arc<Front>,
    function: &Arc<Function>,
    mut request: Request<Bytes>,
) -> Result<Outcome, String> {
    let Some(params) = front.params(function, request.uri().path()) else {
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
    let host = front.url.trim_start_matches("http://").parse();
    if let (Ok(host), false) = (host, request.headers().contains_key(http::header::HOST)) {
        request.headers_mut().insert(http::header::HOST, host);
    }
    let started = std::time::Instant::now();
    let response = front.call(Arc::clone(function), params, request.map(Body::from)).await;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
    Ok(Outcome {
        invocation_id: String::new(),
        result: Ok(Some(Response::from_parts(head, body))),
        duration: started.elapsed(),
    })
}

async fn release(queues: &Queues, app: &str, log: &Log) -> Result<(), QueueError> {
    let count = queues.release(Cloud::Azure, app).await?;
    if count > 0 {
        log.line(&format!("host: {count} messages that were under way are visible again"));
    }
    Ok(())
}

fn read(deps: &Deps, app: &App) -> Result<(Definition, Launch), HostError> {
    let settings = Settings::new(app.settings.clone());
    let definition = files::read(&app.folder, &settings)
        .map_err(|source| HostError::File { app: app.name.clone(), source })?;
    let handler = &definition.host.handler;
    let program = launch::program(&app.name, &app.folder, handler, &settings, &app.log);
    let launch = launch::launcher(deps.spawner.clone(), program);
    Ok((definition, launch))
}

async fn serve(listener: TcpListener, current: Current, stop: CancellationToken) {
    let router = axum::Router::new().fallback(answer).with_state(current);
    if let Err(error) = listening::serve(listener, router, stop).await {
        tracing::error!(%error, "an app's port stopped listening");
    }
}
