//! Deals with: the nightly tick: begins the run of that night.
//! Does not deal with: what a run does (`turn`, `follow`).

use crate::Cleanup;
use crate::report::{self, Report};
use crate::turn;
use anyfn::{Context, Error, schedule::Tick};
use std::time::SystemTime;
use time::OffsetDateTime;

/// Begins the run of the tick's instant. A tick that comes twice begins one run.
///
/// # Errors
/// What store and queue report.
pub async fn run(tick: Tick, cx: Context<Cleanup>) -> Result<(), Error> {
    let now = OffsetDateTime::from(tick.scheduled_at.unwrap_or_else(SystemTime::now));
    let now = now.replace_nanosecond(0).unwrap_or(now);
    let report = Report::begin(&cx.rules, now, cx.host(), turn::claim(&cx));
    let Some(rest) = &report.rest else { return Ok(()) };
    let key = rest.report.clone();
    if let Some(etag) = report::create(&cx.reports, &key, &report).await? {
        tracing::info!(run = report.run, report = key, rules = report.rules.len(), "begun");
        return turn::take(&cx, report, &etag).await;
    }
    match report::load(&cx.reports, &key).await? {
        Some((report, etag)) => turn::go_on(&cx, report, &etag, None).await,
        None => Err(Error::retry(format!("the report {key} was there and is gone"))),
    }
}
