//! The public port, from outside, with each of the three ways to the worker.

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use super::app::Input;
use crate::measured;

use super::test_host::{Behave, Call, Ground, Rig, answers, reply};
use std::sync::Arc;

const QUEUE: &str = r#"[{"type": "queueTrigger", "name": "item", "queueName": "orders"}]"#;
const ORDER: &str = r#"[{"type": "httpTrigger", "name": "req", "authLevel": "anonymous",
    "methods": ["get", "post"], "route": "order/{id?}"}, {"type": "http", "direction": "out", "name": "res"}]"#;
const KEYED: &str = r#"[{"type": "httpTrigger", "name": "req"},
    {"type": "http", "direction": "out", "name": "res"}]"#;
const TWO: &str = r#"[{"type": "httpTrigger", "name": "req", "authLevel": "anonymous"},
    {"type": "http", "direction": "out", "name": "res"},
    {"type": "queue", "direction": "out", "name": "q", "queueName": "orders"}]"#;

fn ground(mode: &str) -> Ground {
    let host = format!(
        r#"{{"customHandler": {{"description": {{"defaultExecutablePath": "handler"}}{mode}}}}}"#
    );
    Ground::new(&host, &[("order", ORDER), ("keyed", KEYED), ("two", TWO), ("archive", QUEUE)])
}

const FORWARD: &str = r#", "enableForwardingHttpRequest": true"#;
const PROXY: &str = r#", "enableForwardingHttpRequest": true, "enableProxyingHttpRequest": true"#;

fn get(target: &str) -> Request<Body> {
    Request::get(target).body(Body::empty()).unwrap()
}

fn chunked(target: &str) -> Request<Body> {
    let chunk = Ok::<_, std::convert::Infallible>(Bytes::from_static(b"in chunks"));
    let body = Body::from_stream(futures_util::stream::once(async { chunk }));
    Request::post(target).body(body).unwrap()
}

async fn status(rig: &Rig, request: Request<Body>) -> u16 {
    rig.http(request).await.0.as_u16()
}

/// Answers 418 with two cookies and a body that is no text.
fn teapot() -> Behave {
    Arc::new(|_| {
        Box::pin(async {
            let response = Response::builder().status(418);
            let response = response.header("set-cookie", "a=1").header("set-cookie", "b=2");
            response.body(Body::from(vec![0, 255])).unwrap()
        })
    })
}

