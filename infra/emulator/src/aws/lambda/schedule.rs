//! EventBridge rules: cron ticks as events.
//!
//! Deals with: five-field cron in UTC, the envelope, jumps of the clock.
//! Does not deal with: `rate(...)` and other Inputs than the envelope; the manifest has neither.

use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use serde_json::json;

use crate::aws::{ACCOUNT, REGION};
use crate::clock::Clock;

/// Why a schedule is none.
#[derive(Debug, thiserror::Error)]
#[error("`{cron}` is no schedule: {reason}; write five fields in UTC, such as \"0 3 * * *\"")]
pub struct ScheduleError {
    /// What was given.
    pub cron: String,
    /// What is wrong with it.
    pub reason: String,
}

/// A schedule that has been checked.
pub(super) struct Schedule(Cron);

impl Schedule {
    pub(super) fn parse(cron: &str) -> Result<Self, ScheduleError> {
        let wrong = |reason: String| ScheduleError { cron: cron.to_owned(), reason };
        let fields = cron.split_whitespace().count();
        if fields != 5 {
            return Err(wrong(format!("it has {fields} fields")));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let parsed = parser.parse(cron).map_err(|error| wrong(error.to_string()))?;
        // "0 0 30 2 *" parses, and never comes.
        parsed
            .find_next_occurrence(&DateTime::<Utc>::UNIX_EPOCH, false)
            .map_err(|error| wrong(error.to_string()))?;
        Ok(Self(parsed))
    }

    /// The first tick after `after`.
    fn next(&self, after: SystemTime) -> Option<SystemTime> {
        let next = self.0.find_next_occurrence(&DateTime::<Utc>::from(after), false);
        next.ok().map(SystemTime::from)
    }

    /// The last tick at or before `now`.
    fn last(&self, now: SystemTime) -> Option<SystemTime> {
        let last = self.0.find_previous_occurrence(&DateTime::<Utc>::from(now), true);
        last.ok().map(SystemTime::from)
    }

    /// Waits for the first tick after `previous`: the one before, or where the schedule begins. However
    /// far the clock jumped meanwhile, it is one tick: the latest of those that came due. `previous` does
    /// not come twice, even if a timer rings a moment early.
    pub(super) async fn tick(&self, clock: &Clock, previous: SystemTime) -> Option<SystemTime> {
        let next = self.next(previous)?;
        clock.sleep_until(next).await;
        Some(self.last(clock.now()).map_or(next, |last| last.max(next)))
    }
}

/// What EventBridge sends for a tick at `time` of the rule that is named as its function is.
pub(super) fn envelope(rule: &str, time: SystemTime) -> Bytes {
    let time = DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Secs, true);
    let event = json!({
        "version": "0",
        "id": uuid::Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": time,
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{rule}")],
        "detail": {},
    });
    event.to_string().into()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::instant;

    fn at(text: &str) -> SystemTime {
        DateTime::parse_from_rfc3339(text).unwrap().into()
    }

    #[test]
    fn a_bad_schedule_is_shown_with_a_good_one() {
        for bad in ["", "0 3 * *", "0 0 3 * * *", "61 * * * *", "0 0 30 2 *", "* * * * mars"] {
            let error = Schedule::parse(bad).err().unwrap().to_string();
            assert!(error.contains(bad) && error.contains("\"0 3 * * *\""), "{error}");
        }
        assert!(Schedule::parse("*/5 0 1,15 * MON-FRI").is_ok());
    }

    #[tokio::test]
    async fn a_tick_waits_for_its_minute_and_a_jump_gives_only_the_latest() {
        let clock = Clock::virtual_at(at("2026-11-22T02:59:59Z"));
        let schedule = Schedule::parse("0 * * * *").unwrap();
        let first = schedule.tick(&clock, clock.now());
        tokio::pin!(first);
        assert!(futures_util::poll!(&mut first).is_pending());
        clock.advance(Duration::from_secs(1)).unwrap();
        assert_eq!(first.await, Some(at("2026-11-22T03:00:00Z")));
        let jumped = schedule.tick(&clock, at("2026-11-22T03:00:00Z"));
        tokio::pin!(jumped);
        assert!(futures_util::poll!(&mut jumped).is_pending());
        clock.advance(Duration::from_secs(5 * 3600 + 60)).unwrap();
        assert_eq!(jumped.await, Some(at("2026-11-22T08:00:00Z")));
        let again = schedule.tick(&clock, at("2026-11-22T08:00:00Z"));
        tokio::pin!(again);
        assert!(futures_util::poll!(&mut again).is_pending());
    }

    #[tokio::test]
    async fn a_tick_that_came_due_while_the_one_before_was_seen_to_is_not_lost() {
        let clock = Clock::virtual_at(at("2026-11-22T03:00:00Z"));
        let schedule = Schedule::parse("0 * * * *").unwrap();
        clock.advance(Duration::from_secs(3600)).unwrap();
        let tick = schedule.tick(&clock, at("2026-11-22T03:00:00Z")).await;
        assert_eq!(tick, Some(at("2026-11-22T04:00:00Z")));
    }

    #[test]
    fn the_envelope_is_that_of_a_rule() {
        let event = envelope("sweep", instant(1_700_000_000_000));
        let mut event: serde_json::Value = serde_json::from_slice(&event).unwrap();
        event.as_object_mut().unwrap().remove("id").unwrap();
        let expected = json!({
            "version": "0", "detail-type": "Scheduled Event", "source": "aws.events",
            "account": "000000000000", "time": "2023-11-14T22:13:20Z", "region": "us-east-1",
            "resources": ["arn:aws:events:us-east-1:000000000000:rule/sweep"], "detail": {},
        });
        assert_eq!(event, expected);
    }
}
