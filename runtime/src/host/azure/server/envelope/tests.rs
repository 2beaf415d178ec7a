//! Envelopes as the host sends them, one test for each way to read them wrongly.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Delivered, Error, Tick, by_serde, json as reading, message, tick, walk};

fn queue(data: &Value, metadata: &Value) -> Result<Delivered, Error> {
    let envelope = json!({"Data": {"message": data}, "Metadata": metadata});
    message(envelope.to_string().as_bytes(), "message")
}

fn fault(body: &[u8]) -> String {
    message(body, "message").unwrap_err().to_string()
}

/// As the host sends it for `"dataType": "binary"`.
const HOST: &[u8] = br#"{"Data":{"message":"eyJhIjoxfQ=="},"Metadata":{"DequeueCount":"3","ExpirationTime":
    "2019-10-16T17:58:31+00:00","Id":"\"800ae4b3\"","InsertionTime":"2019-10-09T17:58:31+00:00","sys":
    {"MethodName":"archive","UtcNow":"2019-10-09T17:58:31.5Z","RandGuid":"g"}}}"#;

#[test]
fn bytes_are_base64_and_metadata_without_the_triggers_own_key_is_enough() {
    let delivered = message(HOST, "message").unwrap();
    let id = Some("800ae4b3".to_owned());
    assert_eq!(delivered, Delivered { body: r#"{"a":1}"#.into(), attempt: Some(3), id });
}

#[test]
fn numbers_of_metadata_are_read_with_and_without_quotes() {
    for count in [json!(4), json!("4"), json!("\"4\"")] {
        let delivered = queue(&json!("eA=="), &json!({"DequeueCount": count})).unwrap();
        assert_eq!(delivered.attempt, Some(4));
    }
    for count in [json!("many"), json!(0), json!(null), json!({"a": 1}), json!(-1)] {
        let delivered = queue(&json!("eA=="), &json!({"DequeueCount": count})).unwrap();
        assert_eq!(delivered.attempt, None);
    }
}

#[test]
fn text_is_a_literal_inside_a_string_so_that_json_takes_three_decodes() {
    let text = json!({"id": "x", "DequeueCount": 99}).to_string();
    let delivered = queue(&json!(json!(text).to_string()), &json!({})).unwrap();
    assert_eq!(delivered.body, text);
    let plain = queue(&json!("\"hello\""), &json!({})).unwrap();
    assert_eq!(plain.body, "hello");
}

#[test]
fn metadata_that_the_message_itself_may_have_written_is_not_believed() {
    let text = json!({"DequeueCount": 99}).to_string();
    let polluted = json!({"DequeueCount": "\"99\"", "Id": "\"mine\""});
    for message in [json!(json!(text).to_string()), json!({"DequeueCount": 99})] {
        let Delivered { attempt, id, .. } = queue(&message, &polluted).unwrap();
        assert_eq!((attempt, id), (None, None), "{message}");
    }
}

#[test]
fn an_object_or_a_list_is_the_message_as_it_stands() {
    assert_eq!(queue(&json!({"a": [1]}), &json!(null)).unwrap().body, r#"{"a":[1]}"#);
    assert_eq!(queue(&json!([1]), &json!(7)).unwrap().body, "[1]");
}

#[test]
fn a_lone_entry_of_another_name_is_the_message_and_of_two_none_is() {
    assert_eq!(message(br#"{"Data":{"item":"eA=="}}"#, "message").unwrap().body, "x");
    let text = fault(br#"{"Data":{"a":"eA==","b":"eA=="}}"#);
    assert!(text.contains("`message`") && text.contains("a, b"), "{text}");
    assert!(fault(br#"{"Data":{}}"#).contains("no entry"));
}

#[test]
fn what_is_no_envelope_is_refused_with_its_path_and_what_was_expected() {
    let text = fault(br#"{"Data":[1]}"#);
    assert!(text.contains("`Data`") && text.contains("expected"), "{text}");
    assert!(fault(br#"{"Metadata":{}}"#).contains("Data"));
    for data in [&b"not base64!"[..], b"null", b"5", b"\"\\\"open\"", b"\"\xff\""] {
        let body = [&br#"{"Data":{"message":"#[..], data, b"}}"].concat();
        let text = fault(&body);
        assert!(text.contains("not an invocation") || text.contains("`Data.message`"), "{text}");
    }
    let text = fault(br#"{"Data":{"message":"%%%"}}"#);
    assert!(text.contains("`Data.message`") && text.contains("\"dataType\": \"binary\""), "{text}");
    assert!(fault(b"").contains("not an invocation"));
    assert!(fault(&[HOST, b"{}"].concat()).contains("not an invocation"));
}

#[test]
fn a_timers_next_instant_is_the_one_that_is_due_and_its_dates_need_no_zone() {
    let body = br#"{"Data":{"timer":{"Schedule":{"AdjustForDST":true},"ScheduleStatus":{"Last":
        "0001-01-01T00:00:00","Next":"1970-01-02T00:00:00","LastUpdated":"0001-01-01T00:00:00"},
        "IsPastDue":true}},"Metadata":{"sys":{"MethodName":"sweep"}}}"#;
    let due = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(86_400);
    assert_eq!(tick(body, "timer").unwrap(), Tick { scheduled_at: Some(due), past_due: true });
}

#[test]
fn a_timer_without_a_status_is_read_also_where_it_came_as_text() {
    let info = json!({"Schedule": {}, "ScheduleStatus": null, "IsPastDue": false});
    for data in [info.clone(), json!(info.to_string()), json!(json!(info.to_string()).to_string())]
    {
        let body = json!({"Data": {"timer": data}}).to_string();
        let read = tick(body.as_bytes(), "timer").unwrap();
        assert_eq!(read, Tick { scheduled_at: None, past_due: false });
    }
    let text =
        tick(br#"{"Data":{"timer":{"IsPastDue":"soon"}}}"#, "timer").unwrap_err().to_string();
    assert!(
        text.contains("`Data.timer`") && text.contains("`IsPastDue`") && text.contains("a boolean"),
        "{text}"
    );
}

#[test]
fn what_the_host_sends_is_read_in_one_walk() {
    let read = walk(HOST, "message").unwrap();
    assert_eq!(read, by_serde(HOST, "message").unwrap());
    assert!(read.attempt.is_some() && read.id.is_some());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        data in "\\PC{0,40}|[\"\\\\a-z0-9{}\\[\\]:,=]{0,40}",
        cut in 0usize..400
    ) {
        let _ = (message(&bytes, "message"), tick(&bytes, "timer"));
        let raw = format!(r#"{{"Data":{{"message":{data}}},"Metadata":{{"DequeueCount":{data}}}}}"#);
        let _ = (message(raw.as_bytes(), "message"), tick(raw.as_bytes(), "message"));
        let _ = message(&HOST[..cut.min(HOST.len())], "message");
        let _ = queue(&json!(data), &json!({"DequeueCount": data}));
    }

    #[test]
    fn what_the_walk_reads_is_what_serde_reads(
        data in prop_oneof![
            "[A-Za-z0-9+/]{0,16}={0,2}".prop_map(|text| json!(text)),
            Just(json!("eyJpZCI6MX0=")), Just(json!(5)), Just(json!("\"eA==\"")),
        ],
        count in prop::sample::select(vec!["\"1\"", "\"\\\"2\\\"\"", "3", "null", "[", "\"x\""]),
        name in prop::sample::select(vec!["message", "other", "m\\u0065ssage"]),
        more in prop::sample::select(vec![
            "", r#","message":"eA==""#, r#","other":[1,{}]"#, r#","Id":"\"7\"""#, r#","Id":"""#,
        ]),
    ) {
        let envelope = format!(
            r#"{{"Data":{{"{name}":{data}{more}}},"sys":[],"Metadata":{{"DequeueCount":{count}{more}}}}}"#
        );
        if let Some(delivered) = walk(envelope.as_bytes(), "message") {
            prop_assert_eq!(delivered, by_serde(envelope.as_bytes(), "message").unwrap());
        }
    }

    #[test]
    fn any_message_survives_the_hosts_encoding(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let delivered = queue(&json!(reading::to_base64(&bytes)), &json!({"DequeueCount": "2"}));
        prop_assert_eq!(delivered.unwrap(), Delivered { body: bytes.into(), attempt: Some(2), id: None });
    }
}
