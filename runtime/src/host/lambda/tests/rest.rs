//! Payload format 1.0: REST APIs, and HTTP APIs that are set to it.

use super::*;

/// What a REST API sends: members as in the provider's example, values of our own.
pub(super) fn request(method: &str, path: &str, more: &str) -> String {
    let stage = "live";
    format!(
        r#"{{"resource":"/p/{{id}}","path":"{path}","httpMethod":"{method}",
        "headers":{{"Accept":"*/*","Cookie":"a=1; b=2","X-More":"two"}},
        "multiValueHeaders":{{"Accept":["*/*"],"Cookie":["a=1; b=2"],"X-More":["one","two"]}},
        "queryStringParameters":{{"q":"b"}},"multiValueQueryStringParameters":{{"q":["a b","b"]}},
        "pathParameters":{{"id":"1"}},"stageVariables":null,
        "requestContext":{{"accountId":"123456789012","resourceId":"r1","stage":"{stage}",
        "requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","identity":{{"sourceIp":"192.0.2.7"}},
        "resourcePath":"/p/{{id}}","path":"/{stage}{path}","httpMethod":"{method}","apiId":"a1"}}{more},
        "isBase64Encoded":false}}"#
    )
}

#[tokio::test]
async fn several_values_of_headers_and_parameters_arrive() {
    let (answer, seen) = invoke("page", &request("GET", "/p/1", r#","body":null"#)).await;
    assert_eq!(seen, ["GET /p/1?q=a%20b&q=b Some(\"a=1; b=2\")"]);
    let answer: serde_json::Value = serde_json::from_str(&answer.unwrap()).unwrap();
    let headers = &answer["multiValueHeaders"];
    assert_eq!(answer["statusCode"], 201);
    assert_eq!(headers["set-cookie"], serde_json::json!(["a=1", "b=2; Path=/"]));
    assert_eq!(headers["x-more"], serde_json::json!(["1", "2"]));
    assert_eq!(headers["content-type"], serde_json::json!(["text/plain; charset=utf-8"]));
    for other in ["cookies", "headers", "statusDescription"] {
        assert!(answer.get(other).is_none(), "{other} is of another shape: {answer}");
    }
}

#[tokio::test]
async fn without_several_values_the_single_ones_count() {
    let one = r#"{"version":"1.0","path":"/p/1","httpMethod":"PUT","headers":{"cookie":"c=3"},
        "multiValueHeaders":null,"queryStringParameters":{"z":"1","a":"&"},"requestContext":{"stage":"$default"}}"#;
    assert_eq!(invoke("page", one).await.1, ["PUT /p/1?z=1&a=%26 Some(\"c=3\")"]);
    let none = r#"{"path":"/p/1","httpMethod":"PUT","headers":null,"queryStringParameters":null,
        "requestContext":{}}"#;
    assert_eq!(invoke("page", none).await.1, ["PUT /p/1 None"]);
}

#[tokio::test]
async fn the_stage_is_taken_off_only_where_it_is_in_front_of_the_path() {
    let payload = |path: &str, whole: &str| {
        format!(
            r#"{{"path":"{path}","httpMethod":"GET","requestContext":{{"stage":"p","path":"{whole}"}}}}"#
        )
    };
    for (path, whole) in [("/p/1", "/p/p/1"), ("/p/p/1", "/p/p/1"), ("/p/1", "/base/p/1")] {
        assert_eq!(invoke("page", &payload(path, whole)).await.1, ["GET /p/1 None"], "{whole}");
    }
}

#[tokio::test]
async fn bodies_are_text_or_base64_both_ways() {
    let text = request("POST", "/p/1", r#","body":"{\"a\":\"grüß\"}""#);
    let answer: serde_json::Value =
        serde_json::from_str(&invoke("page", &text).await.0.unwrap()).unwrap();
    assert_eq!(
        (&answer["body"], &answer["isBase64Encoded"]),
        (&"{\"a\":\"grüß\"}".into(), &false.into())
    );
    let binary = request("POST", "/p/1", r#","body":"/wD+""#)
        .replace(r#""isBase64Encoded":false"#, r#""isBase64Encoded":true"#);
    let answer: serde_json::Value =
        serde_json::from_str(&invoke("page", &binary).await.0.unwrap()).unwrap();
    assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&"/wD+".into(), &true.into()));
}

#[tokio::test]
async fn errors_have_the_same_shape() {
    let answer = invoke("page", &request("GET", "/p/missing", "")).await.0.unwrap();
    assert!(answer.contains("404") && answer.contains("multiValueHeaders"), "{answer}");
    let answer = invoke("form", &request("PUT", "/form", "")).await.0.unwrap();
    assert!(answer.contains("405") && answer.contains(r#""allow":["POST"]"#), "{answer}");
}
