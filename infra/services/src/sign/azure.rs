//! Azure Storage's three ways to prove a right.
//!
//! Deals with: SharedKey signatures of the blob and queue services, bearer tokens, SAS.
//! Does not deal with: the table service, whose signature is another.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderValue, Request, Uri, header};
use sha2::Sha256;
use url::Url;

use super::AZURE_VERSION;
use crate::address;
use crate::credentials::AzureSecret;
use crate::dates;
use crate::error::{Error, ErrorKind, Result};

/// The headers that are signed by their place, in this order; `date` is empty since `x-ms-date` is
/// sent.
const PLACED: [&str; 11] = [
    "content-encoding",
    "content-language",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-modified-since",
    "if-match",
    "if-none-match",
    "if-unmodified-since",
    "range",
];

/// The headers that every call needs, however it is signed.
pub(super) fn prepare(request: &mut Request<Bytes>, now: SystemTime) -> Result<()> {
    prepare_part(request, now)?;
    let length = HeaderValue::from(request.body().len());
    let has_body =
        *request.method() == http::Method::PUT || *request.method() == http::Method::POST;
    let headers = request.headers_mut();
    headers.insert("x-ms-version", HeaderValue::from_static(AZURE_VERSION));
    if has_body {
        headers.insert(header::CONTENT_LENGTH, length);
    }
    Ok(())
}

/// The same for a call inside of a batch, which has the batch's version.
pub(super) fn prepare_part(request: &mut Request<Bytes>, now: SystemTime) -> Result<()> {
    request.headers_mut().insert("x-ms-date", value(&dates::http(now))?);
    Ok(())
}

/// Whichever proof there is.
pub(super) fn prove(
    request: &mut Request<Bytes>,
    account: &str,
    secret: &AzureSecret,
) -> Result<()> {
    match secret {
        AzureSecret::Key(key) => shared_key(request, account, key),
        AzureSecret::Token(token) => bearer(request, token),
        AzureSecret::Sas(sas) => append_sas(request, sas),
    }
}

/// `Authorization: SharedKey ACCOUNT:SIGNATURE`.
fn shared_key(request: &mut Request<Bytes>, account: &str, key: &[u8]) -> Result<()> {
    let text = string_to_sign(request, account);
    let mac = Hmac::<Sha256>::new_from_slice(key);
    let mut mac = mac.map_err(|_| wrong("the account key cannot sign"))?;
    mac.update(text.as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut authorization = value(&format!("SharedKey {account}:{signature}"))?;
    authorization.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, authorization);
    Ok(())
}

/// `Authorization: Bearer TOKEN`.
fn bearer(request: &mut Request<Bytes>, token: &str) -> Result<()> {
    refuse_in_the_clear(request.uri())?;
    let mut authorization = value(&format!("Bearer {token}"))?;
    authorization.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, authorization);
    Ok(())
}

/// The SAS, a query of its own, goes behind the request's.
fn append_sas(request: &mut Request<Bytes>, sas: &str) -> Result<()> {
    refuse_in_the_clear(request.uri())?;
    let uri: Uri = with_sas(&request.uri().to_string(), sas)
        .parse()
        .map_err(|_| wrong("AZURE_STORAGE_SAS_TOKEN is no query such as sv=…&sig=…"))?;
    *request.uri_mut() = uri;
    Ok(())
}

/// A URL with the SAS behind its query.
pub(super) fn with_sas(url: &str, sas: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{}", sas.trim_start_matches('?'))
}

/// What is signed with a key does not show the key; a token or a SAS is one.
fn refuse_in_the_clear(uri: &Uri) -> Result<()> {
    let url = Url::parse(&uri.to_string()).map_err(|_| wrong("the endpoint is no URL"))?;
    if url.scheme() == "https" || address::is_loopback(&url) {
        return Ok(());
    }
    Err(wrong("a token or SAS is not sent in the clear: give an https:// endpoint"))
}

