//! A batch in one call.
//!
//! Deals with: which of its messages come again, the rule of FIFO groups, a batch that is rejected. Does
//! not deal with: reporting (`sqs`).

use std::collections::BTreeSet;

use super::{Failed, Message};
use crate::app::Function;
use crate::context::Call;
use crate::engine::Engine;
use crate::error::{Error, Kind};
use crate::host::lambda::answer::Fault;
use crate::trigger::queue::{self, Item};
use crate::trigger::{Event, Reply};

/// Runs the batch; the messages that failed, in the batch's order.
///
/// # Errors
/// All of them failed.
pub(super) async fn run(
    engine: &Engine,
    function: &Function,
    call: &Call,
    messages: Vec<Message>,
) -> Result<Vec<Failed>, Fault> {
    let items = messages.iter().map(|message| Item {
        id: message.id.clone(),
        body: message.body.clone(),
        attempt: message.attempt,
        group: message.group.clone(),
    });
    let event = Event::Batch(items.collect());
    let attempt = messages.iter().filter_map(|message| message.attempt).max();
    let message_id = match messages.as_slice() {
        [only] => Some(only.id.clone()),
        _ => None,
    };
    let call = Call { attempt, message_id, ..call.clone() };
    let (failed, why) = match engine.run(function, event, call.clone()).await {
        Ok(Reply::Failed(failed)) => (failed, "the function failed it"),
        Ok(_) => return Err("a batch was answered like something else".to_owned().into()),
        Err(error) if error.kind() == Kind::Reject => {
            let failed = bury(engine, function, &call, &messages, &error).await;
            (failed, "it was rejected and could not be dead-lettered")
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(unknown) = failed.iter().find(|id| messages.iter().all(|m| m.id != *id)) {
        // Lambda would count it as the failure of all, without a word.
        return Err(
            format!("the function failed `{unknown}`, which is no message of the batch").into()
        );
    }
    Ok(with_the_rest_of_each_group(&messages, &failed, why))
}

/// Dead-letters what a handler rejected; the messages that come again instead. What follows one of those in
/// its group comes again too: buried now, it would be buried at every attempt.
async fn bury(
    engine: &Engine,
    function: &Function,
    call: &Call,
    messages: &[Message],
    error: &Error,
) -> queue::Failed {
    let mut failed = error.spared().clone();
    let mut broken = Broken::default();
    for message in messages {
        let Message { id, body, attempt, .. } = message;
        if broken.takes(message, failed.contains(id)) {
            continue;
        }
        let call = Call { message_id: Some(id.clone()), attempt: *attempt, ..call.clone() };
        if engine.bury(function, &call, body.clone(), error).await.is_err() {
            failed.insert(id.as_str());
            broken.takes(message, true);
        }
    }
    failed
}

fn with_the_rest_of_each_group(
    messages: &[Message],
    failed: &queue::Failed,
    why: &str,
) -> Vec<Failed> {
    let mut broken = Broken::default();
    let mut all = Vec::with_capacity(failed.len());
    for message in messages {
        let own = failed.contains(&message.id);
        if broken.takes(message, own) {
            let error = if own { why } else { "an earlier message of its group failed" };
            all.push(Failed { id: message.id.clone(), error: error.to_owned() });
        }
    }
    all
}

/// Groups of which a message comes again: all that follows it does, or its order would be lost.
#[derive(Default)]
struct Broken<'a>(BTreeSet<&'a str>);

impl<'a> Broken<'a> {
    /// Whether `message` comes again, since it failed or one before it in its group.
    fn takes(&mut self, message: &'a Message, failed: bool) -> bool {
        let group = message.group.as_deref();
        let again = failed || group.is_some_and(|group| self.0.contains(group));
        if again {
            self.0.extend(group);
        }
        again
    }
}
