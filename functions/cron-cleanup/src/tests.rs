//! Deals with: the whole application over stores in memory: what each rule deletes, and the report.
//! Does not deal with: runs of several calls (`tests/turns`), failures (`tests/failures`).

mod failures;
mod turns;

use crate::report::{Line, Report, State};
use crate::rules::parse;
use crate::{Cleanup, STORES, app};
use anyfn::schedule::Tick;
use anyfn::{Context, Event};
use anyfn_services::{Blob, Queue};
use std::time::{Duration, SystemTime};

const DAY: Duration = Duration::from_secs(86_400);

fn cleanup(rules: &str) -> Cleanup {
    Cleanup {
        rules: parse(rules, &STORES).unwrap(),
        stores: STORES.map(|name| (name.to_owned(), Blob::memory())).into(),
        reports: Blob::memory(),
        queue: Queue::memory(),
        call_time: DAY,
    }
}

impl Cleanup {
    fn photos(&self) -> &Blob {
        &self.stores["photos"]
    }
}

/// Writes `count` objects of three bytes, `{prefix}000` and on.
async fn seed(store: &Blob, prefix: &str, count: usize) {
    for n in 0..count {
        store.put(&format!("{prefix}{n:03}"), "abc").await.unwrap();
    }
}

async fn keys(store: &Blob) -> Vec<String> {
    store.list("").await.unwrap().into_iter().map(|entry| entry.key).collect()
}

/// The tick of a night so long after now.
fn tick(after: Duration) -> Tick {
    Tick { scheduled_at: Some(SystemTime::now() + after), past_due: false }
}

/// Runs one night, so long after now, to its end; gives the report.
async fn night(cleanup: &Cleanup, after: Duration) -> Report {
    app().with_state(cleanup.clone()).invoke("sweep", Event::Tick(tick(after))).await.unwrap();
    let report = only_report(cleanup).await;
    assert!(report.finished && report.claim.is_none() && report.rest.is_none(), "{report:?}");
    report
}

async fn only_report(cleanup: &Cleanup) -> Report {
    let entries = cleanup.reports.list("").await.unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    serde_json::from_slice(&cleanup.reports.get(&entries[0].key).await.unwrap().bytes).unwrap()
}

/// The line's figures: counted, matched, kept, deleted, failed, bytes.
fn figures(line: &Line) -> [u64; 6] {
    let tally = &line.tally;
    [tally.counted, tally.matched, tally.kept, tally.deleted, tally.failed, tally.bytes_freed]
}

fn rule(more: &str) -> String {
    format!(r#"[{{"store":"photos","prefix":"tmp/","older_than":"30d"{more}}}]"#)
}

#[tokio::test]
async fn what_is_old_under_the_prefix_goes_and_all_else_stays() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 3).await;
    seed(cleanup.photos(), "in/", 2).await;
    cleanup.photos().skip(DAY);
    seed(cleanup.photos(), "tmp/new", 2).await;
    let report = night(&cleanup, 30 * DAY + DAY / 2).await;
    assert_eq!(keys(cleanup.photos()).await, ["in/000", "in/001", "tmp/new000", "tmp/new001"]);
    let [line] = &report.rules[..] else { panic!("{report:?}") };
    assert_eq!((figures(line), line.state), ([5, 3, 0, 3, 0, 9], State::Done));
    assert_eq!((report.steps, report.cut_off, report.host.as_str()), (1, 0, "test"));
}

#[tokio::test]
async fn the_report_is_filed_under_the_nights_day() {
    let cleanup = cleanup("[]");
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_828_400);
    let tick = Tick { scheduled_at: Some(at), past_due: false };
    app().with_state(cleanup.clone()).invoke("sweep", Event::Tick(tick)).await.unwrap();
    assert_eq!(keys(&cleanup.reports).await, ["2026/01/31/20260131T030000Z.json"]);
    let key = "2026/01/31/20260131T030000Z.json";
    let stored = cleanup.reports.get(key).await.unwrap();
    assert_eq!(stored.content_type.as_deref(), Some("application/json"));
    let report: serde_json::Value = serde_json::from_slice(&stored.bytes).unwrap();
    let expected = serde_json::json!({
        "format": 1, "run": "20260131T030000Z", "host": "test", "finished": true, "steps": 1,
        "scheduled_at": "2026-01-31T03:00:00Z", "cut_off": 0, "rules": [],
    });
    assert_eq!(report, expected);
}

