//! A plain container: HTTP functions at their own paths.
//!
//! Deals with: listening on `PORT`, letting requests finish after SIGTERM. Does not deal with: any
//! other event. Nothing that arrives here is ever read as an envelope of another host, so a queue or
//! blob function cannot be reached from outside.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ::http::Request;
use bytes::Bytes;
use http_body::Body;
use tokio::net::TcpListener;

use super::http::{
    Arrival, Intake, Listening, Outgoing, answer, listen, outgoing, port, termination,
};
use super::{Environment, number};
use crate::BoxError;
use crate::engine::Engine;
use crate::manifest::TriggerSpec;
use crate::trigger::http::failure;

/// Bytes of a request's body. The least that every host takes (AWS Lambda's payload limit).
const LARGEST_BODY: usize = 6 * 1024 * 1024;
/// So many of the largest may be in memory at once.
const AT_ONCE: usize = 16;
/// How long a client may keep an idle connection: longer than load balancers do (60 s), so that it is
/// they who close it.
const PATIENCE: Duration = Duration::from_secs(75);

pub(super) async fn serve(engine: Arc<Engine>, environment: Environment) -> Result<(), String> {
    let port = port(&environment, "PORT", 8080)?;
    let timeout = Duration::from_secs(u64::from(number(&environment, "ANYFN_TIMEOUT", 300u32)?));
    let stop = termination()?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await.map_err(|fault| {
        format!("port {port} cannot be listened on: {fault}; a free one: PORT=8081")
    })?;
    for function in engine.functions() {
        if !matches!(function.trigger, TriggerSpec::Http { .. }) {
            let function = &*function.name;
            tracing::warn!(function, "only HTTP functions run in a container; this one never will");
        }
    }
    tracing::info!(port, app = engine.manifest.app, "listening");
    run(listener, engine, timeout, stop).await;
    Ok(())
}

async fn run(
    listener: TcpListener,
    engine: Arc<Engine>,
    timeout: Duration,
    stop: impl Future<Output = ()>,
) {
    drop(engine.start());
    let listening = Listening { patience: Some(PATIENCE), drain: timeout };
    let intake = Arc::new(Intake::new(LARGEST_BODY, AT_ONCE));
    listen(listener, listening, stop, move |request| {
        let (engine, intake) = (Arc::clone(&engine), Arc::clone(&intake));
        async move { handle(&engine, &intake, request, timeout).await }
    })
    .await;
}

async fn handle<B>(
    engine: &Engine,
    intake: &Intake,
    request: Request<B>,
    timeout: Duration,
) -> Outgoing
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    let at = SystemTime::now();
    let (parts, body) = request.into_parts();
    let id = parts.headers.get("x-request-id").and_then(|id| id.to_str().ok());
    let arrival = Arrival::new("container", id, timeout, at);
    let (body, _room) = match intake.take(body, arrival.give_up).await {
        Ok(taken) => taken,
        Err(error) => return outgoing(failure(&error), false),
    };
    answer(engine, Request::from_parts(parts, body), &arrival, str::to_owned).await
}

#[cfg(test)]
mod tests;