fn string_to_sign(request: &Request<Bytes>, account: &str) -> String {
    let mut text = format!("{}\n", request.method());
    for name in PLACED {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        let value = value.filter(|value| !(name == "content-length" && *value == "0"));
        let _ = writeln!(text, "{}", value.unwrap_or_default().trim());
    }
    // A BTreeMap sorts them.
    let own: BTreeMap<_, _> = request
        .headers()
        .iter()
        .filter(|(name, _)| name.as_str().starts_with("x-ms-"))
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default().trim()))
        .collect();
    for (name, value) in own {
        let _ = writeln!(text, "{name}:{value}");
    }
    let _ = write!(text, "/{account}{}", request.uri().path());
    let mut query: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let pairs = form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    for (name, value) in pairs {
        query.entry(name.to_ascii_lowercase()).or_default().push(value.into_owned());
    }
    for (name, mut values) in query {
        values.sort();
        let _ = write!(text, "\n{name}:{}", values.join(","));
    }
    text
}

fn value(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|_| wrong("a credential contains a control character"))
}

fn wrong(text: &str) -> Error {
    Error::new(ErrorKind::Config, "sign", text)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn put() -> Request<Bytes> {
        let uri = "http://127.0.0.1:10000/devstoreaccount1/photos/a%20b?b=2&comp=metadata&B=1";
        let mut request = Request::put(uri)
            .header("content-type", "text/plain")
            .header("if-none-match", "*")
            .header("x-ms-meta-taken_at", "1 May")
            .header("x-ms-blob-type", "BlockBlob")
            .body(Bytes::from_static(b"hello"))
            .unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
        prepare(&mut request, now).unwrap();
        request
    }

    #[test]
    fn the_string_to_sign_has_everything_in_its_place() {
        let expected = "PUT\n\n\n5\n\ntext/plain\n\n\n\n*\n\n\n\
            x-ms-blob-type:BlockBlob\n\
            x-ms-date:Fri, 24 May 2013 00:00:00 GMT\n\
            x-ms-meta-taken_at:1 May\n\
            x-ms-version:2021-12-02\n\
            /devstoreaccount1/devstoreaccount1/photos/a%20b\nb:1,2\ncomp:metadata";
        assert_eq!(string_to_sign(&put(), "devstoreaccount1"), expected);
    }

    #[test]
    fn an_empty_body_signs_no_length_but_sends_one() {
        let mut request =
            Request::put("https://a.blob.core.windows.net/c/b").body(Bytes::new()).unwrap();
        prepare(&mut request, SystemTime::now()).unwrap();
        assert_eq!(request.headers()["content-length"], "0");
        assert!(string_to_sign(&request, "a").starts_with("PUT\n\n\n\n\n\n"));
    }

    #[test]
    fn the_signature_is_the_hmac_in_base64() {
        let mut request = put();
        shared_key(&mut request, "devstoreaccount1", b"key").unwrap();
        let text = request.headers()["authorization"].to_str().unwrap();
        // Computed with another HMAC (Python's) over the string above.
        assert_eq!(text, "SharedKey devstoreaccount1:XnYIK1aKUonTBzTK+z56EY8WIWiGTthxHm1XbGa18lM=");
    }

    #[test]
    fn a_token_goes_in_the_clear_only_to_this_machine() {
        let to = |uri: &str| Request::get(uri).body(Bytes::new()).unwrap();
        for uri in
            ["https://a.blob.core.windows.net/c", "http://127.0.0.1:1/c", "http://localhost/c"]
        {
            bearer(&mut to(uri), "t").unwrap();
            append_sas(&mut to(uri), "sig=x").unwrap();
        }
        for uri in ["http://a.blob.core.windows.net/c", "http://10.0.0.1/c"] {
            assert!(bearer(&mut to(uri), "t").is_err(), "{uri}");
            assert!(append_sas(&mut to(uri), "sig=x").is_err(), "{uri}");
        }
    }

    #[test]
    fn a_sas_goes_behind_the_query() {
        let mut request = Request::get("https://a.example/c?comp=list").body(Bytes::new()).unwrap();
        append_sas(&mut request, "?sv=1&sig=a%2Bb").unwrap();
        assert_eq!(request.uri(), "https://a.example/c?comp=list&sv=1&sig=a%2Bb");
    }
}
