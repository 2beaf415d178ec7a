//! Deals with: the Invoke API as SDKs call it, signed. Does not deal with: what happens to accepted events.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::identity::{Action, Grant};

struct Door {
    base: String,
    lambda: Lambda,
    calls: Calls,
    bench: Bench,
}

async fn door() -> Door {
    let bench = bench();
    let (runtime, calls) = puppet();
    let lambda = bench.start(vec![FunctionSpec::new("app", "f", runtime)]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/2015-03-31/functions", listener.local_addr().unwrap());
    tokio::spawn(crate::aws::lambda::serve(listener, lambda.clone(), CancellationToken::new()));
    Door { base, lambda, calls, bench }
}

impl Door {
    fn request(&self, name: &str, body: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
        let request = Request::post(format!("{}/{name}/invocations", self.base));
        let request = headers.iter().fold(request, |request, (n, v)| request.header(*n, *v));
        request.body(body.to_owned().into()).unwrap()
    }

    fn signed(&self, name: &str, body: &str, headers: &[(&str, &str)]) -> Request<Bytes> {
        let mut request = self.request(name, body, headers);
        let (id, secret) = self.bench.deps.identity.owner_aws();
        sign(&mut request, id, secret);
        request
    }

    async fn refused(&self, name: &str, body: &str, headers: &[(&str, &str)]) -> (u16, String) {
        refusal(&send(self.signed(name, body, headers)).await)
    }
}

fn refusal(response: &Response<Bytes>) -> (u16, String) {
    assert!(json(response.body())["Message"].is_string());
    let kind = response.headers()["x-amzn-errortype"].to_str().unwrap().to_owned();
    (response.status().as_u16(), kind)
}

#[tokio::test]
async fn a_synchronous_call_returns_what_the_function_returned() {
    let mut door = door().await;
    let arn = "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af";
    for name in ["f", "f%3A%24LATEST", arn] {
        let answer = tokio::spawn(send(door.signed(name, "{\"a\":1}", &[])));
        let call = door.calls.recv().await.unwrap();
        assert_eq!(call.payload, serde_json::json!({"a": 1}));
        let id = call.id();
        call.succeed("{\"b\": 2}");
        let answer = answer.await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.body().as_ref()), (200, &b"{\"b\": 2}"[..]));
        let headers = answer.headers();
        assert_eq!(headers["x-amz-executed-version"], "$LATEST");
        assert_eq!(headers["x-amzn-requestid"], id.as_str());
        for absent in ["x-amz-function-error", "x-amz-log-result"] {
            assert!(!headers.contains_key(absent), "{absent}");
        }
    }
    door.lambda.stop().await;
}

