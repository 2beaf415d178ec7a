//! The nightly cleanup on both hosts, on a clock that stands until it is moved.
//!
//! Deals with: what goes and what stays at three in the morning, the report, a run of several calls.
//! Does not deal with: each field of a rule, which the function's own tests have.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use anyfn_emulator::blobs::{Conditions, Properties, Write};
use anyfn_emulator::clock::Clock;
use anyfn_emulator::{AppSource, Hosts};
use serde_json::Value;

use crate::machine::binary;
use crate::stage::{Cloud, Stage, until};

/// In seconds.
const DAY: u64 = 86_400;
const HOUR: Duration = Duration::from_secs(3_600);
/// Three pages of a listing.
const MANY: usize = 2_100;

/// The cleanup alone, on the host of `cloud` alone: both hosts would sweep the one store behind both
/// APIs. The clock stands at midnight.
async fn stage(cloud: Cloud, rules: &str, call_time: &str) -> Stage {
    let today = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs() / DAY;
    let midnight = SystemTime::UNIX_EPOCH + Duration::from_secs(today * DAY);
    let settings = [("CLEANUP_RULES", rules), ("CLEANUP_CALL_TIME", call_time)];
    let settings =
        BTreeMap::from(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
    Stage::with(|options| {
        options.apps = vec![AppSource { executable: binary("cron-cleanup"), settings }];
        options.hosts = Hosts { lambda: cloud == Cloud::Aws, azure: cloud == Cloud::Azure };
        options.clock = Clock::virtual_at(midnight);
    })
    .await
}

/// The night's report, once the run is finished.
async fn report(stage: &Stage, cloud: Cloud) -> Value {
    let reports = stage.store(cloud, "reports");
    until("a finished report", async || {
        let entries = reports.list("").await.unwrap();
        assert!(entries.len() <= 1, "{entries:?}");
        let stored = reports.get(&entries.first()?.key).await.unwrap();
        let report: Value = serde_json::from_slice(&stored.bytes).unwrap();
        let day = entries[0].key.replace('/', "");
        assert!(day.contains(report["run"].as_str().unwrap()), "{entries:?}");
        (report["finished"] == true).then_some(report)
    })
    .await
}

async fn keys(stage: &Stage, cloud: Cloud) -> Vec<String> {
    let entries = stage.store(cloud, "photos").list("").await.unwrap();
    entries.into_iter().map(|entry| entry.key).collect()
}

#[tokio::test]
async fn at_three_the_old_ones_go_the_others_stay_and_a_report_is_filed() {
    let rules = r#"[
        {"store": "photos", "prefix": "tmp/", "older_than": "2h"},
        {"store": "photos", "prefix": "backup/", "older_than": "2h", "keep_latest": 1, "max_share": 1},
        {"store": "photos", "prefix": "all-old/", "older_than": "2h"},
        {"store": "photos", "prefix": "dry/", "older_than": "2h", "max_share": 1, "dry_run": true}]"#;
    for cloud in Cloud::BOTH {
        let stage = stage(cloud, rules, "1day").await;
        let photos = stage.store(cloud, "photos");
        for key in ["tmp/a b&c.jpg", "tmp/\u{e9}+1.jpg", "in/1", "backup/1", "all-old/1", "dry/1"] {
            photos.put(key, "12345").await.unwrap();
        }
        stage.emulator.clock().advance(HOUR / 2).unwrap();
        photos.put("backup/2", "12345").await.unwrap();
        stage.emulator.clock().advance(HOUR * 3 / 2).unwrap();
        for key in ["tmp/new-1", "tmp/new-2"] {
            photos.put(key, "12345").await.unwrap();
        }
        assert_eq!(keys(&stage, cloud).await.len(), 9);

        stage.emulator.clock().advance(HOUR).unwrap();
        let report = report(&stage, cloud).await;
        let left = ["all-old/1", "backup/2", "dry/1", "in/1", "tmp/new-1", "tmp/new-2"];
        assert_eq!(keys(&stage, cloud).await, left, "{cloud:?}");
        assert_eq!((&report["host"], &report["steps"]), (&cloud.host().into(), &1.into()));
        assert!(report["scheduled_at"].as_str().unwrap().ends_with("T03:00:00Z"), "{report}");
        let figures = |rule: usize| {
            let line = &report["rules"][rule];
            ["counted", "matched", "kept", "deleted", "failed", "bytes_freed"]
                .map(|name| line[name].as_u64().unwrap())
        };
        assert_eq!(figures(0), [4, 2, 0, 2, 0, 10], "{report}");
        assert_eq!(figures(1), [2, 2, 1, 1, 0, 5], "{report}");
        assert_eq!(figures(2), [1, 1, 0, 0, 0, 0], "{report}");
        assert!(report["rules"][2]["refused"].as_str().unwrap().contains("max_share of 0.5"));
        assert_eq!(
            (figures(3), &report["rules"][3]["would_delete"]),
            ([1, 1, 0, 0, 0, 0], &1.into())
        );
        stage.stop().await;
    }
}

#[tokio::test]
async fn what_does_not_fit_into_one_call_goes_on_through_the_queue() {
    let rules = r#"[{"store": "photos", "prefix": "many/", "older_than": "2h", "keep_latest": 5, "max_share": 1}]"#;
    for cloud in Cloud::BOTH {
        let stage = stage(cloud, rules, "0s").await;
        seed(&stage, MANY).await;
        stage.emulator.clock().advance(3 * HOUR).unwrap();
        let report = report(&stage, cloud).await;
        // Each call deals with one page: three that count, the beginning of the deletions, theirs.
        assert!(report["steps"].as_u64().unwrap() >= 5, "{cloud:?}: {report}");
        assert_eq!(report["cut_off"], 0, "{report}");
        let line = &report["rules"][0];
        assert_eq!((&line["counted"], &line["kept"]), (&MANY.into(), &5.into()), "{report}");
        assert_eq!((&line["failed"], &line["state"]), (&0.into(), &"done".into()), "{report}");
        assert_eq!(line["deleted"], MANY - 5, "{report}");
        let newest: Vec<String> = (MANY - 5..MANY).map(|n| format!("many/{n:06}")).collect();
        assert_eq!(keys(&stage, cloud).await, newest);
        let calls = stage.log(cloud, "continue");
        assert!(calls.contains("continue"), "{calls}");
        stage.stop().await;
    }
}

/// Puts so many objects past the APIs, which a test has no time for.
async fn seed(stage: &Stage, count: usize) {
    let put = |n: usize| {
        let blobs = stage.emulator.blobs().clone();
        let write = Write {
            cloud: anyfn_emulator::cloud::Cloud::Aws,
            store: "photos".to_owned(),
            key: format!("many/{n:06}"),
            operation: "Put",
            conditions: Conditions::default(),
        };
        tokio::spawn(async move { blobs.put(write, "x".into(), Properties::default()).await })
    };
    for first in (0..count).step_by(500) {
        let puts: Vec<_> = (first..count.min(first + 500)).map(put).collect();
        for put in puts {
            put.await.unwrap().unwrap();
        }
    }
}
