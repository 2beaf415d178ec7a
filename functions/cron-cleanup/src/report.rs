//! The report of one night: what became of each rule, and where the run stands.
//!
//! Deals with: its JSON, its key, reading and writing it. Does not deal with: who may go on with a run
//! (`turn`).

use crate::newest::Mark;
use crate::rest::{FORMAT, Pass, Position};
use crate::rules::Rule;
use crate::tally::{Failure, Tally};
use anyfn_services::{Blob, ErrorKind, blob::Content};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// One run, written when it begins, after each call, and when it is finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: u64,
    /// Names the run: the instant of its tick, `20260131T030000Z`.
    pub run: String,
    /// The host of the first call: `lambda`, `azure`.
    pub host: String,
    /// The tick's instant, which ages are compared with.
    #[serde(with = "time::serde::rfc3339")]
    pub scheduled_at: OffsetDateTime,
    /// Whether every rule has been dealt with.
    pub finished: bool,
    /// Calls that ended, the first one included.
    pub steps: u32,
    /// Calls that were cut off before they could write down what they had done: what those deleted is
    /// gone, but not among the `deleted`.
    pub cut_off: u32,
    /// In the order of `CLEANUP_RULES`.
    pub rules: Vec<Line>,
    /// Where to go on; none once finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Position>,
    /// The newest objects of a counting pass that is to go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newest: Vec<Mark>,
    /// Who is at work on the step in `rest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<Claim>,
}

/// A call that is at work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Its invocation id.
    pub by: String,
    /// Its deadline: after that it is dead.
    #[serde(with = "time::serde::rfc3339")]
    pub until: OffsetDateTime,
}

/// One rule's part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// As it was when the run began.
    pub rule: Rule,
    /// How far it is.
    pub state: State,
    /// Its figures.
    #[serde(flatten)]
    pub tally: Tally,
    /// Why nothing was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Why it ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Examples of the failed, at most [`EXAMPLES`](crate::tally::EXAMPLES).
    pub failures: Vec<Failure>,
}

/// How far a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Its turn has not come.
    Waiting,
    /// It is being followed.
    Running,
    /// It was followed to its end.
    Done,
    /// It would have deleted more than its `max_share`.
    Refused,
    /// It ended early: see `error`.
    Failed,
}

impl Line {
    /// The line of a rule whose turn has not come.
    #[must_use]
    pub fn new(rule: Rule) -> Self {
        let (tally, failures) = (Tally::default(), Vec::new());
        Self { rule, state: State::Waiting, tally, refused: None, error: None, failures }
    }
}

impl Report {
    /// The report of a run that begins.
    #[must_use]
    pub fn begin(rules: &[Rule], now: OffsetDateTime, host: &str, claim: Claim) -> Self {
        let (date, time) = (now.date(), now.time());
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        let (hour, minute, second) = time.as_hms();
        let run = format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z");
        let rest = Position {
            format: FORMAT,
            report: format!("{year:04}/{month:02}/{day:02}/{run}.json"),
            run: run.clone(),
            now,
            step: 1,
            rule: 0,
            pass: Pass::Count,
            cursor: None,
            tally: Tally::default(),
        };
        Self {
            format: FORMAT,
            run,
            host: host.to_owned(),
            scheduled_at: now,
            finished: false,
            steps: 0,
            cut_off: 0,
            rules: rules.iter().cloned().map(Line::new).collect(),
            rest: Some(rest),
            newest: Vec::new(),
            claim: Some(claim),
        }
    }

    fn content(&self) -> Result<Content, anyfn::Error> {
        Ok(Content::new(serde_json::to_vec(self)?).content_type("application/json"))
    }
}

/// Writes a report that must not be there yet, and gives its ETag; none if it is.
///
/// # Errors
/// What the store reports.
pub async fn create(
    reports: &Blob,
    key: &str,
    report: &Report,
) -> Result<Option<String>, anyfn::Error> {
    match reports.create(key, report.content()?).await {
        Ok(etag) => Ok(Some(etag)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes a report where `etag` still is the one that was read, and gives its new ETag; none where
/// another call was faster.
///
/// # Errors
/// What the store reports.
pub async fn replace(
    reports: &Blob,
    key: &str,
    report: &Report,
    etag: &str,
) -> Result<Option<String>, anyfn::Error> {
    match reports.replace(key, report.content()?, etag).await {
        Ok(etag) => Ok(Some(etag)),
        Err(error) if error.kind() == ErrorKind::Precondition => {
            // The other one may be this very write, if its first answer was lost on the way.
            let found = load(reports, key).await?;
            Ok(found.filter(|(there, _)| there == report).map(|(_, etag)| etag))
        }
        Err(error) => Err(error.into()),
    }
}

/// The report at `key` and its ETag; none where there is none.
///
/// # Errors
/// What the store reports; rejects a report that cannot be read.
pub async fn load(reports: &Blob, key: &str) -> Result<Option<(Report, String)>, anyfn::Error> {
    let stored = match reports.get(key).await {
        Ok(stored) => stored,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let report = serde_json::from_slice(&stored.bytes).map_err(|fault| {
        anyfn::Error::reject(format!("the report {key} cannot be read: {fault}"))
    })?;
    Ok(Some((report, stored.etag)))
}
