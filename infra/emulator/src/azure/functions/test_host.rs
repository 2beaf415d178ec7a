//! A host for tests: a real folder, real queues, a virtual clock, and a worker in this process.
//!
//! Deals with: what every test of the host needs. Does not deal with: real processes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::app::{App, Deps};
use super::host::FunctionsHost;
use super::settings::Settings;
use super::worker::{Boxed, Launch, Process};
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::measured::Measurements;
use crate::process::{Exit, Spawner};
use crate::queues::{Message, NewMessage, QueueSpec, Queues};
use crate::store::Store;

/// What a worker was asked; the probe is left out.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Ends the process.
    pub(super) exit: watch::Sender<Option<Exit>>,
    /// Cancelled once the process is killed.
    pub(super) killed: CancellationToken,
}

impl Call {
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(super) fn exit(&self, code: i32) {
        self.exit.send_replace(Some(Exit { code: Some(code), signal: None }));
    }
}

/// What a worker does with a call.
pub(super) type Behave = Arc<dyn Fn(Call) -> Boxed<Response<Body>> + Send + Sync>;

pub(super) fn answers(json: &'static str) -> Behave {
    Arc::new(move |_| Box::pin(async move { reply(StatusCode::OK, json) }))
}

pub(super) fn reply(status: StatusCode, json: &str) -> Response<Body> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(Body::from(json.to_owned())).unwrap()
}

struct Fake {
    exit: watch::Sender<Option<Exit>>,
    killed: CancellationToken,
    closed: CancellationToken,
}

impl Process for Fake {
    fn pid(&self) -> Option<u32> {
        Some(1)
    }

    fn kill(&self) {
        self.killed.cancel();
        self.closed.cancel();
        self.exit.send_replace(Some(Exit { code: None, signal: Some(9) }));
    }

    fn exited(&self) -> Boxed<Exit> {
        let mut exit = self.exit.subscribe();
        Box::pin(async move { exit.wait_for(Option::is_some).await.unwrap().clone().unwrap() })
    }

    fn peak_kb(&self) -> Option<u64> {
        None
    }
}

/// Workers that `behave`, each call also sent to the receiver; the counter counts launches.
pub(super) fn workers(
    behave: Behave,
) -> (Launch, mpsc::UnboundedReceiver<Call>, watch::Receiver<usize>) {
    let (tell, calls) = mpsc::unbounded_channel();
    let (count, launches) = watch::channel(0);
    let launch: Launch = Arc::new(move |port| {
        let (tell, behave) = (tell.clone(), Arc::clone(&behave));
        count.send_modify(|count| *count += 1);
        Box::pin(async move {
            let (exit, _) = watch::channel(None);
            let (closed, killed) = (CancellationToken::new(), CancellationToken::new());
            let (sender, kill) = (exit.clone(), killed.clone());
            let router = axum::Router::new().fallback(move |request: Request<Body>| async move {
                let (head, body) = request.into_parts();
                let call = Call {
                    method: head.method,
                    target: head.uri.to_string(),
                    headers: head.headers,
                    body: axum::body::to_bytes(body, usize::MAX).await.unwrap(),
                    exit: sender,
                    killed: kill,
                };
                if call.method == Method::GET && call.target == "/" {
                    return Response::new(Body::empty());
                }
                let _ = tell.send(call.clone());
                behave(call).await
            });
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
            let until = closed.clone();
            tokio::spawn(async move {
                tokio::select! {
                    _ = axum::serve(listener, router) => {}
                    () = until.cancelled() => {}
                }
            });
            Ok(Arc::new(Fake { exit, killed, closed }) as Arc<dyn Process>)
        })
    });
    (launch, calls, launches)
}

/// A test that waits for what does not come fails.
pub(super) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(10), future).await.unwrap()
}

/// What outlives a host: its folder, its store, its queues.
pub(super) struct Ground {
    pub(super) folder: tempfile::TempDir,
    pub(super) clock: Clock,
    pub(super) queues: Queues,
    pub(super) measured: Measurements,
    store: Store,
    settings: BTreeMap<String, String>,
}

pub(super) type Calls = mpsc::UnboundedReceiver<Call>;

/// A running host and what its workers saw.
pub(super) struct Rig {
    pub(super) host: FunctionsHost,
    pub(super) calls: Calls,
    pub(super) launches: watch::Receiver<usize>,
}

/// 2026-01-01T00:00:00Z.
pub(super) fn start_of_2026() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

