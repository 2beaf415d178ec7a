//! One figure beside the peer's, and how it is printed.
//!
//! Deals with: the shape of `--json`, the table and its verdict on goals.
//! Does not deal with: where the figures come from.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// A figure of ours and the same figure of the peer, medians of interleaved runs.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub(crate) struct Row {
    /// What was done, such as `queue message, 1 KB`.
    pub(crate) case: String,
    /// What was measured, such as `time`.
    pub(crate) metric: String,
    /// Such as `µs`.
    pub(crate) unit: String,
    pub(crate) ours: f64,
    /// Whom it is compared with.
    pub(crate) peer: String,
    pub(crate) peer_value: f64,
    /// What the ratio should be.
    #[serde(default)]
    pub(crate) goal: Option<Goal>,
}

/// A bound of the ratio.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Goal {
    /// For what should be small: times, memory, instructions.
    AtMost(f64),
    /// For what should be great: rates.
    AtLeast(f64),
}

impl Row {
    fn ratio(&self) -> f64 {
        self.ours / self.peer_value
    }

    fn verdict(&self) -> String {
        match self.goal {
            None => String::new(),
            Some(Goal::AtMost(most)) if self.ratio() <= most => format!("<= {most:.3}: met"),
            Some(Goal::AtMost(most)) => format!("<= {most:.3}: MISSED"),
            Some(Goal::AtLeast(least)) if self.ratio() >= least => format!(">= {least:.3}: met"),
            Some(Goal::AtLeast(least)) => format!(">= {least:.3}: MISSED"),
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    bench: &'a str,
    rows: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    case: &'a str,
    metric: &'a str,
    unit: &'a str,
    ours: f64,
    peer: &'a str,
    peer_value: f64,
    ratio: f64,
}

/// `{"bench", "rows": [{"case", "metric", "unit", "ours", "peer", "peer_value", "ratio"}]}`, ratio = ours / peer.
pub(super) fn json(bench: &str, rows: &[Row]) -> Result<String, String> {
    let line = |row: &'_ Row| -> Result<(), String> {
        // JSON has no way to write it, and no peer takes no time at all.
        if row.ratio().is_finite() { Ok(()) } else { Err(format!("{}: no ratio", row.case)) }
    };
    rows.iter().try_for_each(line)?;
    let rows = rows
        .iter()
        .map(|row| Line {
            case: &row.case,
            metric: &row.metric,
            unit: &row.unit,
            ours: row.ours,
            peer: &row.peer,
            peer_value: row.peer_value,
            ratio: row.ratio(),
        })
        .collect();
    serde_json::to_string(&Report { bench, rows }).map_err(|error| error.to_string())
}

/// A line a row, for people.
pub(super) fn table(bench: &str, rows: &[Row]) -> String {
    let mut table = format!("{bench}: ours beside the peer, medians of interleaved runs\n");
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            table,
            "  {:<43} {:<13} {:>10} {:>10} {:<5} x{:<6.3} {:<20} {}",
            row.case,
            row.metric,
            number(row.ours),
            number(row.peer_value),
            row.unit,
            row.ratio(),
            row.peer,
            row.verdict()
        );
    }
    table
}

fn number(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value if value >= 10.0 => format!("{value:.1}"),
        value => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(goal: Option<Goal>) -> Row {
        let text = |text: &str| text.to_owned();
        let (case, metric, unit, peer) = (text("1 KB"), text("time"), text("µs"), text("bare"));
        Row { case, metric, unit, ours: 30.0, peer, peer_value: 20.0, goal }
    }

    #[test]
    fn the_ratio_is_ours_by_the_peers() {
        let said: serde_json::Value =
            serde_json::from_str(&json("b", &[row(None)]).unwrap()).unwrap();
        assert_eq!(said["rows"][0]["ratio"], 1.5);
        assert_eq!(said["rows"][0]["peer_value"], 20.0);
        assert_eq!(said["rows"][0].as_object().unwrap().len(), 7);
    }

    #[test]
    fn a_goal_is_met_or_missed_by_its_own_direction() {
        let said = |goal| table("b", &[row(Some(goal))]);
        assert!(said(Goal::AtMost(1.5)).contains("met"));
        assert!(said(Goal::AtMost(1.4)).contains("MISSED"));
        assert!(said(Goal::AtLeast(1.5)).contains("met"));
        assert!(said(Goal::AtLeast(1.6)).contains("MISSED"));
    }

    #[test]
    fn a_peer_that_took_no_time_is_an_error() {
        let row = Row { peer_value: 0.0, ..row(None) };
        assert!(json("b", &[row]).is_err());
    }
}
