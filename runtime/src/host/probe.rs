//! The argument `health`: asks the container beside it whether it is alive.
//!
//! Deals with: one request to `GET /healthz` on `PORT`, for an image that holds nothing but this executable.
//! Does not deal with: answering it (`container/health`).

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::{Environment, number};

/// Of each step. Docker's own default for a whole check is 30 s.
const PATIENCE: Duration = Duration::from_secs(3);

/// Returns where the process that listens on `PORT` (default 8080) says that it is alive.
///
/// # Errors
/// Nobody listens, nobody answers, or the answer is another.
pub(super) fn ask(environment: &Environment) -> Result<(), String> {
    let port = number(environment, "PORT", 8080u16)?;
    let at = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let status = status(at).map_err(|fault| format!("http://{at}/healthz: {fault}"))?;
    let alive = status.starts_with("HTTP/1.1 200");
    if alive { Ok(()) } else { Err(format!("http://{at}/healthz: `{status}` is not 200")) }
}

fn status(at: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&at, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = format!("GET /healthz HTTP/1.1\r\nhost: {at}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    // A status line is short; what follows it is not read.
    stream.take(256).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    fn asked(answer: &'static [u8]) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_string();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 512];
            let read = stream.read(&mut request).unwrap();
            stream.write_all(answer).unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        let said = ask(&Environment::from([("PORT".to_owned(), port)]));
        assert!(server.join().unwrap().starts_with("GET /healthz HTTP/1.1\r\n"));
        said
    }

    #[test]
    fn only_a_200_is_alive() {
        assert_eq!(asked(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nalive"), Ok(()));
        for other in [&b"HTTP/1.1 503 Service Unavailable\r\n\r\n"[..], b"", b"\xff\xfe 200"] {
            assert!(asked(other).unwrap_err().contains("is not 200"));
        }
    }

    #[test]
    fn where_nobody_listens_the_address_is_named() {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let fault = ask(&Environment::from([("PORT".to_owned(), free.to_string())]));
        assert!(fault.unwrap_err().contains(&format!("127.0.0.1:{free}/healthz: ")));
    }
}
