//! Events that fail for a while, for good, or because their process dies.
//!
//! Deals with: attempts, what is in the dead-letter queue after the last, redriving, processes killed
//! under a living emulator. Does not deal with: events that are rejected at once (`bad_input.rs`).

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::dead_letters::{Letter, PAUSE, given_up, letters, queue, source, tried};
use crate::delivery::Delivery;
use crate::stage::{Cloud, Stage, photo, until};

#[tokio::test]
async fn a_failing_event_is_tried_five_times_and_then_a_dead_letter() {
    let stage = Stage::frozen().await;
    // Thumbnails have nowhere to go: an error of the store, not of the picture.
    stage.emulator.blobs().delete_container("thumbnails", true).await.unwrap();
    let bytes = std::fs::read(photo("retina.jpg")).unwrap();
    for cloud in Cloud::BOTH {
        stage.store(cloud, "photos").put("eye.jpg", bytes.clone()).await.unwrap();
        let letter = given_up(&stage, cloud, "thumbnail").await.remove(0);
        // The platform moves it, and knows no reason: that is in the log.
        let Letter { reason, body } = letter;
        assert_eq!(reason, None);
        assert!(String::from_utf8_lossy(&body).contains("eye.jpg"), "{body:?}");
        let log = stage.log(cloud, "thumbnail");
        assert!(log.contains("blob put: ") && log.contains("thumbnails"), "{log}");
    }
    stage.stop().await;
}

#[tokio::test]
async fn an_event_that_fails_for_a_while_succeeds_at_a_later_attempt() {
    let stage = Stage::frozen().await;
    let bytes = std::fs::read(photo("retina.jpg")).unwrap();
    for cloud in Cloud::BOTH {
        stage.emulator.blobs().delete_container("thumbnails", true).await.unwrap();
        stage.store(cloud, "photos").put("eye.jpg", bytes.clone()).await.unwrap();
        tried(&stage, cloud, "thumbnail", 1).await;
        stage.emulator.blobs().ensure_container("thumbnails").await.unwrap();
        stage.emulator.clock().advance(PAUSE).unwrap();
        until("three thumbnails", async || {
            let found = stage.store(cloud, "thumbnails").list("eye.jpg/").await.unwrap();
            (found.len() == 3).then_some(())
        })
        .await;
        assert!(letters(&stage, cloud, "thumbnail").await.is_empty());
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_function_killed_under_load_is_started_again_and_loses_no_event() {
    let stage = Stage::with(|options| {
        options.clock = anyfn_emulator::clock::Clock::virtual_at(std::time::SystemTime::now());
        options.max_attempts = 1000;
    })
    .await;
    let bytes = std::fs::read(photo("astronaut-rotated.jpg")).unwrap();
    for cloud in Cloud::BOTH {
        let (photos, thumbnails) = (stage.store(cloud, "photos"), stage.store(cloud, "thumbnails"));
        let mut keys: BTreeSet<String> =
            (0..80).map(|number| format!("{}/{number}.jpg", cloud.host())).collect();
        for key in &keys {
            photos.put(key, bytes.clone()).await.unwrap();
        }
        let done = async || -> BTreeSet<String> {
            let found = thumbnails.list(cloud.host()).await.unwrap();
            found
                .into_iter()
                .filter_map(|entry| entry.key.strip_suffix("/128.jpg").map(str::to_owned))
                .collect()
        };
        for kills in 1..=2 {
            // In the middle of it: some are done, others are not.
            until("some thumbnails", async || (done().await.len() > kills).then_some(())).await;
            if done().await.len() == keys.len() {
                assert!(kills > 1, "too late for the first kill");
                break;
            }
            let pids = stage.function(cloud, "thumbnail").pids;
            assert!(!pids.is_empty());
            for pid in &pids {
                kill(Pid::from_raw(i32::try_from(*pid).unwrap()), Signal::SIGKILL).unwrap();
            }
            // Work for another process, should this one have done all there was just before.
            let more = format!("{}/after-{kills}.jpg", cloud.host());
            photos.put(&more, bytes.clone()).await.unwrap();
            keys.insert(more);
            until("another process", async || {
                stage.emulator.clock().advance(PAUSE).unwrap();
                tokio::time::sleep(Duration::from_millis(100)).await;
                let fresh = stage.function(cloud, "thumbnail").pid;
                fresh.filter(|pid| !pids.contains(pid))
            })
            .await;
        }
        until("all thumbnails", async || {
            if done().await == keys {
                return Some(());
            }
            // A retry comes when its time has come; not so often that calls are given up meanwhile.
            tokio::time::sleep(Duration::from_millis(500)).await;
            stage.emulator.clock().advance(PAUSE).unwrap();
            None
        })
        .await;
        assert!(letters(&stage, cloud, "thumbnail").await.is_empty());
    }
    stage.stop().await;
}

#[tokio::test]
async fn a_dead_letter_that_is_moved_back_is_unwrapped_and_processed() {
    let stage = Stage::frozen().await;
    for cloud in Cloud::BOTH {
        let delivery = Delivery::new(format!("redriven-{}", cloud.host()));
        let live = stage.queue(cloud, source("archive"));
        live.send(delivery.note()).await.unwrap();
        // No such record yet: rejected at once.
        let dead = stage.queue(cloud, queue(cloud, "archive"));
        let letter = until("the dead letter", async || {
            dead.receive(1, Duration::from_secs(3600)).await.unwrap().pop()
        })
        .await;
        let envelope = String::from_utf8_lossy(&letter.body);
        assert_eq!(envelope.contains("\"anyfn\":1"), cloud == Cloud::Azure, "{envelope}");

        let record = delivery.record("2024-02-29T23:59:59Z");
        stage.store(cloud, "deliveries").put(&delivery.key(), record).await.unwrap();
        live.send(letter.body.clone()).await.unwrap();
        dead.delete(&letter).await.unwrap();
        until("the archived payload", async || {
            (delivery.filed(&stage, cloud).await.len() == 1).then_some(())
        })
        .await;
        assert!(letters(&stage, cloud, "archive").await.is_empty());
    }
    stage.stop().await;
}
