//! Tests of `worker`.

use super::super::app::Input;
use super::super::test_host::{Behave, Call, Ground, answers, reply};
use super::*;
use http::StatusCode;

const QUEUE: &str = r#"[{"type": "queueTrigger", "name": "item", "queueName": "orders"}]"#;

fn ground(host: &str) -> Ground {
    Ground::new(host, &[("archive", QUEUE)])
}

/// Ends with the code that the message says, or answers.
fn exits() -> Behave {
    Arc::new(|call: Call| {
        Box::pin(async move {
            let item = call.json()["Data"]["item"].as_str().unwrap().replace('"', "");
            if let Ok(code) = item.parse() {
                call.exit(code);
                std::future::pending::<()>().await;
            }
            if item == "hang" {
                std::future::pending::<()>().await;
            }
            reply(StatusCode::OK, "{}")
        })
    })
}

async fn run(rig: &super::super::test_host::Rig, text: &str) -> Result<(), String> {
    let outcome = rig.host.invoke("archive", Input::Text(text.to_owned())).await.unwrap();
    outcome.result.map(|_| ())
}

#[tokio::test]
async fn exit_0_is_taken_for_success_and_the_app_stays_dead() {
    let ground = ground("{}");
    let rig = ground.start(exits()).await;
    assert!(run(&rig, "0").await.unwrap_err().contains("ended while"));
    assert!(run(&rig, "x").await.unwrap_err().contains("exit code 0"));
    assert_eq!(*rig.launches.borrow(), 1);
}

#[tokio::test]
async fn exit_200_restarts_any_number_of_times() {
    let ground = ground("{}");
    let rig = ground.start(exits()).await;
    for _ in 0..4 {
        run(&rig, "200").await.unwrap_err();
        run(&rig, "x").await.unwrap();
    }
    assert_eq!(*rig.launches.borrow(), 5);
}

#[tokio::test]
async fn three_errors_in_thirty_minutes_stop_the_app() {
    let ground = ground("{}");
    let rig = ground.start(exits()).await;
    for _ in 0..2 {
        run(&rig, "101").await.unwrap_err();
        run(&rig, "x").await.unwrap();
    }
    run(&rig, "101").await.unwrap_err();
    assert!(run(&rig, "x").await.unwrap_err().contains("stopped the app after 3 worker errors"));
    assert!(rig.host.ready().await.is_err());
}

#[tokio::test]
async fn errors_more_than_thirty_minutes_apart_do_not() {
    let ground = ground("{}");
    let rig = ground.start(exits()).await;
    for _ in 0..5 {
        run(&rig, "101").await.unwrap_err();
        run(&rig, "x").await.unwrap();
        ground.clock.advance(Duration::from_secs(31 * 60)).unwrap();
    }
}

#[tokio::test]
async fn a_time_out_restarts_the_worker_and_takes_the_other_calls_with_it() {
    let ground = ground(r#"{"functionTimeout": "00:00:01"}"#);
    let rig = ground.start(exits()).await;
    run(&rig, "x").await.unwrap();
    let (first, second) = tokio::join!(run(&rig, "hang"), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        run(&rig, "hang").await
    });
    assert!(first.unwrap_err().contains("functionTimeout"));
    assert!(second.unwrap_err().contains("ended while"));
    run(&rig, "x").await.unwrap();
    assert_eq!(*rig.launches.borrow(), 2);
}

#[tokio::test]
async fn a_worker_that_never_listens_is_diagnosed() {
    let host = r#"{"customHandler": {"description": {"defaultExecutablePath": "sleep", "arguments": ["60"]},
        "initializationTimeout": "00:00:00.2"}}"#;
    let ground = ground(host);
    let host = super::super::FunctionsHost::start(ground.deps(), ground.app()).await.unwrap();
    ground.logged("did not answer GET / on 127.0.0.1:").await;
    host.stop().await;
}

#[tokio::test]
async fn a_missing_executable_is_an_error_and_not_a_hang() {
    let ground = ground("{}");
    let host = super::super::FunctionsHost::start(ground.deps(), ground.app()).await.unwrap();
    let why = host.ready().await.unwrap_err();
    assert!(why.contains("handler"), "{why}");
    host.stop().await;
}

#[tokio::test]
async fn an_empty_success_fails_at_once_and_says_what_azure_would_do() {
    for json in ["", "null"] {
        let ground = ground("{}");
        let rig = ground.start(answers(json)).await;
        let why = run(&rig, "x").await.unwrap_err();
        assert!(why.contains("waits until functionTimeout"), "{why}");
        assert!(ground.log().contains("waits until functionTimeout"));
    }
}

#[tokio::test]
async fn logs_come_with_success_and_are_lost_with_a_500() {
    let ground = ground("{}");
    let rig = ground.start(answers(r#"{"Logs": ["filed it"]}"#)).await;
    run(&rig, "x").await.unwrap();
    assert!(ground.log().contains("filed it"));
    let lost: Behave = Arc::new(|_| {
        Box::pin(async { reply(StatusCode::INTERNAL_SERVER_ERROR, r#"{"Logs": ["lost it"]}"#) })
    });
    let rig = ground.start(lost).await;
    run(&rig, "x").await.unwrap_err();
    assert!(!ground.log().contains("lost it"));
}
