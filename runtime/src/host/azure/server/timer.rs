//! Ticks: the host's `TimerInfo`.
//!
//! Deals with: the instant that is due, and whether it is past. Does not deal with: when to fire.
//!
//! At an invocation `ScheduleStatus.Next` is the instant that is due: the host moves on to the one
//! after it when the call has ended (`TimerListener.cs`). There is no status for schedules of more than
//! once a minute.

use std::time::SystemTime;

use serde::Deserialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::trigger::schedule::Tick;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TimerInfo {
    #[serde(default)]
    schedule_status: Option<ScheduleStatus>,
    #[serde(default)]
    is_past_due: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ScheduleStatus {
    #[serde(default)]
    next: Option<String>,
}

impl TimerInfo {
    pub(super) fn tick(self) -> Tick {
        let next = self.schedule_status.and_then(|status| status.next);
        Tick { scheduled_at: next.and_then(|text| instant(&text)), past_due: self.is_past_due }
    }
}

/// An instant of .NET: with an offset, or without one and then UTC. The year 1 stands for never.
fn instant(text: &str) -> Option<SystemTime> {
    let parse = |text: &str| OffsetDateTime::parse(text, &Rfc3339).ok();
    let found = parse(text).or_else(|| parse(&format!("{text}Z")))?;
    (found.year() > 1).then(|| found.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_with_and_without_an_offset_and_year_one_is_never() {
        let noon = Some(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(12 * 3600));
        for text in [
            "1970-01-01T12:00:00",
            "1970-01-01T12:00:00Z",
            "1970-01-01T12:00:00+00:00",
            "1970-01-01T13:00:00.0000000+01:00",
        ] {
            assert_eq!(instant(text), noon, "{text}");
        }
        for text in ["0001-01-01T00:00:00", "0001-01-01T00:00:00+00:00", "soon", ""] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}
