//! The webhook's real binary as a container: probes, pushed events, SIGTERM.
//!
//! Deals with: what a platform and a sender of events see of the process. Does not deal with: forms of
//! events and answers, tested beside the host's code; forged envelopes (`forgery.rs`).

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::dead_letters::letters;
use crate::delivery::Delivery;
use crate::process::{Container, bindings};
use crate::stage::{Cloud, Stage, http, until};

async fn status(url: String) -> u16 {
    http().get(url).send().await.unwrap().status().as_u16()
}

/// Pushes `data` as a CloudEvent in binary mode to the function `archive` at `url`.
async fn push(url: &str, data: String) -> (u16, String) {
    let request = http().post(format!("{url}/archive")).header("content-type", "application/json");
    let request = request.header("ce-specversion", "1.0").header("ce-id", "caf%C3%A9-1");
    let request = request.header("ce-source", "/tests").header("ce-type", "org.example.delivered");
    let answer = request.body(data).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_pushed_event_is_filed_and_the_same_on_the_public_port_is_not() {
    let stage = Stage::start().await;
    for cloud in Cloud::BOTH {
        let container = Container::start(&bindings(&stage, cloud)).await;
        until("readiness", async || {
            (status(format!("{}/readyz", container.url)).await == 200).then_some(())
        })
        .await;
        assert_eq!(status(format!("{}/healthz", container.url)).await, 200);

        let delivery = Delivery::new(format!("pushed-{}", cloud.host()));
        let record = delivery.record("2024-02-29T23:59:59Z");
        stage.store(cloud, "deliveries").put(&delivery.key(), record).await.unwrap();
        assert_eq!(push(&container.url, delivery.note()).await.0, 404);
        assert!(delivery.filed(&stage, cloud).await.is_empty());
        let pushed = push(&container.events, delivery.note()).await;
        assert_eq!(pushed, (200, String::new()));
        assert_eq!(delivery.filed(&stage, cloud).await.len(), 1);

        // Of a record that is not there, and no note at all: dealt with, as dead letters.
        let lost = Delivery::new("lost").note();
        for (count, data) in [lost, "[7]".to_owned()].into_iter().enumerate() {
            assert_eq!(push(&container.events, data.clone()).await.0, 200);
            let all = letters(&stage, cloud, "archive").await;
            assert_eq!(all.len(), count + 1, "{all:?}");
            let letter = all.iter().find(|letter| letter.body == data.as_bytes()).unwrap();
            assert!(letter.reason.is_some(), "{letter:?}");
        }
    }
    stage.stop().await;
}

#[tokio::test]
async fn after_sigterm_a_running_request_finishes_and_new_ones_are_refused() {
    let stage = Stage::start().await;
    let cloud = Cloud::Aws;
    let mut container = Container::start(&bindings(&stage, cloud)).await;
    let delivery = Delivery::new("slow");
    let port = container.url.rsplit(':').next().unwrap();
    let mut slow = TcpStream::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let head = format!(
        "POST /hooks/github HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\nx-github-delivery: slow\r\n\
         x-hub-signature-256: {}\r\ncontent-length: {}\r\n\r\n",
        delivery.signature(),
        delivery.body.len()
    );
    slow.write_all(head.as_bytes()).await.unwrap();
    let mut said = [0; 12];
    slow.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 100", "the body is waited for: the request runs");

    let pid = i32::try_from(container.process.child().id()).unwrap();
    kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
    until("no readiness", async || {
        (status(format!("{}/readyz", container.url)).await == 503).then_some(())
    })
    .await;
    assert_eq!(status(format!("{}/healthz", container.url)).await, 200);
    assert_eq!(Delivery::new("late").post(&container.url).await.unwrap(), 503);
    assert_eq!(push(&container.events, delivery.note()).await.0, 503);
    assert!(container.process.child().try_wait().unwrap().is_none());

    slow.write_all(delivery.body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("HTTP/1.1 202"), "{answer}");
    let ended = until("the end", async || container.process.child().try_wait().unwrap()).await;
    assert_eq!(ended.code(), Some(0));
    until("its file", async || (delivery.filed(&stage, cloud).await.len() == 1).then_some(()))
        .await;
    stage.stop().await;
}
