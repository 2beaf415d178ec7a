//! Deals with: function URLs over real sockets. Does not deal with: the mapping's details.

use serde_json::json as value;

use super::*;
use crate::aws::lambda::Trigger;
use crate::identity::{Action, Grant};

async fn site(public: bool) -> (Bench, Lambda, Calls, String) {
    let bench = bench();
    let (runtime, calls) = puppet();
    let trigger = Trigger::Url { public, port: 0 };
    let lambda =
        bench.start(vec![FunctionSpec { trigger, ..FunctionSpec::new("app", "f", runtime) }]).await;
    let url = lambda.functions()[0].url.clone().unwrap();
    (bench, lambda, calls, url)
}

#[tokio::test]
async fn a_public_url_carries_request_and_response() {
    let (_bench, lambda, mut calls, url) = site(true).await;
    let request = Request::put(format!("{url}/hooks/a%2Fb?x=1&x=2"))
        .header("content-type", "application/octet-stream")
        .header("cookie", "a=1; b=2")
        .body(Bytes::from_static(b"\x00\xff"))
        .unwrap();
    let answer = tokio::spawn(send(request));
    let call = calls.recv().await.unwrap();
    let event = &call.payload;
    assert_eq!(event["rawPath"], "/hooks/a%2Fb");
    assert_eq!(event["requestContext"]["http"]["method"], "PUT");
    assert_eq!(event["requestContext"]["accountId"], "anonymous");
    assert_eq!(event["requestContext"]["requestId"], call.id());
    assert_eq!(event["queryStringParameters"], value!({"x": "1,2"}));
    assert_eq!(event["cookies"], value!(["a=1", "b=2"]));
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&value!("AP8="), &value!(true)));
    let trace = event["headers"]["x-amzn-trace-id"].clone();
    assert_eq!(call.headers["lambda-runtime-trace-id"], trace.as_str().unwrap());
    call.succeed(r#"{"statusCode":202,"headers":{"X-Id":"7"},"cookies":["s=1"],"body":"ok"}"#);
    let answer = answer.await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (202, &b"ok"[..]));
    assert_eq!(answer.headers()["x-id"], "7");
    assert_eq!(answer.headers()["set-cookie"], "s=1");
    assert_eq!(answer.headers()["content-length"], "2");
    assert!(answer.headers().contains_key("x-amzn-requestid"));
    lambda.stop().await;
}

#[tokio::test]
async fn a_function_error_is_a_502() {
    let (_bench, lambda, mut calls, url) = site(true).await;
    let answer = tokio::spawn(send(Request::get(url).body(Bytes::new()).unwrap()));
    calls.recv().await.unwrap().fail();
    let answer = answer.await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.body().as_ref()),
        (502, &b"Internal Server Error"[..])
    );
    lambda.stop().await;
}

#[tokio::test]
async fn a_private_url_wants_a_signature_of_somebody_who_may() {
    let (bench, lambda, mut calls, url) = site(false).await;
    let request = || Request::get(format!("{url}/a?b=c")).body(Bytes::new()).unwrap();
    let unsigned = send(request()).await;
    assert_eq!(unsigned.status(), 403);
    assert_eq!(unsigned.headers()["x-amzn-errortype"], "AccessDeniedException");
    assert!(json(unsigned.body())["Message"].as_str().unwrap().starts_with("Forbidden"));
    let stranger = bench.deps.identity.add_app(Grant::new("stranger", []));
    let mut signed = request();
    sign(&mut signed, &stranger.access_key_id, &stranger.secret_access_key);
    assert_eq!(send(signed).await.status(), 403);
    assert!(calls.try_recv().is_err());
    let friend =
        bench.deps.identity.add_app(Grant::new("friend", [Action::Invoke("f".to_owned())]));
    let mut signed = request();
    sign(&mut signed, &friend.access_key_id, &friend.secret_access_key);
    let answer = tokio::spawn(send(signed));
    let call = calls.recv().await.unwrap();
    let iam = &call.payload["requestContext"]["authorizer"]["iam"];
    assert_eq!(
        (&iam["accessKey"], &iam["userId"]),
        (&value!(friend.access_key_id), &value!("friend"))
    );
    call.succeed("\"hello\"");
    let answer = answer.await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, &b"hello"[..]));
    lambda.stop().await;
}

#[tokio::test]
async fn a_body_over_the_limit_never_reaches_the_function() {
    let (_bench, lambda, mut calls, url) = site(true).await;
    for size in [6 * 1024 * 1024 + 1, 5 * 1024 * 1024] {
        // The second is under the limit, but not as base64.
        let request = Request::post(url.clone()).header("content-type", "image/png");
        let answer = send(request.body(vec![0u8; size].into()).unwrap()).await;
        assert_eq!(answer.status(), 413);
    }
    assert!(calls.try_recv().is_err());
    lambda.stop().await;
}
