//! The portable cron dialect: what every platform's own scheduler can express.
//!
//! Deals with: checking an expression, and its fields as data. Does not deal with: the next firing
//! (the emulator's) nor a platform's spelling (each host's).
//!
//! Five fields, UTC: minute 0-59, hour 0-23, day of month 1-31, month 1-12 or JAN-DEC, day of week
//! 0-7 or SUN-SAT (0 and 7 are Sunday). Each is `*`, a number, a range `1-5`, a step `*/15` or
//! `10-40/10`, or a list of those. Day of month and day of week cannot both be restricted: platforms
//! disagree whether that means "and" or "or". `L`, `W`, `#` and `?` are nobody's common ground.

use std::collections::BTreeSet;

/// A checked expression. Each field is the sorted set of its values; `None` is `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    /// 0 to 59.
    pub minute: Option<BTreeSet<u8>>,
    /// 0 to 23.
    pub hour: Option<BTreeSet<u8>>,
    /// 1 to 31.
    pub day_of_month: Option<BTreeSet<u8>>,
    /// 1 to 12.
    pub month: Option<BTreeSet<u8>>,
    /// 0 (Sunday) to 6.
    pub day_of_week: Option<BTreeSet<u8>>,
}

struct Field {
    name: &'static str,
    low: u8,
    high: u8,
    words: &'static [&'static str],
}

const MONTHS: &[&str] =
    &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", low: 0, high: 59, words: &[] },
    Field { name: "hour", low: 0, high: 23, words: &[] },
    Field { name: "day of month", low: 1, high: 31, words: &[] },
    Field { name: "month", low: 1, high: 12, words: MONTHS },
    Field { name: "day of week", low: 0, high: 7, words: DAYS },
];

impl Cron {
    /// Reads an expression.
    ///
    /// # Errors
    /// A sentence that names the field and shows a right expression.
    pub fn parse(text: &str) -> Result<Self, String> {
        let fault = |why: String| {
            format!("cron `{text}`: {why}; a right one: `0 3 * * *` (every day at 03:00 UTC)")
        };
        let parts: Vec<&str> = text.split_whitespace().collect();
        let parts: [&str; 5] = parts.as_slice().try_into().map_err(|_| {
            fault(format!(
                "it has {} fields, not five (minute hour day month weekday)",
                parts.len()
            ))
        })?;
        let mut sets = [const { None }; 5];
        for ((set, field), part) in sets.iter_mut().zip(&FIELDS).zip(parts) {
            *set = field.parse(part).map_err(&fault)?;
        }
        let [minute, hour, day_of_month, month, day_of_week] = sets;
        if day_of_month.is_some() && day_of_week.is_some() {
            return Err(fault("day of month and day of week cannot both be restricted".to_owned()));
        }
        let longest =
            month.as_ref().map_or(31, |set| set.iter().map(|m| days_in(*m)).max().unwrap_or(31));
        if day_of_month.as_ref().is_some_and(|set| set.iter().all(|day| *day > longest)) {
            return Err(fault(
                "no such day exists in these months, so it would never fire".to_owned(),
            ));
        }
        let day_of_week = day_of_week.map(|set| set.into_iter().map(|day| day % 7).collect());
        Ok(Self { minute, hour, day_of_month, month, day_of_week })
    }
}

/// The most days that month `m` (1 to 12) ever has.
fn days_in(m: u8) -> u8 {
    match m {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Field {
    fn parse(&self, text: &str) -> Result<Option<BTreeSet<u8>>, String> {
        if text == "*" {
            return Ok(None);
        }
        let mut set = BTreeSet::new();
        for item in text.split(',') {
            let (range, step) = match item.split_once('/') {
                None => (item, None),
                Some((range, step)) => (range, Some(self.step(step)?)),
            };
            let (from, to) = match (range, range.split_once('-')) {
                ("*", _) => (self.low, if self.high == 7 { 6 } else { self.high }),
                (_, Some((from, to))) => (self.value(from)?, self.value(to)?),
                (_, None) if step.is_some() => {
                    return Err(format!("{} `{item}`: a step needs `*` or a range", self.name));
                }
                (_, None) => (self.value(range)?, self.value(range)?),
            };
            if from > to {
                return Err(format!("{} `{item}` runs backwards", self.name));
            }
            set.extend((from..=to).step_by(usize::from(step.unwrap_or(1))));
        }
        Ok(Some(set))
    }

    fn value(&self, text: &str) -> Result<u8, String> {
        let word = self.words.iter().position(|word| word.eq_ignore_ascii_case(text));
        let number = match word.and_then(|at| u8::try_from(at).ok()) {
            // Months begin at 1, days of the week at 0.
            Some(at) => Some(at + self.low),
            None if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
            None => None,
        };
        number.filter(|n| (self.low..=self.high).contains(n)).ok_or_else(|| {
            format!("{} `{text}` is not a number from {} to {}", self.name, self.low, self.high)
        })
    }

    fn step(&self, text: &str) -> Result<u8, String> {
        let step = text.parse().ok().filter(|n| *n > 0 && *n <= self.high);
        step.ok_or_else(|| {
            format!("{} step `{text}` is not a number from 1 to {}", self.name, self.high)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn set(values: &[u8]) -> Option<BTreeSet<u8>> {
        Some(values.iter().copied().collect())
    }

    #[test]
    fn every_form_of_a_field_is_read() {
        let cron = Cron::parse("*/20 1-3,9 * JAN,mar 1-5").unwrap();
        assert_eq!(cron.minute, set(&[0, 20, 40]));
        assert_eq!(cron.hour, set(&[1, 2, 3, 9]));
        assert_eq!(cron.day_of_month, None);
        assert_eq!(cron.month, set(&[1, 3]));
        assert_eq!(cron.day_of_week, set(&[1, 2, 3, 4, 5]));
        assert_eq!(Cron::parse("0 0 * * 7").unwrap().day_of_week, set(&[0]));
        assert_eq!(Cron::parse("0 0 * * SUN").unwrap().day_of_week, set(&[0]));
        assert_eq!(Cron::parse("0 0 * * */2").unwrap().day_of_week, set(&[0, 2, 4, 6]));
    }

    #[test]
    fn what_platforms_do_not_share_is_refused_by_name() {
        let cases = [
            ("0 3 * *", "4 fields"),
            ("0 0 3 * * *", "6 fields"),
            ("60 3 * * *", "minute `60`"),
            ("0 24 * * *", "hour `24`"),
            ("0 3 0 * *", "day of month `0`"),
            ("0 3 L * *", "day of month `L`"),
            ("0 3 ? * *", "day of month `?`"),
            ("0 3 15W * *", "day of month `15W`"),
            ("0 3 * * 5#2", "day of week `5#2`"),
            ("0 3 1 * 1", "cannot both be restricted"),
            ("0 3 31 2 *", "never fire"),
            ("5-1 * * * *", "runs backwards"),
            ("*/0 * * * *", "step `0`"),
            ("5/10 * * * *", "needs `*` or a range"),
            ("+5 * * * *", "minute `+5`"),
            (", * * * *", "minute ``"),
        ];
        for (text, part) in cases {
            let fault = Cron::parse(text).unwrap_err();
            assert!(fault.contains(part) && fault.contains("a right one"), "{text}: {fault}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[0-9*/, A-Za-z#?-]{0,30}|.{0,30}") {
            let _ = Cron::parse(&text);
        }
    }
}
