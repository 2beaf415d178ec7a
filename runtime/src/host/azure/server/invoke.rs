//! One invocation of a function that is not HTTP: envelope in, outcome out.
//!
//! Deals with: finding the function, turning the envelope into its event, telling the host whether
//! the event is dealt with. Does not deal with: retries (the host counts and makes them).

use ::http::HeaderMap;
use bytes::Bytes;

use super::super::super::http::{Arrival, Outgoing};
use super::{ROUTE_PREFIX, dead_letter, envelope, reply};
use crate::app::Function;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::host::event_grid;
use crate::manifest::TriggerSpec;
use crate::trigger::Event;
use crate::trigger::queue::Message;

/// Runs `name` once for the envelope in `body`.
pub(super) async fn invoke(
    engine: &Engine,
    name: &str,
    headers: &HeaderMap,
    body: Bytes,
    arrival: &Arrival,
) -> Outgoing {
    let invocation = arrival.invocation_id.as_str();
    let failed = |status: u16, reason: &str| {
        tracing::error!(function = name, invocation, reason, "call failed");
        reply::failed(status, reason)
    };
    let Some(function) = engine.function(name) else {
        let names: Vec<&str> = engine.functions().iter().map(|f| &*f.name).collect();
        let names = names.join(", ");
        return failed(404, &format!("no function `{name}`; this app has: {names}"));
    };
    if matches!(function.trigger, TriggerSpec::Http { .. }) {
        return failed(
            500,
            &format!(
                "`{name}` is an HTTP function and takes requests under /{ROUTE_PREFIX} only, but the \
                 host sent an envelope; set `enableProxyingHttpRequest` and \
                 `enableForwardingHttpRequest` in host.json, and give the function one httpTrigger and \
                 one http output, nothing else"
            ),
        );
    }
    let Input { event, letter, attempt } = match input(function, &body) {
        Ok(Some(input)) => input,
        Ok(None) => {
            tracing::info!(function = name, invocation, "a blob of another name: nothing to do");
            return reply::done();
        }
        Err(error) => return failed(500, &error.to_string()),
    };
    let call = arrival.call(function, attempt, headers, body);
    match engine.run(function, event, call).await {
        Ok(_) => reply::done(),
        Err(error) if error.kind() == Kind::Reject && function.trigger.has_dead_letters() => {
            let reason = error.to_string();
            tracing::error!(function = name, invocation, reason, "event rejected");
            reply::rejected(dead_letter::wrap(&letter, &reason), &reason)
        }
        Err(error) => failed(500, &error.to_string()),
    }
}

struct Input {
    event: Event,
    /// What a dead letter carries.
    letter: Bytes,
    attempt: Option<u32>,
}

/// What the function receives; `None` where the event is not for it.
fn input(function: &Function, body: &[u8]) -> Result<Option<Input>, Error> {
    let TriggerSpec::Blob { prefix, suffix, .. } = &function.trigger else {
        if matches!(function.trigger, TriggerSpec::Schedule { .. }) {
            let event = Event::Tick(envelope::tick(body, "timer")?);
            return Ok(Some(Input { event, letter: Bytes::new(), attempt: None }));
        }
        let (message, attempt) = message(body)?;
        let event = Event::Message(Message { body: message.clone() });
        return Ok(Some(Input { event, letter: message, attempt }));
    };
    let (message, attempt) = message(body)?;
    let blob = event_grid::read(&message)?;
    // Event Grid's filters do not mind case unless told to; the author's do.
    if !(blob.key.starts_with(prefix) && blob.key.ends_with(suffix)) {
        return Ok(None);
    }
    Ok(Some(Input { event: Event::Blob(blob), letter: message, attempt }))
}

fn message(body: &[u8]) -> Result<(Bytes, Option<u32>), Error> {
    let delivered = envelope::message(body, "message")?;
    Ok((dead_letter::unwrap(delivered.body), delivered.attempt))
}
