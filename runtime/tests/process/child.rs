//! This binary as a child process, and the least of an HTTP client.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(20);

/// How a child ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The app with nothing but these variables.
pub(crate) fn app(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(arguments).env_clear().env("ANYFN_TEST_APP", "1").envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs the app to its end.
pub(crate) fn ended(arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    Running(app(arguments, variables).spawn().unwrap()).ended()
}

/// A running app, killed when it is dropped.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn start(variables: &[(&str, &str)]) -> Self {
        Self(app(&[], variables).spawn().unwrap())
    }

    /// Waits until it has ended by itself.
    pub(crate) fn ended(mut self) -> Ended {
        let begun = Instant::now();
        while self.0.try_wait().unwrap().is_none() {
            assert!(begun.elapsed() < PATIENCE, "it runs instead of ending");
            std::thread::yield_now();
        }
        self.read()
    }

    /// Ends it politely and says how it ended.
    pub(crate) fn terminate(mut self) -> Ended {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.read()
    }

    fn read(&mut self) -> Ended {
        let code = self.0.wait().unwrap().code();
        let mut ended = Ended { code, out: String::new(), err: String::new() };
        self.0.stdout.take().unwrap().read_to_string(&mut ended.out).unwrap();
        self.0.stderr.take().unwrap().read_to_string(&mut ended.err).unwrap();
        ended
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port().to_string()
}

/// One request on a connection of its own; asks again until the port answers. Status line, headers and
/// body of the answer.
pub(crate) fn ask(port: &str, head: &str, body: &[u8]) -> String {
    let begun = Instant::now();
    let mut stream = loop {
        match TcpStream::connect(format!("127.0.0.1:{port}")) {
            Ok(stream) => break stream,
            Err(error) => assert!(begun.elapsed() < PATIENCE, "{port}: {error}"),
        }
        std::thread::yield_now();
    };
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    write!(stream, "{head}\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n")
        .unwrap();
    // A server that refuses a long body stops reading it.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