#[tokio::test]
async fn a_function_error_is_a_200_with_a_header_and_the_log_on_request() {
    let mut door = door().await;
    let context = STANDARD.encode(r#"{"custom":{"a":"b"}}"#);
    let headers = [("x-amz-log-type", "Tail"), ("x-amz-client-context", context.as_str())];
    let answer = tokio::spawn(send(door.signed("f", "", &headers)));
    let call = door.calls.recv().await.unwrap();
    assert_eq!(call.payload, serde_json::json!({}), "no payload is the empty object");
    assert_eq!(call.headers["lambda-runtime-client-context"], r#"{"custom":{"a":"b"}}"#);
    call.fail();
    let answer = answer.await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-amz-function-error"], "Unhandled");
    assert_eq!(json(answer.body())["errorType"], "Oops");
    let log = STANDARD.decode(&answer.headers()["x-amz-log-result"]).unwrap();
    let log = String::from_utf8(log).unwrap();
    assert!(log.starts_with("START RequestId: ") && log.contains("\nREPORT RequestId: "), "{log}");
    door.lambda.stop().await;
}

#[tokio::test]
async fn an_event_is_a_202_without_a_body_before_the_function_runs() {
    let mut door = door().await;
    let answer = send(door.signed("f", "1", &[("x-amz-invocation-type", "Event")])).await;
    assert_eq!((answer.status().as_u16(), answer.body().len()), (202, 0));
    assert!(!answer.headers().contains_key("x-amz-executed-version"));
    let call = door.calls.recv().await.unwrap();
    assert_eq!(answer.headers()["x-amzn-requestid"], call.id().as_str());
    call.succeed("1");
    door.lambda.stop().await;
}

#[tokio::test]
async fn a_dry_run_runs_nothing() {
    let mut door = door().await;
    let answer = send(door.signed("f", "1", &[("x-amz-invocation-type", "DryRun")])).await;
    assert_eq!((answer.status().as_u16(), answer.body().len()), (204, 0));
    assert!(door.calls.try_recv().is_err());
    assert!(door.lambda.functions()[0].pids.is_empty());
    door.lambda.stop().await;
}

#[tokio::test]
async fn what_cannot_be_called_is_refused_in_lambdas_shape() {
    let door = door().await;
    let missing = send(door.signed("nobody", "1", &[])).await;
    let message = json(missing.body())["Message"].as_str().unwrap().to_owned();
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:nobody";
    assert_eq!(message, format!("Function not found: {arn}"));
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16, &'a str);
    let table: [Row<'_>; 8] = [
        ("nobody", "1", &[], 404, "ResourceNotFoundException"),
        ("f:live", "1", &[], 404, "ResourceNotFoundException"),
        ("f", "{", &[], 400, "InvalidRequestContentException"),
        ("f", "'a'", &[], 400, "InvalidRequestContentException"),
        ("f", "1 2", &[], 400, "InvalidRequestContentException"),
        ("f", "{", &[("x-amz-invocation-type", "Event")], 400, "InvalidRequestContentException"),
        ("f", "1", &[("x-amz-invocation-type", "Later")], 400, "ValidationException"),
        ("f", "1", &[("x-amz-client-context", "?")], 400, "InvalidRequestContentException"),
    ];
    for (name, body, headers, status, kind) in table {
        let expected = (status, kind.to_owned());
        assert_eq!(door.refused(name, body, headers).await, expected, "{name} {body} {headers:?}");
    }
    let (id, secret) = door.bench.deps.identity.owner_aws();
    let mut qualified = door.request("f", "1", &[]);
    *qualified.uri_mut() = format!("{}?Qualifier=live", qualified.uri()).parse().unwrap();
    sign(&mut qualified, id, secret);
    assert_eq!(refusal(&send(qualified).await).0, 404);
    let mut listing = Request::get(&door.base).body(Bytes::new()).unwrap();
    sign(&mut listing, id, secret);
    let listing = refusal(&send(listing).await);
    assert_eq!(listing, (501, "UnsupportedOperationException".to_owned()));
    door.lambda.stop().await;
}

#[tokio::test]
async fn payloads_have_lambdas_limits() {
    let mut door = door().await;
    let quoted = |bytes: usize| format!("\"{}\"", "x".repeat(bytes - 2));
    let event = [("x-amz-invocation-type", "Event")];
    let too_large = |status| (status, "RequestTooLargeException".to_owned());
    let mebibyte = 1024 * 1024;
    assert_eq!(door.refused("f", &quoted(6 * mebibyte + 1), &[]).await, too_large(413));
    assert_eq!(door.refused("f", &quoted(mebibyte + 1), &event).await, too_large(413));
    let answer = send(door.signed("f", &quoted(mebibyte), &event)).await;
    assert_eq!(answer.status(), 202);
    door.calls.recv().await.unwrap().succeed("1");
    door.lambda.stop().await;
}

#[tokio::test]
async fn only_who_may_call_the_function_calls_it() {
    let door = door().await;
    let unsigned = send(door.request("f", "1", &[])).await;
    assert_eq!(refusal(&unsigned), (403, "MissingAuthenticationTokenException".to_owned()));
    let mut forged = door.signed("f", "1", &[("x-amz-invocation-type", "DryRun")]);
    *forged.body_mut() = Bytes::from_static(b"2");
    let forged = refusal(&send(forged).await);
    assert_eq!(forged, (403, "InvalidSignatureException".to_owned()));
    let identity = &door.bench.deps.identity;
    for (action, status) in [("other", 403), ("f", 204)] {
        let app = identity.add_app(Grant::new("app", [Action::Invoke(action.to_owned())]));
        let mut request = door.request("f", "1", &[("x-amz-invocation-type", "DryRun")]);
        sign(&mut request, &app.access_key_id, &app.secret_access_key);
        let answer = send(request).await;
        assert_eq!(answer.status().as_u16(), status);
        if status == 403 {
            assert_eq!(refusal(&answer).1, "AccessDeniedException");
        }
    }
    door.lambda.stop().await;
}
