//! Ticks: EventBridge rules and EventBridge Scheduler.
//!
//! Deals with: the scheduled event's envelope
//! (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html>). Does not
//! deal with: an author's own `Input`, which replaces the envelope: nothing of it is needed to run.

use std::time::SystemTime;

use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Answer, answer};
use crate::app::Function;
use crate::context::Call;
use crate::engine::Engine;
use crate::host::json;
use crate::trigger::Event;
use crate::trigger::schedule::Tick;

/// Rules say `source: aws.events`, Scheduler says `aws.scheduler`; both have `time`.
#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    time: Option<String>,
    #[serde(rename = "detail-type", default)]
    detail_type: Option<String>,
}

pub(super) async fn run(
    engine: &Engine,
    function: &Function,
    payload: &RawValue,
    call: &Call,
) -> Answer {
    let tick = tick(payload.get())?;
    engine
        .run(function, Event::Tick(tick), call.clone())
        .await
        .map_err(|error| error.to_string())?;
    answer(&())
}

fn tick(payload: &str) -> Result<Tick, String> {
    let envelope: Envelope = json::read("a scheduled event", payload.as_bytes())?;
    if let Some(other) = envelope.detail_type.filter(|kind| kind != "Scheduled Event") {
        return Err(format!(
            "not a scheduled event: `detail-type` is `{other}`, expected `Scheduled Event`"
        ));
    }
    let scheduled_at = envelope.time.map(|text| {
        OffsetDateTime::parse(&text, &Rfc3339).map(SystemTime::from).map_err(|fault| {
            format!("not a scheduled event: `time` is `{text}`: {fault}; a right one: 2026-01-31T03:00:00Z")
        })
    });
    Ok(Tick { scheduled_at: scheduled_at.transpose()?, past_due: false })
}
