//! Deals with: what becomes of messages, on the virtual clock. Does not deal with: the table of responses.

use super::*;
use crate::aws::lambda::Trigger;
use crate::cloud::Cloud;
use crate::queues::{Counts, NewMessage, QueueSpec};

struct Source {
    bench: Bench,
    lambda: Lambda,
    calls: Calls,
    queue: &'static str,
}

async fn source(fifo: bool, concurrency: usize) -> Source {
    let bench = bench();
    let queue = if fifo { "q.fifo" } else { "q" };
    let spec = QueueSpec { fifo, content_dedup: fifo, ..QueueSpec::new(Cloud::Aws) };
    bench.deps.queues.create(Cloud::Aws, queue, spec).await.unwrap();
    let (runtime, calls) = puppet();
    let trigger = Trigger::Queue { queue: queue.to_owned(), batch: 10 };
    let spec = FunctionSpec { trigger, concurrency, ..FunctionSpec::new("app", "f", runtime) };
    let lambda = bench.start(vec![spec]).await;
    Source { bench, lambda, calls, queue }
}

impl Source {
    async fn send(&self, body: &str, group: Option<&str>) {
        let group = group.map(str::to_owned);
        let message = NewMessage { group, ..NewMessage::text(body) };
        self.bench.deps.queues.send(Cloud::Aws, self.queue, message).await.unwrap();
    }

    async fn counts(&self) -> Counts {
        self.bench.deps.queues.counts(Cloud::Aws, self.queue).await.unwrap()
    }

    async fn left(&self, count: u64) {
        eventually(async || self.counts().await.total() == count).await;
    }

    async fn pass_visibility(&self) {
        self.bench.deps.clock.advance(Duration::from_secs(30)).unwrap();
    }
}

fn bodies(call: &Call) -> Vec<&str> {
    let records = call.payload["Records"].as_array().unwrap();
    records.iter().map(|record| record["body"].as_str().unwrap()).collect()
}

fn attempt(call: &Call) -> &str {
    call.payload["Records"][0]["attributes"]["ApproximateReceiveCount"].as_str().unwrap()
}

#[tokio::test]
async fn a_success_deletes_and_a_failure_comes_back_after_the_visibility_timeout() {
    let mut source = source(false, 1).await;
    source.send("one", None).await;
    let call = source.calls.recv().await.unwrap();
    assert_eq!((bodies(&call), attempt(&call)), (vec!["one"], "1"));
    call.fail();
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert!(source.calls.try_recv().is_err(), "not at once");
    source.pass_visibility().await;
    let call = source.calls.recv().await.unwrap();
    assert_eq!((bodies(&call), attempt(&call)), (vec!["one"], "2"));
    call.succeed("null");
    source.left(0).await;
    source.lambda.stop().await;
}

