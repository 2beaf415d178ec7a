//! Signatures made by the AWS SDK's own signer, and every way in which they can be wrong.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http::Request;
use proptest::prelude::*;

use super::authorization::Authorization;
use super::{AuthError, principal};
use crate::identity::{Action, Grant, Identity, Principal};

const BODY: &[u8] = b"{\"QueueUrl\":\"q\"}";

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_321_800)
}

fn signed_by(id: &str, secret: &str, uri: &str, service: &str) -> Request<()> {
    let credentials = Credentials::new(id, secret, None, None, "test");
    let identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("eu-central-1")
        .name(service)
        .time(now())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let mut request = Request::post(uri)
        .header("host", "127.0.0.1:9324")
        .header("x-amz-target", "AmazonSQS.SendMessage")
        .header("x-spaced", "  a   b ")
        .body(())
        .unwrap();
    let headers = request.headers().iter().map(|(k, v)| (k.as_str(), v.to_str().unwrap()));
    let full = format!("http://127.0.0.1:9324{uri}");
    let signable = SignableRequest::new("POST", full, headers, SignableBody::Bytes(BODY)).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    request
}

fn owner(uri: &str) -> Request<()> {
    let (id, secret) = Identity::new().owner_aws();
    signed_by(id, secret, uri, "sqs")
}

fn check(request: Request<()>, body: &[u8], at: SystemTime) -> Result<Principal, AuthError> {
    principal(&Identity::new(), "sqs", &request.into_parts().0, body, at)
}

#[test]
fn a_request_signed_by_the_sdk_is_its_principals() {
    assert_eq!(check(owner("/"), BODY, now()), Ok(Principal::Owner));
    let identity = Identity::new();
    let grant = Grant::new("webhook", [Action::QueueSend("deliveries".to_owned())]);
    let app = identity.add_app(grant);
    let request = signed_by(&app.access_key_id, &app.secret_access_key, "/", "sqs");
    let known = principal(&identity, "sqs", &request.into_parts().0, BODY, now()).unwrap();
    assert_eq!(known.name(), "webhook");
}

#[test]
fn awkward_paths_and_queries_are_signed_as_the_sdk_signs_them() {
    for uri in [
        "/2015-03-31/functions/a%3Ab/invocations",
        "/a%20b/%C3%A4/",
        "/a/./b/../c",
        "/a//b",
        "/?b=2&a=1&a=0",
        "/?q=a%20b%2Bc&empty=&flag",
        "/x?plus=a+b",
        "/..",
    ] {
        assert_eq!(check(owner(uri), BODY, now()), Ok(Principal::Owner), "{uri}");
    }
}

#[test]
fn whatever_is_changed_after_signing_is_noticed() {
    let code = |result: Result<Principal, AuthError>| result.unwrap_err().code();
    assert_eq!(code(check(owner("/"), b"{}", now())), "InvalidSignatureException");
    let mut moved = owner("/a");
    *moved.uri_mut() = "/b".parse().unwrap();
    assert_eq!(code(check(moved, BODY, now())), "InvalidSignatureException");
    let mut header = owner("/");
    header.headers_mut().insert("x-amz-target", "AmazonSQS.DeleteQueue".parse().unwrap());
    assert_eq!(code(check(header, BODY, now())), "InvalidSignatureException");
    let mut method = owner("/");
    *method.method_mut() = http::Method::GET;
    assert_eq!(code(check(method, BODY, now())), "InvalidSignatureException");
    let mut cut = owner("/");
    let text = cut.headers()["authorization"].to_str().unwrap().to_owned();
    let short = text[..text.len() - 2].parse().unwrap();
    cut.headers_mut().insert("authorization", short);
    assert_eq!(code(check(cut, BODY, now())), "InvalidSignatureException");
}

#[test]
fn a_wrong_secret_an_unknown_key_and_no_header_have_their_own_names() {
    let (id, _) = Identity::new().owner_aws();
    let wrong = check(signed_by(id, "wrong", "/", "sqs"), BODY, now()).unwrap_err();
    assert_eq!((wrong.code(), wrong.status().as_u16()), ("InvalidSignatureException", 403));
    let unknown = check(signed_by("AKIDNOBODY", "x", "/", "sqs"), BODY, now()).unwrap_err();
    assert_eq!(unknown.code(), "UnrecognizedClientException");
    let none = check(Request::post("/").body(()).unwrap(), BODY, now()).unwrap_err();
    assert_eq!(none.code(), "MissingAuthenticationTokenException");
    let basic = Request::post("/").header("authorization", "Basic abc").body(()).unwrap();
    let basic = check(basic, BODY, now()).unwrap_err();
    assert_eq!((basic.code(), basic.status().as_u16()), ("IncompleteSignatureException", 400));
}

#[test]
fn a_signature_is_good_for_five_minutes_and_for_its_service() {
    let minutes = |n: u64| Duration::from_secs(n * 60);
    assert!(check(owner("/"), BODY, now() + minutes(5)).is_ok());
    assert!(check(owner("/"), BODY, now() - minutes(5)).is_ok());
    for at in [now() + minutes(6), now() - minutes(6)] {
        let refused = check(owner("/"), BODY, at).unwrap_err();
        assert_eq!(refused.code(), "InvalidSignatureException");
    }
    let (id, secret) = Identity::new().owner_aws();
    let other = check(signed_by(id, secret, "/", "lambda"), BODY, now()).unwrap_err();
    assert!(other.to_string().contains("correct service: 'sqs'"), "{other}");
}

proptest! {
    #[test]
    fn no_authorization_header_panics(text in "(AWS4-HMAC-SHA256 )?.*") {
        let _ = Authorization::parse(&text);
    }

    #[test]
    fn no_field_of_an_authorization_header_panics(
        credential in "[ -~]*", headers in "[ -~]*", signature in "[0-9a-fx]*", date in "[0-9TZ]*",
    ) {
        let header =
            format!("AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={headers}, Signature={signature}");
        let request = Request::get("/").header("authorization", header).header("x-amz-date", date);
        let _ = check(request.body(()).unwrap(), b"", now());
    }
}
