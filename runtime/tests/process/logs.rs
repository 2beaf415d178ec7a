//! What a whole process logs: every line of an invocation tells which one.

use serde_json::Value;

use crate::child::{Ended, Running, ask, free_port};
use crate::runtime_api::Lambda;

pub(crate) const CHECKS: &[(&str, fn())] = &[
    ("on_lambda_every_line_within_an_invocation_tells_which_one", lambda),
    ("on_azure_every_line_within_an_invocation_tells_which_one", azure),
    ("anyfn_log_says_what_is_logged_and_takes_no_field_away", filtered),
];

const TRACE_ID: &str = "5759e988bd862e3fe1be46a994272793";

/// A batch of one message, at its third attempt.
fn event(number: u32) -> String {
    format!(
        r#"{{"Records":[{{"messageId":"m-{number}","receiptHandle":"r","body":"{number}","attributes":{{"ApproximateReceiveCount":"3"}},"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:eu-central-1:1:numbers"}}]}}"#
    )
}

/// The lines with this message.
fn lines(end: &Ended, message: &str) -> Vec<Value> {
    let lines = end.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let found: Vec<Value> = lines.filter(|line| line["message"] == message).collect();
    assert!(!found.is_empty(), "no line says `{message}`: {}", end.out);
    found
}

/// The one line with this message, which belongs to this invocation.
fn line(end: &Ended, message: &str, id: &str, attempt: u32) -> Value {
    let of_call = |line: &Value| line["invocation_id"] == id;
    let mut found: Vec<Value> = lines(end, message).into_iter().filter(of_call).collect();
    assert_eq!(found.len(), 1, "`{message}` of {id}: {}", end.out);
    let line = found.remove(0);
    assert_eq!((&line["function"], &line["attempt"]), (&"count".into(), &attempt.into()), "{line}");
    assert_eq!(line["trace_id"], TRACE_ID, "{line}");
    line
}

fn lambda() {
    let [good, panics, none, rejected] = [7, 13, 0, 14].map(event);
    let wrong = r#"{"no":"batch"}"#;
    let all = [("ANYFN_LOG", "info,anyfn::call=debug")];
    let lambda = Lambda::start("count", &all, &[&good, &panics, &none, &rejected, wrong]);
    let kinds = [(); 5].map(|()| lambda.answer().0);
    assert_eq!(kinds, ["response", "error", "error", "response", "error"]);
    let end = lambda.running.terminate();
    assert_eq!(end.err, "");

    for message in ["counted", "in a closure", "done"] {
        assert_eq!(line(&end, message, "id-1", 3)["message_id"], "m-7");
    }
    let inside = line(&end, "in a closure", "id-1", 3);
    assert_eq!((&inside["round"], &inside["level"]), (&7.into(), &"WARN".into()));
    let done = line(&end, "done", "id-1", 3);
    assert!(done["duration_ms"].as_f64().unwrap() >= 0.0 && done["outcome"] == "done", "{done}");
    assert!(!end.out.contains("in a library"), "debug is not on: {}", end.out);

    let panicked = line(&end, "panicked", "id-2", 3);
    assert_eq!(panicked["panic"], "thirteen");
    assert!(panicked["location"].as_str().unwrap().contains("process/app.rs:"), "{panicked}");
    for (id, message, level, outcome, kind, error) in [
        ("id-2", "call failed", "ERROR", "failed", "retry", "panicked: thirteen"),
        (
            "id-3",
            "call failed",
            "ERROR",
            "failed",
            "retry",
            "the counter broke: out of range integral type conversion attempted",
        ),
        ("id-4", "event rejected", "ERROR", "rejected", "reject", "fourteen"),
    ] {
        let line = line(&end, message, id, 3);
        let told = ["level", "outcome", "kind", "error"].map(|name| line[name].as_str().unwrap());
        assert_eq!(told, [level, outcome, kind, error]);
        assert!(line["duration_ms"].is_number(), "{line}");
    }
    let wrong = end.out.lines().find(|line| line.contains("not a batch of SQS messages")).unwrap();
    assert!(wrong.contains(r#""invocation_id":"id-5""#) && wrong.contains(TRACE_ID), "{wrong}");
    assert!(!end.out.contains("lambda_runtime"), "nothing is told twice: {}", end.out);
}

fn azure() {
    let port = free_port();
    let variables = [("FUNCTIONS_CUSTOMHANDLER_PORT", port.as_str()), ("GREETING", "hello")];
    let running = Running::start(&variables);
    let send = |id: &str, number: &str| {
        let head = format!(
            "POST /count HTTP/1.1\r\ncontent-type: application/json\r\nx-azure-functions-invocationid: {id}\r\ntraceparent: 00-{TRACE_ID}-53995c3f42cd8ad8-01"
        );
        let metadata = r#""Metadata":{"DequeueCount":"2","Id":"\"m-2\""}"#;
        let body = format!(r#"{{"Data":{{"message":"{number}"}},{metadata}}}"#);
        ask(&port, &head, body.as_bytes())
    };
    assert!(send("i-1", "Nw==").starts_with("HTTP/1.1 200"));
    assert!(send("i-2", "MTM=").starts_with("HTTP/1.1 500"));
    let end = running.terminate();
    assert_eq!(end.err, "", "the host reports every line on stderr as an error");
    for message in ["counted", "in a closure"] {
        assert_eq!(line(&end, message, "i-1", 2)["message_id"], "m-2");
    }
    assert!(!end.out.contains("done"), "the host tells that: {}", end.out);
    assert_eq!(line(&end, "panicked", "i-2", 2)["panic"], "thirteen");
    assert_eq!(line(&end, "call failed", "i-2", 2)["error"], "panicked: thirteen");
}

fn filtered() {
    let logged = |filter: &str| {
        let lambda = Lambda::start("count", &[("ANYFN_LOG", filter)], &[&event(7), &event(13)]);
        assert_eq!([lambda.answer().0, lambda.answer().0], ["response", "error"]);
        lambda.running.terminate()
    };
    let end = logged("off");
    for hidden in ["counted", "in a closure", "done"] {
        assert!(!end.out.contains(hidden), "{}", end.out);
    }
    for message in ["panicked", "call failed"] {
        line(&end, message, "id-2", 3);
    }
    let end = logged("warn,some_library=debug");
    for message in ["in a closure", "in a library"] {
        line(&end, message, "id-1", 3);
    }
    assert!(!end.out.contains("counted"), "{}", end.out);
}
