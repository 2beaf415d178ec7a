//! A new build of an app in the place of the one that runs, on both hosts at once.
//!
//! Deals with: calls in flight, messages in between, functions that come and go, builds that do not run.
//! Does not deal with: seeing a change and building (`dev_sources.rs`).

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyfn_emulator::{AppSource, Reloaded};
use serde_json::json;

use crate::emulator::is_alive;
use crate::machine::binary;
use crate::stage::{Cloud, Stage, http, until};

/// The builds, each a file of its own.
struct Builds(tempfile::TempDir);

impl Builds {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn app(&self, build: &str) -> Vec<AppSource> {
        let executable: PathBuf = self.0.path().join(build);
        if !executable.exists() {
            std::fs::copy(binary("anyfn-build"), &executable).unwrap();
        }
        vec![AppSource { executable, settings: BTreeMap::new() }]
    }

    async fn start(&self, build: &str) -> Stage {
        let apps = self.app(build);
        Stage::with(|options| options.apps = apps).await
    }
}

async fn send(stage: &Stage, cloud: Cloud, queue: &str, id: &str, waits: bool) {
    let job = json!({"id": id, "waits": waits}).to_string();
    stage.queue(cloud, queue).send(job).await.unwrap();
}

async fn asked(stage: &Stage, cloud: Cloud) -> String {
    let url = format!("{}/ask", stage.function(cloud, "ask").url.unwrap());
    let answer = http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

/// What was written below `prefix`: keys and builds.
async fn written(stage: &Stage, prefix: &str) -> Vec<(String, String)> {
    let store = stage.store(Cloud::Aws, "done");
    let mut found = Vec::new();
    for entry in store.list(prefix).await.unwrap() {
        let build = store.get(&entry.key).await.unwrap().bytes;
        found.push((entry.key, String::from_utf8_lossy(&build).into_owned()));
    }
    found
}

/// The build that did the job, once it is done; fails if it was done twice.
async fn done(stage: &Stage, id: &str) -> String {
    let prefix = format!("done/{id}/");
    let mut runs = until(&prefix, async || {
        let runs = written(stage, &prefix).await;
        (!runs.is_empty()).then_some(runs)
    })
    .await;
    assert_eq!(runs.len(), 1, "{runs:?}");
    runs.remove(0).1
}

fn names(reloaded: &[String]) -> Vec<&str> {
    reloaded.iter().map(String::as_str).collect()
}

#[tokio::test]
async fn what_is_in_flight_ends_in_the_old_build_while_the_new_one_serves() {
    let builds = Builds::new();
    let stage = builds.start("v1").await;
    let slow = |cloud: Cloud| format!("slow-{}", cloud.host());
    let mut urls = Vec::new();
    let mut old = BTreeSet::new();
    for cloud in Cloud::BOTH {
        assert_eq!(asked(&stage, cloud).await, "v1");
        send(&stage, cloud, "jobs", &slow(cloud), true).await;
        let begun = format!("begun/{}", slow(cloud));
        until(&begun, async || stage.store(cloud, "done").get(&begun).await.ok()).await;
        urls.push(stage.function(cloud, "ask").url);
        old.extend(stage.function(cloud, "work").pids);
    }

    let reloaded = stage.emulator.reload(&builds.app("v2")).await.unwrap();
    assert_eq!(names(&reloaded.functions), ["ask", "fresh", "tick", "work"]);
    assert_eq!((names(&reloaded.added), names(&reloaded.removed)), (vec!["fresh"], vec!["stale"]));
    for (cloud, url) in Cloud::BOTH.into_iter().zip(urls) {
        let host = cloud.host();
        assert_eq!(stage.function(cloud, "ask").url, url, "ports stay");
        assert_eq!(asked(&stage, cloud).await, "v2");
        let next = format!("next-{host}");
        send(&stage, cloud, "jobs", &next, false).await;
        assert_eq!(done(&stage, &next).await, "v2");
        let fresh = format!("fresh-{host}");
        send(&stage, cloud, "fresh", &fresh, false).await;
        assert_eq!(done(&stage, &fresh).await, "v2");
        // The queue of a function that is gone keeps what it holds.
        send(&stage, cloud, "stale", &format!("stale-{host}"), false).await;
        assert!(written(&stage, &format!("done/{}", slow(cloud))).await.is_empty());
    }
    assert!(old.iter().any(|pid| is_alive(u64::from(*pid))), "they are at work");
    let ready = stage.emulator.ready_now();
    let running: BTreeSet<u32> =
        ready.functions.iter().filter_map(|function| function.pid).collect();
    assert!(running.is_disjoint(&old) && ready.functions.iter().all(|f| f.name != "stale"));

    for cloud in Cloud::BOTH {
        let go = format!("go/{}", slow(cloud));
        stage.store(cloud, "done").put(&go, "").await.unwrap();
        assert_eq!(done(&stage, &slow(cloud)).await, "v1");
    }
    let gone = async || old.iter().all(|pid| !is_alive(u64::from(*pid))).then_some(());
    until("the end of the old processes", gone).await;

    // Back again: what waited for the function is there.
    let reloaded = stage.emulator.reload(&builds.app("v1")).await.unwrap();
    assert_eq!((names(&reloaded.added), names(&reloaded.removed)), (vec!["stale"], vec!["fresh"]));
    for cloud in Cloud::BOTH {
        assert_eq!(done(&stage, &format!("stale-{}", cloud.host())).await, "v1");
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_build_that_does_not_run_replaces_nothing() {
    let builds = Builds::new();
    let stage = builds.start("v1").await;
    let pids = || -> Vec<_> { stage.emulator.functions().into_iter().map(|f| f.pids).collect() };
    let before = pids();
    assert_eq!(stage.emulator.reload(&builds.app("v1")).await.unwrap(), Reloaded::default());
    for (build, why) in [("broken", "manifest"), ("unready", "this build does not start")] {
        let error = stage.emulator.reload(&builds.app(build)).await.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
        for cloud in Cloud::BOTH {
            assert_eq!(asked(&stage, cloud).await, "v1");
        }
        assert_eq!(pids(), before);
    }
    // The same name, another file.
    let file = builds.0.path().join("v1");
    std::fs::remove_file(&file).unwrap();
    let reloaded = stage.emulator.reload(&builds.app("v1")).await.unwrap();
    assert_eq!((names(&reloaded.apps), reloaded.added.len()), (vec!["build"], 0));
    let after = pids();
    assert!(before.iter().zip(&after).all(|(before, after)| before != after));
    // None at all: everything ends.
    let reloaded = stage.emulator.reload(&[]).await.unwrap();
    assert_eq!(names(&reloaded.removed), ["ask", "stale", "tick", "work"]);
    assert!(stage.emulator.functions().is_empty());
    until("the end of all processes", async || {
        after.iter().flatten().all(|pid| !is_alive(u64::from(*pid))).then_some(())
    })
    .await;
    stage.stop().await;
}

#[tokio::test]
async fn messages_and_requests_that_come_while_builds_alternate_are_each_seen_to_once() {
    const JOBS: usize = 80;
    const SECOND: std::time::Duration = std::time::Duration::from_secs(1);
    let builds = Builds::new();
    let stage = builds.start("v1").await;
    let flow = async |cloud: Cloud| {
        for n in 0..JOBS {
            send(&stage, cloud, "jobs", &format!("{}-{n}", cloud.host()), false).await;
            let build = asked(&stage, cloud).await;
            assert!(["v1", "v2"].contains(&build.as_str()), "{build}");
        }
    };
    let reloads = async {
        for turn in 0..6 {
            let build = if turn % 2 == 0 { "v2" } else { "v1" };
            stage.emulator.reload(&builds.app(build)).await.unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::join!(flow(Cloud::Aws), flow(Cloud::Azure), reloads);
    let all = until("every job", async || {
        let all = stage.store(Cloud::Aws, "done").list("done/").await.unwrap();
        (all.len() >= 2 * JOBS).then_some(all)
    })
    .await;
    let jobs = all.iter().map(|entry| entry.key.split('/').nth(1).unwrap());
    assert_eq!(jobs.collect::<BTreeSet<_>>().len(), 2 * JOBS);
    for (cloud, queue) in [(Cloud::Aws, "work-dead-letter"), (Cloud::Azure, "jobs-poison")] {
        assert!(stage.queue(cloud, queue).receive(1, SECOND).await.unwrap().is_empty());
    }
    assert_eq!(all.len(), 2 * JOBS, "each one once");
    stage.stop().await;
}
