//! The message by which a run goes on where a call had to stop.
//!
//! Deals with: its format, and telling an older one. Does not deal with: going on (`resume`).

use crate::newest::Mark;
use crate::tally::Tally;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The format of messages and reports that this version writes, and the only one that it reads.
pub const FORMAT: u64 = 1;

/// Where a run stands. Its report holds the same, so that a message can be sent again, and one that
/// says anything else is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// [`FORMAT`].
    pub format: u64,
    /// Names the run: the instant of its tick, `20260131T030000Z`.
    pub run: String,
    /// The key of the run's report.
    pub report: String,
    /// What ages are compared with: the tick's instant.
    #[serde(with = "time::serde::rfc3339")]
    pub now: OffsetDateTime,
    /// The call that is to come, from 1.
    pub step: u32,
    /// The index of the rule that is being followed.
    pub rule: usize,
    /// Which pass over its prefix.
    pub pass: Pass,
    /// Where in that pass, in the provider's own words; none: at its beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The rule's figures so far.
    pub tally: Tally,
}

/// A pass over the objects under a rule's prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Pass {
    /// Counting; the newest so far are in the report.
    Count,
    /// Deleting.
    Delete {
        /// What the counting pass found: it and whatever is newer stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_from: Option<Mark>,
    },
}

/// A message of the queue `cleanups`, as it came.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "serde_json::Value")]
pub enum Rest {
    /// One that can be followed.
    Position(Box<Position>),
    /// One that no version could follow from here, and why.
    Unreadable(String),
}

impl From<serde_json::Value> for Rest {
    fn from(message: serde_json::Value) -> Self {
        match message.get("format").and_then(serde_json::Value::as_u64) {
            Some(FORMAT) => match serde_path_to_error::deserialize(message) {
                Ok(position) => Self::Position(Box::new(position)),
                Err(fault) => Self::Unreadable(format!(
                    "the message is no continuation: at `{}`: {}",
                    fault.path(),
                    fault.inner()
                )),
            },
            Some(other) => Self::Unreadable(format!(
                "the message has the format {other}, this version reads {FORMAT}; its run is not \
                 continued, the next one begins anew"
            )),
            None => Self::Unreadable(format!(
                "the message names no format, expected \"format\": {FORMAT} and where to go on"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::datetime;

    fn position() -> Position {
        Position {
            format: FORMAT,
            run: "20260131T030000Z".to_owned(),
            report: "2026/01/31/20260131T030000Z.json".to_owned(),
            now: datetime!(2026-01-31 03:00 UTC),
            step: 2,
            rule: 0,
            pass: Pass::Delete {
                keep_from: Some(Mark {
                    written: datetime!(2026-01-01 00:00:00.123456789 UTC),
                    key: "tmp/\u{1}é".to_owned(),
                }),
            },
            cursor: Some("opaque".to_owned()),
            tally: Tally { counted: 9, matched: 4, deleted: 2, ..Tally::default() },
        }
    }

    fn unreadable(message: serde_json::Value) -> String {
        match serde_json::from_value(message).unwrap() {
            Rest::Unreadable(why) => why,
            Rest::Position(position) => panic!("{position:?}"),
        }
    }

    #[test]
    fn what_was_sent_is_what_is_read() {
        for pass in [Pass::Count, Pass::Delete { keep_from: None }, position().pass] {
            let sent = Position { pass, ..position() };
            let text = serde_json::to_string(&sent).unwrap();
            let read: Rest = serde_json::from_str(&text).unwrap();
            assert_eq!(read, Rest::Position(Box::new(sent)));
        }
    }

    #[test]
    fn another_format_is_told_from_damage_in_words() {
        let sound = || serde_json::to_value(position()).unwrap();
        let mut older = sound();
        older["format"] = 0.into();
        let why = unreadable(older);
        assert!(why.contains("the format 0, this version reads 1"), "{why}");
        assert!(unreadable(serde_json::json!({"cursor": "x"})).contains("names no format"));
        assert!(unreadable(serde_json::json!([1])).contains("names no format"));

        let mut damaged = sound();
        damaged["pass"] = serde_json::json!({"delete": {"keep_from": {"written": "noon"}}});
        let why = unreadable(damaged);
        assert!(why.contains("at `pass.delete.keep_from.written`"), "{why}");
        let mut more = sound();
        more["limit"] = 3.into();
        assert!(unreadable(more).contains("unknown field `limit`"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in any::<Vec<u8>>()) {
            let _ = serde_json::from_slice::<Rest>(&bytes);
        }

        #[test]
        fn no_change_of_a_sound_message_makes_the_decoder_panic(
            at in 0usize..400, with in "[0-9a-z\"{}\\[\\],:.-]{0,6}", cut in 0usize..40,
        ) {
            let sound = serde_json::to_string(&position()).unwrap();
            let at = (0..=at.min(sound.len())).rev().find(|at| sound.is_char_boundary(*at));
            let (head, tail) = sound.split_at(at.unwrap_or(0));
            let tail: String = tail.chars().skip(cut).collect();
            let _ = serde_json::from_str::<Rest>(&format!("{head}{with}{tail}"));
        }
    }
}
