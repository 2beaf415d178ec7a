//! Schedules: a five-field cron expression in UTC, or a period that divides the hour or the day.
//!
//! Deals with: declaring when, and the tick that arrives. Does not deal with: firing; the platform
//! does, at least once and not on the second. A failed tick is logged, not retried.

use std::time::{Duration, SystemTime};

use super::{Event, Reply, Trigger};
use crate::error::Error;
use crate::manifest::TriggerSpec;

/// A schedule was due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tick {
    /// The instant that was due, where the platform says it.
    pub scheduled_at: Option<SystemTime>,
    /// The platform fires later than it should have (it was down).
    pub past_due: bool,
}

/// The trigger: a cron expression, rendered from what was declared.
#[derive(Clone, Debug)]
#[must_use]
pub struct Schedule(String);

/// Five fields (minute, hour, day of month, month, day of week), UTC: `"0 3 * * *"` is every night at
/// three. [`cron`](mod@super::cron) has the dialect; a wrong expression fails the listing.
pub fn cron(expression: impl Into<String>) -> Schedule {
    Schedule(expression.into())
}

/// Every `period`, aligned to the hour or the day: a divisor of an hour in whole minutes, or of a day
/// in whole hours. Anything else fails the listing.
pub fn every(period: Duration) -> Schedule {
    let minutes = period.as_secs() / 60;
    let whole = period.subsec_nanos() == 0 && period.as_secs().is_multiple_of(60);
    Schedule(match minutes {
        1 if whole => "* * * * *".to_owned(),
        m if whole && m > 0 && m < 60 && 60 % m == 0 => format!("*/{m} * * * *"),
        60 if whole => "0 * * * *".to_owned(),
        1440 if whole => "0 0 * * *".to_owned(),
        m if whole && m > 60 && m % 60 == 0 && 1440 % m == 0 => format!("0 */{} * * *", m / 60),
        // No cron field reads this, so that the listing refuses it by its own words.
        _ => format!("every {period:?}"),
    })
}

impl Trigger for Schedule {
    type Event = Tick;
    type Reply = ();

    fn spec(&self) -> TriggerSpec {
        TriggerSpec::Schedule { cron: self.0.clone() }
    }

    fn open(&self, event: Event) -> Result<Tick, Error> {
        match event {
            Event::Tick(tick) => Ok(tick),
            other => Err(other.not("a schedule's tick")),
        }
    }

    fn seal(&self, (): ()) -> Reply {
        Reply::Done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_that_divide_the_hour_or_the_day_become_cron_and_others_do_not() {
        let cron = |secs| every(Duration::from_secs(secs)).0;
        assert_eq!(cron(60), "* * * * *");
        assert_eq!(cron(900), "*/15 * * * *");
        assert_eq!(cron(3600), "0 * * * *");
        assert_eq!(cron(6 * 3600), "0 */6 * * *");
        assert_eq!(cron(24 * 3600), "0 0 * * *");
        for odd in [0, 1, 59, 61, 7 * 60, 90 * 60, 5 * 3600, 48 * 3600] {
            assert!(super::super::cron::Cron::parse(&cron(odd)).is_err(), "{odd}");
        }
    }
}
