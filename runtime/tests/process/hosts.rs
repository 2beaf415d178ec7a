//! One event through each host's own port.

use std::time::{Duration, Instant};

use crate::child::{Running, ask, free_port};
use crate::runtime_api::Lambda;

pub(crate) const CHECKS: &[(&str, fn())] = &[
    ("lambda_gets_its_answer_from_the_function_that_handler_names", lambda),
    ("a_handler_that_spins_is_reported_before_lambdas_limit_and_its_process_ends", spinning),
    ("a_handler_that_spins_is_reported_to_azure_in_time_and_its_process_ends", spinning_on_azure),
    ("azure_is_answered_on_loopback_and_logs_go_to_stdout_alone", azure),
    ("a_container_serves_its_own_paths_and_takes_events_on_another_port", container),
];

const LETTER: (&str, &str) = ("ANYFN_DEAD_LETTER_COUNT", "sqs://eu-central-1/123456789012/letters");
const GREETING: (&str, &str) = ("GREETING", "hello");

fn lambda() {
    let event = r#"{"version":"2.0","rawPath":"/greet/ann","rawQueryString":"","headers":{},"requestContext":{"http":{"method":"GET"}}}"#;
    let lambda = Lambda::start("greet", &[], &[event]);
    let (_, answer) = lambda.answer();
    assert_eq!(answer["statusCode"], 200);
    let body = answer["body"].as_str().unwrap();
    let left = body.strip_prefix("hello ann on lambda, ").unwrap().strip_suffix(" s left").unwrap();
    assert!((30..=60).contains(&left.parse::<u64>().unwrap()), "the deadline is absolute: {body}");
}

fn spinning() {
    let event = r#"{"version":"2.0","rawPath":"/spin","rawQueryString":"","headers":{},"requestContext":{"http":{"method":"GET"}}}"#;
    let begun = Instant::now();
    let time = Duration::from_secs(3);
    let lambda = Lambda::within(time, "spin", &[], &[event]);
    let (kind, answer) = lambda.answer();
    assert!(begun.elapsed() < time, "{:?}", begun.elapsed());
    assert_eq!((kind.as_str(), &answer["statusCode"]), ("response", &500.into()));
    let end = lambda.running.ended();
    assert_eq!(end.code, Some(1), "{}", end.out);
    assert!(end.out.contains("the deadline came before the call could end"), "{}", end.out);
    assert!(end.out.contains("does not let go after its deadline"), "{}", end.out);
}

fn spinning_on_azure() {
    let port = free_port();
    let time = Duration::from_secs(3);
    let running = Running::start(&[
        ("FUNCTIONS_CUSTOMHANDLER_PORT", &port),
        ("ANYFN_TIMEOUT", "3"),
        ("ANYFN_MAX_IN_FLIGHT", "1"),
        GREETING,
    ]);
    assert!(ask(&port, "GET /api/greet/ann HTTP/1.1", b"").contains("hello ann on azure"));
    let begun = Instant::now();
    let answer = ask(&port, "GET /api/spin HTTP/1.1", b"");
    assert!(begun.elapsed() < time, "{:?}", begun.elapsed());
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    let end = running.ended();
    assert_eq!(end.code, Some(1), "{}", end.out);
    for said in
        ["the deadline came before the call could end", "does not let go after its deadline"]
    {
        assert_eq!(end.out.matches(said).count(), 1, "{}", end.out);
    }
}

fn azure() {
    let port = free_port();
    let running = Running::start(&[("FUNCTIONS_CUSTOMHANDLER_PORT", &port), GREETING]);
    assert!(ask(&port, "GET / HTTP/1.1", b"").starts_with("HTTP/1.1 200"));
    let greeted = ask(&port, "GET /api/greet/ann HTTP/1.1", b"");
    assert!(greeted.contains("hello ann on azure, 29"), "{greeted}");
    let head = "POST /count HTTP/1.1\r\ncontent-type: application/json\r\nx-azure-functions-invocationid: i-1";
    let counted = ask(&port, head, br#"{"Data":{"item":"Nw=="},"Metadata":{"DequeueCount":"1"}}"#);
    assert!(
        counted.starts_with("HTTP/1.1 200") && counted.contains("application/json"),
        "{counted}"
    );
    let failed = ask(&port, head, br#"{"Data":{"item":"Ig=="},"Metadata":{"DequeueCount":"1"}}"#);
    assert!(failed.starts_with("HTTP/1.1 500"), "{failed}");
    let end = running.terminate();
    assert_eq!(end.err, "", "the host reports every line on stderr as an error");
    assert!(end.out.contains(r#""number":7"#) && end.out.contains("i-1"), "{}", end.out);
    assert!(end.out.lines().all(|line| line.starts_with('{')), "JSON lines: {}", end.out);
}

fn container() {
    let (port, events) = (free_port(), free_port());
    let running =
        Running::start(&[("PORT", &port), ("ANYFN_EVENT_PORT", &events), LETTER, GREETING]);
    let greeted = ask(&port, "GET /greet/ann HTTP/1.1", b"");
    assert!(greeted.contains("hello ann on container"), "{greeted}");
    // The state was built for that call.
    for probe in ["GET /healthz HTTP/1.1", "GET /readyz HTTP/1.1"] {
        assert!(ask(&port, probe, b"").starts_with("HTTP/1.1 200"), "{probe}");
    }
    let event = "POST /count HTTP/1.1\r\nx-azure-functions-invocationid: 1\r\nce-specversion: 1.0\r\nce-id: e-1\r\nce-source: /test\r\nce-type: test";
    assert!(ask(&port, event, b"7").starts_with("HTTP/1.1 404"));
    let counted = ask(&events, event, b"8");
    assert!(counted.starts_with("HTTP/1.1 200"), "{counted}");
    assert!(ask(&events, "POST /count HTTP/1.1", b"9").starts_with("HTTP/1.1 400"));
    assert!(ask(&events, "GET /greet/ann HTTP/1.1", b"").starts_with("HTTP/1.1 404"));
    let limit = 6 * 1024 * 1024;
    assert!(ask(&port, "POST /greet/ann HTTP/1.1", &vec![b'x'; limit]).starts_with("HTTP/1.1 200"));
    let over = ask(&port, "POST /greet/ann HTTP/1.1", &vec![b'x'; limit + 1]);
    assert!(over.starts_with("HTTP/1.1 413"), "{over}");
    let end = running.terminate();
    assert_eq!(end.code, Some(0));
    let counted = |number: u8| end.out.contains(&format!(r#""number":{number}"#));
    assert!(!counted(7) && counted(8) && !counted(9), "{}", end.out);
}
