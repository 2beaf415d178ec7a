//! One call's turn at a run: that it has it alone, ends in time and hands over what is left.
//!
//! Deals with: calls that come twice, or while another one is at work; the deadline; the continuation.
//! Does not deal with: what is done in a turn (`follow`).
//!
//! A call first puts its claim into the report, and at its end what it did and where to go on; both
//! writes only go through if nobody else wrote since. So of two deliveries of one message the second
//! finds either a claim, and comes back after it, or a report that is further, and at most sends the
//! next message again.

use crate::Cleanup;
use crate::follow::{Enough, follow};
use crate::report::{self, Claim, Report};
use crate::rest::Position;
use anyfn::{Context, Error};
use std::time::{Duration, SystemTime};
use time::OffsetDateTime;

/// The most of a call's time that is kept for batches under way, the report and the message.
const LONGEST_MARGIN: Duration = Duration::from_secs(30);
/// That part is never more than a quarter of the time: short calls are for tests.
const MARGIN: u32 = 4;

/// What a call finds that comes for the step `step` of a run.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// The run is finished.
    Finished,
    /// The step was done before; the next one may or may not have been asked for.
    Done,
    /// The step was done before, and the next one is under way.
    Moved,
    /// Another call is at work on the step.
    Taken(OffsetDateTime),
    /// The step is to be done; whether an earlier call at it died.
    Free(bool),
    /// No such step was ever asked for.
    Unknown,
}

/// What the invocation `by` finds at `at`.
#[must_use]
pub fn found(report: &Report, step: u32, by: &str, at: OffsetDateTime) -> Found {
    let Some(rest) = &report.rest else { return Found::Finished };
    match (&report.claim, rest.step.cmp(&step)) {
        (_, std::cmp::Ordering::Less) => Found::Unknown,
        (None, std::cmp::Ordering::Greater) => Found::Done,
        (Some(_), std::cmp::Ordering::Greater) => Found::Moved,
        (None, std::cmp::Ordering::Equal) => Found::Free(false),
        // A platform that tries again under the same id has given up on the first try.
        (Some(claim), _) if claim.by == by || claim.until < at => Found::Free(true),
        (Some(claim), _) => Found::Taken(claim.until),
    }
}

/// This call's claim.
#[must_use]
pub fn claim(cx: &Context<Cleanup>) -> Claim {
    Claim { by: cx.invocation_id().to_owned(), until: cx.deadline().into() }
}

/// Does what a call is to do that came for `step` and found `report`. `message`: what brought it here,
/// if that was a message.
///
/// # Errors
/// What store and queue report: the call is tried again. Rejects a message for a step that was never
/// asked for, or that says something else than the report.
pub async fn go_on(
    cx: &Context<Cleanup>,
    mut report: Report,
    etag: &str,
    message: Option<&Position>,
) -> Result<(), Error> {
    let step = message.map_or(1, |message| message.step);
    let key = report.rest.as_ref().map(|rest| rest.report.clone()).unwrap_or_default();
    let run = report.run.clone();
    match found(&report, step, cx.invocation_id(), OffsetDateTime::now_utc()) {
        Found::Finished | Found::Moved => {
            tracing::info!(run, step, "came again after it was done");
            Ok(())
        }
        Found::Done => {
            tracing::info!(
                run,
                step,
                "came again after it was done; its continuation is sent again"
            );
            send(cx, report.rest.as_ref()).await
        }
        Found::Taken(until) => {
            tracing::info!(run, step, "another call is at work on it");
            let Some(message) = message else { return Ok(()) };
            let left = SystemTime::from(until).duration_since(SystemTime::now());
            let delay = left.unwrap_or_default() + Duration::from_secs(1);
            let delay = delay.min(cx.queue.capability().max_delay);
            Ok(cx.queue.send_later(serde_json::to_vec(message)?, delay).await?)
        }
        Found::Unknown => Err(Error::reject(format!("the run {run} has no step {step} yet"))),
        Found::Free(_) if message.is_some_and(|message| report.rest.as_ref() != Some(message)) => {
            Err(Error::reject(format!(
                "the message is not what the report {key} says of step {step}"
            )))
        }
        Found::Free(died) => {
            report.cut_off += u32::from(died);
            report.claim = Some(claim(cx));
            let etag = report::replace(&cx.reports, &key, &report, etag).await?;
            let etag = etag.ok_or_else(|| {
                Error::retry(format!("another call took the step {step} of {run} at once"))
            })?;
            take(cx, report, &etag).await
        }
    }
}

/// Takes the turn that is claimed.
///
/// # Errors
/// What store and queue report.
pub async fn take(cx: &Context<Cleanup>, report: Report, etag: &str) -> Result<(), Error> {
    let stop_at = stop_at(SystemTime::now(), cx.deadline(), cx.call_time);
    take_until(cx, report, etag, &mut || SystemTime::now() >= stop_at).await
}

/// As [`take`], until there is `enough`.
///
/// # Errors
/// As [`take`].
pub async fn take_until(
    cleanup: &Cleanup,
    mut report: Report,
    etag: &str,
    enough: Enough<'_>,
) -> Result<(), Error> {
    let Some(position) = report.rest.take() else { return Ok(()) };
    let (key, run) = (position.report.clone(), position.run.clone());
    report.rest = follow(cleanup, &mut report, position, enough).await;
    report.finished = report.rest.is_none();
    report.steps += 1;
    report.claim = None;
    if report::replace(&cleanup.reports, &key, &report, etag).await?.is_none() {
        tracing::warn!(run, "another call took over; what this one counted is not in the report");
        return Ok(());
    }
    if report.finished {
        tracing::info!(run, report = key, steps = report.steps, "finished");
    }
    send(cleanup, report.rest.as_ref()).await
}

/// When a call stops that is to end by `deadline` and to work for `longest` at most, asked at its
/// beginning.
fn stop_at(now: SystemTime, deadline: SystemTime, longest: Duration) -> SystemTime {
    let left = deadline.duration_since(now).unwrap_or_default();
    now + left.saturating_sub((left / MARGIN).min(LONGEST_MARGIN)).min(longest)
}

async fn send(cleanup: &Cleanup, position: Option<&Position>) -> Result<(), Error> {
    let Some(position) = position else { return Ok(()) };
    cleanup.queue.send(serde_json::to_vec(position)?).await?;
    tracing::info!(
        run = position.run,
        step = position.step,
        rule = position.rule,
        "to be continued"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_stops_a_margin_before_its_deadline_or_when_it_has_worked_long_enough() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
        let day = Duration::from_secs(86_400);
        for (left, longest, works) in
            [(900, day, 870), (40, day, 30), (4, day, 3), (0, day, 0), (900, Duration::ZERO, 0)]
        {
            let stop = stop_at(now, now + Duration::from_secs(left), longest);
            assert_eq!(stop, now + Duration::from_secs(works), "{left} s");
        }
        assert_eq!(stop_at(now, SystemTime::UNIX_EPOCH, day), now, "its deadline has passed");
    }
}
