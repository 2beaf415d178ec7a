//! How often a schedule runs in a month.
//!
//! Deals with: five fields, UTC, the average month of a year that is no leap year. Does not deal with:
//! when it runs next.

use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use rust_decimal::Decimal;

/// How often `cron` comes in a month: a twelfth of how often it comes in 2027.
///
/// # Errors
/// It is no schedule.
pub(crate) fn calls_a_month(cron: &str) -> Result<Decimal, String> {
    let wrong = |why: String| format!("`{cron}` is no schedule: {why}; a right one: 0 3 * * *");
    let fields: Vec<&str> = cron.split_whitespace().collect();
    let [minute, hour, day, month, weekday] = fields.as_slice() else {
        return Err(wrong(format!("it has {} fields", fields.len())));
    };
    let parse = |text: String| {
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        parser.parse(&text).map_err(|why| wrong(why.to_string()))
    };
    // Each day it comes on has the same instants, so neither count is long.
    let days = parse(format!("0 0 {day} {month} {weekday}"))?;
    let instants = parse(format!("{minute} {hour} * * *"))?;
    let start = Utc.with_ymd_and_hms(2027, 1, 1, 0, 0, 0).single();
    let start = start.ok_or_else(|| wrong("there is no year to count in".to_owned()))?;
    let year =
        count(&days, start, TimeDelta::days(365)) * count(&instants, start, TimeDelta::days(1));
    Ok(Decimal::from(year) / Decimal::from(12))
}

fn count(cron: &Cron, from: DateTime<Utc>, span: TimeDelta) -> u64 {
    let (mut count, mut at, mut inclusive) = (0, from, true);
    while let Ok(next) = cron.find_next_occurrence(&at, inclusive) {
        if next >= from + span {
            break;
        }
        (count, at, inclusive) = (count + 1, next, false);
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_a_twelfth_of_a_year() {
        for (cron, year) in [
            ("0 3 * * *", 365),
            ("* * * * *", 525_600),
            ("*/5 * * * *", 105_120),
            ("0 0 1 * *", 12),
            // 2027 begins on a Friday: 52 Mondays, twice a day.
            ("0 6,18 * * 1", 104),
            ("15 4 29 2 *", 0),
        ] {
            assert_eq!(calls_a_month(cron).unwrap() * Decimal::from(12), year.into(), "{cron}");
        }
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_a_right_one() {
        for cron in ["", "* * * *", "0 99 * * *", "0 0 * * * *"] {
            let why = calls_a_month(cron).unwrap_err();
            assert!(why.contains("a right one: 0 3 * * *"), "{why}");
        }
    }
}