#[tokio::test]
async fn one_that_is_exactly_so_old_stays() {
    let cleanup = cleanup(&rule(r#","max_share":1"#));
    seed(cleanup.photos(), "tmp/", 1).await;
    let written = cleanup.photos().head("tmp/000").await.unwrap().last_modified;
    for (at, left) in [(written + 30 * DAY, 1), (written + 30 * DAY + Duration::from_nanos(1), 0)] {
        let cx = Context::test(cleanup.clone());
        let claim = crate::turn::claim(&cx);
        let mut report = Report::begin(&cleanup.rules, at.into(), "test", claim);
        let begin = report.rest.take().unwrap();
        let rest = crate::follow::follow(&cleanup, &mut report, begin, &mut || false).await;
        assert_eq!((rest, keys(cleanup.photos()).await.len()), (None, left));
    }
}

#[tokio::test]
async fn the_newest_stay_however_old_they_are() {
    for (keep, left) in [(1, vec!["tmp/001"]), (2, vec!["tmp/000", "tmp/001"])] {
        let cleanup = cleanup(&rule(&format!(r#","max_share":1,"keep_latest":{keep}"#)));
        for key in ["tmp/002", "tmp/000", "tmp/001"] {
            cleanup.photos().put(key, "abc").await.unwrap();
        }
        let report = night(&cleanup, 60 * DAY).await;
        assert_eq!(keys(cleanup.photos()).await, left);
        assert_eq!(figures(&report.rules[0]), [3, 3, keep, 3 - keep, 0, 3 * (3 - keep)]);
    }
}

#[tokio::test]
async fn all_stay_where_there_are_no_more_than_are_kept() {
    let cleanup = cleanup(&rule(r#","keep_latest":3"#));
    seed(cleanup.photos(), "tmp/", 3).await;
    let report = night(&cleanup, 60 * DAY).await;
    assert_eq!(keys(cleanup.photos()).await.len(), 3);
    assert_eq!(
        (figures(&report.rules[0]), report.rules[0].state),
        ([3, 3, 3, 0, 0, 0], State::Done)
    );
}

#[tokio::test]
async fn young_ones_count_among_the_newest() {
    let cleanup = cleanup(&rule(r#","max_share":1,"keep_latest":2"#));
    seed(cleanup.photos(), "tmp/", 3).await;
    cleanup.photos().skip(40 * DAY);
    seed(cleanup.photos(), "tmp/new", 2).await;
    let report = night(&cleanup, 60 * DAY).await;
    assert_eq!(keys(cleanup.photos()).await, ["tmp/new000", "tmp/new001"]);
    assert_eq!(figures(&report.rules[0]), [5, 3, 0, 3, 0, 9]);
}

#[tokio::test]
async fn a_share_is_deleted_up_to_its_bound_and_refused_beyond() {
    for (old, deleted) in [(5, 5), (6, 0)] {
        let cleanup = cleanup(&rule(""));
        seed(cleanup.photos(), "tmp/old", old).await;
        cleanup.photos().skip(40 * DAY);
        seed(cleanup.photos(), "tmp/new", 10 - old).await;
        let report = night(&cleanup, 60 * DAY).await;
        assert_eq!(keys(cleanup.photos()).await.len(), 10 - deleted);
        let line = &report.rules[0];
        let (old, gone) = (old as u64, deleted as u64);
        assert_eq!(figures(line), [10, old, 0, gone, 0, 3 * gone]);
        let refusal = "6 of the 10 objects would be deleted, more than the max_share of 0.5";
        let expected =
            if deleted == 0 { (State::Refused, Some(refusal)) } else { (State::Done, None) };
        assert_eq!((line.state, line.refused.as_deref()), expected);
    }
}

#[tokio::test]
async fn those_that_are_kept_are_no_part_of_the_share() {
    let cleanup = cleanup(&rule(r#","keep_latest":1,"max_share":0.75"#));
    seed(cleanup.photos(), "tmp/", 4).await;
    let report = night(&cleanup, 60 * DAY).await;
    assert_eq!(figures(&report.rules[0]), [4, 4, 1, 3, 0, 9]);
}

#[tokio::test]
async fn a_dry_run_deletes_nothing_and_says_what_would_go() {
    for more in
        [r#","dry_run":true,"max_share":1"#, r#","dry_run":true,"keep_latest":1,"max_share":0.9"#]
    {
        let cleanup = cleanup(&rule(more));
        seed(cleanup.photos(), "tmp/", 4).await;
        let report = night(&cleanup, 60 * DAY).await;
        assert_eq!(keys(cleanup.photos()).await.len(), 4);
        let (line, kept) = (&report.rules[0], u64::from(more.contains("keep")));
        assert_eq!(figures(line), [4, 4, kept, 0, 0, 0]);
        assert_eq!((line.tally.would_delete, line.tally.would_free), (4 - kept, 12 - 3 * kept));
    }
}

#[tokio::test]
async fn every_rule_is_followed_in_its_own_store() {
    let text = r#"[{"store":"photos","prefix":"","older_than":"30d","max_share":1},
        {"store":"thumbnails","prefix":"a","older_than":"30d","max_share":1}]"#;
    let cleanup = cleanup(text);
    let thumbnails = cleanup.stores["thumbnails"].clone();
    seed(cleanup.photos(), "a", 2).await;
    seed(&thumbnails, "a", 1).await;
    seed(&thumbnails, "b", 1).await;
    let report = night(&cleanup, 31 * DAY).await;
    assert!(keys(cleanup.photos()).await.is_empty());
    assert_eq!(keys(&thumbnails).await, ["b000"]);
    let deleted: Vec<u64> = report.rules.iter().map(|line| line.tally.deleted).collect();
    assert_eq!(deleted, [2, 1]);
}

#[test]
fn the_manifest_lists_what_the_app_does() {
    let manifest = app().manifest().unwrap();
    let names: Vec<&str> = manifest.functions.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["continue", "sweep"]);
    let needs: Vec<&str> = manifest.needs.iter().map(|need| need.name.as_str()).collect();
    assert_eq!(needs, ["photos", "reports", "thumbnails", "cleanups"]);
    let settings: Vec<_> = manifest.config.iter().map(|s| (&*s.name, s.required)).collect();
    assert_eq!(settings, [("CLEANUP_CALL_TIME", false), ("CLEANUP_RULES", true)]);
}
