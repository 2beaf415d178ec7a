//! Signatures as clients make them, and every way in which they can be wrong.

use std::time::{Duration, SystemTime};

use http::request::Parts;
use http::{Request, StatusCode};
use proptest::prelude::{any, prop, proptest};

use super::canonical::http_date;
use super::{HeaderOrder, principal, sign, string_to_sign};
use crate::identity::{AZURE_KEY, Action, Grant, Identity, Principal};

const DATE: &str = "Sun, 22 Nov 2026 04:30:00 GMT";

fn now() -> SystemTime {
    http_date(DATE).unwrap()
}

fn request(method: &str, uri: &str, headers: &[(&str, &str)]) -> Parts {
    let mut builder = Request::builder().method(method).uri(uri).header("x-ms-date", DATE);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(()).unwrap().into_parts().0
}

fn authorized(mut request: Parts, authorization: &str) -> Parts {
    request.headers.insert("authorization", authorization.parse().unwrap());
    request
}

fn signed(request: Parts, order: HeaderOrder) -> Parts {
    let text = string_to_sign(&request, "devstoreaccount1", order);
    let signature = sign(AZURE_KEY, &text).unwrap();
    authorized(request, &format!("SharedKey devstoreaccount1:{signature}"))
}

#[test]
fn the_string_to_sign_has_the_account_twice_and_a_sorted_lower_case_query() {
    let request = request(
        "PUT",
        "/devstoreaccount1/photos/a%20b.jpg?Timeout=30&comp=block&blockid=QUE%3D",
        &[
            ("content-length", "11"),
            ("content-type", "image/jpeg"),
            ("x-ms-version", "2026-04-06"),
            ("x-ms-blob-type", "BlockBlob"),
        ],
    );
    let expected = "PUT\n\n\n11\n\nimage/jpeg\n\n\n\n\n\n\nx-ms-blob-type:BlockBlob\n\
         x-ms-date:Sun, 22 Nov 2026 04:30:00 GMT\nx-ms-version:2026-04-06\n\
         /devstoreaccount1/devstoreaccount1/photos/a%20b.jpg\nblockid:QUE=\ncomp:block\ntimeout:30";
    assert_eq!(string_to_sign(&request, "devstoreaccount1", HeaderOrder::Bytes), expected);
}

#[test]
fn an_empty_body_has_an_empty_length_line() {
    let with = request("PUT", "/devstoreaccount1/c", &[("content-length", "0")]);
    let without = request("PUT", "/devstoreaccount1/c", &[]);
    let text = |request| string_to_sign(request, "devstoreaccount1", HeaderOrder::Bytes);
    assert_eq!(text(&with), text(&without));
}

#[test]
fn a_repeated_query_parameter_is_one_line() {
    let request = request("GET", "/devstoreaccount1/c?include=b&include=a", &[]);
    let text = string_to_sign(&request, "devstoreaccount1", HeaderOrder::Bytes);
    assert!(text.ends_with("\ninclude:a,b"), "{text}");
}

#[test]
fn both_header_orders_are_accepted_and_differ_where_a_hyphen_matters() {
    let headers = [("x-ms-meta-ab", "1"), ("x-ms-meta-a-c", "2"), ("x-ms-meta-a_b", "3")];
    let plain = request("GET", "/devstoreaccount1/c/b", &headers);
    let names = |order| -> Vec<String> {
        string_to_sign(&plain, "devstoreaccount1", order)
            .lines()
            .filter_map(|line| {
                line.strip_prefix("x-ms-meta-")?.split(':').next().map(str::to_owned)
            })
            .collect()
    };
    assert_eq!(names(HeaderOrder::Bytes), ["a-c", "a_b", "ab"]);
    assert_eq!(names(HeaderOrder::Collated), ["a_b", "ab", "a-c"]);
    for order in [HeaderOrder::Bytes, HeaderOrder::Collated] {
        let request = signed(plain.clone(), order);
        assert_eq!(principal(&Identity::new(), &request, now()), Ok(Principal::Owner));
    }
}