impl Ground {
    /// `host` is merged over a least host.json; each function is a name and its bindings.
    pub(super) fn new(host: &str, functions: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut json: Value = serde_json::from_str(
            r#"{"version": "2.0", "extensionBundle": {"id": "x"},
                "customHandler": {"description": {"defaultExecutablePath": "handler"}}}"#,
        )
        .unwrap();
        for (name, value) in serde_json::from_str::<Value>(host).unwrap().as_object().unwrap() {
            json[name] = value.clone();
        }
        std::fs::write(folder.path().join("host.json"), json.to_string()).unwrap();
        for (name, bindings) in functions {
            std::fs::create_dir(folder.path().join(name)).unwrap();
            let file = folder.path().join(name).join("function.json");
            std::fs::write(file, format!("{{\"bindings\": {bindings}}}")).unwrap();
        }
        let schema = [super::SCHEMA, crate::queues::SCHEMA].concat();
        let store = Store::open(&folder.path().join("state"), &schema).unwrap();
        let clock = Clock::virtual_at(start_of_2026());
        let queues = Queues::new(store.clone(), clock.clone());
        let storage = ("AzureWebJobsStorage".to_owned(), "UseDevelopmentStorage=true".to_owned());
        let (measured, settings) = (Measurements::default(), BTreeMap::from([storage]));
        Self { folder, clock, queues, measured, store, settings }
    }

    pub(super) fn app(&self) -> App {
        App {
            name: "webhook".to_owned(),
            folder: self.folder.path().to_owned(),
            settings: self.settings.clone(),
            log: self.folder.path().join("host.log"),
            function_key: "the-key".to_owned(),
            port: 0,
            restart_after: None,
        }
    }

    pub(super) fn deps(&self) -> Deps {
        Deps {
            store: self.store.clone(),
            clock: self.clock.clone(),
            queues: self.queues.clone(),
            spawner: Spawner::start().unwrap(),
            measured: self.measured.clone(),
        }
    }

    pub(super) async fn start(&self, behave: Behave) -> Rig {
        let settings = Settings::new(self.settings.clone());
        let definition = super::files::read(self.folder.path(), &settings).unwrap();
        let (launch, calls, launches) = workers(behave);
        let host =
            FunctionsHost::open_with(self.deps(), self.app(), definition, launch).await.unwrap();
        host.feed();
        Rig { host, calls, launches }
    }

    /// Puts workers that `behave` in the place of those of `rig`, whose calls go on being seen in what is
    /// returned; functions are read from the folder again.
    pub(super) async fn replace(&self, rig: &mut Rig, behave: Behave) -> Calls {
        let settings = Settings::new(self.settings.clone());
        let definition = super::files::read(self.folder.path(), &settings).unwrap();
        let (launch, calls, launches) = workers(behave);
        let prepared = rig.host.prepare_with(&self.app(), definition, launch).unwrap();
        prepared.ready().await.unwrap();
        rig.host.switch(prepared);
        rig.launches = launches;
        std::mem::replace(&mut rig.calls, calls)
    }

    pub(super) async fn create(&self, queue: &str) {
        let spec = QueueSpec::new(Cloud::Azure);
        self.queues.create(Cloud::Azure, queue, spec).await.unwrap();
    }

    pub(super) async fn send(&self, queue: &str, body: &str) -> Message {
        self.queues.send(Cloud::Azure, queue, NewMessage::text(body)).await.unwrap()
    }

    /// Waits until `queue` has a visible message, and takes it.
    pub(super) async fn take(&self, queue: &str) -> Message {
        soon(self.take_late(queue)).await
    }

    async fn take_late(&self, queue: &str) -> Message {
        loop {
            let far = start_of_2026() + Duration::from_secs(86_400 * 3650);
            self.queues.wait(Cloud::Azure, queue, far).await.unwrap();
            let taken = self.queues.receive(Cloud::Azure, queue, 1, None).await.unwrap();
            if let Some(message) = taken.into_iter().next() {
                return message;
            }
        }
    }

    /// Waits until `queue` holds nothing, hidden messages included.
    pub(super) async fn empty(&self, queue: &str) {
        soon(async {
            while self.queues.counts(Cloud::Azure, queue).await.unwrap().total() > 0 {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// Lets every task that can go on do so: each turn waits for a commit of the shared store.
    pub(super) async fn settle(&self) {
        for _ in 0..50 {
            self.create("settle").await;
        }
    }

    /// Waits until the host's log has a line with `text`.
    pub(super) async fn logged(&self, text: &str) {
        soon(async {
            while !self.log().contains(text) {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    pub(super) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("host.log")).unwrap()
    }
}

impl Rig {
    pub(super) async fn call(&mut self) -> Call {
        soon(self.calls.recv()).await.unwrap()
    }

    pub(super) async fn http(&self, request: Request<Body>) -> (StatusCode, String, HeaderMap) {
        let client = super::wire::Wire::new();
        let port = self.host.url().rsplit(':').next().unwrap().parse().unwrap();
        let response = client.send(port, request).await.unwrap();
        let (head, body) = response.map(Body::new).into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        (head.status, String::from_utf8_lossy(&body).into_owned(), head.headers)
    }
}
