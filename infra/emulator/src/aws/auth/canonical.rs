//! The text that a signature covers.
//!
//! Deals with: path, query, headers as "Create a canonical request" of the IAM guide has them, for services
//! other than S3. Does not deal with: keys.

use http::HeaderMap;
use http::request::Parts;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986's unreserved characters stay.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const PATH: &AsciiSet = &STRICT.remove(b'/');

/// Signers differ over a query that was not encoded strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum QueryStyle {
    /// Decoded like a form and encoded strictly (the AWS SDK for Rust).
    Form,
    /// As it came over the wire, sorted (botocore).
    AsSent,
}

/// The canonical request, `payload` being the body's SHA-256 in hexadecimal.
pub(super) fn request(
    request: &Parts,
    signed: &[&str],
    payload: &str,
    style: QueryStyle,
) -> String {
    let query = request.uri.query().unwrap_or_default();
    let headers: String =
        signed.iter().map(|name| format!("{name}:{}\n", header(&request.headers, name))).collect();
    format!(
        "{}\n{}\n{}\n{headers}\n{}\n{payload}",
        request.method,
        path(request.uri.path()),
        match style {
            QueryStyle::Form => form(query),
            QueryStyle::AsSent => as_sent(query),
        },
        signed.join(";"),
    )
}

/// Without dot segments and empty ones, and encoded once more than it was sent.
fn path(sent: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in sent.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let directory = sent.ends_with('/') || sent.ends_with("/.") || sent.ends_with("/..");
    let end = if directory && !kept.is_empty() { "/" } else { "" };
    let normal = format!("/{}{end}", kept.join("/"));
    utf8_percent_encode(&normal, PATH).to_string()
}

fn form(query: &str) -> String {
    let encode = |text: &str| utf8_percent_encode(text, STRICT).to_string();
    let pairs = form_urlencoded::parse(query.as_bytes())
        .map(|(name, value)| (encode(&name), encode(&value)));
    sorted(pairs.collect())
}

fn as_sent(query: &str) -> String {
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    });
    sorted(pairs.collect())
}

fn sorted(mut pairs: Vec<(String, String)>) -> String {
    pairs.sort();
    let pairs: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// All values of a header, each with its white space folded.
fn header(headers: &HeaderMap, name: &str) -> String {
    let values = headers.get_all(name).iter().map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    values.collect::<Vec<_>>().join(",")
}
