//! Following the rules, one after the other, from wherever a run stands.
//!
//! Deals with: which pass of which rule comes next, shares, stopping in between. Does not deal with:
//! what comes after a stop (`turn`).

use crate::Cleanup;
use crate::count::{Progress, count};
use crate::newest::{Mark, Newest};
use crate::prune::prune;
use crate::report::{Line, Report, State};
use crate::rest::{Pass, Position};
use crate::selection::Selection;
use crate::tally::Tally;
use std::time::Instant;

/// Asked after each page: whether it is time to stop.
pub type Enough<'a> = &'a mut (dyn FnMut() -> bool + Send);

/// Goes on from `position` until all rules are dealt with, or there is `enough`: then it gives where
/// the next call goes on. One page at least is dealt with, so that every call gets further.
pub async fn follow(
    cleanup: &Cleanup,
    report: &mut Report,
    mut position: Position,
    enough: Enough<'_>,
) -> Option<Position> {
    if !report.rules.iter().map(|line| &line.rule).eq(&cleanup.rules) {
        for line in report.rules.iter_mut().skip(position.rule) {
            line.state = State::Failed;
            line.error = Some("the rules have changed since the run began".to_owned());
        }
        return None;
    }
    while let Some(line) = report.rules.get_mut(position.rule) {
        let begun = Instant::now();
        line.state = State::Running;
        let progress = one(cleanup, line, &mut position, &mut report.newest, enough).await;
        let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        line.tally.duration_ms = line.tally.duration_ms.saturating_add(took);
        if progress == Ok(Progress::Stopped) {
            position.tally = line.tally.clone();
            return Some(Position { step: position.step + 1, ..position });
        }
        line.state = match (&progress, &line.refused) {
            (Err(_), _) => State::Failed,
            (Ok(_), Some(_)) => State::Refused,
            (Ok(_), None) => State::Done,
        };
        line.error = progress.err();
        log(line);
        report.newest.clear();
        position.rule += 1;
        (position.pass, position.cursor, position.tally) = (Pass::Count, None, Tally::default());
        if position.rule < report.rules.len() && enough() {
            return Some(Position { step: position.step + 1, ..position });
        }
    }
    None
}

async fn one(
    cleanup: &Cleanup,
    line: &mut Line,
    position: &mut Position,
    newest: &mut Vec<Mark>,
    enough: Enough<'_>,
) -> Result<Progress, String> {
    let Some(store) = cleanup.stores.get(&line.rule.store) else {
        return Err(format!("there is no store `{}`", line.rule.store));
    };
    let mut selection = Selection::by_age(&line.rule, position.now);
    let counts_first = line.rule.counts_first();
    if counts_first && position.pass == Pass::Count {
        let mut heap = Newest::new(line.rule.keep_latest, std::mem::take(newest));
        let progress = count(store, line, &selection, &mut heap, &mut position.cursor, enough)
            .await
            .map_err(|error| error.to_string())?;
        if progress == Progress::Stopped {
            *newest = heap.into_marks();
            return Ok(Progress::Stopped);
        }
        line.tally.kept = selection.cutoff.map_or(0, |cutoff| heap.before(cutoff));
        let due = line.tally.matched.saturating_sub(line.tally.kept);
        if line.rule.max_share.is_passed_by(due, line.tally.counted) {
            line.refused = Some(format!(
                "{due} of the {} objects would be deleted, more than the max_share of {}",
                line.tally.counted,
                f64::from(line.rule.max_share)
            ));
        }
        if line.refused.is_some() || due == 0 {
            return Ok(Progress::Done);
        }
        position.pass = Pass::Delete { keep_from: heap.oldest() };
        if enough() {
            return Ok(Progress::Stopped);
        }
    }
    if let Pass::Delete { keep_from } = &position.pass {
        selection.keep_from.clone_from(keep_from);
    }
    prune(store, line, &selection, &mut position.cursor, !counts_first, enough).await
}

fn log(line: &Line) {
    let Line { rule, tally, .. } = line;
    let (store, prefix) = (rule.store.as_str(), rule.prefix.as_str());
    let Tally { counted, matched, kept, deleted, failed, .. } = tally;
    tracing::info!(store, prefix, counted, matched, kept, deleted, failed, "rule followed");
    if let Some(why) = line.refused.as_ref().or(line.error.as_ref()) {
        tracing::warn!(store, prefix, why, "rule not followed to its end");
    }
    if let Some(failure) = line.failures.first() {
        tracing::warn!(
            store,
            prefix,
            failed,
            key = failure.key,
            why = failure.reason,
            "not deleted"
        );
    }
}