#[tokio::test]
async fn only_routes_below_the_prefix_reach_the_worker() {
    for mode in ["", FORWARD, PROXY] {
        let ground = ground(mode);
        let mut rig = ground.start(answers("{}")).await;
        for target in ["/archive", "/order", "/order/5", "/", "/api/archive", "/api", "/apiorder"] {
            let forged = Request::post(target)
                .header("content-type", "application/json")
                .header("x-azure-functions-invocationid", "forged")
                .body(Body::from(r#"{"Data": {"item": "\"x\""}, "Metadata": {}}"#))
                .unwrap();
            assert_eq!(status(&rig, forged).await, 404, "{target}");
        }
        let delete = Request::delete("/api/order").body(Body::empty()).unwrap();
        assert_eq!(status(&rig, delete).await, 404);
        assert!(rig.calls.try_recv().is_err());
    }
}

#[tokio::test]
async fn a_key_is_asked_for_in_header_or_query() {
    let ground = ground(PROXY);
    let rig = ground.start(answers("{}")).await;
    assert_eq!(status(&rig, get("/api/keyed")).await, 401);
    assert_eq!(status(&rig, get("/api/keyed?code=wrong")).await, 401);
    assert_eq!(status(&rig, get("/api/keyed?code=the-key")).await, 200);
    let header = Request::get("/api/keyed").header("x-functions-key", "the-key");
    assert_eq!(status(&rig, header.body(Body::empty()).unwrap()).await, 200);
}

#[tokio::test]
async fn the_default_mode_wraps_request_and_answer() {
    let ground = ground("");
    let json = r#"{"Outputs": {"res": {"statusCode": 201, "body": "filed"}}}"#;
    let mut rig = ground.start(answers(json)).await;
    let (code, body, _) = rig.http(get("/api/order/5?a=1")).await;
    assert_eq!((code.as_u16(), body.as_str()), (201, "filed"));
    let call = rig.call().await;
    assert_eq!((call.method.as_str(), call.target.as_str()), ("POST", "/order"));
    let data = call.json()["Data"]["req"].clone();
    assert_eq!(data["Params"]["id"], "5");
    assert_eq!(data["Method"], "GET");
    assert!(data["Url"].as_str().unwrap().ends_with("/api/order/5?a=1"));
    rig.http(chunked("/api/order")).await;
    assert_eq!(rig.call().await.json()["Data"]["req"].get("Body"), None);
}

#[tokio::test]
async fn a_404_in_default_mode_is_a_failure_that_the_caller_sees_as_500() {
    let ground = ground("");
    let gone: Behave = Arc::new(|_| Box::pin(async { reply(StatusCode::NOT_FOUND, "{}") }));
    let rig = ground.start(gone).await;
    let (code, body, _) = rig.http(get("/api/order")).await;
    assert_eq!((code.as_u16(), body.as_str()), (500, ""));
}

#[tokio::test]
async fn a_redirect_in_default_mode_is_followed() {
    let ground = ground("");
    let moves: Behave = Arc::new(|call: Call| {
        Box::pin(async move {
            if call.target == "/order" {
                let response = Response::builder().status(302).header("location", "/elsewhere");
                return response.body(Body::empty()).unwrap();
            }
            reply(StatusCode::OK, r#"{"Outputs": {"res": {"body": "moved"}}}"#)
        })
    });
    let mut rig = ground.start(moves).await;
    assert_eq!(rig.http(get("/api/order")).await.1, "moved");
    rig.call().await;
    let second = rig.call().await;
    assert_eq!((second.method.as_str(), second.target.as_str()), ("GET", "/elsewhere"));
}

#[tokio::test]
async fn forwarding_keeps_the_path_joins_the_query_and_drops_chunks() {
    let ground = ground(FORWARD);
    let mut rig = ground.start(teapot()).await;
    let (code, _, headers) = rig.http(get("/api/order/a%20b?x=1&x=2")).await;
    assert_eq!(code.as_u16(), 418);
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    let call = rig.call().await;
    assert_eq!((call.method.as_str(), call.target.as_str()), ("GET", "/api/order/a%20b?x=1%2C2"));
    assert!(call.headers.contains_key("x-azure-functions-invocationid"));
    rig.http(chunked("/api/order")).await;
    assert_eq!(rig.call().await.body, Bytes::new());
    let whole = Request::post("/api/order").body(Body::from("whole")).unwrap();
    rig.http(whole).await;
    assert_eq!(rig.call().await.body, Bytes::from("whole"));
}

#[tokio::test]
async fn a_500_in_forwarding_is_a_successful_invocation() {
    let ground = ground(FORWARD);
    let broken: Behave =
        Arc::new(|_| Box::pin(async { reply(StatusCode::INTERNAL_SERVER_ERROR, "mine") }));
    let rig = ground.start(broken).await;
    let (code, body, _) = rig.http(get("/api/order")).await;
    assert_eq!((code.as_u16(), body.as_str()), (500, "mine"));
    ground.logged("Executed 'Functions.order' (Succeeded").await;
    let seen = ground.measured.of(&[measured::tests::status("order", "azure")]);
    assert_eq!(seen.functions[0].calls, 1);
}

#[tokio::test]
async fn proxying_streams_everything_and_replaces_a_forged_invocation_id() {
    let ground = ground(PROXY);
    let mut rig = ground.start(teapot()).await;
    let mut request = chunked("/api/order/5?x=1&x=2");
    request.headers_mut().insert("x-azure-functions-invocationid", "forged".parse().unwrap());
    request.headers_mut().insert("traceparent", "00-abc".parse().unwrap());
    let (code, _, headers) = rig.http(request).await;
    assert_eq!(code.as_u16(), 418);
    assert_eq!(headers.get_all("set-cookie").iter().count(), 2);
    let call = rig.call().await;
    assert_eq!(call.target, "/api/order/5?x=1&x=2");
    assert_eq!(call.body, Bytes::from("in chunks"));
    let ids: Vec<_> = call.headers.get_all("x-azure-functions-invocationid").iter().collect();
    assert!(ids.len() == 1 && ids[0] != "forged");
    assert_eq!(call.headers["traceparent"], "00-abc");
}

#[tokio::test]
async fn a_second_output_puts_a_function_back_into_the_envelope_with_a_warning() {
    let ground = ground(PROXY);
    let mut rig = ground.start(answers("{}")).await;
    rig.http(get("/api/two")).await;
    assert_eq!(rig.call().await.target, "/two");
    assert!(ground.log().contains("'two' gets the JSON envelope"));
}

#[tokio::test]
async fn an_announced_body_over_the_limit_is_refused() {
    let ground = ground(PROXY);
    let rig = ground.start(answers("{}")).await;
    let request = Request::post("/api/order").header("content-length", "104857601");
    let request = request.body(Body::empty()).unwrap();
    let client = super::wire::Wire::new();
    let port = rig.host.url().rsplit(':').next().unwrap().parse().unwrap();
    // The client may notice that it was not asked for the body before it reads the answer.
    if let Ok(response) = client.send(port, request).await {
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert!(!ground.log().contains("Executing"));
}

#[tokio::test]
async fn the_admin_api_lists_runs_and_reports() {
    let ground = ground("");
    let mut rig = ground.start(answers("{}")).await;
    rig.host.ready().await.unwrap();
    let (_, body, _) = rig.http(get("/admin/host/status")).await;
    assert!(body.contains("\"Running\""), "{body}");
    let (_, body, _) = rig.http(get("/admin/functions")).await;
    let list: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 4);
    assert_eq!(list[2]["invoke_url_template"], format!("{}/api/order/{{id?}}", rig.host.url()));
    let post = |name: &str, kind: &str, body: &'static str| {
        let request = Request::post(format!("/admin/functions/{name}"));
        request.header("content-type", kind).body(Body::from(body)).unwrap()
    };
    let json = "application/json";
    assert_eq!(status(&rig, post("archive", json, r#"{"input": "hi"}"#)).await, 202);
    assert_eq!(rig.call().await.json()["Data"]["item"], "\"hi\"");
    assert_eq!(status(&rig, post("archive", json, "")).await, 400);
    assert_eq!(status(&rig, post("order", json, "{}")).await, 400);
    assert_eq!(status(&rig, post("nobody", json, "{}")).await, 404);
    assert_eq!(status(&rig, post("archive", "text/plain", "{}")).await, 415);
}

#[tokio::test]
async fn invoking_by_hand_takes_the_triggers_own_road() {
    let ground = ground(PROXY);
    let mut rig = ground.start(answers("{}")).await;
    let request = Request::post("/api/keyed").body(Bytes::from("hi")).unwrap();
    let outcome = rig.host.invoke("keyed", Input::Http(Box::new(request))).await.unwrap();
    assert_eq!(outcome.result.unwrap().unwrap().status(), StatusCode::OK);
    let call = rig.call().await;
    assert_eq!((call.target.as_str(), call.body.as_ref()), ("/api/keyed", b"hi".as_slice()));
    let unknown = rig.host.invoke("nobody", Input::Text(String::new())).await.unwrap_err();
    assert!(unknown.contains("there are: archive, keyed, order, two"), "{unknown}");
}
