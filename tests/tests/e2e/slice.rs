//! The thin path through everything, on both hosts.
//!
//! Deals with: a photograph and a signed webhook, in and out. Does not deal with: what goes wrong.

use std::collections::BTreeSet;

use anyfn_services::behaviour;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::stage::{Cloud, SECRET, Stage, http, photo, until};

async fn keys(stage: &Stage, cloud: Cloud, store: &str) -> BTreeSet<String> {
    let entries = stage.store(cloud, store).list("").await.unwrap();
    entries.into_iter().map(|entry| entry.key).collect()
}

#[tokio::test]
async fn a_photograph_becomes_thumbnails_on_the_host_of_the_cloud_it_was_put_into() {
    let stage = Stage::start().await;
    let bytes = std::fs::read(photo("retina.jpg")).unwrap();
    for cloud in Cloud::BOTH {
        let key = format!("in {}/a+b é.jpg", cloud.host());
        stage.store(cloud, "photos").put(&key, bytes.clone()).await.unwrap();
        let wanted: BTreeSet<_> = [128, 512, 1024].map(|w| format!("{key}/{w}.jpg")).into();
        until("three thumbnails", async || {
            let all = keys(&stage, cloud, "thumbnails").await;
            all.is_superset(&wanted).then_some(())
        })
        .await;
        let other = if cloud == Cloud::Aws { Cloud::Azure } else { Cloud::Aws };
        let calls = |cloud| {
            let log = stage.log(cloud, "thumbnail");
            log.matches(if cloud == Cloud::Aws {
                "START RequestId"
            } else {
                "Executing 'Functions"
            })
            .count()
        };
        assert_eq!(calls(cloud), 1, "{}", stage.log(cloud, "thumbnail"));
        let seen = stage.store(other, "thumbnails").get(&format!("{key}/128.jpg")).await.unwrap();
        assert_eq!(&seen.bytes[..3], b"\xff\xd8\xff", "one store, seen through both APIs");
        assert_eq!(seen.content_type.as_deref(), Some("image/jpeg"));
    }
    assert_eq!(keys(&stage, Cloud::Aws, "thumbnails").await.len(), 6);
    stage.stop().await;
}

#[tokio::test]
async fn both_hosts_run_the_very_same_file() {
    let stage = Stage::start().await;
    let hash = |cloud| {
        let pid = stage.function(cloud, "thumbnail").pid.unwrap();
        hex::encode(Sha256::digest(std::fs::read(format!("/proc/{pid}/exe")).unwrap()))
    };
    assert_eq!(hash(Cloud::Aws), hash(Cloud::Azure));
    stage.stop().await;
}

#[tokio::test]
async fn a_signed_webhook_is_archived_once_and_a_forged_one_never() {
    let stage = Stage::start().await;
    let client = http();
    for cloud in Cloud::BOTH {
        let url = stage.function(cloud, "receive").url.unwrap();
        let body = format!(r#"{{"zen":"{}"}}"#, cloud.host());
        let id = format!("72d3162e-cc78-11e3-81ab-{}", cloud.host());
        let post = |signature: String| {
            let request = client.post(format!("{url}/hooks/github")).body(body.clone());
            request.header("X-Hub-Signature-256", signature).header("X-GitHub-Delivery", &id).send()
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let good = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        for _ in 0..2 {
            assert_eq!(post(good.clone()).await.unwrap().status(), 202);
        }
        assert_eq!(
            post(good.replace(|c: char| c.is_ascii_digit(), "0")).await.unwrap().status(),
            401
        );
        let filed = until("the archived payload", async || {
            keys(&stage, cloud, "archive").await.into_iter().find(|key| key.contains(&id))
        })
        .await;
        let payload = stage.store(cloud, "archive").get(&filed).await.unwrap();
        assert_eq!(&payload.bytes[..], body.as_bytes());
        assert!(
            filed.starts_with("github/20") && filed.ends_with(&format!("/{id}.json")),
            "{filed}"
        );
    }
    assert_eq!(keys(&stage, Cloud::Aws, "archive").await.len(), 2);
    stage.stop().await;
}

#[tokio::test]
async fn queues_behave_alike_on_the_emulated_clouds() {
    let stage = Stage::start().await;
    for cloud in Cloud::BOTH {
        let engine = stage.emulator.queues();
        let side = match cloud {
            Cloud::Aws => anyfn_emulator::cloud::Cloud::Aws,
            Cloud::Azure => anyfn_emulator::cloud::Cloud::Azure,
        };
        let spec = anyfn_emulator::queues::QueueSpec::new(side);
        engine.create(side, "deliveries-scratch", spec.clone()).await.unwrap();
        let mut names = vec!["deliveries-scratch"];
        if cloud == Cloud::Aws {
            let spec = anyfn_emulator::queues::QueueSpec { fifo: true, ..spec };
            engine.create(side, "deliveries-scratch.fifo", spec).await.unwrap();
            names.push("deliveries-scratch.fifo");
        }
        for name in names {
            let queue = stage.queue(cloud, name);
            let kept = behaviour::queue(&queue, queue.capability(), tokio::time::sleep).await;
            kept.unwrap_or_else(|broken| panic!("{name} on {cloud:?}: {broken}"));
        }
    }
    stage.stop().await;
}