#[test]
fn a_signature_does_not_cover_another_request() {
    let good = signed(request("GET", "/devstoreaccount1/c/b", &[]), HeaderOrder::Bytes);
    let mut other = good;
    other.uri = "/devstoreaccount1/c/other".parse().unwrap();
    let refused = principal(&Identity::new(), &other, now()).unwrap_err();
    assert_eq!((refused.status, refused.code), (StatusCode::FORBIDDEN, "AuthenticationFailed"));
    assert!(refused.message.contains("GET\\n"), "{}", refused.message);
}

#[test]
fn an_old_or_undated_signature_is_refused() {
    let good = signed(request("GET", "/devstoreaccount1/c/b", &[]), HeaderOrder::Bytes);
    for off in [now() + Duration::from_secs(901), now() - Duration::from_secs(901)] {
        let refused = principal(&Identity::new(), &good, off).unwrap_err();
        assert!(refused.message.contains("15 minutes"), "{}", refused.message);
    }
    let mut undated = request("GET", "/devstoreaccount1/c/b", &[]);
    undated.headers.remove("x-ms-date");
    let refused =
        principal(&Identity::new(), &signed(undated, HeaderOrder::Bytes), now()).unwrap_err();
    assert!(refused.message.contains("x-ms-date must be like"), "{}", refused.message);
}

#[test]
fn a_token_is_its_apps_and_needs_a_recent_version() {
    let identity = Identity::new();
    let app = identity.add_app(Grant::new("webhook", [Action::QueueSend("q".to_owned())]));
    let plain = request("GET", "/devstoreaccount1/c", &[("x-ms-version", "2021-12-02")]);
    let bear = |token: &str| authorized(plain.clone(), &format!("Bearer {token}"));
    let found = principal(&identity, &bear(&app.token), now()).unwrap();
    assert_eq!(found.name(), "webhook");
    let refused = principal(&identity, &bear("forged"), now()).unwrap_err();
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    let mut old = bear(&app.token);
    old.headers.remove("x-ms-version");
    assert_eq!(principal(&identity, &old, now()).unwrap_err().code, "AuthenticationFailed");
}

#[test]
fn no_credentials_and_unsupported_ones_are_told_apart() {
    let code = |request: &Parts| principal(&Identity::new(), request, now()).unwrap_err().code;
    let plain = request("GET", "/devstoreaccount1/c", &[]);
    assert_eq!(code(&plain), "NoAuthenticationInformation");
    assert_eq!(code(&request("GET", "/devstoreaccount1/c?sv=1&sig=x", &[])), "NotImplemented");
    assert_eq!(code(&authorized(plain.clone(), "SharedKeyLite a:b")), "NotImplemented");
    assert_eq!(code(&authorized(plain.clone(), "SharedKey other:aa==")), "AuthenticationFailed");
    assert_eq!(code(&authorized(plain, "SharedKey")), "AuthenticationFailed");
}

proptest! {
    #[test]
    fn no_authorization_header_panics_or_passes(
        value in prop::collection::vec(any::<u8>(), 0..80),
        query in "[ -~]{0,40}",
    ) {
        let uri = format!("/devstoreaccount1/c?{}", query.replace([' ', '"', '<', '>', '#', '`', '{', '}', '|', '\\', '^'], ""));
        let Ok(uri) = uri.parse::<http::Uri>() else { return Ok(()) };
        let mut request = request("GET", "/", &[]);
        request.uri = uri;
        for prefix in ["", "SharedKey devstoreaccount1:", "Bearer "] {
            let mut bytes = prefix.as_bytes().to_vec();
            bytes.extend_from_slice(&value);
            let Ok(header) = http::HeaderValue::from_bytes(&bytes) else { continue };
            request.headers.insert("authorization", header);
            assert!(principal(&Identity::new(), &request, now()).is_err());
        }
    }
}
