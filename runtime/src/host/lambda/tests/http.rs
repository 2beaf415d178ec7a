//! Payload format 2.0.

use super::*;
use crate::host::logs::heard::Heard;

pub(super) fn request(method: &str, path: &str, more: &str) -> String {
    format!(
        r#"{{"version":"2.0","routeKey":"$default","rawPath":"{path}","rawQueryString":"","headers":{{"host":"x"}},"requestContext":{{"stage":"$default","http":{{"method":"{method}","path":"{path}"}}}}{more}}}"#
    )
}

#[tokio::test]
async fn a_request_keeps_its_encoding_query_and_cookies() {
    let payload = request("GET", "/p/a%2Fb", r#","cookies":["a=1","b=2"]"#)
        .replace(r#""rawQueryString":"""#, r#""rawQueryString":"x=1&x=2""#);
    let seen = invoke("page", &payload).await.1;
    assert_eq!(seen, ["GET /p/a%2Fb?x=1&x=2 Some(\"a=1; b=2\")"]);
}

#[tokio::test]
async fn a_path_that_an_http_api_has_decoded_is_one_again_and_an_encoded_one_is_untouched() {
    for (sent, read) in [
        ("/p/a b", "/p/a%20b"),
        ("/p/a#b?c", "/p/a%23b%3Fc"),
        ("/p/100%", "/p/100%25"),
        ("/p/100%zz", "/p/100%25zz"),
        ("/p/grün", "/p/gr%C3%BCn"),
        ("/p/a%20b%2Fc%23+~(d)!", "/p/a%20b%2Fc%23+~(d)!"),
    ] {
        let (answer, seen) = invoke("page", &request("GET", sent, "")).await;
        assert!(answer.unwrap().contains("201"), "{sent}");
        assert_eq!(seen, [format!("GET {read} None")]);
    }
}

#[tokio::test]
async fn the_stage_of_an_http_api_is_no_part_of_the_path() {
    let payload =
        request("GET", "/prod/p/1", "").replace("\"stage\":\"$default\"", "\"stage\":\"prod\"");
    assert_eq!(invoke("page", &payload).await.1, ["GET /p/1 None"]);
}

#[tokio::test]
async fn cookies_stay_apart_other_headers_are_joined_and_binary_is_base64() {
    let payload = request("POST", "/p/1", r#","body":"/wD+","isBase64Encoded":true"#);
    let answer: serde_json::Value =
        serde_json::from_str(&invoke("page", &payload).await.0.unwrap()).unwrap();
    assert_eq!(answer["statusCode"], 201);
    assert_eq!(answer["cookies"], serde_json::json!(["a=1", "b=2; Path=/"]));
    assert_eq!(answer["headers"]["x-more"], "1,2");
    assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&"/wD+".into(), &true.into()));
    let payload = request("POST", "/p/1", r#","body":"grüß""#);
    let answer: serde_json::Value =
        serde_json::from_str(&invoke("page", &payload).await.0.unwrap()).unwrap();
    assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&"grüß".into(), &false.into()));
}

#[tokio::test]
async fn errors_of_a_page_are_responses_and_a_panic_is_500() {
    for (path, status) in [("/p/missing", 404), ("/p/panic", 500), ("/q", 404)] {
        let answer = invoke("page", &request("GET", path, "")).await.0.unwrap();
        assert!(answer.contains(&format!("\"statusCode\":{status}")), "{answer}");
        assert!(!answer.contains("page\\\"}") || status == 404, "{answer}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_are_right_and_a_clients_mistake_is_no_error_in_the_log() {
    let heard = Heard::begin();
    let answer = invoke("form", &request("PUT", "/form", "")).await.0.unwrap();
    assert!(answer.contains("405") && answer.contains(r#""allow":"POST""#), "{answer}");
    let answer = invoke("form", &request("PUT", "/other", "")).await.0.unwrap();
    assert!(answer.contains("404") && !answer.contains("allow"), "{answer}");
    invoke("page", &request("GET", "/p/missing", "")).await.0.unwrap();
    let log = heard.text();
    assert!(log.contains("no such page") && !log.contains("ERROR"), "{log}");
    assert_eq!(log.matches("request refused").count(), 3, "one line an invocation: {log}");
}

#[tokio::test]
async fn other_payload_formats_and_broken_bodies_are_named() {
    for (payload, part) in [
        (r#"{"version":"1.0","requestContext":{}}"#, "payload format `1.0` of no known shape"),
        (r#"{"requestContext":{"elb":{}}}"#, "format 2.0 of a function URL"),
        (r#"{"version":"3.0","requestContext":{"http":{"method":"GET"}}}"#, "`3.0`"),
        (r#"{"version":"2.0","httpMethod":"GET","requestContext":{}}"#, "`2.0`"),
        (r#"{"version":"2.0","requestContext":{"http":{"method":"GET"},"elb":{}}}"#, "`2.0`"),
        (r#"{"Records":[]}"#, "missing field `requestContext`"),
        (&request("GET", "/", r#","body":"*","isBase64Encoded":true"#), "not base64"),
        (&request("G T", "/", ""), "method"),
        (&request("GET", "/", r#","headers":3"#), "headers"),
    ] {
        let fault = invoke("page", payload).await.0.unwrap_err();
        assert!(fault.contains(part), "{payload}: {fault}");
    }
}

#[tokio::test]
async fn a_request_tells_its_own_trace() {
    let seen = invoke("trace", &request("GET", "/trace", "")).await.1;
    assert_eq!(seen, ["None"]);
    let own = r#""traceparent":"00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01""#;
    let xray =
        r#""X-Amzn-Trace-Id":"Root=1-5759e988-0000000000000000deadbeef;Parent=53995c3f42cd8ad8""#;
    for (headers, id) in [
        (own.to_owned(), "5759e988bd862e3fe1be46a994272793"),
        (xray.to_owned(), "5759e9880000000000000000deadbeef"),
        (format!("{xray},{own}"), "5759e988bd862e3fe1be46a994272793"),
    ] {
        let payload = request("GET", "/trace", "").replace(r#""host":"x""#, &headers);
        assert_eq!(invoke("trace", &payload).await.1, [format!("Some(\"{id}\")")]);
    }
}

#[tokio::test]
async fn what_a_local_tool_adds_to_the_payload_harms_nothing() {
    let payload = request("GET", "/p/1", r#","httpMethod":"GET","body":null,"cookies":null"#);
    assert_eq!(invoke("page", &payload).await.1, ["GET /p/1 None"]);
}
