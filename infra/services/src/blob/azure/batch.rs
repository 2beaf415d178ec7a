//! Deleting many blobs by one request.
//!
//! Deals with: Blob Batch on a container: requests within a request, `multipart/mixed`, each with its
//! own proof of right, and the answers to them. Does not deal with: splitting or further tries
//! (`blob::many`).

use std::collections::BTreeSet;

use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::future::ready;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Request, StatusCode};
use uuid::Uuid;

use super::Azure;
use crate::address;
use crate::blob::Deletion;
use crate::blob::many::{Failures, OPERATION};
use crate::blob::write::When;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Reply;
use crate::reply;

/// How many refusals are looked at again at once.
const LOOKS: usize = 16;

impl Azure {
    pub(in crate::blob) async fn delete_batch(&self, batch: &[Deletion]) -> Result<Failures> {
        let whole = |error: Error| error.with("store", &self.base);
        let malformed =
            |error| Error::new(ErrorKind::Config, OPERATION, "a key is malformed").because(error);
        let parts = batch.iter().map(|Deletion { key, etag }| {
            let etag = etag.as_deref().map(|etag| etag.trim_matches('"'));
            let when = etag.map_or(When::Always, When::Matches);
            self.deleting(key, when).body(Bytes::new()).map_err(malformed)
        });
        let parts = self.client.signed_parts(parts.collect::<Result<_>>()?).await?;
        let boundary = format!("batch_{}", Uuid::new_v4());
        let query = address::query(&[("restype", "container"), ("comp", "batch")]);
        let request = Request::post(format!("{}{query}", self.base))
            .header("content-type", format!("multipart/mixed; boundary={boundary}"));
        let body = Bytes::from(written(&boundary, &parts));
        let answer = self.client.call(OPERATION, request, body).await.map_err(whole)?;
        let answers = read(answer.header("content-type").unwrap_or_default(), &answer.body);
        let answers =
            answers.map_err(|text| whole(Error::new(ErrorKind::Other, OPERATION, text)))?;
        let mut open: BTreeSet<usize> = (0..batch.len()).collect();
        let mut failures = Failures::new();
        for Answer { index, reply } in answers {
            let Some(Deletion { key, .. }) = index.and_then(|index| batch.get(index)) else {
                // An answer to none of them is about the batch.
                if reply.status.is_success() {
                    continue;
                }
                return Err(whole(reply::error(OPERATION, &reply)));
            };
            open.remove(&index.unwrap_or_default());
            if !reply.status.is_success() {
                let error = reply::error(OPERATION, &reply);
                if error.kind() != ErrorKind::NotFound {
                    failures.push((key.clone(), self.at(error, key)));
                }
            }
        }
        let kept = |(key, error): (String, Error)| async move {
            (!self.is_about_nothing(&error, &key).await).then_some((key, error))
        };
        let failures = stream::iter(failures).map(kept).buffered(LOOKS);
        let mut failures: Failures = failures.filter_map(ready).collect().await;
        for Deletion { key, .. } in open.into_iter().filter_map(|index| batch.get(index)) {
            let error = Error::new(ErrorKind::Unavailable, OPERATION, "it was not answered");
            failures.push((key.clone(), self.at(error, key)));
        }
        Ok(failures)
    }
}

/// The requests, each a part with its index as `Content-ID`.
fn written(boundary: &str, parts: &[Request<Bytes>]) -> Vec<u8> {
    // Room for a signature and a key of a hundred bytes; a token is longer and grows it.
    let mut body = Vec::with_capacity(64 + parts.len() * 640);
    for (index, part) in parts.iter().enumerate() {
        let path = part.uri().path_and_query().map_or("/", |path| path.as_str());
        for text in [
            "--",
            boundary,
            "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\nContent-ID: ",
            &index.to_string(),
            "\r\n\r\n",
            part.method().as_str(),
            " ",
            path,
            " HTTP/1.1\r\n",
        ] {
            body.extend_from_slice(text.as_bytes());
        }
        for (name, value) in part.headers() {
            body.extend_from_slice(name.as_str().as_bytes());
            body.extend_from_slice(b": ");
            body.extend_from_slice(value.as_bytes());
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"Content-Length: 0\r\n\r\n\r\n");
    }
    for text in ["--", boundary, "--\r\n"] {
        body.extend_from_slice(text.as_bytes());
    }
    body
}

/// The answer to one of the requests.
#[derive(Debug)]
struct Answer {
    /// Which one; `None`: the batch.
    index: Option<usize>,
    reply: Reply,
}

fn read(content_type: &str, body: &[u8]) -> Result<Vec<Answer>, String> {
    let boundary = content_type
        .split(';')
        .filter_map(|parameter| parameter.trim().strip_prefix("boundary="))
        .map(|boundary| boundary.trim_matches('"'))
        .find(|boundary| !boundary.is_empty())
        .ok_or_else(|| format!("the answer is no multipart/mixed but {content_type:?}"))?;
    let text = String::from_utf8_lossy(body);
    let delimiter = format!("--{boundary}");
    let parts = text.split(&*delimiter).skip(1).take_while(|part| !part.starts_with("--"));
    parts.map(part).collect()
}

