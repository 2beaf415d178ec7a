//! Messages one a call.

use super::*;

#[tokio::test]
async fn the_raw_payload_of_a_message_is_its_record() {
    let records = [record("a", "\"raw\"", None), record("b", "\"raw\"", None)];
    let seen = invoke("words", &batch(&records)).await.1;
    for record in records {
        assert!(seen.contains(&record), "{record} is not in {seen:?}");
    }
}

#[tokio::test]
async fn of_a_batch_exactly_the_failed_messages_are_reported() {
    let words = ["ok", "retry", "panic", "reject", "fine"];
    let records: Vec<_> = words.iter().map(|w| record(w, &format!("\"{w}\""), None)).collect();
    let (answer, seen) = invoke("words", &batch(&records)).await;
    let answer = answer.unwrap();
    assert_eq!(
        answer,
        r#"{"batchItemFailures":[{"itemIdentifier":"retry"},{"itemIdentifier":"panic"}]}"#
    );
    assert!(seen.contains(&"ok Some(3)".to_owned()), "receive counts are strings: {seen:?}");
    assert!(seen.contains(&"dead letter of words: \"reject\"".to_owned()), "{seen:?}");
}

#[tokio::test]
async fn a_batch_without_failures_reports_none_and_an_empty_one_too() {
    let none = r#"{"batchItemFailures":[]}"#;
    assert_eq!(invoke("words", &batch(&[record("1", "\"ok\"", None)])).await.0.unwrap(), none);
    assert_eq!(invoke("words", &batch(&[])).await.0.unwrap(), none);
}

#[tokio::test]
async fn a_wholly_failed_batch_is_a_function_error() {
    let records = [record("1", "\"retry\"", None), record("2", "{\"no\":\"word\"}", None)];
    let fault = invoke("words", &batch(&records)).await.0.unwrap_err();
    assert!(fault.contains("all 2 messages failed"), "{fault}");
}

#[tokio::test]
async fn after_a_failure_the_rest_of_its_group_is_reported_unrun_and_other_groups_go_on() {
    let records = [
        record("a1", "\"ok-a1\"", Some("a")),
        record("b1", "\"ok-b1\"", Some("b")),
        record("a2", "\"retry-a2\"", Some("a")),
        record("a3", "\"ok-a3\"", Some("a")),
        record("b2", "\"ok-b2\"", Some("b")),
    ];
    let (answer, seen) = invoke("words", &batch(&records)).await;
    let answer = answer.unwrap();
    assert_eq!(
        answer,
        r#"{"batchItemFailures":[{"itemIdentifier":"a2"},{"itemIdentifier":"a3"}]}"#
    );
    assert!(!seen.iter().any(|line| line.starts_with("ok-a3")), "{seen:?}");
    let at = |word: &str| seen.iter().position(|line| line.starts_with(word)).unwrap();
    assert!(at("ok-b1") < at("ok-b2") && at("ok-a1") < at("retry-a2"), "{seen:?}");
}

#[tokio::test]
async fn a_shape_that_is_no_batch_names_the_place() {
    for (payload, part) in [
        (r#"{"hello":1}"#, "missing field `Records`"),
        (r#"{"Records":[{"messageId":"1"}]}"#, "missing field `body`"),
        (r#"{"Records":[{"messageId":1,"body":""}]}"#, "messageId"),
        ("[]", "a batch of SQS messages"),
        ("null", "a batch of SQS messages"),
    ] {
        let fault = invoke("words", payload).await.0.unwrap_err();
        assert!(fault.contains(part), "{payload}: {fault}");
    }
}

#[tokio::test]
async fn failures_are_told_in_the_order_of_the_batch() {
    let ids: Vec<String> = (1..=12).map(|n| format!("m{n}")).collect();
    let body = |id: &String| if id == "m7" { "\"ok\"" } else { "\"retry\"" };
    let records: Vec<_> = ids.iter().map(|id| record(id, body(id), None)).collect();
    let answer = invoke("words", &batch(&records)).await.0.unwrap();
    let told: Vec<&str> = answer.split('"').filter(|part| part.starts_with('m')).collect();
    let failed: Vec<&String> = ids.iter().filter(|id| *id != "m7").collect();
    assert_eq!(told, failed);
}
