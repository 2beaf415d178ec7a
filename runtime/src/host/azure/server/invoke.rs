//! One invocation of a function that is not HTTP: envelope in, outcome out.
//!
//! Deals with: finding the function, turning the envelope into its event, telling the host whether
//! the event is dealt with. Does not deal with: retries (the host counts and makes them).

use ::http::HeaderMap;
use bytes::Bytes;

use super::super::super::http::{Arrival, Outgoing};
use super::envelope::Delivered;
use super::{ROUTE_PREFIX, dead_letter, envelope, reply};
use crate::app::Function;
use crate::context::Call;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::host::event_grid;
use crate::manifest::TriggerSpec;
use crate::trigger::queue::{Item, Message};
use crate::trigger::{Event, Reply};

/// Runs `name` once for the envelope in `body`.
pub(super) async fn invoke(
    engine: &Engine,
    name: &str,
    headers: &HeaderMap,
    body: Bytes,
    arrival: &Arrival,
) -> Outgoing {
    let Some(function) = engine.function(name) else {
        let names: Vec<&str> = engine.functions().iter().map(|f| &*f.name).collect();
        let why = format!("no function `{name}`; this app has: {}", names.join(", "));
        let invocation_id = arrival.invocation_id.as_str();
        tracing::error!(function = name, invocation_id, error = why, "call failed");
        return reply::failed(404, &why);
    };
    let call = arrival.call(function, None, headers, body);
    let refused = |error: &str| {
        call.span().in_scope(|| tracing::error!(error, "call failed"));
        reply::failed(500, error)
    };
    if matches!(function.trigger, TriggerSpec::Http { .. }) {
        return refused(&format!(
            "`{name}` is an HTTP function and takes requests under /{ROUTE_PREFIX} only, but the \
             host sent an envelope; set `enableProxyingHttpRequest` and \
             `enableForwardingHttpRequest` in host.json, and give the function one httpTrigger and \
             one http output, nothing else"
        ));
    }
    let Input { event, letter, attempt, message_id } = match input(function, &call.raw) {
        Ok(Some(input)) => input,
        Ok(None) => {
            let span = call.span();
            span.in_scope(|| tracing::info!("a blob of another name: nothing to do"));
            return reply::done();
        }
        Err(error) => return refused(&error.to_string()),
    };
    let call = Call { message_id, attempt, ..call };
    let relief = arrival.relief(|error| reply::failed(500, &error.to_string()));
    match engine.run_here(function, event, call, relief).await {
        Ok(Reply::Failed(failed)) if !failed.is_empty() => {
            // The host delivers one message a call: whichever is named, this one comes again.
            let named = failed.iter().collect::<Vec<_>>().join(", ");
            reply::failed(500, &format!("the function failed the message {named}"))
        }
        Ok(_) => reply::done(),
        Err(error) if error.kind() == Kind::Reject && function.trigger.has_dead_letters() => {
            let reason = error.to_string();
            reply::rejected(dead_letter::wrap(&letter, &reason), &reason)
        }
        Err(error) => reply::failed(500, &error.to_string()),
    }
}

struct Input {
    event: Event,
    /// What a dead letter carries.
    letter: Bytes,
    attempt: Option<u32>,
    message_id: Option<String>,
}

/// What the function receives; `None` where the event is not for it.
fn input(function: &Function, body: &[u8]) -> Result<Option<Input>, Error> {
    if matches!(function.trigger, TriggerSpec::Schedule { .. }) {
        let event = Event::Tick(envelope::tick(body, "timer")?);
        return Ok(Some(Input { event, letter: Bytes::new(), attempt: None, message_id: None }));
    }
    let Delivered { body, attempt, id } = envelope::message(body, "message")?;
    let letter = dead_letter::unwrap(body);
    let event = match &function.trigger {
        TriggerSpec::Blob { prefix, suffix, .. } => {
            let blob = event_grid::read(&letter)?;
            // Event Grid's filters do not mind case unless told to; the author's do.
            if !(blob.key.starts_with(prefix) && blob.key.ends_with(suffix)) {
                return Ok(None);
            }
            Event::Blob(blob)
        }
        TriggerSpec::Queue { batch: true, .. } => {
            let id = id.clone().unwrap_or_else(|| "1".to_owned());
            let item = Item { id, body: letter.clone(), attempt, group: None };
            Event::Batch([item].into_iter().collect())
        }
        _ => Event::Message(Message { body: letter.clone() }),
    };
    Ok(Some(Input { event, letter, attempt, message_id: id }))
}
