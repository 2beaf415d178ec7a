//! A plain container: HTTP functions at their own paths, all others as CloudEvents on a port of its own.
//!
//! Deals with: both ports, and stopping: after SIGTERM running requests finish, new ones are refused.
//! Does not deal with: what a pushed event means (`events`), probes (`health`), counting (`drain`).
//!
//! | variable | default | meaning |
//! |---|---|---|
//! | `PORT` | 8080 | where HTTP functions, `/healthz` and `/readyz` are, on every address |
//! | `ANYFN_EVENT_PORT` | 8081 | where `POST /{function}` takes CloudEvents; open only if there is such a function |
//! | `ANYFN_EVENT_ADDRESS` | 127.0.0.1 | the address of that port: who may send there may invoke anything |
//! | `ANYFN_TIMEOUT` | 300 | seconds a call may take, and seconds that running ones have after SIGTERM |
//!
//! Nothing that arrives on `PORT` is ever read as an event, so a queue or blob function cannot be
//! reached from where the public is.

mod drain;
mod events;
mod health;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::http::{HeaderValue, Request, header};
use bytes::Bytes;
use http_body::Body;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::http::{
    Arrival, Intake, Listening, Outgoing, Routes, Turn, answer, listen, outgoing, port, termination,
};
use super::{Environment, number};
use crate::BoxError;
use crate::engine::Engine;
use crate::error::Error;
use crate::manifest::TriggerSpec;
use crate::trigger::http::failure;
use drain::Drain;
use events::Events;

/// Bytes of a request's body. The least that every host takes (AWS Lambda's payload limit).
const LARGEST_BODY: usize = 6 * 1024 * 1024;
/// So many of the largest may be in memory at once.
const AT_ONCE: usize = 16;
/// How long a client may keep an idle connection: longer than load balancers do (60 s), so that it is
/// they who close it.
const PATIENCE: Duration = Duration::from_secs(75);
/// How long the last answers may take to be read, once all calls have ended.
const LINGER: Duration = Duration::from_secs(10);
/// Seconds after which whoever was refused may ask again.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("1");
const EVENT_PORT: &str = "ANYFN_EVENT_PORT";
const EVENT_ADDRESS: &str = "ANYFN_EVENT_ADDRESS";

/// What both ports share.
struct Container {
    engine: Arc<Engine>,
    routes: Routes,
    intake: Intake,
    drain: Arc<Drain>,
    timeout: Duration,
}

/// Where requests and events come in.
struct Doors {
    public: TcpListener,
    /// `None` where every function is HTTP.
    events: Option<TcpListener>,
}

pub(super) async fn serve(engine: Arc<Engine>, environment: Environment) -> Result<(), String> {
    let timeout = Duration::from_secs(u64::from(number(&environment, "ANYFN_TIMEOUT", 300u32)?));
    let stop = termination()?;
    let doors = open(&engine, &environment).await?;
    run(doors, engine, timeout, stop).await;
    Ok(())
}

async fn open(engine: &Engine, environment: &Environment) -> Result<Doors, String> {
    let public = port(environment, "PORT", 8080)?;
    let http = |spec: &TriggerSpec| matches!(spec, TriggerSpec::Http { .. });
    let pushed = !engine.functions().iter().all(|function| http(&function.trigger));
    let events = if pushed { Some(event_address(environment, public)?) } else { None };
    let public = bind("PORT", (Ipv4Addr::UNSPECIFIED, public).into()).await?;
    let events = match events {
        Some(at) => Some(bind(EVENT_PORT, at).await?),
        None => None,
    };
    let at = |listener: &TcpListener| listener.local_addr().ok().map(|at| at.to_string());
    let app = &engine.manifest.app;
    tracing::info!(app, port = at(&public), events = events.as_ref().and_then(at), "listening");
    Ok(Doors { public, events })
}

fn event_address(environment: &Environment, public: u16) -> Result<SocketAddr, String> {
    let port = port(environment, EVENT_PORT, 8081)?;
    if port == public {
        return Err(format!(
            "PORT and {EVENT_PORT} are both {port}; give each its own, such as {EVENT_PORT}=8090"
        ));
    }
    let address = match environment.get(EVENT_ADDRESS).filter(|text| !text.is_empty()) {
        None => Ipv4Addr::LOCALHOST.into(),
        Some(text) => text.parse::<IpAddr>().map_err(|_| {
            format!(
                "{EVENT_ADDRESS}=`{text}` is no IP address; a right one: {EVENT_ADDRESS}=0.0.0.0"
            )
        })?,
    };
    Ok((address, port).into())
}

async fn bind(name: &str, at: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(at).await.map_err(|fault| {
        format!("{at} of {name} cannot be listened on: {fault}; a free port: {name}=8090")
    })
}

async fn run(doors: Doors, engine: Arc<Engine>, timeout: Duration, stop: impl Future<Output = ()>) {
    drop(engine.start());
    let drain = Arc::new(Drain::default());
    let events = Arc::new(Events::new(&engine));
    let intake = Intake::new(LARGEST_BODY, AT_ONCE);
    let routes = Routes::new(engine.functions(), str::to_owned);
    let container =
        Arc::new(Container { engine, routes, intake, drain: Arc::clone(&drain), timeout });
    let listening = Listening { patience: Some(PATIENCE), drain: LINGER };
    let (stopping, stopped) = watch::channel(false);
    let end = |mut stopped: watch::Receiver<bool>| async move {
        let _ = stopped.wait_for(|stop| *stop).await;
    };
    let public = listen(doors.public, listening, end(stopped.clone()), {
        let container = Arc::clone(&container);
        move |request, turn| {
            let container = Arc::clone(&container);
            async move { container.handle(request, turn).await }
        }
    });
    let pushed = async {
        if let Some(listener) = doors.events {
            let handle = move |request, turn| {
                let (container, events) = (Arc::clone(&container), Arc::clone(&events));
                async move { events.handle(&container, request, turn).await }
            };
            listen(listener, listening, end(stopped), handle).await;
        }
    };
    let stopping = async {
        stop.await;
        // Ports stay open meanwhile: who is refused in words goes elsewhere at once.
        drain.close(timeout).await;
        let _ = stopping.send(true);
    };
    tokio::join!(public, pushed, stopping);
}

impl Container {
    async fn handle<B>(&self, request: Request<B>, turn: Turn) -> Outgoing
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let at = SystemTime::now();
        let (parts, body) = request.into_parts();
        let closing = self.drain.is_closing();
        if let Some(answer) = health::answer(&self.engine, closing, &parts.method, parts.uri.path())
        {
            return answer;
        }
        let Some(_running) = self.drain.enter() else { return stopping() };
        let id = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok());
        let arrival = Arrival::new("container", id, self.timeout, at, turn);
        let (body, _room) = match self.intake.take(body, arrival.give_up).await {
            Ok(taken) => taken,
            Err(error) => return outgoing(failure(&error), false),
        };
        answer(&self.engine, &self.routes, Request::from_parts(parts, body), &arrival).await
    }
}

/// The answer to whoever comes after SIGTERM: another instance may take it, over another connection.
fn stopping() -> Outgoing {
    let mut response = outgoing(failure(&Error::status(503, "this instance is stopping")), false);
    response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests;
