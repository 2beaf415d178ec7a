//! The least of a Lambda Runtime API: gives out events and takes answers.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::child::Running;

const PATIENCE: Duration = Duration::from_secs(20);
const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

/// A process under Lambda whose answers can be waited for.
pub(crate) struct Lambda {
    pub(crate) running: Running,
    answers: Receiver<(String, String)>,
}

impl Lambda {
    /// Starts `function` with these further variables, and gives it `events`, of the invocations `id-1`,
    /// `id-2`, …, each once.
    pub(crate) fn start(function: &str, more: &[(&str, &str)], events: &[&str]) -> Self {
        Self::within(Duration::from_millis(60_900), function, more, events)
    }

    /// As [`Self::start`], with so much time for all of them together.
    pub(crate) fn within(
        time: Duration,
        function: &str,
        more: &[(&str, &str)],
        events: &[&str],
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut variables = vec![
            ("AWS_LAMBDA_RUNTIME_API", address.as_str()),
            ("AWS_LAMBDA_FUNCTION_NAME", function),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("_HANDLER", function),
            ("ANYFN_DEAD_LETTER_COUNT", "sqs://eu-central-1/123456789012/letters"),
            ("GREETING", "hello"),
        ];
        variables.extend(more);
        let running = Running::start(&variables);
        let deadline = (SystemTime::now() + time).duration_since(UNIX_EPOCH).unwrap().as_millis();
        let event = |(id, event): (u32, &&str)| {
            format!(
                "HTTP/1.1 200 OK\r\nlambda-runtime-aws-request-id: id-{id}\r\nlambda-runtime-deadline-ms: {deadline}\r\nlambda-runtime-trace-id: {TRACE}\r\nlambda-runtime-invoked-function-arn: arn\r\ncontent-length: {}\r\n\r\n{event}",
                event.len()
            )
        };
        let mut events: Vec<String> = (1..).zip(events).map(event).collect();
        events.reverse();
        let events = Arc::new(Mutex::new(events));
        let (answered, answers) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (events, answered) = (Arc::clone(&events), answered.clone());
                std::thread::spawn(move || serve(&stream, &events, &answered));
            }
        });
        Self { running, answers }
    }

    /// The next answer: `response` or `error`, and its JSON.
    pub(crate) fn answer(&self) -> (String, serde_json::Value) {
        let (kind, body) = self.answers.recv_timeout(PATIENCE).unwrap();
        (kind, serde_json::from_str(&body).unwrap())
    }
}

/// Gives out what events there are, lets those wait who ask for more, and passes answers on.
fn serve(mut stream: &TcpStream, events: &Mutex<Vec<String>>, answered: &Sender<(String, String)>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while let Some((line, body)) = request(&mut reader) {
        let path = line.split(' ').nth(1).unwrap_or_default();
        if path.ends_with("/next") {
            let next = events.lock().unwrap().pop();
            let _ = stream.write_all(next.unwrap_or_default().as_bytes());
        } else {
            let kind = path.rsplit('/').next().unwrap_or_default().to_owned();
            let _ = answered.send((kind, body));
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
