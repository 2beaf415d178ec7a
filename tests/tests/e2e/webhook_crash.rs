//! The webhook's process killed between any two of its steps, the same delivery posted again.
//!
//! Deals with: kills at known points (a proxy holds the request of the step that must not happen),
//! exactly one archived file, midnight in between. Does not deal with: kills at random (`kills.rs`).

use serde_json::Value;

use crate::delivery::Delivery;
use crate::gate::{Gate, Held};
use crate::process::{Container, bindings};
use crate::stage::{Cloud, Stage, until};

/// Posts `delivery` to a container whose `variable` leads through a gate, and kills the container when
/// the gate holds a request.
async fn killed_at(
    stage: &Stage,
    cloud: Cloud,
    delivery: &Delivery,
    variable: &str,
    upstream: &str,
    held: Held,
) {
    let gate = Gate::before(upstream, held).await;
    let mut variables = bindings(stage, cloud);
    for (name, value) in &mut variables {
        if name == variable {
            *value = value.replace(upstream, &gate.url);
            assert!(value.contains(&gate.url), "{value} leads through the gate");
        }
    }
    let mut container = Container::start(&variables).await;
    let posting = tokio::spawn({
        let (delivery, url) = (delivery.clone(), container.url.clone());
        async move { delivery.post(&url).await }
    });
    gate.holds().await;
    container.process.kill();
    assert!(posting.await.unwrap().is_err(), "the sender got no answer");
}

/// Starts the container again, posts `delivery` twice more; both are accepted, one file is there and
/// every message is dealt with.
async fn posted_again(stage: &Stage, cloud: Cloud, delivery: &Delivery) -> String {
    let container = Container::start(&bindings(stage, cloud)).await;
    for _ in 0..2 {
        assert_eq!(delivery.post(&container.url).await.unwrap(), 202);
    }
    let side = match cloud {
        Cloud::Aws => anyfn_emulator::cloud::Cloud::Aws,
        Cloud::Azure => anyfn_emulator::cloud::Cloud::Azure,
    };
    until("an empty queue and a file", async || {
        let left = stage.emulator.queues().counts(side, "deliveries").await.unwrap().total();
        (left == 0 && !delivery.filed(stage, cloud).await.is_empty()).then_some(())
    })
    .await;
    assert_eq!(state(stage, cloud, delivery).await, "queued");
    let mut filed = delivery.filed(stage, cloud).await;
    assert_eq!(filed.len(), 1, "{filed:?}");
    let payload = stage.store(cloud, "archive").get(&filed[0]).await.unwrap();
    assert_eq!(&payload.bytes[..], delivery.body.as_bytes());
    filed.remove(0)
}

async fn record(stage: &Stage, cloud: Cloud, delivery: &Delivery) -> Value {
    let stored = stage.store(cloud, "deliveries").get(&delivery.key()).await.unwrap();
    serde_json::from_slice(&stored.bytes).unwrap()
}

async fn state(stage: &Stage, cloud: Cloud, delivery: &Delivery) -> String {
    record(stage, cloud, delivery).await["state"].as_str().unwrap().to_owned()
}

fn queue_api(stage: &Stage, cloud: Cloud) -> String {
    let ready = stage.emulator.ready();
    let url = if cloud == Cloud::Aws { &ready.aws.sqs } else { &ready.azure.queue };
    origin(url)
}

fn blob_api(stage: &Stage, cloud: Cloud) -> String {
    let ready = stage.emulator.ready();
    let url = if cloud == Cloud::Aws { &ready.aws.s3 } else { &ready.azure.blob };
    origin(url)
}

/// `http://127.0.0.1:PORT` of a URL.
fn origin(url: &str) -> String {
    url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn killed_between_record_and_send_a_delivery_posted_again_is_filed_once() {
    let stage = Stage::start().await;
    for cloud in Cloud::BOTH {
        let delivery = Delivery::new(format!("before-send-{}", cloud.host()));
        let api = queue_api(&stage, cloud);
        let any: Held = |_| true;
        killed_at(&stage, cloud, &delivery, "ANYFN_QUEUE_DELIVERIES", &api, any).await;
        assert_eq!(state(&stage, cloud, &delivery).await, "pending", "recorded");
        assert!(delivery.filed(&stage, cloud).await.is_empty(), "not sent");
        posted_again(&stage, cloud, &delivery).await;
    }
    stage.stop().await;
}

#[tokio::test]
async fn killed_between_send_and_mark_a_delivery_posted_again_is_filed_once() {
    let stage = Stage::start().await;
    for cloud in Cloud::BOTH {
        let delivery = Delivery::new(format!("after-send-{}", cloud.host()));
        let api = blob_api(&stage, cloud);
        let marking: Held = |begins| begins.starts_with("put ") && begins.contains("if-match:");
        killed_at(&stage, cloud, &delivery, "ANYFN_BLOB_DELIVERIES", &api, marking).await;
        assert_eq!(state(&stage, cloud, &delivery).await, "pending", "not marked");
        until("the file of the first message", async || {
            (delivery.filed(&stage, cloud).await.len() == 1).then_some(())
        })
        .await;
        posted_again(&stage, cloud, &delivery).await;
    }
    stage.stop().await;
}

#[tokio::test]
async fn posted_again_after_midnight_a_delivery_is_filed_once_under_its_own_day() {
    let stage = Stage::start().await;
    for cloud in Cloud::BOTH {
        let delivery = Delivery::new(format!("midnight-{}", cloud.host()));
        let api = queue_api(&stage, cloud);
        let any: Held = |_| true;
        killed_at(&stage, cloud, &delivery, "ANYFN_QUEUE_DELIVERIES", &api, any).await;
        // No process's clock can be moved from here, so the first post is moved instead: its record
        // says that it came just before a midnight that is long past.
        let mut early = record(&stage, cloud, &delivery).await;
        early["received_at"] = "2024-02-29T23:59:59Z".into();
        let store = stage.store(cloud, "deliveries");
        store.put(&delivery.key(), early.to_string().into_bytes()).await.unwrap();
        let filed = posted_again(&stage, cloud, &delivery).await;
        assert_eq!(filed, format!("github/2024/02/29/{}.json", delivery.id));
    }
    stage.stop().await;
}
