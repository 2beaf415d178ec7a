//! Pushed events: CloudEvents 1.0 over HTTP, `POST /{function}`.
//!
//! Deals with: which function, how many at once, what the sender is told. Does not deal with: how an
//! event is written (`cloud_event`), what its data means to a blob function (`blob`).
//!
//! Both content modes of the HTTP binding are taken: binary (the body is the data, `ce-` headers the
//! rest) and structured (`application/cloudevents+json`); a batch is refused.
//!
//! | function | what it reads |
//! |---|---|
//! | queue | the data is the message's body; a function of batches gets a batch of one |
//! | blob | the data (`blob` says which forms there are) and, for Event Grid's, type and subject |
//! | schedule | `scheduled_at` of the data, else the event's `time` |
//!
//! | status | means |
//! |---|---|
//! | 200, empty | dealt with: done, or in the dead-letter queue after this one attempt |
//! | 400 | no CloudEvent: an attribute is missing or malformed |
//! | 404, 405 | no such function, or not `POST` |
//! | 408 | the body did not come in time |
//! | 413, 415 | over 6 MiB; a batch, or a format that is not JSON |
//! | 422 | a schedule's tick failed; like everywhere it is not tried again |
//! | 429 | as many events as are let in are here already |
//! | 500 | failed: to be sent again |
//! | 503 | the process is stopping |
//!
//! Knative's senders send again after 404, 409, 429 and 5xx
//! (<https://github.com/knative/specs/blob/main/specs/eventing/data-plane.md>), Dapr's after anything
//! but 2xx and 404. How often, and what becomes of an event then, is theirs to say: attempts are
//! counted here only where the event carries the extension attribute `attempt`.

mod binary;
mod blob;
mod cloud_event;
mod structured;
mod tick;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use ::http::{HeaderValue, Method, Request, header};
use bytes::Bytes;
use http_body::Body;
use tokio::sync::Semaphore;

use super::super::http::{Arrival, Outgoing, Turn, outgoing};
use super::{Container, RETRY_AFTER, stopping};
use crate::BoxError;
use crate::app::Function;
use crate::context::Call;
use crate::engine::{Engine, Relief};
use crate::error::{Error, Kind};
use crate::manifest::TriggerSpec;
use crate::trigger::http::{failure, json};
use crate::trigger::queue::{Item, Message};
use crate::trigger::{Event, Reply, http};
use cloud_event::{CloudEvent, Unread};

/// For each call that runs, so many events are let in: the others wait for its place. More would only
/// wait until their senders have given up, and run nevertheless.
const LET_IN: usize = 4;

/// The event port's own state.
pub(super) struct Events {
    let_in: Semaphore,
}

/// One event of the data, with the body of its dead letter; or why there is none.
type Input = Result<(Event, Bytes), String>;

impl Events {
    pub(super) fn new(engine: &Engine) -> Self {
        let most = engine.max_in_flight.saturating_mul(LET_IN).min(Semaphore::MAX_PERMITS);
        Self { let_in: Semaphore::new(most) }
    }

    pub(super) async fn handle<B>(
        &self,
        container: &Container,
        request: Request<B>,
        turn: Turn,
    ) -> Outgoing
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let at = SystemTime::now();
        let (parts, body) = request.into_parts();
        let Some(_running) = container.drain.enter() else { return stopping() };
        let engine = &container.engine;
        let name = parts.uri.path().strip_prefix('/').unwrap_or_default();
        let pushed = |f: &&Function| !matches!(f.trigger, TriggerSpec::Http { .. });
        let Some(function) = engine.function(name).filter(pushed) else {
            let names = engine.functions().iter().filter(pushed).map(|f| &*f.name);
            let names = names.collect::<Vec<_>>().join(", ");
            return told(404, &format!("no function `{name}` takes events; these do: {names}"));
        };
        if parts.method != Method::POST {
            return only_post(&parts.method);
        }
        let Ok(_let_in) = self.let_in.try_acquire() else {
            let mut response = told(429, "as many events as are let in are here already");
            response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
            return response;
        };
        let arrival = Arrival::new("container", None, container.timeout, at, turn);
        let (body, _room) = match container.intake.take(body, arrival.give_up).await {
            Ok(taken) => taken,
            Err(error) => return outgoing(failure(&error), false),
        };
        let event = match cloud_event::read(&parts.headers, body) {
            Ok(event) => event,
            Err(Unread { status, reason }) => {
                tracing::error!(function = name, reason, "event refused");
                return told(status, &reason);
            }
        };
        let arrival = Arrival { invocation_id: event.id.clone(), ..arrival };
        let call = arrival.call(function, event.attempt, &parts.headers, event.data.clone());
        let call = Call { trace: event.trace.clone().map(Arc::new).or(call.trace), ..call };
        deal(engine, function, event, &call, &arrival).await
    }
}

