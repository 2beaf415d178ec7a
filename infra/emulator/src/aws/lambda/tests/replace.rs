//! Deals with: functions replaced while something runs, waits or is due. Does not deal with: processes,
//! and what decides that there is something to replace.

use super::*;
use crate::aws::lambda::{LambdaError, Trigger};
use crate::cloud::Cloud;
use crate::queues::{NewMessage, QueueSpec};

const HOUR: Duration = Duration::from_secs(3600);

/// A function of the app `app` and what is called in it.
fn function(trigger: Trigger) -> (FunctionSpec, Calls) {
    let (runtime, calls) = puppet();
    (FunctionSpec { trigger, ..FunctionSpec::new("app", "f", runtime) }, calls)
}

async fn replace(lambda: &Lambda, specs: Vec<FunctionSpec>) {
    lambda.switch(lambda.prepare(&["app".to_owned()], specs).await.unwrap());
}

/// Lets everything that can go on do so: each turn waits for a commit.
async fn settle(bench: &Bench) {
    for _ in 0..50 {
        let spec = QueueSpec::new(Cloud::Aws);
        bench.deps.queues.create(Cloud::Aws, "settle", spec).await.unwrap();
    }
}

async fn soon(calls: &mut Calls) -> Call {
    tokio::time::timeout(Duration::from_secs(10), calls.recv()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_group_of_a_fifo_queue_waits_for_the_old_function_and_goes_on_in_the_new_one() {
    let bench = bench();
    let fifo = QueueSpec { fifo: true, content_dedup: true, ..QueueSpec::new(Cloud::Aws) };
    bench.deps.queues.create(Cloud::Aws, "q.fifo", fifo).await.unwrap();
    let trigger = || Trigger::Queue { queue: "q.fifo".to_owned(), batch: 1 };
    let (old, mut old_calls) = function(trigger());
    let (new, mut new_calls) = function(trigger());
    let lambda = bench.start(vec![old]).await;
    let send = async |body: &str, group: &str| {
        let message = NewMessage { group: Some(group.to_owned()), ..NewMessage::text(body) };
        bench.deps.queues.send(Cloud::Aws, "q.fifo", message).await.unwrap();
    };
    let body = |call: &Call| call.payload["Records"][0]["body"].as_str().unwrap().to_owned();
    send("a1", "a").await;
    let running = soon(&mut old_calls).await;
    replace(&lambda, vec![new]).await;
    send("a2", "a").await;
    send("b1", "b").await;
    let other = soon(&mut new_calls).await;
    assert_eq!(body(&other), "b1", "another group does not wait");
    settle(&bench).await;
    assert!(new_calls.try_recv().is_err(), "its group has one in flight");
    running.succeed("null");
    let next = soon(&mut new_calls).await;
    assert_eq!(
        (body(&next), next.payload["Records"].as_array().unwrap().len()),
        ("a2".to_owned(), 1)
    );
    other.succeed("null");
    next.succeed("null");
    eventually(async || bench.deps.queues.counts(Cloud::Aws, "q.fifo").await.unwrap().total() == 0)
        .await;
    assert!(old_calls.recv().await.is_none(), "the old one is gone");
    lambda.stop().await;
}

#[tokio::test]
async fn an_asynchronous_event_in_flight_is_not_run_again_and_its_retry_is_the_new_functions() {
    let bench = bench();
    let (old, mut old_calls) = function(Trigger::Manual);
    let (new, mut new_calls) = function(Trigger::Manual);
    let lambda = bench.start(vec![old]).await;
    let id = lambda.invoke_async("f", Bytes::from_static(b"1")).await.unwrap();
    let running = soon(&mut old_calls).await;
    replace(&lambda, vec![new]).await;
    let later = lambda.invoke_async("f", Bytes::from_static(b"2")).await.unwrap();
    let call = soon(&mut new_calls).await;
    assert_eq!(call.id(), later);
    call.succeed("1");
    settle(&bench).await;
    assert!(new_calls.try_recv().is_err(), "the first one is in flight");
    running.fail();
    settle(&bench).await;
    assert!(new_calls.try_recv().is_err(), "it is tried again after a minute");
    bench.deps.clock.advance(Duration::from_secs(60)).unwrap();
    let retry = soon(&mut new_calls).await;
    assert_eq!(retry.id(), id);
    retry.succeed("1");
    lambda.stop().await;
}

#[tokio::test]
async fn a_schedule_that_stays_the_same_neither_skips_nor_repeats_a_tick() {
    let bench = bench();
    let trigger = || Trigger::Schedule { cron: "0 * * * *".to_owned() };
    let (old, mut calls) = function(trigger());
    let lambda = bench.start(vec![old]).await;
    let mut ticks = Vec::new();
    for turn in 0..6 {
        settle(&bench).await;
        // Replaced before the tick, after it, and with the tick.
        let (new, fresh) = function(trigger());
        if turn % 2 == 0 {
            replace(&lambda, vec![new]).await;
            calls = fresh;
            bench.deps.clock.advance(HOUR).unwrap();
        } else {
            bench.deps.clock.advance(HOUR).unwrap();
            let prepared = lambda.prepare(&["app".to_owned()], vec![new]).await.unwrap();
            settle(&bench).await;
            let call = soon(&mut calls).await;
            ticks.push(call.payload["time"].as_str().unwrap().to_owned());
            lambda.switch(prepared);
            call.succeed("1");
            calls = fresh;
            continue;
        }
        let call = soon(&mut calls).await;
        ticks.push(call.payload["time"].as_str().unwrap().to_owned());
        call.succeed("1");
    }
    settle(&bench).await;
    assert!(calls.try_recv().is_err());
    let hours = ["23", "00", "01", "02", "03", "04"];
    let day = |hour: &str| if hour == "23" { "2023-11-14" } else { "2023-11-15" };
    let expected: Vec<_> = hours.iter().map(|h| format!("{}T{h}:00:00Z", day(h))).collect();
    assert_eq!(ticks, expected);
    lambda.stop().await;
}

#[tokio::test]
async fn a_schedule_that_changes_begins_after_the_last_tick_of_the_old_one() {
    let bench = bench();
    let every = |cron: &str| Trigger::Schedule { cron: cron.to_owned() };
    let (old, mut old_calls) = function(every("0 * * * *"));
    let (new, mut new_calls) = function(every("*/30 * * * *"));
    let lambda = bench.start(vec![old]).await;
    settle(&bench).await;
    // 22:13 to 23:13: the tick of 23:00 is the old one's.
    bench.deps.clock.advance(HOUR).unwrap();
    soon(&mut old_calls).await.succeed("1");
    replace(&lambda, vec![new]).await;
    settle(&bench).await;
    assert!(new_calls.try_recv().is_err());
    bench.deps.clock.advance(HOUR / 2).unwrap();
    let call = soon(&mut new_calls).await;
    assert_eq!(call.payload["time"], "2023-11-14T23:30:00Z");
    call.succeed("1");
    lambda.stop().await;
}

#[tokio::test]
async fn a_url_keeps_its_port_and_asks_for_what_the_new_function_says() {
    let bench = bench();
    let (old, mut old_calls) = function(Trigger::Url { public: true, port: 0 });
    let (new, mut new_calls) = function(Trigger::Url { public: true, port: 0 });
    let (closed, _calls) = function(Trigger::Url { public: false, port: 0 });
    let lambda = bench.start(vec![old]).await;
    let url = lambda.functions()[0].url.clone().unwrap();
    let get = || Request::get(&url).body(Bytes::new()).unwrap();
    let first = tokio::spawn(send(get()));
    let running = soon(&mut old_calls).await;
    replace(&lambda, vec![new]).await;
    let second = tokio::spawn(send(get()));
    soon(&mut new_calls).await.succeed(r#"{"statusCode":200,"body":"new"}"#);
    assert_eq!(second.await.unwrap().body(), "new");
    running.succeed(r#"{"statusCode":200,"body":"old"}"#);
    assert_eq!(first.await.unwrap().body(), "old");
    replace(&lambda, vec![closed]).await;
    assert_eq!(lambda.functions()[0].url.as_ref(), Some(&url));
    assert_eq!(send(get()).await.status(), 403);
    replace(&lambda, vec![]).await;
    assert!(lambda.functions().is_empty());
    let address = url.trim_start_matches("http://");
    eventually(async || tokio::net::TcpStream::connect(address).await.is_err()).await;
    lambda.stop().await;
}

#[tokio::test]
async fn what_does_not_start_replaces_nothing() {
    let mut bench = bench();
    bench.deps.warm = true;
    let (old, mut calls) = function(Trigger::Manual);
    let lambda = bench.start(vec![old]).await;
    let missing = Runtime::Process { program: "/no/such".into(), args: vec![], cwd: None };
    let broken = FunctionSpec::new("app", "f", missing);
    let (other, _) = function(Trigger::Schedule { cron: "every day".to_owned() });
    let apps = ["app".to_owned()];
    let error = lambda.prepare(&apps, vec![broken.clone()]).await.err().unwrap();
    assert!(matches!(error, LambdaError::Start { .. }), "{error}");
    let error = lambda.prepare(&apps, vec![other]).await.err().unwrap();
    assert!(matches!(error, LambdaError::Schedule { .. }), "{error}");
    let taken = FunctionSpec { app: "second".to_owned(), ..broken };
    let error = lambda.prepare(&["second".to_owned()], vec![taken]).await.err().unwrap();
    assert!(matches!(error, LambdaError::Duplicate { .. }), "{error}");
    let answer = tokio::spawn({
        let lambda = lambda.clone();
        async move { lambda.invoke("f", Bytes::from_static(b"1")).await.unwrap() }
    });
    soon(&mut calls).await.succeed("1");
    assert!(!answer.await.unwrap().failed);
    lambda.stop().await;
}
