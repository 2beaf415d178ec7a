//! Portable events, read and turned into payloads.

use std::time::SystemTime;

use anyfn::manifest::Function;
use proptest::prelude::*;

use super::*;

fn function(trigger: TriggerSpec) -> Function {
    Function { name: "work".to_owned(), trigger, event: Value::Null }
}

fn http() -> TriggerSpec {
    TriggerSpec::Http { methods: vec!["POST".to_owned()], path: "/h/{id}".to_owned(), public: true }
}

fn queue() -> TriggerSpec {
    TriggerSpec::Queue { queue: "jobs".to_owned(), fifo: false, batch: false }
}

fn blob(change: Change) -> TriggerSpec {
    let (prefix, suffix) = (String::new(), String::new());
    TriggerSpec::Blob { store: "photos".to_owned(), change, prefix, suffix }
}

fn tick() -> TriggerSpec {
    TriggerSpec::Schedule { cron: "0 3 * * *".to_owned() }
}

fn lambda_payload(trigger: TriggerSpec, event: &str) -> Result<Value, String> {
    lambda::payload(&function(trigger), event.as_bytes(), SystemTime::UNIX_EPOCH)
}

#[test]
fn a_request_becomes_payload_format_2() {
    let payload = lambda_payload(
        http(),
        r#"{"path":"/h/a%2Fb","query":"x=1","headers":{"X-One":"1"},"body_base64":"/wA="}"#,
    )
    .unwrap();
    assert_eq!(payload["requestContext"]["http"]["method"], "POST");
    assert_eq!(
        (&payload["rawPath"], &payload["rawQueryString"]),
        (&"/h/a%2Fb".into(), &"x=1".into())
    );
    assert_eq!((&payload["body"], &payload["isBase64Encoded"]), (&"/wA=".into(), &true.into()));
    assert_eq!(payload["headers"]["x-one"], "1");
    let empty = lambda_payload(http(), r#"{"path":"/h/a"}"#).unwrap();
    assert!(empty.get("body").is_none(), "an empty body is absent");
}

#[test]
fn a_message_keeps_its_json_to_the_letter() {
    let payload = lambda_payload(queue(), r#"{"body": {"id": 1.50, "b":"é"}}"#).unwrap();
    let record = &payload["Records"][0];
    assert_eq!(record["body"], r#"{"id": 1.50, "b":"é"}"#);
    assert_eq!(
        record["attributes"]["ApproximateReceiveCount"], "1",
        "SQS writes numbers as strings"
    );
    let input = azure::input(&function(queue()), br#"{"body": [1]}"#, SystemTime::UNIX_EPOCH);
    assert_eq!(input.unwrap(), "[1]");
}

#[test]
fn a_function_of_batches_takes_a_list_and_the_azure_host_one_message_of_it() {
    let batches = || TriggerSpec::Queue { queue: "jobs".to_owned(), fifo: false, batch: true };
    let payload = lambda_payload(batches(), r#" [{"body":1},{"body": {"a":2}}]"#).unwrap();
    let records = payload["Records"].as_array().unwrap();
    let bodies: Vec<&Value> = records.iter().map(|record| &record["body"]).collect();
    assert_eq!(bodies, ["1", r#"{"a":2}"#]);
    assert_ne!(records[0]["messageId"], records[1]["messageId"]);
    assert_eq!(lambda_payload(batches(), r#"{"body":1}"#).unwrap()["Records"][0]["body"], "1");
    let input =
        |event: &str| azure::input(&function(batches()), event.as_bytes(), SystemTime::UNIX_EPOCH);
    assert_eq!(input(r#"[{"body":1}]"#).unwrap(), "1");
    assert!(input(r#"[{"body":1},{"body":2}]"#).unwrap_err().contains("one message a call"));
    for (trigger, event, part) in [
        (batches(), "[]", "one message at least"),
        (batches(), r#"[{"body":1},{"message":2}]"#, "`body`"),
        (queue(), r#"[{"body":1}]"#, "a right one: {"),
    ] {
        let fault = lambda_payload(trigger, event).unwrap_err();
        assert!(fault.contains(part), "{event}: {fault}");
    }
}

#[test]
fn a_blob_becomes_a_notification_inside_a_message_and_an_event_grid_event() {
    let event = r#"{"key":"a b/é.jpg","size":3,"etag":"x"}"#;
    let payload = lambda_payload(blob(Change::Created), event).unwrap();
    let body: Value =
        serde_json::from_str(payload["Records"][0]["body"].as_str().unwrap()).unwrap();
    let s3 = &body["Records"][0];
    assert_eq!(
        (&s3["eventName"], &s3["s3"]["object"]["key"]),
        (&"ObjectCreated:Put".into(), &"a+b/%C3%A9.jpg".into())
    );
    let input =
        azure::input(&function(blob(Change::Deleted)), event.as_bytes(), SystemTime::UNIX_EPOCH)
            .unwrap();
    let grid: Value = serde_json::from_str(&input).unwrap();
    assert_eq!(grid["eventType"], "Microsoft.Storage.BlobDeleted");
    assert_eq!(grid["subject"], "/blobServices/default/containers/photos/blobs/a b/é.jpg");
}

#[test]
fn a_tick_is_now_unless_it_says_when() {
    assert_eq!(lambda_payload(tick(), "{}").unwrap()["time"], "1970-01-01T00:00:00.000Z");
    let at = lambda_payload(tick(), r#"{"scheduled_at":"2026-01-31T03:00:00Z"}"#).unwrap();
    assert_eq!(
        (&at["time"], &at["source"]),
        (&"2026-01-31T03:00:00Z".into(), &"aws.events".into())
    );
}

#[test]
fn a_wrong_event_names_the_place_and_shows_a_right_one() {
    for (trigger, event, part) in [
        (http(), r#"{"path":"/","headers":{"a":1}}"#, "`headers.a`"),
        (http(), r#"{"path":"/","body":"a","body_base64":"YQ=="}"#, "not both"),
        (http(), r#"{"path":"/","body_base64":"*"}"#, "body_base64"),
        (queue(), r#"{"message":1}"#, "`body`"),
        (queue(), "{", "the event: EOF while parsing an object at line 1"),
        (blob(Change::Created), r#"{"size":-1,"key":"a"}"#, "`size`"),
        (blob(Change::Created), "photo.jpg", "a right one"),
        (tick(), r#"{"when":"now"}"#, "`when`"),
        (tick(), r#"{"scheduled_at":"noon"}"#, "`scheduled_at`"),
    ] {
        let fault = lambda_payload(trigger, event).unwrap_err();
        assert!(fault.contains(part), "{event}: {fault}");
    }
}

proptest! {
    #[test]
    fn no_event_makes_the_reader_panic(event in "\\PC{0,80}|\\{\"(path|body|key)\":\\PC{0,20}\\}") {
        for trigger in [http(), queue(), blob(Change::Created), tick()] {
            let _ = lambda_payload(trigger, &event);
        }
    }
}
