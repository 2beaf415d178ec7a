//! One event through each host's own port.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::child::{Running, ask, free_port};

pub(crate) const CHECKS: &[(&str, fn())] = &[
    ("lambda_gets_its_answer_from_the_function_that_handler_names", lambda),
    ("azure_is_answered_on_loopback_and_logs_go_to_stdout_alone", azure),
    ("a_container_serves_its_own_paths_and_takes_events_on_another_port", container),
];

const LETTER: (&str, &str) = ("ANYFN_DEAD_LETTER_COUNT", "sqs://eu-central-1/123456789012/letters");
const GREETING: (&str, &str) = ("GREETING", "hello");

/// A Runtime API that has one event and wants one answer.
fn lambda() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let running = Running::start(&[
        ("AWS_LAMBDA_RUNTIME_API", &address),
        ("AWS_LAMBDA_FUNCTION_NAME", "greet"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("_HANDLER", "greet"),
        LETTER,
        GREETING,
    ]);
    let event = r#"{"version":"2.0","rawPath":"/greet/ann","rawQueryString":"","headers":{},"requestContext":{"http":{"method":"GET"}}}"#;
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() + 60_900;
    let (answered, answer) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (answered, event) = (
                answered.clone(),
                format!(
                    "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: id-1\r\nlambda-runtime-deadline-ms: {deadline}\r\nlambda-runtime-invoked-function-arn: arn\r\ncontent-length: {}\r\n\r\n{event}",
                    event.len()
                ),
            );
            std::thread::spawn(move || serve(&stream, &event, &answered));
        }
    });
    let answer = answer.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["statusCode"], 200);
    let body = answer["body"].as_str().unwrap();
    let left = body.strip_prefix("hello ann on lambda, ").unwrap().strip_suffix(" s left").unwrap();
    assert!((30..=60).contains(&left.parse::<u64>().unwrap()), "the deadline is absolute: {body}");
    drop(running);
}

/// Gives every caller of `/next` the event, and passes the answer on.
fn serve(
    mut stream: &std::net::TcpStream,
    event: &str,
    answered: &std::sync::mpsc::Sender<String>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((line, body)) = request(&mut reader) {
        if line.starts_with("GET /2018-06-01/runtime/invocation/next") {
            let _ = stream.write_all(event.as_bytes());
        } else if line.starts_with("POST /2018-06-01/runtime/invocation/id-1/response") {
            let _ = answered.send(body);
            let _ = stream.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n");
        }
    }
}

/// First line and body of the next request, `None` at the connection's end.
fn request(reader: &mut impl BufRead) -> Option<(String, String)> {
    let mut first = String::new();
    if reader.read_line(&mut first).ok()? == 0 {
        return None;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first, String::from_utf8(body).ok()?))
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
