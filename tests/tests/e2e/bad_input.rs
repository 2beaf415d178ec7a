//! Events that cannot be processed, however often they are tried.
//!
//! Deals with: pictures that are none, messages of another type, unknown events: the dead letter, the
//! reason, the process that goes on. Does not deal with: requests (`limits.rs`), variables
//! (`start_up.rs`).

use serde_json::Value;

use crate::dead_letters::{Letter, given_up, letters, queue, side, source};
use crate::delivery::Delivery;
use crate::stage::{Cloud, Stage, photo, until};

/// A JPEG that says it is 65500 pixels wide and as high: 12 GB once decoded.
fn bomb() -> Vec<u8> {
    let mut bytes = std::fs::read(photo("retina.jpg")).unwrap();
    // Start of frame: marker, length (2), precision (1), height (2), width (2).
    let frame = bytes.windows(2).position(|marker| marker == b"\xff\xc0").unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xdc, 0xff, 0xdc]);
    bytes
}

/// A PNG with one flipped bit in the middle of its pixels.
fn corrupt() -> Vec<u8> {
    let mut bytes = std::fs::read(photo("coffee-alpha.png")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    bytes
}

#[tokio::test]
async fn what_is_no_picture_is_a_dead_letter_after_one_attempt_and_the_process_goes_on() {
    // The clock stands: nothing is ever tried a second time.
    let stage = Stage::frozen().await;
    let whole = std::fs::read(photo("rocket-progressive.jpg")).unwrap();
    for cloud in Cloud::BOTH {
        let photos = stage.store(cloud, "photos");
        let process = stage.function(cloud, "thumbnail").pid;
        assert!(process.is_some());
        let bad = [
            ("empty.jpg", Vec::new(), "the file is empty"),
            ("letter.jpg", b"Dear sir".to_vec(), "no picture: the file starts with Dear sir"),
            ("cut.jpg", whole[..9000].to_vec(), "corrupt JPEG: the file ends before"),
            ("corrupt.png", corrupt(), "corrupt PNG: "),
            (
                "bomb.jpg",
                bomb(),
                "JPEG of 65500x65500 is 4290250000 pixels, IMAGE_MAX_PIXELS allows",
            ),
        ];
        for (count, (name, bytes, why)) in (1..).zip(bad) {
            photos.put(name, bytes).await.unwrap();
            let all = until(&format!("{name} in the dead letters"), async || {
                let all = letters(&stage, cloud, "thumbnail").await;
                (all.len() == count).then_some(all)
            })
            .await;
            let about = |letter: &&Letter| String::from_utf8_lossy(&letter.body).contains(name);
            let letter = all.iter().find(about).unwrap();
            let reason = letter.reason.as_deref().unwrap_or_default();
            assert!(reason.starts_with(why), "{name}: {reason}");
        }
        let log = stage.log(cloud, "thumbnail");
        assert_eq!(log.matches(r#""message":"event rejected""#).count(), 5, "{log}");
        assert!(stage.store(cloud, "thumbnails").list(cloud.host()).await.unwrap().is_empty());

        let good = format!("{}/good.jpg", cloud.host());
        photos.put(&good, whole.clone()).await.unwrap();
        until("the thumbnails of a good one", async || {
            let found = stage.store(cloud, "thumbnails").list(cloud.host()).await.unwrap();
            (found.len() >= 2).then_some(())
        })
        .await;
        let now = stage.function(cloud, "thumbnail");
        assert_eq!((now.pid, now.pids.len()), (process, 1), "the very same process");
        assert_eq!(letters(&stage, cloud, "thumbnail").await.len(), 5);
    }
    let found = stage.store(Cloud::Aws, "thumbnails").list("").await.unwrap();
    assert!(found.iter().all(|entry| entry.key.contains("/good.jpg/")), "{found:?}");
    stage.stop().await;
}

/// A message that no attempt can read, and what the log says of it.
async fn unreadable(stage: &Stage, cloud: Cloud, function: &str, message: &[u8], said: &[&str]) {
    stage.queue(cloud, source(function)).send(message.to_vec()).await.unwrap();
    let all = given_up(stage, cloud, function).await;
    let unchanged = all.iter().any(|letter| letter.reason.is_none() && letter.body == message);
    assert!(unchanged, "{all:?}");
    // As a reader of JSON sees it: of two fields of one name only the last.
    let log = stage.log(cloud, function);
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let texts: Vec<String> = lines
        .filter(|line| line["level"] == "ERROR" && line["function"] == function)
        .map(|line| format!("{} {}", line["message"], line["error"]))
        // Of each message, not only of the whole batch.
        .filter(|text| !text.contains("all 1 messages failed"))
        .collect();
    for said in said {
        assert!(texts.iter().any(|text| text.contains(said)), "{said}: {texts:#?}");
    }
}

#[tokio::test]
async fn a_message_of_another_type_is_tried_five_times_told_in_the_log_and_kept_as_it_is() {
    let stage = Stage::frozen().await;
    for cloud in Cloud::BOTH {
        let wrong: [(&[u8], &[&str]); 3] = [
            (b"not json", &["the message is not a `webhook::record::Note`", "expected"]),
            (br#"{"key":5}"#, &["at `key`: invalid type: integer `5`, expected a string"]),
            (br#"{"key":"github/xyz"}"#, &["not the key of a delivery, expected a provider"]),
        ];
        for (message, said) in wrong {
            unreadable(&stage, cloud, "archive", message, said).await;
        }
    }
    // Only a storage queue takes bytes that are no text.
    let raw = b"{\"key\":\"\xff\xfe\"}";
    unreadable(&stage, Cloud::Azure, "archive", raw, &["at `key`: invalid unicode code point"])
        .await;
    for cloud in Cloud::BOTH {
        // Nothing is lost, nothing is stuck behind them.
        let queues = stage.emulator.queues();
        let left = queues.counts(side(cloud), source("archive")).await.unwrap();
        assert_eq!(left.total(), 0);
        let delivery = Delivery::new(format!("after-{}", cloud.host()));
        let record = delivery.record("2024-02-29T23:59:59Z");
        stage.store(cloud, "deliveries").put(&delivery.key(), record).await.unwrap();
        stage.queue(cloud, source("archive")).send(delivery.note()).await.unwrap();
        until("the archived payload", async || {
            (delivery.filed(&stage, cloud).await.len() == 1).then_some(())
        })
        .await;
        let dead = queues.counts(side(cloud), queue(cloud, "archive")).await.unwrap();
        assert_eq!(dead.total(), if cloud == Cloud::Aws { 3 } else { 4 });
    }
    stage.stop().await;
}

#[tokio::test]
async fn an_unknown_event_is_tried_five_times_told_in_the_log_and_kept_as_it_is() {
    let stage = Stage::frozen().await;
    let aws: [(&[u8], &[&str]); 2] = [
        (br#"{"hello":1}"#, &["not an S3 event notification: at `Records`: missing"]),
        (
            br#"{"Records":[{"eventName":"ObjectRestore:Post","s3":{"bucket":{"name":"photos"},"object":{"key":"a"}}}]}"#,
            &["the S3 event `ObjectRestore:Post` is neither ObjectCreated nor ObjectRemoved"],
        ),
    ];
    let azure: [(&[u8], &[&str]); 2] = [
        (br#"{"hello":1}"#, &["not an Event Grid event: at `.`: missing field `eventType`"]),
        (
            br#"{"eventType":"Microsoft.Storage.BlobTierChanged","subject":"x","data":{}}"#,
            &["type `Microsoft.Storage.BlobTierChanged`; expected `Microsoft.Storage.BlobCreated`"],
        ),
    ];
    for (cloud, wrong) in [(Cloud::Aws, aws), (Cloud::Azure, azure)] {
        for (message, said) in wrong {
            unreadable(&stage, cloud, "thumbnail", message, said).await;
        }
    }
    stage.stop().await;
}
