//! Deals with: runs of several calls, messages and ticks that come twice, out of turn or forged.
//! Does not deal with: what a rule picks.

use super::{DAY, cleanup, figures, keys, night, only_report, rule, seed, tick};
use crate::report::{self, Report, State};
use crate::rest::{Position, Rest};
use crate::turn::{Found, found, take_until};
use crate::{Cleanup, app, turn};
use anyfn::{Context, Error, Event, Kind, queue::Message};
use std::time::Duration;
use time::OffsetDateTime;

const HIDDEN: Duration = Duration::from_secs(3600);

/// Begins the run of a night and stops after its first page.
async fn begun(cleanup: &Cleanup) -> Report {
    let now = OffsetDateTime::now_utc() + 60 * DAY;
    let claim = turn::claim(&Context::test(cleanup.clone()));
    let report = Report::begin(&cleanup.rules, now, "test", claim);
    let key = report.rest.as_ref().unwrap().report.clone();
    let etag = report::create(&cleanup.reports, &key, &report).await.unwrap().unwrap();
    take_until(cleanup, report, &etag, &mut || true).await.unwrap();
    only_report(cleanup).await
}

/// Takes the next message out of the queue.
async fn message(cleanup: &Cleanup) -> Option<Vec<u8>> {
    let message = cleanup.queue.receive(1, HIDDEN).await.unwrap().pop()?;
    cleanup.queue.delete(&message).await.unwrap();
    Some(message.body.to_vec())
}

async fn deliver(cleanup: &Cleanup, body: Vec<u8>) -> Result<(), Error> {
    let app = app().with_state(cleanup.clone());
    app.invoke("continue", Event::Message(Message { body: body.into() })).await.map(|_| ())
}

/// Goes on with the run, a page a call; gives how many messages that took.
async fn page_by_page(cleanup: &Cleanup) -> u32 {
    let mut messages = 0;
    while let Some(body) = message(cleanup).await {
        messages += 1;
        let Rest::Position(position) = serde_json::from_slice(&body).unwrap() else { panic!() };
        let (report, etag) =
            report::load(&cleanup.reports, &position.report).await.unwrap().unwrap();
        assert_eq!(report.rest.as_ref(), Some(&*position));
        take_until(cleanup, report, &etag, &mut || true).await.unwrap();
    }
    messages
}

#[tokio::test]
async fn many_short_calls_do_and_report_what_a_long_one_does() {
    for more in [
        r#","max_share":1"#,
        r#","max_share":0.9"#,
        r#","max_share":1,"keep_latest":700"#,
        r#","max_share":0.1"#,
        r#","max_share":1,"dry_run":true"#,
    ] {
        let (long, short) = (cleanup(&rule(more)), cleanup(&rule(more)));
        for cleanup in [&long, &short] {
            seed(cleanup.photos(), "tmp/new", 1).await;
            seed(cleanup.photos(), "tmp/old", 2_500).await;
            cleanup.photos().skip(50 * DAY);
            seed(cleanup.photos(), "tmp/new", 400).await;
        }
        let expected = night(&long, 60 * DAY).await;
        begun(&short).await;
        let messages = page_by_page(&short).await;
        let found = only_report(&short).await;
        assert!(messages >= 2 && found.steps == messages + 1, "{more}: {messages}");
        assert_eq!(keys(short.photos()).await, keys(long.photos()).await, "{more}");
        let plain = |report: &Report| {
            let mut line = report.rules[0].clone();
            line.tally.duration_ms = 0;
            (line, report.finished, report.newest.len())
        };
        assert_eq!(plain(&found), plain(&expected), "{more}");
    }
}

#[tokio::test]
async fn a_call_whose_deadline_has_come_deals_with_one_page_and_hands_over() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 1_200).await;
    let report = begun(&cleanup).await;
    assert_eq!((report.finished, report.steps), (false, 1));
    assert_eq!(figures(&report.rules[0]), [1_000, 1_000, 0, 1_000, 0, 3_000]);
    assert_eq!(keys(cleanup.photos()).await.len(), 200);
    let body = message(&cleanup).await.unwrap();
    assert!(message(&cleanup).await.is_none(), "one message");
    deliver(&cleanup, body).await.unwrap();
    let report = only_report(&cleanup).await;
    assert_eq!((report.finished, report.steps, report.rules[0].state), (true, 2, State::Done));
    assert_eq!(figures(&report.rules[0]), [1_200, 1_200, 0, 1_200, 0, 3_600]);
}

#[tokio::test]
async fn a_message_that_comes_twice_changes_neither_objects_nor_report() {
    let cleanup = cleanup(&rule(r#","max_share":1,"keep_latest":5"#));
    seed(cleanup.photos(), "tmp/", 1_200).await;
    begun(&cleanup).await;
    let body = message(&cleanup).await.unwrap();
    deliver(&cleanup, body.clone()).await.unwrap();
    let (first, left) = (only_report(&cleanup).await, keys(cleanup.photos()).await);
    assert_eq!((first.finished, left.len()), (true, 5));
    // Written after the run, old enough by its cutoff were it looked at again.
    deliver(&cleanup, body).await.unwrap();
    assert_eq!((only_report(&cleanup).await, keys(cleanup.photos()).await), (first, left));
    assert!(message(&cleanup).await.is_none());
}

#[tokio::test]
async fn a_message_whose_continuation_may_be_lost_sends_it_again_and_both_do_no_harm() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 2_400).await;
    begun(&cleanup).await;
    let first = message(&cleanup).await.unwrap();
    let (report, etag) =
        report::load(&cleanup.reports, &keys(&cleanup.reports).await[0]).await.unwrap().unwrap();
    take_until(&cleanup, report, &etag, &mut || true).await.unwrap();
    deliver(&cleanup, first).await.unwrap();
    let (one, other) = (message(&cleanup).await.unwrap(), message(&cleanup).await.unwrap());
    assert_eq!(one, other);
    deliver(&cleanup, one).await.unwrap();
    deliver(&cleanup, other).await.unwrap();
    let report = only_report(&cleanup).await;
    assert_eq!((report.finished, report.steps), (true, 3));
    assert_eq!(figures(&report.rules[0]), [2_400, 2_400, 0, 2_400, 0, 7_200]);
}

