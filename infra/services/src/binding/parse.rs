//! Reading a binding URL.
//!
//! Deals with: splitting and checking. Does not deal with: what the parts mean to a provider.
//! The URL standard's parser is not used on the whole: it lower-cases, drops and normalises what
//! should be an error here.

use percent_encoding::percent_decode_str;
use url::Url;

use super::Binding;
use crate::error::{Error, ErrorKind, Result};

/// A right URL for each scheme: what errors show.
const EXAMPLES: [(&str, &str); 5] = [
    ("s3", "s3://my-photos/in?region=eu-central-1"),
    ("azblob", "azblob://myaccount/photos"),
    ("sqs", "sqs://eu-central-1/123456789012/deliveries"),
    ("azqueue", "azqueue://myaccount/deliveries"),
    ("memory", "memory://photos"),
];

pub(super) fn binding(text: &str) -> Result<Binding> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let Some((_, example)) = EXAMPLES.iter().find(|(known, _)| *known == scheme) else {
        let known = EXAMPLES.map(|(_, example)| example).join(", ");
        return Err(wrong(format!("a binding starts with a known scheme, as in one of {known}")));
    };
    let fail = |what: &str| wrong(format!("{what}; a right one is {example}"));
    if rest.contains('#') {
        return Err(fail("a binding has no fragment (`#`)"));
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut query = Query::read(scheme, query).map_err(|what| fail(&what))?;
    let parts: Vec<&str> = path.split('/').collect();
    let endpoint = query.endpoint.take();
    match (scheme, parts.as_slice()) {
        ("memory", [name]) => {
            let name = named("name", name, 1..=63, is_host).map_err(|what| fail(&what))?;
            Ok(Binding::Memory { name })
        }
        ("s3", [bucket, prefix @ ..]) => {
            let bucket = named("bucket", bucket, 1..=63, |c| is_host(c) || c == '.');
            let bucket = bucket.map_err(|what| fail(&what))?;
            let prefix = key_prefix(&prefix.join("/")).map_err(|what| fail(&what))?;
            Ok(Binding::S3 { bucket, prefix, region: query.region, endpoint })
        }
        ("azblob", [account, container]) => {
            let account = azure_account(account).map_err(|what| fail(&what))?;
            let container = named("container", container, 1..=63, is_host);
            let container = container.map_err(|what| fail(&what))?;
            Ok(Binding::AzureBlob { account, container, endpoint })
        }
        ("azqueue", [account, name]) => {
            let account = azure_account(account).map_err(|what| fail(&what))?;
            let name = named("queue", name, 1..=63, is_host).map_err(|what| fail(&what))?;
            Ok(Binding::AzureQueue { account, name, endpoint })
        }
        ("sqs", [region, account, name]) => {
            let region = named("region", region, 1..=40, is_host).map_err(|what| fail(&what))?;
            let account = named("account", account, 12..=12, |c| c.is_ascii_digit());
            let account = account.map_err(|what| fail(&what))?;
            let stem = name.strip_suffix(".fifo").unwrap_or(name);
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            named("queue", stem, 1..=80, plain).map_err(|what| fail(&what))?;
            Ok(Binding::Sqs { region, account, name: (*name).to_owned(), endpoint })
        }
        _ => Err(fail("the path has too few or too many parts")),
    }
}

#[derive(Default)]
struct Query {
    region: Option<String>,
    endpoint: Option<Url>,
}

impl Query {
    fn read(scheme: &str, query: &str) -> Result<Self, String> {
        let mut read = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match (&*name, scheme) {
                ("region", "s3") => read.region = Some(named("region", &value, 1..=40, is_host)?),
                ("endpoint", "s3" | "sqs" | "azblob" | "azqueue") => {
                    read.endpoint = Some(endpoint(&value)?);
                }
                _ => return Err(format!("`{scheme}` has no parameter {name:?}")),
            }
        }
        Ok(read)
    }
}

fn endpoint(text: &str) -> Result<Url, String> {
    let wrong = || format!("endpoint {text:?} is no URL such as http://127.0.0.1:9000");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    let web = matches!(url.scheme(), "http" | "https") && url.has_host();
    if plain && web && url.password().is_none() { Ok(url) } else { Err(wrong()) }
}

fn key_prefix(encoded: &str) -> Result<String, String> {
    let decoded = percent_decode_str(encoded).decode_utf8();
    let decoded = decoded.map_err(|_| "the prefix is not UTF-8 once percent-decoded".to_owned())?;
    let prefix = decoded.trim_end_matches('/');
    if prefix.is_empty() {
        return Ok(String::new());
    }
    crate::blob::key::check(prefix).map_err(|what| format!("the prefix {prefix:?} {what}"))?;
    Ok(format!("{prefix}/"))
}

fn azure_account(text: &str) -> Result<String, String> {
    named("account", text, 1..=24, |c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn named(
    what: &str,
    text: &str,
    length: std::ops::RangeInclusive<usize>,
    may_hold: impl Fn(char) -> bool,
) -> Result<String, String> {
    if let Some(c) = text.chars().find(|c| !may_hold(*c)) {
        return Err(format!("the {what} {text:?} must not contain {c:?}"));
    }
    if !length.contains(&text.len()) {
        let (least, most) = length.into_inner();
        return Err(format!("the {what} {text:?} must have {least} to {most} characters"));
    }
    Ok(text.to_owned())
}

fn is_host(c: char) -> bool {
    matches!(c, 'a'..='z' | '0'..='9' | '-')
}

fn wrong(message: String) -> Error {
    Error::new(ErrorKind::Config, "read binding", message)
}
