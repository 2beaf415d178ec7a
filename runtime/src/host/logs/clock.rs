//! When a line was written.
//!
//! Deals with: a point in time as `2026-11-22T11:43:57.123456Z`. Does not deal with: where that stands on
//! the line (`lines`).

use std::fmt::Write;
use std::time::SystemTime;

use time::OffsetDateTime;

/// The last point in time that was asked for. Of two within one second only the fractions differ, which
/// under load are most.
pub(super) struct Clock {
    /// Seconds since 1970 that `text` is of.
    second: i64,
    text: String,
}

/// The text up to the fractions of a second.
const WHOLE: usize = "2026-11-22T11:43:57.".len();

impl Clock {
    pub(super) const fn new() -> Self {
        Self { second: 0, text: String::new() }
    }

    pub(super) fn set(&mut self, now: SystemTime) {
        let now = OffsetDateTime::from(now);
        if self.second != now.unix_timestamp() || self.text.len() < WHOLE {
            let ((year, month, day), (hour, minute, second)) =
                (now.to_calendar_date(), now.to_hms());
            let month = u8::from(month);
            self.text.clear();
            // Writing to a string cannot fail.
            let _ = write!(
                self.text,
                "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}."
            );
            self.second = now.unix_timestamp();
        }
        self.text.truncate(WHOLE);
        let mut rest = now.microsecond();
        for unit in [100_000, 10_000, 1_000, 100, 10, 1] {
            let digit = rest / unit;
            rest %= unit;
            self.text.push(char::from_digit(digit, 10).unwrap_or('0'));
        }
        self.text.push('Z');
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_point_in_time_is_told_to_the_microsecond_whatever_came_before() {
        let mut clock = Clock::new();
        let mut at = |micros: u64| {
            clock.set(SystemTime::UNIX_EPOCH + Duration::from_micros(micros));
            clock.text().to_owned()
        };
        assert_eq!(at(0), "1970-01-01T00:00:00.000000Z");
        assert_eq!(at(7), "1970-01-01T00:00:00.000007Z");
        assert_eq!(at(1_793_360_637_123_456), "2026-10-30T11:43:57.123456Z");
        assert_eq!(at(1_793_360_637_999_999), "2026-10-30T11:43:57.999999Z");
        assert_eq!(at(1_793_360_638_000_000), "2026-10-30T11:43:58.000000Z");
        assert_eq!(at(1_793_360_637_000_010), "2026-10-30T11:43:57.000010Z", "a clock set back");
    }
}