#[tokio::test]
async fn while_another_call_is_at_work_a_message_comes_back_later_and_a_tick_does_not() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 1_200).await;
    begun(&cleanup).await;
    let body = message(&cleanup).await.unwrap();
    let key = keys(&cleanup.reports).await.remove(0);
    let (mut report, etag) = report::load(&cleanup.reports, &key).await.unwrap().unwrap();
    let until = OffsetDateTime::now_utc() + Duration::from_secs(60);
    report.claim = Some(report::Claim { by: "another".to_owned(), until });
    report::replace(&cleanup.reports, &key, &report, &etag).await.unwrap().unwrap();
    deliver(&cleanup, body.clone()).await.unwrap();
    assert_eq!(only_report(&cleanup).await, report);
    assert!(message(&cleanup).await.is_none(), "not yet");
    cleanup.queue.skip(Duration::from_secs(62));
    assert_eq!(message(&cleanup).await.as_ref(), Some(&body));

    // The other one died without a word.
    let dead = OffsetDateTime::now_utc() - Duration::from_secs(1);
    report.claim = Some(report::Claim { by: "another".to_owned(), until: dead });
    let (_, etag) = report::load(&cleanup.reports, &key).await.unwrap().unwrap();
    report::replace(&cleanup.reports, &key, &report, &etag).await.unwrap().unwrap();
    deliver(&cleanup, body).await.unwrap();
    let report = only_report(&cleanup).await;
    assert_eq!((report.finished, report.cut_off), (true, 1));
}

#[tokio::test]
async fn a_tick_that_comes_twice_is_one_run() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 2).await;
    let app = app().with_state(cleanup.clone());
    let tick = tick(60 * DAY);
    app.invoke("sweep", Event::Tick(tick.clone())).await.unwrap();
    let first = only_report(&cleanup).await;
    seed(cleanup.photos(), "tmp/", 2).await;
    app.invoke("sweep", Event::Tick(tick)).await.unwrap();
    assert_eq!(only_report(&cleanup).await, first);
    assert_eq!(keys(cleanup.photos()).await.len(), 2);
}

#[tokio::test]
async fn each_way_to_find_a_run_is_told_apart() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 1_200).await;
    let mut report = begun(&cleanup).await;
    let now = OffsetDateTime::now_utc();
    let later = now + Duration::from_secs(9);
    assert_eq!(found(&report, 1, "a", now), Found::Done);
    assert_eq!(found(&report, 2, "a", now), Found::Free(false));
    assert_eq!(found(&report, 3, "a", now), Found::Unknown);
    report.claim = Some(report::Claim { by: "a".to_owned(), until: later });
    assert_eq!(found(&report, 1, "b", now), Found::Moved);
    assert_eq!(found(&report, 2, "b", now), Found::Taken(later));
    assert_eq!(found(&report, 2, "a", now), Found::Free(true), "the same invocation again");
    assert_eq!(found(&report, 2, "b", later + Duration::from_secs(1)), Found::Free(true));
    report.rest = None;
    assert_eq!(found(&report, 2, "b", now), Found::Finished);
}

#[tokio::test]
async fn a_message_that_nobody_sent_is_rejected_and_nothing_is_deleted() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 1_200).await;
    begun(&cleanup).await;
    let body = message(&cleanup).await.unwrap();
    let sent: Position = serde_json::from_slice(&body).unwrap();
    let json = |position: Position| serde_json::to_vec(&position).unwrap();
    for (forged, why) in [
        (json(Position { cursor: None, ..sent.clone() }), "is not what the report"),
        (json(Position { now: sent.now + DAY, ..sent.clone() }), "is not what the report"),
        (json(Position { step: 7, ..sent.clone() }), "has no step 7"),
        (
            json(Position { report: "elsewhere.json".to_owned(), ..sent.clone() }),
            "no report elsewhere",
        ),
        (br#"{"rule": 0, "cursor": "x"}"#.to_vec(), "names no format"),
        (br#"{"format": 0, "rule": 0}"#.to_vec(), "the format 0, this version reads 1"),
    ] {
        let error = deliver(&cleanup, forged).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Reject, "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert_eq!(keys(cleanup.photos()).await.len(), 200);
}

#[tokio::test]
async fn a_run_ends_where_the_rules_have_changed_meanwhile() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 1_200).await;
    begun(&cleanup).await;
    let changed = super::cleanup(&rule(r#","max_share":1,"dry_run":true"#));
    let changed = Cleanup { rules: changed.rules, ..cleanup.clone() };
    deliver(&changed, message(&cleanup).await.unwrap()).await.unwrap();
    let report = only_report(&cleanup).await;
    assert_eq!((report.finished, report.rules[0].state), (true, State::Failed));
    assert!(report.rules[0].error.as_ref().unwrap().contains("rules have changed"));
    assert_eq!(keys(cleanup.photos()).await.len(), 200);
}
