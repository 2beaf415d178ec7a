//! Deals with: the mapping of requests, by example and by property. Does not deal with: sockets.

use proptest::prelude::*;

use super::*;

fn context() -> Context<'static> {
    Context {
        id: "receive",
        peer: "127.0.0.1:50000".parse().unwrap(),
        port: 9500,
        now: crate::clock::instant(1_700_000_000_000),
        request_id: "id",
        trace_id: "Root=1-2-3",
        signer: None,
    }
}

fn parts(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let request = http::Request::builder().method(method).uri(uri);
    let request =
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(()).unwrap().into_parts().0
}

#[test]
fn a_request_becomes_payload_format_2() {
    let uri = "/pa2%Fth/1?multi=foo&multi=%2Fbar&q=a+b";
    let headers = [
        ("Host", "127.0.0.1:9500"),
        ("Content-Type", "application/json"),
        ("X-Twice", "one"),
        ("X-Twice", "two"),
        ("Cookie", "a=1; b=2"),
        ("Cookie", "c=3"),
        ("Connection", "keep-alive"),
        ("User-Agent", "curl"),
    ];
    let event = event(&parts("POST", uri, &headers), br#"{"foo":"bar"}"#, &context());
    let expected = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/pa2%Fth/1",
        "rawQueryString": "multi=foo&multi=%2Fbar&q=a+b",
        "cookies": ["a=1", "b=2", "c=3"],
        "headers": {
            "host": "127.0.0.1:9500", "content-type": "application/json", "x-twice": "one,two",
            "user-agent": "curl", "x-forwarded-for": "127.0.0.1", "x-forwarded-port": "9500",
            "x-forwarded-proto": "http", "x-amzn-trace-id": "Root=1-2-3",
        },
        "queryStringParameters": {"multi": "foo,/bar", "q": "a b"},
        "requestContext": {
            "accountId": "anonymous", "apiId": "receive", "domainName": "127.0.0.1:9500",
            "domainPrefix": "receive",
            "http": {
                "method": "POST", "path": "/pa2%Fth/1", "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": "curl",
            },
            "requestId": "id", "routeKey": "$default", "stage": "$default",
            "time": "14/Nov/2023:22:13:20 +0000", "timeEpoch": 1_700_000_000_000_u64,
        },
        "body": r#"{"foo":"bar"}"#,
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
}

#[test]
fn an_empty_request_has_no_body_no_cookies_and_an_empty_query() {
    let event = event(&parts("GET", "/", &[]), b"", &context());
    assert_eq!(event["rawQueryString"], "");
    for absent in ["body", "cookies", "queryStringParameters"] {
        assert_eq!(event.get(absent), None, "{absent}");
    }
}

#[test]
fn a_signed_request_says_who_signed_it() {
    let context = Context { signer: Some(("AKIA1", "webhook")), ..context() };
    let event = event(&parts("GET", "/", &[]), b"", &context);
    let context = &event["requestContext"];
    assert_eq!(context["accountId"], ACCOUNT);
    assert_eq!(context["authorizer"]["iam"]["accessKey"], "AKIA1");
}

#[test]
fn only_text_types_that_are_utf_8_travel_as_text() {
    let table: [(Option<&str>, &[u8], bool); 9] = [
        (Some("text/plain; charset=utf-8"), b"hi", false),
        (Some("application/json"), "ä".as_bytes(), false),
        (Some("application/cloudevents+json"), b"{}", false),
        (None, b"hi", false),
        (None, b"\xff\xfe", true),
        (Some("application/json"), b"\xff", true),
        (Some("application/x-www-form-urlencoded"), b"a=b", true),
        (Some("multipart/form-data; boundary=x"), b"--x", true),
        (Some("image/png"), b"hi", true),
    ];
    for (kind, body, encoded) in table {
        let headers: Vec<_> = kind.iter().map(|kind| ("content-type", *kind)).collect();
        let event = event(&parts("POST", "/", &headers), body, &context());
        assert_eq!(event["isBase64Encoded"], encoded, "{kind:?} {body:?}");
    }
}

proptest! {
    #[test]
    fn a_body_arrives_byte_by_byte_whatever_it_is(
        body: Vec<u8>,
        kind in prop::option::of("(text/plain|application/json|image/png|[a-z/+]{0,12})"),
    ) {
        let headers: Vec<_> = kind.iter().map(|kind| ("content-type", kind.as_str())).collect();
        let event = event(&parts("PUT", "/a", &headers), &body, &context());
        let text = event.get("body").map_or("", |body| body.as_str().unwrap());
        let arrived = if event["isBase64Encoded"] == true {
            STANDARD.decode(text).unwrap()
        } else {
            text.as_bytes().to_vec()
        };
        prop_assert_eq!(arrived, body);
    }

    #[test]
    fn path_and_query_are_passed_on_as_they_were_sent(
        path in "(/[a-zA-Z0-9%._~-]{0,8}){1,4}",
        query in "[a-z=&%0-9+]{0,20}",
    ) {
        let uri = format!("{path}?{query}");
        let event = event(&parts("GET", &uri, &[]), b"", &context());
        prop_assert_eq!(&event["rawPath"], &path);
        prop_assert_eq!(&event["rawQueryString"], &query);
    }

    #[test]
    fn no_header_is_lost(values in prop::collection::vec("[a-z0-9]{0,6}", 1..5)) {
        let headers: Vec<_> = values.iter().map(|value| ("x-many", value.as_str())).collect();
        let event = event(&parts("GET", "/", &headers), b"", &context());
        prop_assert_eq!(&event["headers"]["x-many"], &values.join(","));
    }
}
