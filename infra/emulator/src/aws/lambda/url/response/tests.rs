//! Deals with: the inference of responses, by example and by property. Does not deal with: sockets.

use proptest::prelude::*;

use super::*;

fn of(payload: &str) -> (u16, String, String) {
    let response = response(payload.as_bytes(), false);
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    (response.status().as_u16(), kind, String::from_utf8_lossy(response.body()).into_owned())
}

#[test]
fn a_plain_value_is_a_200_of_json() {
    let table = [
        (r#"{"a": 1, "b": "x y"}"#, r#"{"a":1,"b":"x y"}"#),
        (r#"{"z": "\" { ", "a": "\\"}"#, r#"{"z":"\" { ","a":"\\"}"#),
        (r#""plain text""#, "plain text"),
        ("3", "3"),
        ("[1, 2]", "[1,2]"),
        ("true", "true"),
        ("null", "null"),
    ];
    for (payload, body) in table {
        let expected = (200, "application/json".to_owned(), body.to_owned());
        assert_eq!(of(payload), expected, "{payload}");
    }
}

#[test]
fn a_shaped_value_is_followed() {
    let payload = r#"{"statusCode": 202, "body": "aGk=", "isBase64Encoded": true,
        "headers": {"Content-Type": "text/plain", "X-Number": 7, "Content-Length": "99"},
        "cookies": ["a=1; Path=/", "b=2"]}"#;
    let response = response(payload.as_bytes(), false);
    assert_eq!(response.status(), 202);
    assert_eq!(response.body(), "hi");
    let headers = response.headers();
    assert_eq!(headers["content-type"], "text/plain");
    assert_eq!(headers["x-number"], "7");
    assert_eq!(headers["x-amzn-remapped-content-length"], "99");
    assert!(!headers.contains_key("content-length"));
    let cookies: Vec<_> = headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Path=/", "b=2"]);
    assert_eq!(of(r#"{"statusCode":204}"#), (204, "application/json".into(), String::new()));
}

#[test]
fn an_error_or_a_bad_shape_is_a_502() {
    let bad = [
        "",
        "not json",
        r#"{"statusCode":"200"}"#,
        r#"{"statusCode":99}"#,
        r#"{"statusCode":100}"#,
        r#"{"statusCode":600}"#,
        r#"{"statusCode":200,"body":{"a":1}}"#,
        r#"{"statusCode":200,"body":"?","isBase64Encoded":true}"#,
        r#"{"statusCode":200,"isBase64Encoded":"yes"}"#,
        r#"{"statusCode":200,"headers":[]}"#,
        r#"{"statusCode":200,"headers":{"a b":"c"}}"#,
        r#"{"statusCode":200,"headers":{"a":"c\r\nd: e"}}"#,
        r#"{"statusCode":200,"cookies":"a=1"}"#,
        r#"{"statusCode":200,"cookies":[1]}"#,
    ];
    let expected = (502, "text/plain".to_owned(), "Internal Server Error".to_owned());
    for payload in bad {
        assert_eq!(of(payload), expected, "{payload}");
    }
    assert_eq!(response(b"{}", true).status(), 502);
}

proptest! {
    #[test]
    fn no_payload_panics(payload: Vec<u8>, failed: bool) {
        let _ = response(&payload, failed);
    }

    #[test]
    fn no_shape_panics(
        status in prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), ".*".prop_map(Value::from)],
        body in prop::option::of(".*"),
        name in ".*",
        value in ".*",
        base64: bool,
    ) {
        let payload = serde_json::json!({
            "statusCode": status, "body": body, "headers": {name: value}, "isBase64Encoded": base64,
            "cookies": [value],
        });
        let _ = response(payload.to_string().as_bytes(), false);
    }

    #[test]
    fn compacting_changes_no_value(text in ".*", number: i32) {
        let value = serde_json::json!({"text": text, "list": [number, {"deep": text}]});
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        prop_assert_eq!(compact(&pretty), value.to_string());
    }

    #[test]
    fn base64_bodies_arrive_as_they_were(body: Vec<u8>) {
        let payload = serde_json::json!({
            "statusCode": 200, "body": STANDARD.encode(&body), "isBase64Encoded": true,
        });
        let response = response(payload.to_string().as_bytes(), false);
        prop_assert_eq!(response.body().as_ref(), body.as_slice());
    }
}
