//! Queues that functions listen on, their dead letters, and how often an event was tried.
//!
//! Deals with: their names, reading them on either cloud, counting attempts in the log.
//! Does not deal with: why an event is given up.

use std::time::Duration;

use anyfn_emulator::queues::Message;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::stage::{Cloud, Stage, until};

/// The attempts that an event gets by default.
const ATTEMPTS: usize = 5;
/// What passes between two of them, and a second.
pub(crate) const PAUSE: Duration = Duration::from_secs(31);

/// An event that was given up.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    /// Why, where the runtime gave it up; the platform says nothing.
    pub(crate) reason: Option<String>,
    /// The event's message, as it was sent.
    pub(crate) body: Vec<u8>,
}

/// The queue that `function` listens on.
pub(crate) fn source(function: &str) -> &'static str {
    if function == "thumbnail" { "thumbnail-events" } else { "deliveries" }
}

/// The dead-letter queue of `function`.
pub(crate) fn queue(cloud: Cloud, function: &str) -> &'static str {
    match (cloud, function) {
        (Cloud::Aws, "thumbnail") => "thumbnail-dead-letter",
        (Cloud::Aws, _) => "archive-dead-letter",
        (Cloud::Azure, "thumbnail") => "thumbnail-events-poison",
        (Cloud::Azure, _) => "deliveries-poison",
    }
}

/// The engine's name of a cloud.
pub(crate) fn side(cloud: Cloud) -> anyfn_emulator::cloud::Cloud {
    match cloud {
        Cloud::Aws => anyfn_emulator::cloud::Cloud::Aws,
        Cloud::Azure => anyfn_emulator::cloud::Cloud::Azure,
    }
}

/// All dead letters of `function`, which stay where they are.
pub(crate) async fn letters(stage: &Stage, cloud: Cloud, function: &str) -> Vec<Letter> {
    let queues = stage.emulator.queues();
    let found = queues.peek(side(cloud), queue(cloud, function), 32).await.unwrap();
    found.iter().map(|message| letter(cloud, message)).collect()
}

fn letter(cloud: Cloud, message: &Message) -> Letter {
    if cloud == Cloud::Aws {
        let reason = message.attributes.pointer("/reason/StringValue").and_then(Value::as_str);
        return Letter { reason: reason.map(str::to_owned), body: message.body.clone().into() };
    }
    let body = STANDARD.decode(&message.body).unwrap();
    let envelope: Value = serde_json::from_slice(&body).unwrap_or_default();
    if envelope["anyfn"] != 1 {
        return Letter { reason: None, body };
    }
    let body = STANDARD.decode(envelope["body"].as_str().unwrap()).unwrap();
    Letter { reason: envelope["reason"].as_str().map(str::to_owned), body }
}

/// Returns once the events in `function`'s queue, one at a time, have failed `attempts` times together;
/// fails if they did more often.
pub(crate) async fn tried(stage: &Stage, cloud: Cloud, function: &str, attempts: usize) {
    // What is said once an attempt: by the runtime, of a batch of one; by the Functions host, when it
    // has given the message back or away.
    let said: &[&str] = match cloud {
        Cloud::Aws => &[r#""message":"all 1 messages failed"#],
        Cloud::Azure => &["failed at receipt ", "it moves to '"],
    };
    until(&format!("attempt {attempts}"), async || {
        let log = stage.log(cloud, function);
        let counts = |line: &&str| said.iter().any(|said| line.contains(said));
        let seen = log.lines().filter(counts).count();
        assert!(seen <= attempts, "tried {seen} times: {log}");
        (seen == attempts).then_some(())
    })
    .await;
}

/// Lets the event in `function`'s queue fail as often as it may; returns all dead letters once it is
/// one of them. No other event may have gone to them but in this way.
pub(crate) async fn given_up(stage: &Stage, cloud: Cloud, function: &str) -> Vec<Letter> {
    let before = letters(stage, cloud, function).await.len();
    for attempt in 1..=ATTEMPTS {
        tried(stage, cloud, function, before * ATTEMPTS + attempt).await;
        if attempt == ATTEMPTS && cloud == Cloud::Azure {
            // Its host gives a message away with the last failure, SQS at the delivery after it.
            break;
        }
        assert_eq!(letters(stage, cloud, function).await.len(), before, "attempt {attempt}");
        stage.emulator.clock().advance(PAUSE).unwrap();
    }
    let all = until("the dead letter", async || {
        let all = letters(stage, cloud, function).await;
        (all.len() > before).then_some(all)
    })
    .await;
    tried(stage, cloud, function, (before + 1) * ATTEMPTS).await;
    all
}
