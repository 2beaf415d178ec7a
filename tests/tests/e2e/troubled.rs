//! Handlers that never end and handlers that panic, in real processes on both hosts.
//!
//! Deals with: what the caller gets, which process serves the next call. Does not deal with: events that
//! fail in an orderly way (`retries.rs`), processes killed from outside (`kills.rs`).

use std::time::Duration;

use anyfn_emulator::AppSource;

use crate::emulator::is_alive;
use crate::machine::troubled;
use crate::stage::{Cloud, Stage, http, until};

async fn stage() -> Stage {
    let app = AppSource { executable: troubled(), settings: Default::default() };
    Stage::with(|options| {
        options.apps = vec![app];
        options.timeout = Duration::from_secs(2);
    })
    .await
}

async fn get(stage: &Stage, cloud: Cloud, function: &str, query: &str) -> (u16, String) {
    let url = stage.function(cloud, function).url.unwrap();
    let answer = http().get(format!("{url}/{function}{query}")).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// What the runtime answers for a failed call, and no host by itself.
const FAILED: &str = r#"{"error":"internal error"}"#;

#[tokio::test]
async fn a_handler_that_spins_is_reported_failed_before_the_hosts_limit_and_a_new_process_serves() {
    let stage = stage().await;
    for cloud in Cloud::BOTH {
        let first = stage.function(cloud, "spin").pid.unwrap();
        let told = get(&stage, cloud, "spin", "?forever").await;
        assert_eq!(told, (500, FAILED.to_owned()), "{cloud:?}");
        until("the process's end", async || (!is_alive(first.into())).then_some(())).await;
        until("the next process", async || {
            (get(&stage, cloud, "spin", "").await == (200, "span".to_owned())).then_some(())
        })
        .await;
        let next = stage.function(cloud, "spin").pid.unwrap();
        assert_ne!(first, next);
        let log = stage.log(cloud, "spin");
        for said in [
            "the deadline came before the call could end",
            "function `spin` does not let go after its deadline",
        ] {
            assert!(log.contains(said), "{cloud:?}: {said}: {log}");
        }
        // Lambda says nothing of a process that ends between two events; the code is the same.
        let exit = "the worker ended: exit status 1";
        assert!(cloud == Cloud::Aws || log.contains(exit), "{log}");
        assert!(!log.contains("timed out"), "{cloud:?}: the host's limit came first: {log}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_panic_leaves_the_same_process_serving() {
    let stage = stage().await;
    for cloud in Cloud::BOTH {
        let pid = stage.function(cloud, "panic").pid.unwrap();
        for _ in 0..3 {
            let told = get(&stage, cloud, "panic", "?now").await;
            assert_eq!(told, (500, FAILED.to_owned()), "{cloud:?}");
            assert_eq!(get(&stage, cloud, "panic", "").await, (200, "calm".to_owned()));
        }
        assert_eq!(stage.function(cloud, "panic").pid, Some(pid));
        assert!(is_alive(pid.into()));
        let log = stage.log(cloud, "panic");
        assert!(log.contains("panicked: asked to"), "{log}");
    }
    stage.stop().await;
}
