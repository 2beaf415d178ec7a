//! Tests of `queue_listener`.

use super::super::test_host::{Behave, Ground, answers, reply};
use super::*;
use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Response, StatusCode};

const QUEUE: &str = r#"[{"type": "queueTrigger", "name": "item", "queueName": "orders"}]"#;
const BINARY: &str =
    r#"[{"type": "queueTrigger", "name": "item", "queueName": "orders", "dataType": "binary"}]"#;
const TO_POISON: &str = r#"[{"type": "queueTrigger", "name": "item", "queueName": "orders"},
    {"type": "queue", "direction": "out", "name": "deadletter", "queueName": "orders-poison"}]"#;

fn fails() -> Behave {
    Arc::new(|_| Box::pin(async { reply(StatusCode::INTERNAL_SERVER_ERROR, "{}") }))
}

fn hangs() -> Behave {
    Arc::new(|_| Box::pin(std::future::pending::<Response<Body>>()))
}

async fn ground(host: &str, bindings: &str) -> Ground {
    let ground = Ground::new(host, &[("archive", bindings)]);
    ground.create("orders").await;
    ground
}

#[tokio::test]
async fn a_message_is_posted_in_chunks_to_the_functions_name_and_deleted() {
    let ground = ground("{}", QUEUE).await;
    let mut rig = ground.start(answers("{}")).await;
    let sent = ground.send("orders", &STANDARD.encode(r#"{"id":"forged","a":1}"#)).await;
    let call = rig.call().await;
    assert_eq!((call.method.as_str(), call.target.as_str()), ("POST", "/archive"));
    assert_eq!(call.headers["transfer-encoding"], "chunked");
    assert_eq!(call.headers["content-type"], "application/json; charset=utf-8");
    assert!(call.headers.contains_key("x-azure-functions-invocationid"));
    let json = call.json();
    assert_eq!(json["Data"]["item"], r#""{\"id\":\"forged\",\"a\":1}""#);
    let metadata = &json["Metadata"];
    assert_eq!(metadata["DequeueCount"], "1");
    assert_eq!(metadata["InsertionTime"], "2026-01-01T00:00:00+00:00");
    assert_eq!(metadata["NextVisibleTime"], "2026-01-01T00:10:00+00:00");
    assert_eq!(metadata["ExpirationTime"], "2026-01-08T00:00:00+00:00");
    assert_eq!(metadata["Id"], "\"forged\"");
    assert!(metadata.get("QueueTrigger").is_none());
    assert_ne!(sent.id, "forged");
    ground.empty("orders").await;
    rig.host.stop().await;
}

#[tokio::test]
async fn a_binary_binding_gets_base64_once_and_true_metadata() {
    let ground = ground("{}", BINARY).await;
    let mut rig = ground.start(answers("{}")).await;
    let body = STANDARD.encode(r#"{"id":"forged"}"#);
    let sent = ground.send("orders", &body).await;
    let json = rig.call().await.json();
    assert_eq!(json["Data"]["item"], body);
    assert_eq!(json["Metadata"]["Id"], format!("\"{}\"", sent.id));
}

#[tokio::test]
async fn a_failing_message_is_poison_at_the_fifth_receipt_under_a_new_id() {
    let ground = ground("{}", QUEUE).await;
    let mut rig = ground.start(fails()).await;
    let sent = ground.send("orders", "aGk=").await;
    for receipt in 1..=5 {
        let count = rig.call().await.json()["Metadata"]["DequeueCount"].clone();
        assert_eq!(count, receipt.to_string());
    }
    let poison = ground.take("orders-poison").await;
    assert_eq!(poison.body, "aGk=");
    assert_ne!(poison.id, sent.id);
    ground.empty("orders").await;
    assert!(rig.calls.try_recv().is_err());
}

#[tokio::test]
async fn a_message_received_too_often_by_others_is_poison_unseen() {
    let ground = ground("{}", QUEUE).await;
    ground.send("orders", "aGk=").await;
    for _ in 0..5 {
        ground.queues.receive(Cloud::Azure, "orders", 1, Some(Duration::ZERO)).await.unwrap();
    }
    let mut rig = ground.start(answers("{}")).await;
    ground.create("orders-poison").await;
    ground.take("orders-poison").await;
    assert!(rig.calls.try_recv().is_err());
}

#[tokio::test]
async fn a_failed_message_waits_for_the_visibility_timeout_of_host_json() {
    let host =
        r#"{"extensions": {"queues": {"visibilityTimeout": "00:00:30", "maxDequeueCount": 2}}}"#;
    let ground = ground(host, QUEUE).await;
    ground.create("orders-poison").await;
    let mut rig = ground.start(fails()).await;
    ground.send("orders", "aGk=").await;
    rig.call().await;
    ground.logged("is visible again in 30s").await;
    ground.clock.advance(Duration::from_secs(29)).unwrap();
    ground.settle().await;
    assert!(rig.calls.try_recv().is_err());
    ground.clock.advance(Duration::from_secs(1)).unwrap();
    rig.call().await;
    ground.take("orders-poison").await;
}

#[tokio::test]
async fn what_is_not_base64_goes_to_the_poison_queue_untried_and_loudly() {
    let ground = ground("{}", QUEUE).await;
    ground.create("orders-poison").await;
    let mut rig = ground.start(answers("{}")).await;
    ground.send("orders", "{plain}").await;
    assert_eq!(ground.take("orders-poison").await.body, "{plain}");
    assert!(rig.calls.try_recv().is_err());
    assert!(ground.log().contains("is not base64"));
}

#[tokio::test]
async fn plain_texts_are_taken_where_host_json_says_so() {
    let host = r#"{"extensions": {"queues": {"messageEncoding": "none"}}}"#;
    let ground = ground(host, QUEUE).await;
    let mut rig = ground.start(answers("{}")).await;
    ground.send("orders", "plain").await;
    assert_eq!(rig.call().await.json()["Data"]["item"], "\"plain\"");
}

#[tokio::test]
async fn a_long_invocation_keeps_its_message_however_the_clock_jumps() {
    let ground = ground("{}", QUEUE).await;
    let mut rig = ground.start(hangs()).await;
    ground.send("orders", "aGk=").await;
    rig.call().await;
    let hidden_until = async || {
        let counts = ground.queues.counts(Cloud::Azure, "orders").await.unwrap();
        (counts.visible, counts.in_flight)
    };
    for _ in 0..2 {
        ground.clock.advance(Duration::from_secs(3600)).unwrap();
        ground.settle().await;
        assert_eq!(hidden_until().await, (0, 1));
    }
    assert!(rig.calls.try_recv().is_err());
}

#[tokio::test]
async fn a_dead_letter_in_an_output_binding_is_stored_in_base64() {
    let ground = ground("{}", TO_POISON).await;
    ground.create("orders-poison").await;
    let json = r#"{"Outputs": {"deadletter": "eyJhIjoxfQ==", "other": "x"}}"#;
    let rig = ground.start(answers(json)).await;
    ground.send("orders", "aGk=").await;
    assert_eq!(ground.take("orders-poison").await.body, "eyJhIjoxfQ==");
    ground.empty("orders").await;
    assert!(ground.log().contains("the output 'other' of 'archive' is ignored"));
    rig.host.stop().await;
}

#[tokio::test]
async fn what_a_stopped_host_held_is_visible_at_once() {
    let ground = ground("{}", QUEUE).await;
    let mut rig = ground.start(hangs()).await;
    ground.send("orders", "aGk=").await;
    rig.call().await;
    rig.host.stop().await;
    assert_eq!(ground.take("orders").await.receive_count, 1, "what was cut short is no attempt");
}

#[tokio::test]
async fn a_killed_hosts_messages_are_visible_to_the_next_host() {
    let ground = ground("{}", QUEUE).await;
    let mut rig = ground.start(hangs()).await;
    ground.send("orders", "aGk=").await;
    rig.call().await;
    // As if it were killed: nothing of it runs on, and nothing was said to the queue.
    drop(rig);
    let mut next = ground.start(answers("{}")).await;
    assert_eq!(next.call().await.json()["Metadata"]["DequeueCount"], "1");
    ground.empty("orders").await;
}

#[tokio::test]
async fn one_slow_message_does_not_hold_up_the_others() {
    let slow_first: Behave = Arc::new(|call| {
        Box::pin(async move {
            if call.json()["Data"]["item"] == "\"slow\"" {
                std::future::pending::<()>().await;
            }
            reply(StatusCode::OK, "{}")
        })
    });
    let ground = ground("{}", QUEUE).await;
    let mut rig = ground.start(slow_first).await;
    ground.send("orders", &STANDARD.encode("slow")).await;
    rig.call().await;
    for _ in 0..3 {
        ground.send("orders", &STANDARD.encode("quick")).await;
        rig.call().await;
    }
}
