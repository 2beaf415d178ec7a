//! What the demo found out, one step of one host at a time.
//!
//! Deals with: the row, the whole as JSON. Does not deal with: finding out, the table.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde::Serialize;

/// One step: it is good if what was expected is what came, letter by letter.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// `lambda` or `azure`.
    pub(crate) host: &'static str,
    pub(crate) function: String,
    pub(crate) step: &'static str,
    /// What went in.
    pub(crate) input: String,
    pub(crate) expected: String,
    /// What came out.
    pub(crate) got: String,
    pub(crate) ok: bool,
    /// From sending the input to seeing the output.
    pub(crate) ms: u64,
    /// The function's largest resident set so far, in KiB.
    pub(crate) peak_kb: u64,
    /// Where to look.
    #[serde(skip)]
    pub(crate) log: PathBuf,
    /// How that log ended when the step failed.
    #[serde(skip)]
    pub(crate) said: Vec<String>,
}

/// A step before the host's part of the row is known.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) function: &'static str,
    pub(crate) step: &'static str,
    pub(crate) input: String,
    pub(crate) expected: String,
    pub(crate) got: String,
    pub(crate) took: Duration,
}

impl Step {
    /// The step that began at `begun` and ends now.
    pub(crate) fn done(
        (function, step): (&'static str, &'static str),
        input: &str,
        (expected, got): (String, String),
        begun: Instant,
    ) -> Self {
        Self { function, step, input: input.to_owned(), expected, got, took: begun.elapsed() }
    }
}

/// The result of all steps.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) ok: bool,
    pub(crate) rows: Vec<Row>,
}

impl Report {
    /// Good if there is something and all of it is good.
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        Self { ok: !rows.is_empty() && rows.iter().all(|row| row.ok), rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn row(ok: bool) -> Row {
        Row {
            host: "lambda",
            function: "thumbnail".to_owned(),
            step: "photo",
            input: "retina.jpg".to_owned(),
            expected: "128".to_owned(),
            got: if ok { "128" } else { "nothing" }.to_owned(),
            ok,
            ms: 12,
            peak_kb: 2048,
            log: "/x/thumbnail.log".into(),
            said: Vec::new(),
        }
    }

    #[test]
    fn one_bad_row_or_none_at_all_is_not_good() {
        assert!(Report::new(vec![row(true)]).ok);
        assert!(!Report::new(vec![row(true), row(false)]).ok);
        assert!(!Report::new(Vec::new()).ok);
    }

    #[test]
    fn the_json_has_the_promised_names_and_no_other() {
        let json = serde_json::to_value(Report::new(vec![row(true)])).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"ok": true, "rows": [{
                "host": "lambda", "function": "thumbnail", "step": "photo", "input": "retina.jpg",
                "expected": "128", "got": "128", "ok": true, "ms": 12, "peak_kb": 2048
            }]})
        );
    }
}
