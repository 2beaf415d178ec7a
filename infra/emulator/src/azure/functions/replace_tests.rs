//! Tests of a new build in the place of an old one.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::{Request, StatusCode};
use tokio::sync::Semaphore;

use super::test_host::{Behave, Ground, answers, reply, soon};

const HTTP: &str = r#"[{"type": "httpTrigger", "name": "req", "authLevel": "anonymous"},
    {"type": "http", "direction": "out", "name": "res"}]"#;
const QUEUE: &str = r#"[{"type": "queueTrigger", "name": "item", "queueName": "orders"}]"#;
const HOURLY: &str = r#"[{"type": "timerTrigger", "name": "t", "schedule": "0 0 * * * *"}]"#;
const HOUR: Duration = Duration::from_secs(3600);

/// A worker that answers `json` to as many calls as there are permits.
fn holds(json: &'static str) -> (Behave, Arc<Semaphore>) {
    let gate = Arc::new(Semaphore::new(0));
    let behave: Behave = Arc::new({
        let gate = Arc::clone(&gate);
        move |_| {
            let gate = Arc::clone(&gate);
            Box::pin(async move {
                gate.acquire().await.unwrap().forget();
                reply(StatusCode::OK, json)
            })
        }
    });
    (behave, gate)
}

fn get() -> Request<Body> {
    Request::get("/api/ask").body(Body::empty()).unwrap()
}

fn says(text: &str) -> &'static str {
    let body = format!(r#"{{"Outputs":{{"res":{{"statusCode":200,"body":"{text}"}}}}}}"#);
    Box::leak(body.into_boxed_str())
}

#[tokio::test]
async fn a_request_in_flight_is_answered_by_the_old_worker_which_then_ends() {
    let ground = Ground::new("{}", &[("ask", HTTP)]);
    let (behave, gate) = holds(says("old"));
    let mut rig = ground.start(behave).await;
    rig.host.ready().await.unwrap();
    let url = rig.host.url().to_owned();
    let port: u16 = url.rsplit(':').next().unwrap().parse().unwrap();
    let running = tokio::spawn(async move {
        let client = super::wire::Wire::new();
        let response = client.send(port, get()).await.unwrap();
        axum::body::to_bytes(Body::new(response.into_body()), 1000).await.unwrap()
    });
    let old = rig.call().await;
    ground.replace(&mut rig, answers(says("new"))).await;
    assert_eq!(rig.host.url(), url);
    assert_eq!(rig.http(get()).await.1, "new");
    assert!(!old.killed.is_cancelled());
    gate.add_permits(1);
    assert_eq!(running.await.unwrap(), "old");
    soon(old.killed.cancelled()).await;
    rig.host.stop().await;
}

#[tokio::test]
async fn messages_in_flight_end_in_the_old_worker_and_the_next_go_to_the_new_one() {
    let ground = Ground::new("{}", &[("archive", QUEUE)]);
    ground.create("orders").await;
    let (behave, gate) = holds("{}");
    let mut rig = ground.start(behave).await;
    let send = async |text: &str| {
        use base64::Engine;
        ground.send("orders", &base64::engine::general_purpose::STANDARD.encode(text)).await
    };
    send("one").await;
    let old = rig.call().await;
    let mut before = ground.replace(&mut rig, answers("{}")).await;
    send("two").await;
    assert_eq!(rig.call().await.json()["Data"]["item"], "\"two\"");
    ground.settle().await;
    assert!(rig.calls.try_recv().is_err() && before.try_recv().is_err(), "each one once");
    gate.add_permits(1);
    ground.empty("orders").await;
    soon(old.killed.cancelled()).await;
    assert!(rig.calls.try_recv().is_err());
    rig.host.stop().await;
}

#[tokio::test]
async fn a_tick_that_runs_is_not_repeated_and_none_is_skipped() {
    let ground = Ground::new("{}", &[("sweep", HOURLY)]);
    let (behave, gate) = holds("{}");
    let mut rig = ground.start(behave).await;
    rig.host.ready().await.unwrap();
    ground.settle().await;
    ground.clock.advance(HOUR).unwrap();
    let old = rig.call().await;
    let mut before = ground.replace(&mut rig, answers("{}")).await;
    ground.settle().await;
    assert!(rig.calls.try_recv().is_err(), "it runs in the old worker");
    gate.add_permits(1);
    soon(old.killed.cancelled()).await;
    ground.settle().await;
    assert!(rig.calls.try_recv().is_err(), "it has run");
    ground.clock.advance(HOUR).unwrap();
    let next = rig.call().await;
    assert_eq!(next.json()["Data"]["t"]["IsPastDue"], false);
    let mut idle = ground.replace(&mut rig, answers("{}")).await;
    ground.settle().await;
    ground.clock.advance(HOUR).unwrap();
    rig.call().await;
    assert!(
        before.try_recv().is_err() && idle.try_recv().is_err() && rig.calls.try_recv().is_err()
    );
    rig.host.stop().await;
}

#[tokio::test]
async fn a_worker_that_never_answers_replaces_nothing() {
    let ground = Ground::new(
        r#"{"customHandler": {"description": {"defaultExecutablePath": "handler"}}}"#,
        &[("ask", HTTP)],
    );
    let rig = ground.start(answers(says("old"))).await;
    rig.host.ready().await.unwrap();
    // No such program: three starts fail, and the host gives up.
    let prepared = rig.host.prepare(&ground.app()).unwrap();
    let why = soon(prepared.ready()).await.unwrap_err();
    assert!(why.contains("stopped the app"), "{why}");
    drop(prepared);
    assert_eq!(rig.http(get()).await.1, "old");
    rig.host.stop().await;
}
