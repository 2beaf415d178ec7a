//! EventBridge's spelling of a schedule, read as the code's.
//!
//! Deals with: `cron(…)` of six fields. Does not deal with: `rate(…)` and `at(…)`, which the code has not.

use std::collections::BTreeSet;

use anyfn::trigger::cron::Cron;

/// Whether `expression` fires when the code's `cron` does.
///
/// # Errors
/// A sentence, without the place.
pub(super) fn same(expression: &str, cron: &str) -> Result<bool, String> {
    let wanted = Cron::parse(cron)?;
    let fields = expression.strip_prefix("cron(").and_then(|rest| rest.strip_suffix(')'));
    let Some(fields) = fields else { return Ok(false) };
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let [minute, hour, day, month, weekday, "*"] = fields.as_slice() else { return Ok(false) };
    let plain = [
        from_start(minute, 0, 59),
        from_start(hour, 0, 23),
        from_start(day, 1, 31),
        from_start(month, 1, 12),
        weekdays(weekday),
    ]
    .join(" ");
    Ok(Cron::parse(&plain).is_ok_and(|planned| whole(planned) == whole(wanted)))
}

/// `5/15` means from 5 to the end.
fn from_start(field: &str, low: u8, high: u8) -> String {
    let item = |item: &str| match item.split_once('/') {
        Some((start, step)) if start.parse::<u8>().is_ok_and(|start| start >= low) => {
            format!("{start}-{high}/{step}")
        }
        _ => item.replace('?', "*"),
    };
    field.split(',').map(item).collect::<Vec<_>>().join(",")
}

/// EventBridge counts days from Sunday = 1.
fn weekdays(field: &str) -> String {
    let day = |text: &str| match text.parse::<u8>() {
        Ok(number @ 1..=7) => (number - 1).to_string(),
        _ => text.replace('?', "*"),
    };
    let range = |text: &str| text.split('-').map(day).collect::<Vec<_>>().join("-");
    let item = |item: &str| match item.split_once('/') {
        Some((start, step)) => format!("{}/{step}", range(start)),
        None => range(item),
    };
    field.split(',').map(item).collect::<Vec<_>>().join(",")
}

/// All values are the same as none named.
fn whole(cron: Cron) -> Cron {
    let all = |set: Option<BTreeSet<u8>>, count: usize| set.filter(|set| set.len() < count);
    Cron {
        minute: all(cron.minute, 60),
        hour: all(cron.hour, 24),
        day_of_month: all(cron.day_of_month, 31),
        month: all(cron.month, 12),
        day_of_week: all(cron.day_of_week, 7),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::*;

    #[test]
    fn both_spellings_of_a_schedule_are_one() {
        for (aws, cron) in [
            ("cron(0 3 * * ? *)", "0 3 * * *"),
            ("cron(0,15,30,45 * * * ? *)", "*/15 * * * *"),
            ("cron(5/20 0/6 ? * MON-FRI *)", "5,25,45 0,6,12,18 * * 1-5"),
            ("cron(0 0 ? * 1,7 *)", "0 0 * * SUN,SAT"),
            ("cron(0 0 1 JAN ? *)", "0 0 1 1 *"),
            ("cron(* * * * ? *)", "*/1 * * * *"),
        ] {
            assert_eq!(same(aws, cron), Ok(true), "{aws} {cron}");
        }
    }

    #[test]
    fn another_schedule_is_another() {
        for aws in [
            "cron(0 4 * * ? *)",
            "rate(1 day)",
            "cron(0 3 * * ? 2030)",
            "cron(0 3 ? * 1 *)",
            "cron(x)",
            "",
            "cron(é 3 * * ? *)",
        ] {
            assert_eq!(same(aws, "0 3 * * *"), Ok(false), "{aws}");
        }
        assert!(same("cron(0 3 * * ? *)", "61 3 * * *").unwrap_err().contains("`61 3 * * *`"));
    }

    proptest! {
        #[test]
        fn no_expression_makes_it_panic(text in "cron\\([0-9*?/,A-Z -]{0,40}\\)", any in ".{0,30}") {
            let _ = same(&text, "0 3 * * *");
            let _ = same(&any, "0 3 * * *");
        }
    }
}
