//! Requests within a request, and answers within an answer.
//!
//! Deals with: `multipart/mixed` of `application/http`, as "Blob Batch" shows it. Does not deal with:
//! what is asked for (`batch`).

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};

/// One of the requests.
#[derive(Debug)]
pub(super) struct Part {
    /// Its `Content-ID`, which its answer has too.
    pub(super) id: String,
    /// All of it: a delete has no body.
    pub(super) head: Parts,
}

/// The boundary that a content type names.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/mixed") {
        return None;
    }
    let named = |parameter: &'_ str| -> Option<usize> {
        let (name, _) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then_some(name.len() + 1)
    };
    let value = parameters.split(';').find_map(|p| p.get(named(p)?..))?;
    Some(value.trim().trim_matches('"')).filter(|boundary| !boundary.is_empty())
}

/// The requests in their order.
pub(super) fn read(boundary: &str, body: &[u8]) -> Result<Vec<Part>, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the batch is not UTF-8")?;
    let delimiter = format!("--{boundary}");
    let mut parts = Vec::new();
    let mut pieces = text.split(&*delimiter).skip(1);
    for piece in pieces.by_ref() {
        if piece.starts_with("--") {
            return Ok(parts);
        }
        parts.push(part(piece.strip_prefix("\r\n").unwrap_or(piece))?);
    }
    Err(format!("the batch does not end with --{boundary}--"))
}

fn part(text: &str) -> Result<Part, String> {
    let (outer, request) =
        text.split_once("\r\n\r\n").ok_or("a part has no empty line (CRLF) after its headers")?;
    let id = headers(outer).find(|(name, _)| name.eq_ignore_ascii_case("content-id"));
    let id = id.map(|(_, id)| id.to_owned()).ok_or("a part has no Content-ID")?;
    let (line, rest) = request.split_once("\r\n").unwrap_or((request, ""));
    let wrong = || format!("\"{line}\" is no request line like DELETE /container/blob HTTP/1.1");
    let mut words = line.split(' ');
    let (Some(method), Some(path), Some("HTTP/1.1"), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(wrong());
    };
    let mut request = Request::builder().method(method).uri(path);
    let inner = rest.split("\r\n\r\n").next().unwrap_or_default();
    for (name, value) in headers(inner) {
        request = request.header(name, value);
    }
    let (head, ()) = request.body(()).map_err(|_| wrong())?.into_parts();
    Ok(Part { id, head })
}

fn headers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split("\r\n").filter_map(|line| line.split_once(':')).map(|(n, v)| (n.trim(), v.trim()))
}

/// The answers, each with the `Content-ID` of its request.
pub(super) fn written(boundary: &str, answers: &[(String, Response<Bytes>)]) -> Vec<u8> {
    let mut text = Vec::with_capacity(64 + answers.len() * 320);
    for (id, answer) in answers {
        let status = answer.status();
        let reason = status.canonical_reason().unwrap_or_default();
        text.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\n\
                 HTTP/1.1 {} {reason}\r\n",
                status.as_str()
            )
            .as_bytes(),
        );
        for (name, value) in answer.headers() {
            text.extend_from_slice(name.as_str().as_bytes());
            text.extend_from_slice(b": ");
            text.extend_from_slice(value.as_bytes());
            text.extend_from_slice(b"\r\n");
        }
        if !answer.body().is_empty() {
            text.extend_from_slice(
                format!("Content-Length: {}\r\n", answer.body().len()).as_bytes(),
            );
        }
        text.extend_from_slice(b"\r\n");
        text.extend_from_slice(answer.body());
        text.extend_from_slice(b"\r\n");
    }
    text.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::*;

    /// The example of the reference, "Blob Batch".
    const BATCH: &str = "--batch_357de4f7\r\nContent-Type: application/http\r\n\
        Content-Transfer-Encoding: binary\r\nContent-ID: 0\r\n\r\n\
        DELETE /container0/blob0 HTTP/1.1\r\nx-ms-date: Thu, 14 Jun 2018 16:46:54 GMT\r\n\
        Authorization: SharedKey account:G4jjBXA7LI=\r\nContent-Length: 0\r\n\r\n\r\n\
        --batch_357de4f7\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\n\
        DELETE /container1/blob%201?sig=a HTTP/1.1\r\n\r\n\r\n--batch_357de4f7--\r\n";

    #[test]
    fn every_request_has_its_number_path_and_headers() {
        let parts = read("batch_357de4f7", BATCH.as_bytes()).unwrap();
        let [first, second] = &parts[..] else { panic!("{parts:?}") };
        assert_eq!((first.id.as_str(), first.head.uri.path()), ("0", "/container0/blob0"));
        assert_eq!(first.head.headers["authorization"], "SharedKey account:G4jjBXA7LI=");
        assert_eq!((second.id.as_str(), second.head.uri.query()), ("1", Some("sig=a")));
    }

    #[test]
    fn what_is_no_batch_is_refused_with_a_reason() {
        for (change, to, why) in [
            ("Content-ID: 1\r\n", "", "no Content-ID"),
            (" HTTP/1.1\r\n\r\n", "\r\n\r\n", "no request line"),
            ("--batch_357de4f7--", "", "does not end"),
        ] {
            let error = read("batch_357de4f7", BATCH.replace(change, to).as_bytes()).unwrap_err();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn the_boundary_is_read_with_and_without_quotes() {
        assert_eq!(boundary("multipart/mixed; boundary=b_1"), Some("b_1"));
        assert_eq!(boundary("Multipart/Mixed;charset=x; Boundary=\"b 1\""), Some("b 1"));
        for wrong in ["multipart/mixed", "multipart/mixed; boundary=", "text/plain; boundary=b"] {
            assert_eq!(boundary(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_answer_has_its_body_counted() {
        let answer = Response::builder().status(404).body(Bytes::from_static(b"<Error/>")).unwrap();
        let text = String::from_utf8(written("b", &[("7".to_owned(), answer)])).unwrap();
        assert_eq!(
            text,
            "--b\r\nContent-Type: application/http\r\nContent-ID: 7\r\n\r\nHTTP/1.1 404 Not Found\r\n\
             Content-Length: 8\r\n\r\n<Error/>\r\n--b--\r\n"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            text in "(--b|--|\r\n|:| |DELETE |/a|HTTP/1.1|Content-ID: 1|ä){0,40}",
            kind in "(multipart/mixed|;|=|boundary|\"|ä){0,8}",
        ) {
            let _ = read("b", &bytes);
            let _ = read("b", text.as_bytes());
            let _ = boundary(&kind);
        }
    }
}
