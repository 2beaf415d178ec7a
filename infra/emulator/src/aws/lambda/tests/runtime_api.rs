//! Deals with: status codes and bodies of the runtime API. Does not deal with: what the caller is told.

use super::*;

/// Runs `work` as the runtime of one call; returns what the call came to.
async fn with<F: Future<Output = ()> + Send + 'static>(
    work: impl Fn(Api) -> F + Send + Sync + 'static,
) -> crate::aws::lambda::Invoked {
    let bench = bench();
    let lambda = bench.start(vec![FunctionSpec::new("app", "f", runtime(work))]).await;
    let invoked = lambda.invoke("f", Bytes::from_static(b"{\"n\":1}")).await.unwrap();
    lambda.stop().await;
    invoked
}

fn id(event: &Response<Bytes>) -> String {
    event.headers()["lambda-runtime-aws-request-id"].to_str().unwrap().to_owned()
}

fn error_type(response: &Response<Bytes>) -> (u16, String) {
    let kind = json(response.body())["errorType"].as_str().unwrap().to_owned();
    (response.status().as_u16(), kind)
}

#[tokio::test]
async fn an_event_has_its_headers_and_an_answer_is_accepted_once() {
    let invoked = with(|api| async move {
        let event = api.next().await;
        assert_eq!((event.status().as_u16(), event.body().as_ref()), (200, &b"{\"n\":1}"[..]));
        let headers = event.headers();
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
        assert_eq!(headers["lambda-runtime-invoked-function-arn"], arn);
        let deadline = headers["lambda-runtime-deadline-ms"].to_str().unwrap();
        let left = deadline.parse::<i64>().unwrap() - crate::clock::millis(SystemTime::now());
        assert!((20_000..=30_000).contains(&left), "absolute, in real time: {left} ms left");
        assert!(headers["lambda-runtime-trace-id"].to_str().unwrap().starts_with("Root=1-"));
        assert!(!headers.contains_key("lambda-runtime-client-context"));

        let same = api.next().await;
        assert_eq!(id(&same), id(&event), "next while one runs gives the same event");
        let unknown = api.respond("f5e0d6b0-0000-0000-0000-000000000000", "1").await;
        assert_eq!(error_type(&unknown), (400, "InvalidRequestID".to_owned()));
        let late = api.post("/runtime/init/error", "{}", &[]).await;
        assert_eq!(error_type(&late), (403, "InvalidStateTransition".to_owned()));

        let answered = api.respond(&id(&event), "\"yes\"").await;
        assert_eq!(answered.status(), 202);
        assert_eq!(json(answered.body()), serde_json::json!({"status": "OK"}));
        let again = api.respond(&id(&event), "\"no\"").await;
        assert_eq!(error_type(&again), (400, "InvalidRequestID".to_owned()));
        let again = api.fail(&id(&event), "{}").await;
        assert_eq!(error_type(&again), (400, "InvalidRequestID".to_owned()));
        let other = api.respond("other", "1").await;
        assert_eq!(error_type(&other), (403, "InvalidStateTransition".to_owned()));
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!((invoked.failed, invoked.payload.as_ref()), (false, &b"\"yes\""[..]));
}

#[tokio::test]
async fn nothing_can_be_answered_before_it_was_asked_for() {
    let invoked = with(|api| async move {
        let early = api.respond("any", "1").await;
        assert_eq!(error_type(&early), (403, "InvalidStateTransition".to_owned()));
        let message = json(early.body())["errorMessage"].as_str().unwrap().to_owned();
        assert!(message.starts_with("State transition from Started to InvocationResponse failed"));
        let event = api.next().await;
        api.fail(&id(&event), r#"{"errorType":"Oops","errorMessage":"no","stackTrace":[]}"#).await;
        std::future::pending::<()>().await;
    })
    .await;
    assert!(invoked.failed);
    assert_eq!(invoked.payload, r#"{"errorType":"Oops","errorMessage":"no","stackTrace":[]}"#);
}

#[tokio::test]
async fn a_response_over_the_limit_is_refused_and_one_at_the_limit_is_not() {
    const LIMIT: usize = 6_291_556;
    let invoked = with(|api| async move {
        let event = api.next().await;
        let refused = api.respond(&id(&event), vec![b'1'; LIMIT + 1]).await;
        assert_eq!(error_type(&refused), (413, "RequestEntityTooLarge".to_owned()));
        std::future::pending::<()>().await;
    })
    .await;
    assert!(invoked.failed);
    let message = "Response payload size exceeded maximum allowed payload size (6291556 bytes).";
    let expected =
        serde_json::json!({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message});
    assert_eq!(json(&invoked.payload), expected);
    let invoked = with(|api| async move {
        let event = api.next().await;
        assert_eq!(api.respond(&id(&event), vec![b'1'; LIMIT]).await.status(), 202);
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!((invoked.failed, invoked.payload.len()), (false, LIMIT));
}

#[tokio::test]
async fn what_is_not_emulated_says_so_loudly() {
    let invoked = with(|api| async move {
        assert_eq!(api.get("/ping").await.body(), "pong");
        for path in ["/runtime/restore/next", "/runtime/nothing"] {
            assert_eq!(error_type(&api.get(path).await).0, 501);
        }
        let extension = Api(api.0.replace("2018-06-01", "2020-01-01"));
        let refused = extension.post("/extension/register", "{}", &[]).await;
        assert_eq!(error_type(&refused), (501, "Emulator.NotSupported".to_owned()));
        let event = api.next().await;
        let mode = [("lambda-runtime-function-response-mode", "streaming")];
        let path = format!("/runtime/invocation/{}/response", id(&event));
        assert_eq!(error_type(&api.post(&path, "x", &mode).await).0, 501);
        std::future::pending::<()>().await;
    })
    .await;
    assert_eq!(json(&invoked.payload)["errorType"], "Emulator.NotSupported");
    let invoked = with(|api| async move {
        let event = api.next().await;
        let mode = [("lambda-runtime-function-response-mode", "trickling")];
        let path = format!("/runtime/invocation/{}/response", id(&event));
        let refused = error_type(&api.post(&path, "x", &mode).await);
        assert_eq!(refused, (400, "InvalidFunctionResponseMode".to_owned()));
        std::future::pending::<()>().await;
    })
    .await;
    assert!(invoked.failed);
}
