//! What ended in a function's dead-letter queue.
//!
//! Deals with: reading it on both clouds, the reason of each. Does not deal with: sending them back.

use std::time::Duration;

use anyfn_services::Queue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;

/// Seen once is enough: they stay hidden for the rest of the demo.
const HIDDEN: Duration = Duration::from_secs(3600);

/// Where dead letters collect.
pub(crate) struct DeadLetters {
    queue: Queue,
    seen: Vec<Letter>,
}

#[derive(Debug)]
struct Letter {
    body: Bytes,
    reason: String,
}

/// What the runtime sends on Azure, whose messages have no attributes.
#[derive(Deserialize)]
struct Envelope {
    anyfn: u32,
    reason: String,
    body: String,
}

impl DeadLetters {
    pub(crate) fn new(queue: Queue) -> Self {
        Self { queue, seen: Vec::new() }
    }

    /// The reason for which the event that names `text` was rejected, if it was.
    pub(crate) async fn about(&mut self, text: &str) -> Result<Option<String>, String> {
        let messages = self.queue.receive(10, HIDDEN).await.map_err(|error| error.to_string())?;
        for message in messages {
            self.seen.push(letter(message.body, &message.attributes));
        }
        let about = self.seen.iter().find(|letter| names(&letter.body, text));
        Ok(about.map(|letter| letter.reason.clone()))
    }
}

fn letter(body: Bytes, attributes: &[(String, String)]) -> Letter {
    if let Ok(Envelope { anyfn: 1, reason, body }) = serde_json::from_slice(&body)
        && let Ok(body) = STANDARD.decode(body)
    {
        return Letter { body: body.into(), reason };
    }
    let reason = attributes.iter().find(|(name, _)| name == "reason");
    let reason = reason.map_or("tried too often", |(_, value)| value).to_owned();
    Letter { body, reason }
}

/// Whether the body says `text`, as it is or in base64.
fn names(body: &[u8], text: &str) -> bool {
    let says = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
    says(body) || STANDARD.decode(body.trim_ascii()).is_ok_and(|decoded| says(&decoded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn both_clouds_ways_to_give_a_reason_are_understood() {
        let queue = Queue::memory();
        let mut letters = DeadLetters::new(queue.clone());
        assert_eq!(letters.about("a.jpg").await, Ok(None));
        let inner = STANDARD.encode(STANDARD.encode(r#"{"key":"a.jpg"}"#));
        queue
            .send(format!(r#"{{"anyfn":1,"reason":"no picture","body":"{inner}"}}"#))
            .await
            .unwrap();
        assert_eq!(letters.about("a.jpg").await, Ok(Some("no picture".to_owned())));
        assert_eq!(letters.about("a.jpg").await, Ok(Some("no picture".to_owned())));
        assert_eq!(letters.about("b.jpg").await, Ok(None));
        let sqs = letter("b.jpg".into(), &[("reason".to_owned(), "empty".to_owned())]);
        assert!(sqs.reason == "empty" && names(&sqs.body, "b.jpg"));
    }
}
