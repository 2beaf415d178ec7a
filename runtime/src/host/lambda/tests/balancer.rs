//! Application Load Balancers.

use super::*;
use crate::host::logs::heard::Heard;

const AGENT: &str = "ELB-HealthChecker/2.0";

/// What a target group without multi-value headers sends: members as in the provider's example.
pub(super) fn request(method: &str, path: &str, more: &str) -> String {
    format!(
        r#"{{"requestContext":{{"elb":{{"targetGroupArn":"arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/t/6d0e"}}}},
        "httpMethod":"{method}","path":"{path}","queryStringParameters":{{"q":"a%20b","e":""}},
        "headers":{{"accept":"text/html","cookie":"a=1; b=2","host":"lb.example","user-agent":"curl/8",
        "x-amzn-trace-id":"Root=1-5bdb40ca-556d8b0c50dc66f0511bf520","x-forwarded-for":"192.0.2.7"}}{more},
        "isBase64Encoded":false}}"#
    )
}

/// The same where the group's multi-value headers are on.
fn several(method: &str, path: &str) -> String {
    request(method, path, r#","body":"""#)
        .replace(
            r#""queryStringParameters":{"q":"a%20b","e":""}"#,
            r#""multiValueQueryStringParameters":{"q":["a%20b","c+d"]}"#,
        )
        .replace(
            r#""headers":{"accept":"text/html","cookie":"a=1; b=2","#,
            r#""multiValueHeaders":{"cookie":["a=1","b=2"],"accept":["text/html"]},"x":{"#,
        )
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn parameters_stay_as_the_client_encoded_them() {
    let (answer, seen) = invoke("page", &request("GET", "/p/a%2Fb", "")).await;
    assert_eq!(seen, ["GET /p/a%2Fb?q=a%20b&e= Some(\"a=1; b=2\")"]);
    let answer = json(&answer.unwrap());
    assert_eq!(
        (&answer["statusCode"], &answer["statusDescription"]),
        (&201.into(), &"201 Created".into())
    );
    assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&"".into(), &false.into()));
    let headers = &answer["headers"];
    assert_eq!(
        (&headers["x-more"], &headers["set-cookie"]),
        (&"1,2".into(), &"b=2; Path=/".into())
    );
    assert!(
        answer.get("multiValueHeaders").is_none() && answer.get("cookies").is_none(),
        "{answer}"
    );
}

#[tokio::test]
async fn a_cookie_that_cannot_be_passed_on_is_told_within_its_invocation() {
    let heard = Heard::begin();
    for (payload, told) in [
        (several("GET", "/p/1"), 0),
        (request("GET", "/p/missing", ""), 0),
        (request("GET", "/p/1", ""), 1),
    ] {
        invoke("page", &payload).await.0.unwrap();
        let log = heard.text();
        let lines: Vec<&str> = log.lines().filter(|line| line.contains("one cookie")).collect();
        assert_eq!(lines.len(), told, "{log}");
        let whole = |line: &&str| line.contains("lost=1") && line.contains("test-invocation");
        assert!(lines.iter().all(whole), "{log}");
    }
}

#[tokio::test]
async fn several_values_are_answered_with_several_values() {
    let (answer, seen) = invoke("page", &several("GET", "/p/1")).await;
    assert_eq!(seen, ["GET /p/1?q=a%20b&q=c+d Some(\"a=1\")"]);
    let answer = json(&answer.unwrap());
    let headers = &answer["multiValueHeaders"];
    assert_eq!(headers["set-cookie"], serde_json::json!(["a=1", "b=2; Path=/"]));
    assert_eq!(headers["x-more"], serde_json::json!(["1", "2"]));
    assert!(answer.get("headers").is_none(), "{answer}");
}

#[tokio::test]
async fn a_health_check_elsewhere_is_answered_for_the_function_and_one_at_its_path_by_it() {
    let check = |path: &str, agent: &str| request("GET", path, "").replace("curl/8", agent);
    let (answer, seen) = invoke("page", &check("/healthz", AGENT)).await;
    assert_eq!(
        (json(&answer.unwrap())["statusDescription"].clone(), seen.len()),
        ("200 OK".into(), 0)
    );
    let (answer, seen) = invoke("page", &check("/p/1", AGENT)).await;
    assert_eq!((json(&answer.unwrap())["statusCode"].clone(), seen.len()), (201.into(), 1));
    let other = invoke("page", &check("/healthz", "curl/8")).await.0.unwrap();
    assert_eq!(json(&other)["statusDescription"], "404 Not Found");
    let agent = format!(r#""Accept":["*/*"],"User-Agent":["{AGENT}"]"#);
    let elsewhere = rest::request("GET", "/healthz", "").replace(r#""Accept":["*/*"]"#, &agent);
    assert_eq!(json(&invoke("page", &elsewhere).await.0.unwrap())["statusCode"], 404);
    let method = invoke("form", &check("/form", AGENT)).await.0.unwrap();
    assert_eq!(json(&method)["statusCode"], 200, "the function takes POST alone");
}
