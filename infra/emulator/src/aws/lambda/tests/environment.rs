//! Deals with: reuse, crashes, timeouts, initialisation, logs. Does not deal with: the API's status codes.

use serde_json::json as value;

use super::*;
use crate::aws::lambda::{Invoked, LambdaError};
use crate::measured::tests::status;

fn call(lambda: &Lambda, n: u64) -> tokio::task::JoinHandle<Invoked> {
    let (lambda, payload) = (lambda.clone(), Bytes::from(n.to_string()));
    tokio::spawn(async move { lambda.invoke("f", payload).await.unwrap() })
}

fn error(invoked: &Invoked) -> (String, String) {
    assert!(invoked.failed);
    let error = json(&invoked.payload);
    let message = error["errorMessage"].as_str().unwrap().replace(&invoked.request_id, "ID");
    (error["errorType"].as_str().unwrap().to_owned(), message)
}

#[tokio::test]
async fn an_idle_environment_is_used_again_and_parallel_calls_get_their_own() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let spec = FunctionSpec { concurrency: 2, ..FunctionSpec::new("app", "f", runtime) };
    let lambda = bench.start(vec![spec]).await;
    let mut traces = std::collections::BTreeSet::new();
    for n in 0..3 {
        let answer = call(&lambda, n);
        let event = calls.recv().await.unwrap();
        assert_eq!((event.environment, &event.payload), (0, &value!(n)));
        traces.insert(event.headers["lambda-runtime-trace-id"].to_str().unwrap().to_owned());
        event.succeed("null");
        assert!(!answer.await.unwrap().failed);
        // However long it waits for its next event, nothing ends its waiting.
        bench.deps.clock.advance(Duration::from_secs(24 * 60 * 60)).unwrap();
    }
    assert_eq!(traces.len(), 3, "a trace is never that of the call before");
    let answers = [call(&lambda, 10), call(&lambda, 11), call(&lambda, 12)];
    let (first, second) = (calls.recv().await.unwrap(), calls.recv().await.unwrap());
    let mut used = [first.environment, second.environment];
    used.sort_unstable();
    assert_eq!(used, [0, 1]);
    assert!(calls.try_recv().is_err(), "the third waits for a free environment");
    let freed = first.environment;
    first.succeed("1");
    let third = calls.recv().await.unwrap();
    assert_eq!(third.environment, freed);
    third.succeed("3");
    second.succeed("2");
    for answer in answers {
        assert!(!answer.await.unwrap().failed);
    }
    lambda.stop().await;
}

#[tokio::test]
async fn a_crash_is_told_at_once_and_the_next_event_gets_a_fresh_process() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let lambda = bench.start(vec![FunctionSpec::new("app", "f", runtime)]).await;
    let answer = call(&lambda, 1);
    calls.recv().await.unwrap().reply(Reply::Exit);
    let crashed = error(&answer.await.unwrap());
    let text = "RequestId: ID Error: Runtime exited without providing a reason";
    assert_eq!(crashed, ("Runtime.ExitError".to_owned(), text.to_owned()));
    let answer = call(&lambda, 2);
    let event = calls.recv().await.unwrap();
    assert_eq!(event.environment, 1);
    event.succeed("2");
    assert_eq!(answer.await.unwrap().payload, "2");
    lambda.stop().await;
}

#[tokio::test]
async fn an_environment_that_died_idle_costs_no_event() {
    let bench = bench();
    let (served, mut waiting) = mpsc::unbounded_channel();
    let runtime = runtime(move |api| {
        let served = served.clone();
        async move {
            let event = api.next().await;
            let id = event.headers()["lambda-runtime-aws-request-id"].to_str().unwrap();
            api.respond(id, "1").await;
            served.send(()).unwrap();
            // Returning is exiting: with 0, right after an answer.
        }
    });
    let lambda = bench.start(vec![FunctionSpec::new("app", "f", runtime)]).await;
    for _ in 0..5 {
        assert!(!call(&lambda, 1).await.unwrap().failed);
        waiting.recv().await.unwrap();
    }
    lambda.stop().await;
}

#[tokio::test]
async fn a_timeout_kills_and_is_told_in_lambdas_words() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let timeout = Duration::from_millis(1000);
    let lambda =
        bench.start(vec![FunctionSpec { timeout, ..FunctionSpec::new("app", "f", runtime) }]).await;
    let answer = call(&lambda, 1);
    calls.recv().await.unwrap().reply(Reply::Silence);
    let text = "RequestId: ID Error: Task timed out after 1.00 seconds";
    let timed_out = error(&answer.await.unwrap());
    assert_eq!(timed_out, ("Sandbox.Timedout".to_owned(), text.to_owned()));
    let answer = call(&lambda, 2);
    let event = calls.recv().await.unwrap();
    assert_eq!(event.environment, 1, "memory does not survive a timeout");
    event.succeed("2");
    assert!(!answer.await.unwrap().failed);
    lambda.stop().await;
}