/// Runs the function for each event in the data, and says what became of them.
async fn deal(
    engine: &Arc<Engine>,
    function: &Function,
    event: CloudEvent,
    call: &Call,
    arrival: &Arrival,
) -> Outgoing {
    let tick = matches!(function.trigger, TriggerSpec::Schedule { .. });
    let failed = move |error: &Error| told(if tick { 422 } else { 500 }, &error.to_string());
    match run(engine, function, event, call, || arrival.relief(failed)).await {
        Ok(()) => outgoing(http::Response::default(), false),
        Err(error) => failed(&error),
    }
}

async fn run(
    engine: &Arc<Engine>,
    function: &Function,
    event: CloudEvent,
    call: &Call,
    relief: impl Fn() -> Relief,
) -> Result<(), Error> {
    let (mut failures, mut rejected) = (Vec::new(), Vec::new());
    let unread = |error: &dyn std::fmt::Display| {
        call.span().in_scope(|| tracing::error!(%error, "an event could not be read"));
    };
    for input in inputs(function, event, call).inspect_err(|error| unread(error))? {
        let (outcome, letter) = match input {
            Ok((event, letter)) => {
                (engine.run_here(function, event, call.clone(), relief()).await, letter)
            }
            Err(fault) => {
                unread(&fault);
                (Err(Error::unreadable(fault)), call.raw.clone())
            }
        };
        match outcome {
            Ok(Reply::Failed(failed)) if !failed.is_empty() => {
                failures.push("the function failed the one message of its batch".to_owned());
            }
            Ok(_) => {}
            // Nobody here knows how often the sender tries, so what will never be read is not left to it.
            Err(error) if error.kind() == Kind::Reject || error.is_unreadable() => {
                rejected.push((letter, error));
            }
            Err(error) => failures.push(error.to_string()),
        }
    }
    if !failures.is_empty() || !function.trigger.has_dead_letters() {
        // All of it comes again, what was rejected too: buried now, it would be buried every time.
        failures.extend(rejected.iter().map(|(_, error)| error.to_string()));
        return if failures.is_empty() { Ok(()) } else { Err(Error::retry(failures.join("; "))) };
    }
    for (letter, error) in rejected {
        engine.bury(function, call, letter, &error).await?;
    }
    Ok(())
}

/// What the function receives.
fn inputs(function: &Function, event: CloudEvent, call: &Call) -> Result<Vec<Input>, Error> {
    match &function.trigger {
        TriggerSpec::Blob { .. } => Ok(blob::inputs(&function.trigger, &event)),
        TriggerSpec::Schedule { .. } => {
            let tick = tick::read(&event).map_err(Error::retry)?;
            Ok(vec![Ok((Event::Tick(tick), Bytes::new()))])
        }
        TriggerSpec::Queue { batch: true, .. } => {
            let (id, body) = (event.id, event.data.clone());
            let item = Item { id, body, attempt: call.attempt, group: None };
            Ok(vec![Ok((Event::Batch([item].into_iter().collect()), event.data))])
        }
        _ => {
            let message = Message { body: event.data.clone() };
            Ok(vec![Ok((Event::Message(message), event.data))])
        }
    }
}

fn only_post(method: &Method) -> Outgoing {
    // Senders may ask first whether they may send.
    let mut response = match *method == Method::OPTIONS {
        true => outgoing(http::Response::default(), false),
        false => told(405, "events come by POST"),
    };
    let allowed = HeaderValue::from_static("OPTIONS, POST");
    response.headers_mut().insert(header::ALLOW, allowed);
    response
}

/// An answer with a reason. It goes to whoever may invoke anything here, and some senders keep it with
/// the event.
fn told(status: u16, reason: &str) -> Outgoing {
    outgoing(json(status, &BTreeMap::from([("error", reason)])), false)
}

#[cfg(test)]
mod tests;
