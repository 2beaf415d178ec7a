//! Notifications of S3 inside messages.

use super::*;

pub(super) fn s3(name: &str, key: &str, more: &str) -> String {
    format!(
        r#"{{"Records":[{{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"{name}","s3":{{"bucket":{{"name":"my-photos"}},"object":{{"key":"{key}"{more},"sequencer":"0055"}}}}}}]}}"#
    )
}

#[tokio::test]
async fn s3_keys_are_decoded_like_a_form() {
    let body =
        s3("ObjectCreated:Put", "a%40b/Happy+Face%20%C3%A9.jpg", r#","size":9,"eTag":"d41d""#);
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    answer.unwrap();
    assert_eq!(seen, ["my-photos/a@b/Happy Face é.jpg Some(9) Some(\"d41d\")"]);
}

#[tokio::test]
async fn a_deleted_object_is_told_as_such() {
    for name in ["ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated"] {
        let (answer, seen) = invoke("gone", &batch(&[record("1", &s3(name, "k", ""), None)])).await;
        assert_eq!((answer.unwrap().as_str(), seen.len()), (r#"{"batchItemFailures":[]}"#, 1));
        assert_eq!(seen, ["my-photos/k Deleted"]);
    }
}

#[tokio::test]
async fn the_test_event_of_s3_is_acknowledged_and_runs_nothing() {
    let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-01-01T00:00:00Z","Bucket":"b"}"#;
    let (answer, seen) = invoke("photos", &batch(&[record("1", body, None)])).await;
    assert_eq!((answer.unwrap().as_str(), seen.len()), (r#"{"batchItemFailures":[]}"#, 0));
}

#[tokio::test]
async fn a_message_that_is_no_s3_event_fails_alone() {
    let good = s3("ObjectCreated:Copy", "good", "");
    for odd in [
        "{}",
        "not json",
        &s3("ReducedRedundancyLostObject", "k", ""),
        &s3("ObjectRemoved:Delete", "gone", ""),
        &s3("ObjectCreated:Put", "%ff", ""),
    ] {
        let records = [record("odd", odd, None), record("good", &good, None)];
        let answer = invoke("photos", &batch(&records)).await.0.unwrap();
        assert_eq!(answer, r#"{"batchItemFailures":[{"itemIdentifier":"odd"}]}"#, "{odd}");
    }
}

#[tokio::test]
async fn a_rejected_blob_event_is_dead_lettered_as_a_notification_of_its_own() {
    let body = s3("ObjectCreated:Put", "bad", "");
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    answer.unwrap();
    assert!(seen.contains(&format!("dead letter of photos: {body}")), "{seen:?}");
}

/// One notification with a record of each key.
fn notification(keys: &[&str]) -> String {
    let records = keys.iter().map(|key| {
        let one = s3("ObjectCreated:Put", key, "");
        one.strip_prefix(r#"{"Records":["#).unwrap().strip_suffix("]}").unwrap().to_owned()
    });
    format!(r#"{{"Records":[{}]}}"#, records.collect::<Vec<_>>().join(","))
}

#[tokio::test]
async fn a_record_that_is_no_blob_event_keeps_no_other_from_running() {
    let body = notification(&["%ff", "good"]);
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    assert!(answer.unwrap_err().contains("not UTF-8"));
    assert_eq!(seen, ["my-photos/good None None"]);
}

#[tokio::test]
async fn a_rejected_record_is_dead_lettered_once_no_record_beside_it_is_to_come_again() {
    let body = notification(&["bad", "later"]);
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    let fault = answer.unwrap_err();
    assert!(fault.contains("not now") && fault.contains("no picture"), "{fault}");
    assert!(!seen.iter().any(|line| line.starts_with("dead letter")), "{seen:?}");
    let body = notification(&["bad", "good"]);
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    assert_eq!(answer.unwrap(), r#"{"batchItemFailures":[]}"#);
    assert_eq!(seen.iter().filter(|line| line.starts_with("dead letter")).count(), 1, "{seen:?}");
}