#[tokio::test]
async fn an_initialisation_that_fails_or_never_ends_is_told() {
    let bench = bench();
    let report = r#"{"errorType":"Import","errorMessage":"no module"}"#;
    let failing = runtime(move |api| async move {
        assert_eq!(api.post("/runtime/init/error", report, &[]).await.status(), 202);
        assert_eq!(api.next().await.status(), 403);
        std::future::pending::<()>().await;
    });
    let exiting = runtime(|_| async {});
    let stuck = runtime(|_| std::future::pending());
    let short = Duration::from_millis(20);
    let specs = vec![
        FunctionSpec::new("app", "failing", failing),
        FunctionSpec::new("app", "exiting", exiting),
        FunctionSpec {
            init_limit: short,
            timeout: short,
            ..FunctionSpec::new("app", "stuck", stuck)
        },
    ];
    let lambda = bench.start(specs).await;
    let call = async |name: &str| lambda.invoke(name, Bytes::from_static(b"1")).await.unwrap();
    assert_eq!(call("failing").await.payload, report);
    assert_eq!(error(&call("exiting").await).0, "Runtime.ExitError");
    assert_eq!(error(&call("stuck").await).0, "Sandbox.Timedout");
    lambda.stop().await;
}

#[tokio::test]
async fn a_slow_initialisation_gets_a_second_chance() {
    let bench = bench();
    let started = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let slow_once = runtime(move |api| {
        let first = started.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        async move {
            if first {
                std::future::pending::<()>().await;
            }
            let event = api.next().await;
            let id = event.headers()["lambda-runtime-aws-request-id"].to_str().unwrap();
            api.respond(id, "1").await;
            std::future::pending::<()>().await;
        }
    });
    let init_limit = Duration::from_millis(20);
    let spec = FunctionSpec { init_limit, ..FunctionSpec::new("app", "f", slow_once) };
    let lambda = bench.start(vec![spec]).await;
    assert!(!call(&lambda, 1).await.unwrap().failed);
    lambda.stop().await;
}

#[tokio::test]
async fn the_log_has_start_end_and_report_of_every_call() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let lambda = bench.start(vec![FunctionSpec::new("app", "f", runtime)]).await;
    let mut tails = Vec::new();
    let mut invoked = None;
    for n in 0..2 {
        let answer = call(&lambda, n);
        calls.recv().await.unwrap().succeed("1");
        let answer = answer.await.unwrap();
        tails.extend_from_slice(&answer.log_tail);
        invoked.get_or_insert(answer);
    }
    lambda.stop().await;
    let (log, invoked) = (bench.log("f"), invoked.unwrap());
    assert_eq!(log.as_bytes(), tails);
    assert_eq!(log.matches("Init Duration").count(), 1);
    let lines: Vec<&str> = log.lines().collect();
    let id = &invoked.request_id;
    assert_eq!(lines[0], format!("START RequestId: {id} Version: $LATEST"));
    assert_eq!(lines[1], format!("END RequestId: {id}"));
    assert!(lines[2].starts_with(&format!("REPORT RequestId: {id}\tDuration: ")), "{log}");
    assert!(lines[2].contains("\tMemory Size: 512 MB\tMax Memory Used: 0 MB\tInit Duration: "));
    let seen = bench.deps.measured.of(&[status("f", "lambda")]).functions.remove(0);
    assert_eq!((seen.calls, seen.init_ms.is_some()), (2, true), "{seen:?}");
}

#[tokio::test]
async fn replaced_functions_end_with_their_calls_and_stopped_ones_do_not_start() {
    let bench = bench();
    let (runtime, mut calls) = puppet();
    let spec = FunctionSpec::new("app", "f", runtime);
    let lambda = bench.start(vec![spec.clone()]).await;
    let running = call(&lambda, 1);
    let event = calls.recv().await.unwrap();
    lambda.switch(lambda.prepare(&["app".to_owned()], vec![spec]).await.unwrap());
    event.succeed("1");
    assert!(!running.await.unwrap().failed, "a call that runs is left alone");
    let fresh = call(&lambda, 2);
    let event = calls.recv().await.unwrap();
    assert_eq!(event.environment, 1);
    event.succeed("2");
    assert!(!fresh.await.unwrap().failed);
    lambda.stop().await;
    assert!(call(&lambda, 3).await.unwrap().failed);
}

#[tokio::test]
async fn a_program_that_is_missing_and_functions_that_clash_are_named() {
    let bench = bench();
    let program = || Runtime::Process { program: "/no/such".into(), args: vec![], cwd: None };
    let lambda = bench.start(vec![FunctionSpec::new("app", "f", program())]).await;
    let (kind, message) = error(&call(&lambda, 1).await.unwrap());
    assert_eq!(kind, "Runtime.InvalidEntrypoint");
    assert!(message.contains("/no/such cannot be started"), "{message}");
    let missing = lambda.invoke("other", Bytes::new()).await.unwrap_err();
    assert_eq!(missing.to_string(), "there is no function `other`");
    let twice =
        vec![FunctionSpec::new("one", "f", program()), FunctionSpec::new("two", "f", program())];
    let clash = Lambda::start(bench.deps.clone(), twice).await.err().unwrap();
    assert!(matches!(clash, LambdaError::Duplicate { .. }));
    assert!(clash.to_string().contains("`one` and `two`"));
    lambda.stop().await;
}
