//! Lambda end to end in one process: plain HTTP on both sides, runtimes that are tasks.
//!
//! Deals with: the bench that the tests beside this file stand on: a service on a virtual clock, a runtime
//! that does as it is told, an HTTP client.
//! Does not deal with: real processes.

mod async_invoke;
mod environment;
mod event_source;
mod front_door;
mod replace;
mod runtime_api;
mod url;

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::{FunctionSpec, Lambda, LambdaDeps, Runtime};
use crate::clock::Clock;
use crate::identity::Identity;
use crate::measured::Measurements;
use crate::process::Spawner;
use crate::queues::Queues;
use crate::store::Store;

/// The service and what it stands on.
pub(super) struct Bench {
    pub(super) deps: LambdaDeps,
    _folder: tempfile::TempDir,
}

pub(super) fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let schema = format!("{}{}", super::SCHEMA, crate::queues::SCHEMA);
    let store = Store::open(folder.path(), &schema).unwrap();
    let clock = Clock::virtual_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000));
    let deps = LambdaDeps {
        queues: Queues::new(store.clone(), clock.clone()),
        store,
        clock,
        identity: Identity::new(),
        spawner: Spawner::start().unwrap(),
        measured: Measurements::default(),
        logs: folder.path().join("logs"),
        warm: false,
    };
    Bench { deps, _folder: folder }
}

impl Bench {
    pub(super) async fn start(&self, specs: Vec<FunctionSpec>) -> Lambda {
        Lambda::start(self.deps.clone(), specs).await.unwrap()
    }

    pub(super) fn log(&self, function: &str) -> String {
        std::fs::read_to_string(self.deps.logs.join(format!("{function}.log"))).unwrap()
    }
}

/// One event that a puppet has fetched.
pub(super) struct Call {
    /// Which start of the runtime fetched it, from 0.
    pub(super) environment: usize,
    pub(super) headers: HeaderMap,
    pub(super) payload: Value,
    reply: oneshot::Sender<Reply>,
}

pub(super) enum Reply {
    Success(String),
    Failure(String),
    Exit,
    Silence,
}

impl Call {
    pub(super) fn id(&self) -> String {
        self.headers["lambda-runtime-aws-request-id"].to_str().unwrap().to_owned()
    }

    pub(super) fn reply(self, reply: Reply) {
        self.reply.send(reply).ok().unwrap();
    }

    pub(super) fn succeed(self, response: &str) {
        self.reply(Reply::Success(response.to_owned()));
    }

    pub(super) fn fail(self) {
        let error = r#"{"errorType":"Oops","errorMessage":"no"}"#;
        self.reply(Reply::Failure(error.to_owned()));
    }
}

/// What the test sees of the runtimes it has started.
pub(super) type Calls = mpsc::UnboundedReceiver<Call>;

/// A runtime that fetches events and hands them to the test, which says what becomes of them.
pub(super) fn puppet() -> (Runtime, Calls) {
    let (calls, inbox) = mpsc::unbounded_channel();
    let started = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let runtime = runtime(move |api| {
        let environment = started.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let calls = calls.clone();
        async move {
            loop {
                let event = api.next().await;
                let (reply, told) = oneshot::channel();
                let headers = event.headers().clone();
                let payload = serde_json::from_slice(event.body()).unwrap();
                let call = Call { environment, headers, payload, reply };
                let id = call.id();
                calls.send(call).ok().unwrap();
                match told.await.unwrap() {
                    Reply::Success(body) => assert_eq!(api.respond(&id, body).await.status(), 202),
                    Reply::Failure(body) => assert_eq!(api.fail(&id, body).await.status(), 202),
                    Reply::Exit => return,
                    Reply::Silence => std::future::pending().await,
                }
            }
        }
    });
    (runtime, inbox)
}

/// A runtime that is a task.
pub(super) fn runtime<F: Future<Output = ()> + Send + 'static>(
    work: impl Fn(Api) -> F + Send + Sync + 'static,
) -> Runtime {
    Runtime::Task(Arc::new(move |env| {
        let address = env.iter().find(|(name, _)| name == "AWS_LAMBDA_RUNTIME_API").unwrap();
        work(Api(format!("http://{}/2018-06-01", address.1))).boxed()
    }))
}

/// The runtime API as a runtime sees it.
#[derive(Clone)]
pub(super) struct Api(String);

impl Api {
    pub(super) async fn next(&self) -> Response<Bytes> {
        self.get("/runtime/invocation/next").await
    }

    pub(super) async fn respond(&self, id: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        self.post(&format!("/runtime/invocation/{id}/response"), body, &[]).await
    }

    pub(super) async fn fail(&self, id: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        self.post(&format!("/runtime/invocation/{id}/error"), body, &[]).await
    }

    pub(super) async fn get(&self, path: &str) -> Response<Bytes> {
        let request = Request::get(format!("{}{path}", self.0));
        send(request.body(Bytes::new()).unwrap()).await
    }

    pub(super) async fn post(
        &self,
        path: &str,
        body: impl Into<Bytes>,
        headers: &[(&str, &str)],
    ) -> Response<Bytes> {
        let request = Request::post(format!("{}{path}", self.0));
        let request = headers.iter().fold(request, |request, (n, v)| request.header(*n, *v));
        send(request.body(body.into()).unwrap()).await
    }
}

/// One request on a connection of its own.
pub(super) async fn send(request: Request<Bytes>) -> Response<Bytes> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    let response = client.request(request.map(Full::new)).await.unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

pub(super) fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(body)))
}

/// Signs as the AWS SDK does.
pub(super) fn sign(request: &mut Request<Bytes>, id: &str, secret: &str) {
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    let identity = aws_credential_types::Credentials::new(id, secret, None, None, "test").into();
    let params = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("lambda")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let signable = SignableRequest::new(
        request.method().as_str(),
        request.uri().to_string(),
        request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())),
        SignableBody::Bytes(request.body()),
    );
    let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
    instructions.apply_to_request_http1x(request);
}

/// Asks again and again until it is so; fails after ten seconds.
pub(super) async fn eventually<F: Future<Output = bool>>(condition: impl Fn() -> F) {
    let wait = async {
        while !condition().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), wait).await.expect("it never came true");
}
