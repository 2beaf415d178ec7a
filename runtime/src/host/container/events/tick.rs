//! Schedules: a pushed tick.
//!
//! Deals with: the instant that was due. Does not deal with: whoever keeps the time.

use serde::Deserialize;

use super::cloud_event::{CloudEvent, instant};
use crate::trigger::schedule::Tick;

/// The portable event; any other data is a tick too.
#[derive(Deserialize)]
struct Portable {
    scheduled_at: String,
}

/// Due at `scheduled_at` of the data, where it has one, else at the event's own time.
pub(super) fn read(event: &CloudEvent) -> Result<Tick, String> {
    let said = serde_json::from_slice::<Portable>(&event.data).ok();
    let said = said.map(|data| instant("scheduled_at", &data.scheduled_at)).transpose()?;
    Ok(Tick { scheduled_at: said.or(event.time), past_due: false })
}
