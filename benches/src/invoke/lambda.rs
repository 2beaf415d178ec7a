//! The Runtime API, just fast enough not to be what is measured.
//!
//! Deals with: handing out one event as often as asked, timing from there to the answer.
//! Does not deal with: anything that makes Lambda Lambda (`infra/emulator`).

use std::error::Error;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyfn_benches::Order;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, mpsc};

use super::child;

/// An SQS batch of one message of about so many bytes.
pub(crate) fn batch(bytes: usize) -> serde_json::Result<Bytes> {
    let body = serde_json::to_string(&Order::of_bytes(bytes))?;
    let event = json!({"Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1545082649183",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1545082649185"
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:orders",
        "awsRegion": "us-east-1"
    }]});
    serde_json::to_vec(&event).map(Bytes::from)
}

/// The API on a port of its own.
pub(crate) struct Api {
    pub(crate) address: String,
    state: Arc<State>,
    answers: mpsc::UnboundedReceiver<Answer>,
    polls: mpsc::UnboundedReceiver<Instant>,
}

struct State {
    payload: Bytes,
    calls: Semaphore,
    served: Mutex<Instant>,
    answered: mpsc::UnboundedSender<Answer>,
    polled: mpsc::UnboundedSender<Instant>,
}

/// How long it took, or what the function said instead.
type Answer = Result<Duration, String>;

impl Api {
    pub(crate) async fn start(payload: &Bytes) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let (answered, answers) = mpsc::unbounded_channel();
        let (polled, polls) = mpsc::unbounded_channel();
        let state = Arc::new(State {
            payload: payload.clone(),
            calls: Semaphore::new(0),
            served: Mutex::new(Instant::now()),
            answered,
            polled,
        });
        let served = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let state = Arc::clone(&served);
                let service = service_fn(move |request| {
                    let state = Arc::clone(&state);
                    async move { answer(&state, request).await }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        Ok(Self { address, state, answers, polls })
    }

    /// When the function asked for an event for the first time.
    pub(crate) async fn first_poll(&mut self) -> Option<Instant> {
        self.polls.recv().await
    }

    /// So many calls, one after the other; the microseconds of each.
    pub(crate) async fn calls(&mut self, count: u32) -> Result<Vec<f64>, Box<dyn Error>> {
        let mut took = Vec::new();
        for _ in 0..count {
            self.state.calls.add_permits(1);
            let answer = tokio::time::timeout(Duration::from_secs(60), self.answers.recv()).await?;
            took.push(answer.ok_or("the API ended")??.as_secs_f64() * 1e6);
        }
        Ok(took)
    }
}

async fn answer(
    state: &State,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Box<dyn Error + Send + Sync>> {
    if request.method() == Method::GET {
        let _ = state.polled.send(Instant::now());
        state.calls.acquire().await?.forget();
        let response = Response::builder()
            .header("content-type", "application/json")
            .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
            .header("lambda-runtime-deadline-ms", deadline())
            .header(
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:us-east-1:000000000000:function:work",
            )
            .header(
                "lambda-runtime-trace-id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
            )
            .body(Full::new(state.payload.clone()))?;
        *state.served.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        return Ok(response);
    }
    let took = state.served.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
    let failed = !request.uri().path().ends_with("/response");
    let body = request.into_body().collect().await?.to_bytes();
    let text = String::from_utf8_lossy(&body);
    let answer =
        if failed || text.contains("itemIdentifier") { Err(text.into()) } else { Ok(took) };
    let _ = state.answered.send(answer);
    Ok(Response::builder()
        .status(202)
        .body(Full::new(Bytes::from_static(b"{\"status\":\"OK\"}")))?)
}

fn deadline() -> String {
    let now = std::time::SystemTime::now();
    let at = now + Duration::from_secs(60);
    at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_millis().to_string()
}

/// A function under the API.
pub(crate) struct Side {
    api: Api,
    _child: Child,
}

impl Side {
    pub(crate) async fn start(
        folder: &Path,
        name: &str,
        payload: &Bytes,
    ) -> Result<Self, Box<dyn Error>> {
        Self::of(child::program(folder, name), payload).await
    }

    pub(crate) async fn of(program: Command, payload: &Bytes) -> Result<Self, Box<dyn Error>> {
        let mut api = Api::start(payload).await?;
        let mut child = child::on_lambda(program, "work", &api.address, Stdio::null())?;
        tokio::select! {
            _ = api.first_poll() => {}
            ended = child.wait() => return Err(format!("it ended before it polled: {}", ended?).into()),
        }
        Ok(Self { api, _child: child })
    }

    pub(crate) async fn calls(&mut self, count: u32) -> Result<Vec<f64>, Box<dyn Error>> {
        self.api.calls(count).await
    }
}
