//! The Functions host as a client, no more than a custom handler notices.
//!
//! Deals with: envelopes over kept connections, as many at once as the host would send.
//! Does not deal with: anything that makes the host the host (`infra/emulator`).

use std::error::Error;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyfn_benches::Order;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::process::Child;

use super::child;

/// Connections at once.
const CONNECTIONS: usize = 8;
/// How long one round lasts.
const ROUND: Duration = Duration::from_millis(250);

/// The envelope of a queue message of about so many bytes.
pub(crate) fn envelope(bytes: usize) -> serde_json::Result<Bytes> {
    let message = STANDARD.encode(serde_json::to_vec(&Order::of_bytes(bytes))?);
    let envelope = json!({
        "Data": {"message": message},
        "Metadata": {
            "DequeueCount": "1",
            "ExpirationTime": "\"2026-11-29T10:15:00+00:00\"",
            "Id": "\"9b2a7a2b-6ae5-4c0c-9dc2-12fb3db72f5a\"",
            "InsertionTime": "\"2026-11-22T10:15:00+00:00\"",
            "NextVisibleTime": "\"2026-11-22T10:25:00+00:00\"",
            "PopReceipt": "\"AgAAAAMAAAAAAAAA\"",
            "sys": {"MethodName": "work", "UtcNow": "2026-11-22T10:15:00.1Z", "RandGuid": "x"}
        }
    });
    serde_json::to_vec(&envelope).map(Bytes::from)
}

/// A handler that listens.
pub(crate) struct Side {
    port: u16,
    _child: Child,
}

impl Side {
    pub(crate) async fn start(folder: &Path, name: &str) -> Result<Self, Box<dyn Error>> {
        let port = free_port()?;
        let child = child::on_azure(child::program(folder, name), port, Stdio::null())?;
        ready(port).await?;
        Ok(Self { port, _child: child })
    }

    /// Calls a second over all connections.
    pub(crate) async fn rate(&self, envelope: &Bytes) -> Result<f64, Box<dyn Error>> {
        let begun = Instant::now();
        let calls =
            (0..CONNECTIONS).map(|_| calls_until(self.port, envelope.clone(), begun + ROUND));
        let calls: Vec<_> = calls.map(tokio::spawn).collect();
        let mut done = 0;
        for one in calls {
            done += one.await?.map_err(|error| error.to_string())?;
        }
        Ok(f64::from(done) / begun.elapsed().as_secs_f64())
    }
}

type Sendable = Box<dyn Error + Send + Sync>;

async fn calls_until(port: u16, envelope: Bytes, until: Instant) -> Result<u32, Sendable> {
    let mut connection = connect(port).await?;
    let mut done = 0;
    while Instant::now() < until {
        call(&mut connection, &envelope).await?;
        done += 1;
    }
    Ok(done)
}

/// So many calls, one after the other.
pub(crate) async fn calls(port: u16, envelope: &Bytes, count: u32) -> Result<(), Box<dyn Error>> {
    let all = async {
        let mut connection = connect(port).await?;
        for _ in 0..count {
            call(&mut connection, envelope).await?;
        }
        Ok(())
    };
    all.await.map_err(|fault: Sendable| fault.to_string().into())
}

async fn call(connection: &mut SendRequest<Full<Bytes>>, envelope: &Bytes) -> Result<(), Sendable> {
    let request = Request::post("/work")
        .header("host", "127.0.0.1")
        .header("content-type", "application/json")
        .header("x-azure-functions-invocationid", "d6c5ff1a-2a2c-4f0c-8c5d-0d3f1f6a3d11")
        .body(Full::new(envelope.clone()))?;
    connection.ready().await?;
    let response = connection.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if status == StatusCode::OK {
        return Ok(());
    }
    Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into())
}

async fn connect(port: u16) -> Result<SendRequest<Full<Bytes>>, Sendable> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

/// Waits for the first good answer to `GET /`, as the host does.
#[expect(
    clippy::disallowed_methods,
    reason = "tokio's timers tick in whole milliseconds: too coarse here"
)]
pub(crate) async fn ready(port: u16) -> Result<(), Box<dyn Error>> {
    let begun = Instant::now();
    while !probe(port).await.is_ok_and(|status| status.is_success()) {
        if begun.elapsed() > Duration::from_secs(60) {
            return Err(format!("nobody answers on port {port}").into());
        }
        std::thread::sleep(Duration::from_micros(50));
    }
    Ok(())
}

async fn probe(port: u16) -> Result<StatusCode, Sendable> {
    let mut connection = connect(port).await?;
    let request = Request::get("/").header("host", "127.0.0.1").body(Full::default())?;
    Ok(connection.send_request(request).await?.status())
}

pub(crate) fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