#[tokio::test]
async fn a_partial_failure_keeps_only_the_failed_and_an_invalid_response_keeps_all() {
    let mut source = source(false, 1).await;
    source.send("first", None).await;
    let blocking = source.calls.recv().await.unwrap();
    for body in ["good", "bad"] {
        source.send(body, None).await;
    }
    blocking.succeed("");
    let call = source.calls.recv().await.unwrap();
    assert_eq!(bodies(&call).len(), 2, "what waited meanwhile makes one batch");
    call.succeed(r#"{"batchItemFailures":[{"itemIdentifier":"nobody"}]}"#);
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    source.pass_visibility().await;
    let call = source.calls.recv().await.unwrap();
    assert_eq!(bodies(&call).len(), 2);
    let records = call.payload["Records"].as_array().unwrap();
    let bad = records.iter().find(|record| record["body"] == "bad").unwrap();
    let id = bad["messageId"].as_str().unwrap().to_owned();
    call.succeed(&format!(r#"{{"batchItemFailures":[{{"itemIdentifier":"{id}"}}]}}"#));
    source.left(1).await;
    source.pass_visibility().await;
    let call = source.calls.recv().await.unwrap();
    assert_eq!((bodies(&call), attempt(&call)), (vec!["bad"], "3"));
    call.succeed("{}");
    source.left(0).await;
    source.lambda.stop().await;
}

#[tokio::test]
async fn batches_run_side_by_side_and_one_slow_one_blocks_nobody() {
    let mut source = source(false, 2).await;
    source.send("slow", None).await;
    let slow = source.calls.recv().await.unwrap();
    source.send("quick", None).await;
    let quick = source.calls.recv().await.unwrap();
    assert_eq!(bodies(&quick), ["quick"]);
    quick.succeed("null");
    source.left(1).await;
    slow.succeed("null");
    source.left(0).await;
    source.lambda.stop().await;
}

#[tokio::test]
async fn a_group_has_one_batch_in_flight_and_keeps_its_order() {
    let mut source = source(true, 4).await;
    source.send("a1", Some("a")).await;
    let first = source.calls.recv().await.unwrap();
    source.send("a2", Some("a")).await;
    source.send("b1", Some("b")).await;
    let other = source.calls.recv().await.unwrap();
    assert_eq!(bodies(&other), ["b1"], "the group `a` is taken");
    other.succeed("null");
    source.left(2).await;
    first.fail();
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    assert!(source.calls.try_recv().is_err(), "a failed message holds its group");
    source.pass_visibility().await;
    let call = source.calls.recv().await.unwrap();
    assert_eq!(bodies(&call), ["a1", "a2"]);
    call.succeed("null");
    source.left(0).await;
    source.lambda.stop().await;
}

#[tokio::test]
async fn a_crash_loses_no_message() {
    let mut source = source(false, 1).await;
    source.send("kept", None).await;
    source.calls.recv().await.unwrap().reply(Reply::Exit);
    source.left(1).await;
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    source.pass_visibility().await;
    let call = source.calls.recv().await.unwrap();
    assert_eq!((bodies(&call), call.environment), (vec!["kept"], 1));
    call.succeed("null");
    source.left(0).await;
    source.lambda.stop().await;
}

#[tokio::test]
async fn no_message_comes_back_while_its_call_runs_and_a_late_failure_is_tried_at_once_in_order() {
    let mut source = source(true, 4).await;
    source.send("a1", Some("a")).await;
    let slow = source.calls.recv().await.unwrap();
    source.send("a2", Some("a")).await;
    source.bench.deps.clock.advance(Duration::from_secs(3600)).unwrap();
    for _ in 0..20 {
        source.counts().await;
    }
    assert!(source.calls.try_recv().is_err(), "its timeout has passed, its call has not");
    slow.fail();
    let call = source.calls.recv().await.unwrap();
    assert_eq!((bodies(&call), attempt(&call)), (vec!["a1", "a2"], "2"));
    call.succeed("null");
    source.left(0).await;
    source.lambda.stop().await;
}

#[tokio::test]
async fn a_batch_under_way_at_the_end_is_delivered_at_once_by_the_next_start_and_was_no_attempt() {
    let mut source = source(false, 1).await;
    source.send("one", None).await;
    let cut_short = source.calls.recv().await.unwrap();
    source.lambda.stop().await;
    drop(cut_short);
    assert_eq!(source.counts().await, Counts { visible: 1, in_flight: 0, delayed: 0 });
    let (runtime, mut calls) = puppet();
    let trigger = Trigger::Queue { queue: source.queue.to_owned(), batch: 10 };
    let spec = FunctionSpec { trigger, ..FunctionSpec::new("app", "f", runtime) };
    let lambda = source.bench.start(vec![spec]).await;
    let call = calls.recv().await.unwrap();
    assert_eq!((bodies(&call), attempt(&call)), (vec!["one"], "1"));
    call.succeed("null");
    source.left(0).await;
    lambda.stop().await;
}
