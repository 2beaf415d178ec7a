//! Messages that are delivered together, in one call, on both hosts.
//!
//! Deals with: which of them come again, alone; which become dead letters. Does not deal with: messages
//! that are calls of their own (`retries.rs`).

use anyfn_emulator::AppSource;

use crate::dead_letters::{PAUSE, side};
use crate::machine::binary;
use crate::stage::{Cloud, Stage, until};

/// The numbers of each call, sorted.
async fn calls(stage: &Stage, cloud: Cloud) -> Vec<Vec<u32>> {
    let store = stage.store(cloud, "tallied");
    let mut calls = Vec::new();
    for entry in store.list(cloud.host()).await.unwrap() {
        let text = store.get(&entry.key).await.unwrap().bytes;
        let text = String::from_utf8(text.to_vec()).unwrap();
        let mut numbers: Vec<u32> =
            text.split_whitespace().map(|number| number.parse().unwrap()).collect();
        numbers.sort_unstable();
        calls.push(numbers);
    }
    calls.sort_unstable();
    calls
}

/// Returns once `failures` attempts have ended in vain and nothing else is left in the queue.
async fn failed(stage: &Stage, cloud: Cloud, left: u64, failures: usize) {
    until(&format!("{failures} failures on {cloud:?}"), async || {
        let queues = stage.emulator.queues();
        let counts = queues.counts(side(cloud), "tallies").await.unwrap();
        let log = stage.log(cloud, "tally");
        let gone = ["failed at receipt ", "it moves to '"];
        let lines = log.lines().filter(|line| gone.iter().any(|gone| line.contains(gone)));
        let told = cloud == Cloud::Aws || lines.count() == failures;
        (counts.total() == left && told).then_some(())
    })
    .await;
}

#[tokio::test]
async fn of_messages_that_came_together_the_failed_ones_come_again_and_the_others_do_not() {
    let app = AppSource { executable: binary("tally"), settings: Default::default() };
    let stage = Stage::with(|options| {
        options.apps = vec![app];
        options.max_attempts = 2;
        options.clock = anyfn_emulator::clock::Clock::virtual_at(std::time::SystemTime::now());
    })
    .await;
    for cloud in Cloud::BOTH {
        let all = [1, 2, 3, 4, 5, 6, 7, 8, 13];
        let mut messages: Vec<String> = all.iter().map(u32::to_string).collect();
        messages.push("\"no number\"".to_owned());
        let sent = messages.into_iter().map(Into::into).collect();
        assert!(stage.queue(cloud, "tallies").send_batch(sent).await.unwrap().is_empty());

        failed(&stage, cloud, 3, 3).await;
        let first = calls(&stage, cloud).await;
        let mut seen = first.concat();
        seen.sort_unstable();
        assert_eq!(seen, all, "each once: {first:?}");
        match cloud {
            Cloud::Aws => assert!(first.iter().any(|call| call.len() > 1), "{first:?}"),
            Cloud::Azure => assert!(first.iter().all(|call| call.len() == 1), "{first:?}"),
        }

        stage.emulator.clock().advance(PAUSE).unwrap();
        // SQS gives a message up at the delivery after its last failure, the Functions host with it.
        failed(&stage, cloud, if cloud == Cloud::Aws { 2 } else { 0 }, 5).await;
        let mut again = calls(&stage, cloud).await.concat();
        again.sort_unstable();
        assert_eq!(again, [1, 2, 3, 4, 5, 6, 7, 7, 8, 13, 13], "{cloud:?}");

        stage.emulator.clock().advance(PAUSE).unwrap();
        let (name, mut bodies) = match cloud {
            Cloud::Aws => ("tally-dead-letter", ["\"no number\"", "13"].map(str::to_owned)),
            Cloud::Azure => {
                ("tallies-poison", ["\"no number\"", "13"].map(|text| base64(text.as_bytes())))
            }
        };
        bodies.sort_unstable();
        let dead = until("the dead letters", async || {
            let queues = stage.emulator.queues();
            let dead = queues.peek(side(cloud), name, 32).await.unwrap();
            (dead.len() == 2).then_some(dead)
        })
        .await;
        let mut dead: Vec<String> = dead.into_iter().map(|message| message.body).collect();
        dead.sort_unstable();
        assert_eq!(dead, bodies, "{cloud:?}");
        failed(&stage, cloud, 0, 5).await;
    }
    stage.stop().await;
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
