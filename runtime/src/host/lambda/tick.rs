//! Ticks: EventBridge rules and EventBridge Scheduler.
//!
//! Deals with: the scheduled event's envelope
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>). Does not
//! deal with: an author's own `Input`, which replaces the envelope: any JSON is a tick without instant.

use std::time::SystemTime;

use serde::Deserialize;
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::answer::{Answer, Answered};
use crate::app::Function;
use crate::context::Call;
use crate::engine::Engine;
use crate::trigger::Event;
use crate::trigger::schedule::Tick;

/// Rules say `source: aws.events`, Scheduler says `aws.scheduler`; both have `time`. An author's own
/// `Input` may use the same names for anything.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Envelope {
    time: Value,
    #[serde(rename = "detail-type")]
    detail_type: Value,
    source: Value,
}

pub(super) async fn run(engine: &Engine, function: &Function, call: &Call) -> Answer {
    let text = std::str::from_utf8(&call.raw)
        .map_err(|fault| format!("not a scheduled event: it is no UTF-8: {fault}"))?;
    engine.run(function, Event::Tick(tick(text)?), call.clone()).await?;
    Ok(Answered::Nothing)
}

fn tick(payload: &str) -> Result<Tick, String> {
    // Lists, text, numbers, and objects that no envelope could be read from.
    let own = !payload.trim_start().starts_with('{');
    let envelope: Envelope =
        if own { Envelope::default() } else { serde_json::from_str(payload).unwrap_or_default() };
    let scheduled_at = match (envelope.detail_type.as_str(), envelope.time.as_str()) {
        (Some("Scheduled Event"), Some(text)) => Some(instant(text)?),
        (Some(other), _) if other != "Scheduled Event" && envelope.source.is_string() => {
            return Err(format!(
                "not a scheduled event: `detail-type` is `{other}`, expected `Scheduled Event`"
            ));
        }
        _ => None,
    };
    Ok(Tick { scheduled_at, past_due: false })
}

fn instant(text: &str) -> Result<SystemTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map(SystemTime::from).map_err(|fault| {
        format!(
            "not a scheduled event: `time` is `{text}`: {fault}; a right one: 2026-01-31T03:00:00Z"
        )
    })
}
