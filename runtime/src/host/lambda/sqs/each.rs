//! Messages one a call.
//!
//! Deals with: calls side by side, in order within a group of a FIFO queue; blob events inside messages.
//! Does not deal with: reporting (`sqs`).

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::join_all;

use super::{Failed, Message, record};
use crate::app::Function;
use crate::context::{Call, Part};
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::host::s3;
use crate::manifest::TriggerSpec;
use crate::trigger::{Event, Reply, queue};

/// A message and its place in the batch.
type Placed = (usize, Message);

/// Runs all of them; those that failed, in the batch's order.
pub(super) async fn run(
    engine: &Engine,
    function: &Function,
    call: &Call,
    messages: Vec<Message>,
) -> Vec<Failed> {
    let mut groups: Vec<Vec<Placed>> = Vec::with_capacity(messages.len());
    for placed in messages.into_iter().enumerate() {
        let group = placed.1.group.as_ref();
        let same = |other: &&mut Vec<Placed>| other.iter().any(|(_, m)| m.group.as_ref() == group);
        match groups.iter_mut().find(same).filter(|_| group.is_some()) {
            Some(others) => others.push(placed),
            None => groups.push(vec![placed]),
        }
    }
    let running = groups.into_iter().map(|group| in_order(engine, function, call, group));
    let mut failed = join_all(running).await.concat();
    failed.sort_unstable_by_key(|(at, _)| *at);
    failed.into_iter().map(|(_, failed)| failed).collect()
}

/// Runs messages one after another. After a failure the rest of the group fails unrun, since its
/// order would be lost.
async fn in_order(
    engine: &Engine,
    function: &Function,
    call: &Call,
    messages: Vec<Placed>,
) -> Vec<(usize, Failed)> {
    let mut failed = Vec::new();
    for (at, Message { id, body, attempt, .. }) in messages {
        let part = Some(Part::new(at, record));
        let call = Arc::new(Call { message_id: Some(id.clone()), attempt, part, ..call.clone() });
        let outcome = match failed.is_empty() {
            true => message(engine, function, &call, body).await,
            false => {
                let why = "an earlier message of its group failed";
                call.span().in_scope(|| tracing::warn!("not run: {why}"));
                Err(Error::retry(why))
            }
        };
        if let Err(error) = outcome {
            failed.push((at, Failed { id, error: error.to_string() }));
        }
    }
    failed
}

async fn message(
    engine: &Engine,
    function: &Function,
    call: &Arc<Call>,
    body: Bytes,
) -> Result<(), Error> {
    let unread = |fault: &str| {
        call.span().in_scope(|| tracing::error!(error = fault, "a message could not be read"));
    };
    let events = match &function.trigger {
        TriggerSpec::Blob { .. } => {
            let events = call.span().in_scope(|| s3::events(&body));
            events.inspect_err(|fault| unread(fault)).map_err(Error::retry)?
        }
        _ => vec![Ok((Event::Message(queue::Message { body: body.clone() }), body))],
    };
    let (mut failures, mut rejected) = (Vec::new(), Vec::new());
    for event in events {
        let (event, letter) = match event {
            Ok(event) => event,
            Err(fault) => {
                unread(&fault);
                failures.push(fault);
                continue;
            }
        };
        match engine.run(function, event, Arc::clone(call)).await {
            Ok(Reply::Done) => {}
            Ok(_) => failures.push("a message was answered like a request".to_owned()),
            Err(error) if error.kind() == Kind::Reject => rejected.push((letter, error)),
            Err(error) => failures.push(error.to_string()),
        }
    }
    if !failures.is_empty() {
        // All of the message comes again, what was rejected too: buried now, it would be buried at
        // every attempt.
        failures.extend(rejected.iter().map(|(_, error)| format!("and for good: {error}")));
        return Err(Error::retry(failures.join("; ")));
    }
    for (letter, error) in rejected {
        engine.bury(function, call, letter, &error).await?;
    }
    Ok(())
}