fn part(text: &str) -> Result<Answer, String> {
    let wrong = || "an answer within the answer cannot be read".to_owned();
    let (head, rest) = paragraph(text.trim_start_matches(['\r', '\n']));
    let index = lines(head)
        .find(|(name, _)| name.eq_ignore_ascii_case("content-id"))
        .and_then(|(_, value)| value.parse().ok());
    let (head, rest) = paragraph(rest);
    let (first, head) = head.split_once('\n').unwrap_or((head, ""));
    let status = first.strip_prefix("HTTP/1.1 ").ok_or_else(wrong)?;
    let status = status.get(..3).and_then(|code| StatusCode::from_bytes(code.as_bytes()).ok());
    let status = status.ok_or_else(wrong)?;
    let named = |(name, value): (&str, &str)| {
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    };
    // Who succeeded is not asked for more.
    let headers: HeaderMap = if status.is_success() {
        HeaderMap::new()
    } else {
        lines(head).filter_map(named).collect()
    };
    let body = if status.is_success() { Bytes::new() } else { Bytes::from(rest.trim().to_owned()) };
    Ok(Answer { index, reply: Reply { status, headers, body } })
}

/// What is before the first empty line, and after it.
fn paragraph(text: &str) -> (&str, &str) {
    let (crlf, lf) = (text.split_once("\r\n\r\n"), text.split_once("\n\n"));
    match (crlf, lf) {
        (Some(crlf), Some(lf)) if lf.0.len() < crlf.0.len() => lf,
        (Some(split), _) | (None, Some(split)) => split,
        (None, None) => (text, ""),
    }
}

fn lines(head: &str) -> impl Iterator<Item = (&str, &str)> {
    head.lines().filter_map(|line| line.split_once(':')).map(|(name, value)| (name, value.trim()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TYPE: &str = "multipart/mixed; boundary=batchresponse_66925647";

    #[test]
    fn requests_are_parts_with_a_number() {
        let part = |uri: &str| Request::delete(uri).header("x-ms-date", "d").body(Bytes::new());
        let parts = [
            part("https://a.blob.core.windows.net/c/a%20b?sig=x").unwrap(),
            part("http://127.0.0.1:10000/acct/c/d").unwrap(),
        ];
        let text = String::from_utf8(written("batch_1", &parts)).unwrap();
        assert_eq!(
            text,
            "--batch_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
             Content-ID: 0\r\n\r\nDELETE /c/a%20b?sig=x HTTP/1.1\r\nx-ms-date: d\r\n\
             Content-Length: 0\r\n\r\n\r\n\
             --batch_1\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
             Content-ID: 1\r\n\r\nDELETE /acct/c/d HTTP/1.1\r\nx-ms-date: d\r\n\
             Content-Length: 0\r\n\r\n\r\n--batch_1--\r\n"
        );
    }

    #[test]
    fn answers_are_read_with_their_numbers_and_reasons() {
        let body = "--batchresponse_66925647\r\nContent-Type: application/http\r\nContent-ID: 1\r\n\r\n\
            HTTP/1.1 202 Accepted\r\nx-ms-request-id: 1\r\nServer: x\r\n\r\n\r\n\
            --batchresponse_66925647\r\nContent-Type: application/http\r\nContent-ID: 0\r\n\r\n\
            HTTP/1.1 412 The condition specified.\r\nx-ms-error-code: ConditionNotMet\r\n\
            Content-Length: 5\r\nContent-Type: application/xml\r\n\r\n\u{feff}<?xml version=\"1.0\"?>\r\n\r\n\
            <Error><Code>ConditionNotMet</Code><Message>No.</Message></Error>\r\n\
            --batchresponse_66925647--\r\n";
        for body in [body.to_owned(), body.replace("\r\n", "\n")] {
            let answers = read(TYPE, body.as_bytes()).unwrap();
            let [first, second] = answers.as_slice() else { panic!("{answers:?}") };
            assert_eq!((first.index, first.reply.status.as_u16()), (Some(1), 202));
            assert_eq!((second.index, second.reply.status.as_u16()), (Some(0), 412));
            let error = reply::error(OPERATION, &second.reply);
            assert_eq!(error.kind(), ErrorKind::Precondition);
            assert!(error.to_string().contains("ConditionNotMet: No."), "{error}");
        }
    }

    #[test]
    fn what_is_no_batch_is_refused() {
        assert!(read("application/xml", b"<Error/>").unwrap_err().contains("application/xml"));
        assert!(read(TYPE, b"--batchresponse_66925647\r\n\r\nnonsense").is_err());
        assert!(read(TYPE, b"").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(TYPE, &body);
        }

        #[test]
        fn no_markup_panics(body in "(--b|--|\r\n|\n|:| |HTTP/1.1 |202|4|ä|Content-ID|x-ms-error-code|<Error>|<){0,60}", boundary in "[b\"; ]{0,3}") {
            if let Ok(answers) = read(&format!("multipart/mixed; boundary={boundary}"), body.as_bytes()) {
                for answer in answers {
                    let _ = reply::error(OPERATION, &answer.reply);
                }
            }
        }
    }
}
