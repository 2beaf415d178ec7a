//! NCRONTAB: the six-field schedules of timerTrigger, UTC.
//!
//! Deals with: parsing `{sec} {min} {hour} {day} {month} {weekday}` (five fields: without seconds), the
//! next occurrence, whether a schedule is too frequent to be monitored.
//! Does not deal with: `TimeSpan` schedules, which only App Service plans know; `?`, `L`, `W` and `#`,
//! which NCRONTAB does not.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Timelike, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

/// A schedule that can be asked for its occurrences.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    text: String,
    cron: Box<Cron>,
}

const NAMES: [&str; 19] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC", "SUN",
    "MON", "TUE", "WED", "THU", "FRI", "SAT",
];

impl Schedule {
    /// # Errors
    /// A sentence that says what is wrong and shows a right schedule.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("schedule '{text}' {why}; a right one is '0 0 3 * * *'");
        let fields: Vec<String> = text.split_whitespace().map(str::to_ascii_uppercase).collect();
        if !(5..=6).contains(&fields.len()) {
            return Err(wrong("does not have six fields, seconds first"));
        }
        for field in &fields {
            let bare = NAMES.iter().fold(field.clone(), |field, name| field.replace(name, ""));
            if !bare.chars().all(|c| c.is_ascii_digit() || "*,-/".contains(c)) {
                return Err(wrong("has a field that NCRONTAB does not know"));
            }
        }
        if fields.last().is_some_and(|weekday| weekday.contains('7')) {
            return Err(wrong("has a weekday that is not 0 (Sunday) to 6"));
        }
        // Unlike in Unix cron, both the day of the month and the weekday must match.
        let parser = CronParser::builder()
            .seconds(Seconds::Optional)
            .year(Year::Disallowed)
            .dom_and_dow(true)
            .build();
        let cron = parser.parse(&fields.join(" ")).map_err(|e| wrong(&format!("is wrong: {e}")))?;
        let schedule = Self { text: text.to_owned(), cron: Box::new(cron) };
        schedule.next(SystemTime::UNIX_EPOCH).ok_or_else(|| wrong("never occurs"))?;
        Ok(schedule)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The first occurrence after `time`; `None` if there is none.
    pub(crate) fn next(&self, time: SystemTime) -> Option<SystemTime> {
        let from = DateTime::<Utc>::from(time).with_nanosecond(0)?;
        self.cron.find_next_occurrence(&from, false).ok().map(SystemTime::from)
    }

    /// Whether two occurrences are ever less than a minute apart within the next few: the host then
    /// keeps no status, and a missed run is lost.
    pub(crate) fn is_unmonitored(&self, from: SystemTime) -> bool {
        let mut last = from;
        for turn in 0..6 {
            let Some(next) = self.next(last) else { return false };
            let apart = next.duration_since(last).unwrap_or_default();
            if turn > 0 && apart < Duration::from_secs(60) {
                return true;
            }
            last = next;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> SystemTime {
        DateTime::parse_from_rfc3339(text).unwrap().with_timezone(&Utc).into()
    }

    fn next(schedule: &str, from: &str) -> String {
        let next = Schedule::parse(schedule).unwrap().next(at(from)).unwrap();
        DateTime::<Utc>::from(next).to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
    }

    #[test]
    fn six_fields_begin_with_seconds_and_five_with_minutes() {
        assert_eq!(next("0 0 3 * * *", "2026-01-01T03:00:00Z"), "2026-01-02T03:00:00Z");
        assert_eq!(next("0 3 * * *", "2026-01-01T02:59:59.5Z"), "2026-01-01T03:00:00Z");
        assert_eq!(next("*/15 * * * * *", "2026-01-01T00:00:16Z"), "2026-01-01T00:00:30Z");
        assert_eq!(next("0 0 0 * * Mon", "2026-01-01T00:00:00Z"), "2026-01-05T00:00:00Z");
    }

    #[test]
    fn day_of_month_and_weekday_must_both_match() {
        assert_eq!(next("0 0 0 13 * 5", "2026-01-01T00:00:00Z"), "2026-02-13T00:00:00Z");
    }

    #[test]
    fn what_ncrontab_does_not_know_is_refused() {
        for text in [
            "",
            "* * * *",
            "0 0 L * *",
            "0 0 ? * *",
            "0 0 * * 5#2",
            "00:05:00",
            "@daily",
            "61 * * * *",
        ] {
            let error = Schedule::parse(text).unwrap_err();
            assert!(error.contains("a right one is"), "{text}: {error}");
        }
        assert!(Schedule::parse("0 0 0 30 2 *").is_err());
        assert!(Schedule::parse("0 0 * * 7").is_err());
    }

    #[test]
    fn only_a_schedule_below_a_minute_is_unmonitored() {
        let unmonitored =
            |text| Schedule::parse(text).unwrap().is_unmonitored(at("2026-01-01T00:00:30Z"));
        assert!(unmonitored("*/30 * * * * *"));
        assert!(!unmonitored("0 * * * * *"));
        assert!(!unmonitored("0 3 * * *"));
    }

    proptest! {
        #[test]
        fn no_schedule_panics(text in "[0-9*/,A-Z -]{0,24}|\\PC{0,24}") {
            let _ = Schedule::parse(&text);
        }
    }
}
