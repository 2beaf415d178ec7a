//! Tests of `timer`.

use super::super::test_host::{Call, Ground, Rig, answers, reply};
use super::*;
use http::StatusCode;
use std::time::Duration;

fn ground(schedule: &str) -> Ground {
    let bindings =
        format!(r#"[{{"type": "timerTrigger", "name": "t", "schedule": "{schedule}"}}]"#);
    Ground::new("{}", &[("sweep", &bindings)])
}

fn info(call: &Call) -> Value {
    call.json()["Data"]["t"].clone()
}

/// Lets the timer reach its next wait: it saves its status before that.
async fn settled(ground: &Ground) {
    ground.logged("(Succeeded").await;
    ground.settle().await;
}

async fn ready(rig: &Rig, ground: &Ground) {
    rig.host.ready().await.unwrap();
    ground.settle().await;
}

#[tokio::test]
async fn it_runs_when_it_is_due_with_an_object_that_is_not_text() {
    let ground = ground("0 0 3 * * *");
    let mut rig = ground.start(answers("{}")).await;
    ready(&rig, &ground).await;
    ground.clock.advance(Duration::from_secs(3 * 3600)).unwrap();
    let info = info(&rig.call().await);
    assert_eq!(info["IsPastDue"], false);
    assert_eq!(info["Schedule"]["AdjustForDST"], true);
    assert_eq!(info["ScheduleStatus"]["Last"], "0001-01-01T00:00:00");
    assert_eq!(info["ScheduleStatus"]["Next"], "2026-01-01T03:00:00+00:00");
}

#[tokio::test]
async fn a_run_missed_while_no_host_was_there_is_made_up_for_once() {
    let ground = ground("0 0 * * * *");
    let rig = ground.start(answers("{}")).await;
    ready(&rig, &ground).await;
    rig.host.stop().await;
    ground.clock.advance(Duration::from_secs(5 * 3600 + 60)).unwrap();
    let mut rig = ground.start(answers("{}")).await;
    let first = info(&rig.call().await);
    assert_eq!(first["IsPastDue"], true);
    assert_eq!(first["ScheduleStatus"]["Next"], "2026-01-01T01:00:00+00:00");
    settled(&ground).await;
    assert!(rig.calls.try_recv().is_err());
    ground.clock.advance(Duration::from_secs(59 * 60)).unwrap();
    let second = info(&rig.call().await);
    assert_eq!(second["IsPastDue"], false);
    assert_eq!(second["ScheduleStatus"]["Last"], "2026-01-01T05:01:00+00:00");
}

#[tokio::test]
async fn a_schedule_below_a_minute_has_no_status_and_makes_up_for_nothing() {
    let ground = ground("*/30 * * * * *");
    let mut rig = ground.start(answers("{}")).await;
    ready(&rig, &ground).await;
    ground.clock.advance(Duration::from_secs(30)).unwrap();
    assert_eq!(info(&rig.call().await)["ScheduleStatus"], Value::Null);
}

#[tokio::test]
async fn runs_do_not_overlap_and_a_failure_does_not_end_the_schedule() {
    let ground = ground("0 * * * * *");
    let fails: super::super::test_host::Behave =
        Arc::new(|_| Box::pin(async { reply(StatusCode::INTERNAL_SERVER_ERROR, "") }));
    let mut rig = ground.start(fails).await;
    ready(&rig, &ground).await;
    ground.clock.advance(Duration::from_secs(60)).unwrap();
    rig.call().await;
    ground.logged("(Failed").await;
    ground.settle().await;
    ground.clock.advance(Duration::from_secs(60)).unwrap();
    rig.call().await;
}

#[tokio::test]
async fn a_changed_schedule_forgets_what_was_missed() {
    let before = ground("0 0 * * * *");
    let rig = before.start(answers("{}")).await;
    ready(&rig, &before).await;
    rig.host.stop().await;
    before.clock.advance(Duration::from_secs(2 * 3600 + 60)).unwrap();
    let file = before.folder.path().join("sweep/function.json");
    let text = std::fs::read_to_string(&file).unwrap().replace("0 0 * * * *", "0 30 * * * *");
    std::fs::write(&file, text).unwrap();
    let mut rig = before.start(answers("{}")).await;
    ready(&rig, &before).await;
    assert!(rig.calls.try_recv().is_err());
    before.clock.advance(Duration::from_secs(29 * 60)).unwrap();
    assert_eq!(info(&rig.call().await)["IsPastDue"], false);
}
