//! Deals with: retries, dead letters, schedules and restarts on the virtual clock.
//! Does not deal with: the API that accepts events.

use super::*;
use crate::aws::lambda::Trigger;
use crate::cloud::Cloud;
use crate::queues::QueueSpec;

const MINUTE: Duration = Duration::from_secs(60);

async fn waiting(bench: &Bench) -> i64 {
    let count = |db: &rusqlite::Connection| -> Result<i64, crate::store::StoreError> {
        Ok(db.query_row("SELECT count(*) FROM lambda_event", [], |row| row.get(0))?)
    };
    bench.deps.store.read(count).await.unwrap()
}

/// Waits until the only event has been tried `attempts` times.
async fn tried(bench: &Bench, attempts: i64) {
    let count = |db: &rusqlite::Connection| -> Result<Vec<i64>, crate::store::StoreError> {
        let mut rows = db.prepare("SELECT attempts FROM lambda_event")?;
        let rows = rows.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    eventually(async || bench.deps.store.read(count).await.unwrap() == [attempts]).await;
}

#[tokio::test]
async fn a_failed_event_is_tried_after_one_and_two_minutes_under_one_id_then_it_is_a_dead_letter() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let dead = "f-dead-letter";
    bench.deps.queues.create(Cloud::Aws, dead, QueueSpec::new(Cloud::Aws)).await.unwrap();
    let dead_letter = Some(dead.to_owned());
    let spec = FunctionSpec { dead_letter, ..FunctionSpec::new("app", "f", runtime) };
    let lambda = bench.start(vec![spec]).await;
    let id = lambda.invoke_async("f", Bytes::from_static(b"{\"n\": 1}")).await.unwrap();
    let clock = &bench.deps.clock;
    for attempt in 1..=3 {
        let call = calls.recv().await.unwrap();
        assert_eq!(call.id(), id, "attempt {attempt}");
        call.fail();
        if attempt == 3 {
            break;
        }
        tried(&bench, attempt).await;
        let wait = MINUTE * u32::try_from(attempt).unwrap();
        clock.advance(wait - Duration::from_millis(1)).unwrap();
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
        assert!(calls.try_recv().is_err(), "not a moment early");
        clock.advance(Duration::from_millis(1)).unwrap();
    }
    eventually(async || waiting(&bench).await == 0).await;
    let letters = bench.deps.queues.receive(Cloud::Aws, dead, 10, None).await.unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].body, "{\"n\": 1}");
    assert_eq!(letters[0].attributes["RequestID"]["StringValue"], id);
    assert_eq!(letters[0].attributes["ErrorMessage"]["StringValue"], "no");
    lambda.stop().await;
}

#[tokio::test]
async fn an_event_that_succeeds_is_forgotten_and_one_without_a_dead_letter_queue_too() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let lambda = bench.start(vec![FunctionSpec::new("app", "f", runtime)]).await;
    lambda.invoke_async("f", Bytes::from_static(b"1")).await.unwrap();
    calls.recv().await.unwrap().succeed("1");
    eventually(async || waiting(&bench).await == 0).await;
    lambda.invoke_async("f", Bytes::from_static(b"2")).await.unwrap();
    for attempt in 1..=3 {
        calls.recv().await.unwrap().fail();
        if attempt < 3 {
            tried(&bench, attempt).await;
            bench.deps.clock.advance(MINUTE * 2).unwrap();
        }
    }
    eventually(async || waiting(&bench).await == 0).await;
    lambda.stop().await;
}

#[tokio::test]
async fn an_event_whose_dead_letter_queue_is_gone_is_tried_again_a_minute_later_not_at_once() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let dead_letter = Some("gone".to_owned());
    let spec = FunctionSpec { dead_letter, ..FunctionSpec::new("app", "f", runtime) };
    let lambda = bench.start(vec![spec]).await;
    lambda.invoke_async("f", Bytes::from_static(b"1")).await.unwrap();
    for attempt in 1..=2 {
        calls.recv().await.unwrap().fail();
        tried(&bench, attempt).await;
        bench.deps.clock.advance(MINUTE * 2).unwrap();
    }
    calls.recv().await.unwrap().fail();
    let due = |db: &rusqlite::Connection| -> Result<i64, crate::store::StoreError> {
        Ok(db.query_row("SELECT due_ms FROM lambda_event", [], |row| row.get(0))?)
    };
    let later = bench.deps.clock.now_ms() + 60_000;
    eventually(async || bench.deps.store.read(due).await.unwrap() == later).await;
    assert!(calls.try_recv().is_err());
    let queues = &bench.deps.queues;
    queues.create(Cloud::Aws, "gone", QueueSpec::new(Cloud::Aws)).await.unwrap();
    bench.deps.clock.advance(MINUTE).unwrap();
    calls.recv().await.unwrap().fail();
    eventually(async || waiting(&bench).await == 0).await;
    assert_eq!(queues.counts(Cloud::Aws, "gone").await.unwrap().total(), 1);
    lambda.stop().await;
}

#[tokio::test]
async fn an_event_under_way_at_the_end_is_tried_again_at_the_next_start() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let spec = FunctionSpec::new("app", "f", runtime);
    let lambda = bench.start(vec![spec.clone()]).await;
    let id = lambda.invoke_async("f", Bytes::from_static(b"1")).await.unwrap();
    let cut_short = calls.recv().await.unwrap();
    lambda.stop().await;
    drop(cut_short);
    tried(&bench, 0).await;
    let lambda = bench.start(vec![spec]).await;
    let call = calls.recv().await.unwrap();
    assert_eq!(call.id(), id);
    call.succeed("1");
    eventually(async || waiting(&bench).await == 0).await;
    lambda.stop().await;
}

#[tokio::test]
async fn a_rule_fires_once_a_tick_and_once_for_a_jump_and_is_not_retried() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let trigger = Trigger::Schedule { cron: "0 * * * *".to_owned() };
    let lambda =
        bench.start(vec![FunctionSpec { trigger, ..FunctionSpec::new("app", "f", runtime) }]).await;
    // 2023-11-14T22:13:20Z
    let clock = &bench.deps.clock;
    clock.advance(47 * MINUTE).unwrap();
    let call = calls.recv().await.unwrap();
    assert_eq!(call.payload["detail-type"], "Scheduled Event");
    assert_eq!(call.payload["time"], "2023-11-14T23:00:00Z");
    call.fail();
    eventually(async || waiting(&bench).await == 0).await;
    clock.advance(300 * MINUTE).unwrap();
    let call = calls.recv().await.unwrap();
    assert_eq!(call.payload["time"], "2023-11-15T04:00:00Z");
    call.succeed("null");
    eventually(async || waiting(&bench).await == 0).await;
    assert!(calls.try_recv().is_err());
    lambda.stop().await;
}

#[tokio::test]
async fn a_bad_schedule_stops_the_start_and_names_its_function() {
    let bench = bench();
    let trigger = Trigger::Schedule { cron: "every day".to_owned() };
    let spec = FunctionSpec { trigger, ..FunctionSpec::new("app", "sweep", puppet().0) };
    let error = Lambda::start(bench.deps.clone(), vec![spec]).await.err().unwrap().to_string();
    assert!(error.starts_with("function `sweep`: `every day` is no schedule"), "{error}");
}
