//! Deals with: the providers' own examples, rotation, replay windows, tampering, malformed headers.
//! Does not deal with: what happens to a delivery once it is accepted.

use super::{Provider, Refused, Secrets, challenge, verify};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::prelude::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const GITHUB_SIGNATURE: &str =
    "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const GITHUB_SECRET: &str = "It's a Secret to Everybody";
const SLACK_SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const SLACK_SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
const SLACK_BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow\
    &channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner\
    &command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
    %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN\
    &trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
const STANDARD_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const STANDARD_SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const STANDARD_BODY: &str = r#"{"test": 2432232314}"#;

fn secrets(provider: Provider, setting: &str) -> Secrets {
    Secrets::parse(provider, setting).unwrap()
}

fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &str)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_bytes(value.as_bytes()).unwrap())
    };
    let mut map = HeaderMap::new();
    pairs.iter().map(pair).for_each(|(name, value)| {
        map.append(name, value);
    });
    map
}

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn stripe_header(secret: &str, time: u64, body: &str) -> String {
    let signature = hex::encode(hmac(secret.as_bytes(), format!("{time}.{body}").as_bytes()));
    format!("t={time},v1={signature},v0=00")
}

fn github(setting: &str, signature: &str, body: &[u8]) -> Result<String, Refused> {
    let headers = headers(&[("X-Hub-Signature-256", signature), ("X-GitHub-Delivery", "d-1")]);
    verify(&secrets(Provider::GitHub, setting), &headers, body, at(0))
}

fn slack(setting: &str, time: &str, signature: &str, now: u64) -> Result<String, Refused> {
    let headers = headers(&[("X-Slack-Request-Timestamp", time), ("X-Slack-Signature", signature)]);
    verify(&secrets(Provider::Slack, setting), &headers, SLACK_BODY.as_bytes(), at(now))
}

fn standard(setting: &str, id: &str, signature: &str, now: u64) -> Result<String, Refused> {
    let headers = headers(&[
        ("Webhook-Id", id),
        ("Webhook-Timestamp", "1614265330"),
        ("Webhook-Signature", signature),
    ]);
    verify(&secrets(Provider::Standard, setting), &headers, STANDARD_BODY.as_bytes(), at(now))
}

fn stripe(setting: &str, header: &str, body: &str, now: u64) -> Result<String, Refused> {
    let headers = headers(&[("Stripe-Signature", header)]);
    verify(&secrets(Provider::Stripe, setting), &headers, body.as_bytes(), at(now))
}

#[test]
fn the_published_examples_are_accepted() {
    assert_eq!(github(GITHUB_SECRET, GITHUB_SIGNATURE, b"Hello, World!"), Ok("d-1".to_owned()));
    assert!(slack(SLACK_SECRET, "1531420618", SLACK_SIGNATURE, 1_531_420_618).is_ok());
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let accepted = standard(STANDARD_SECRET, id, STANDARD_SIGNATURE, 1_614_265_330);
    assert_eq!(accepted, Ok(id.to_owned()));
}

#[test]
fn a_stripe_event_is_accepted_and_named_by_its_own_id() {
    // Computed with OpenSSL, not with the code under test.
    let header = "t=1492774577,\
        v1=ed0cf5b0cc2a98da5ee7ae3a8e3d97d9e6a4b53dd4e3a4bf7ee7e8fd1a3f7b5f,\
        v1=7656fc2882a7ca0a651666b36bf2f2f22ee204f54f608f227498a2419f2890b2,\
        v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39";
    let accepted = stripe("whsec_test", header, r#"{"id":"evt_1"}"#, 1_492_774_577);
    assert_eq!(accepted, Ok("evt_1".to_owned()));
}

#[test]
fn a_changed_body_header_or_secret_is_a_forgery() {
    assert_eq!(github(GITHUB_SECRET, GITHUB_SIGNATURE, b"Hello, World?"), Err(Refused::Forged));
    assert_eq!(github("another", GITHUB_SIGNATURE, b"Hello, World!"), Err(Refused::Forged));
    let zeros = format!("sha256={}", "0".repeat(64));
    assert_eq!(github(GITHUB_SECRET, &zeros, b"Hello, World!"), Err(Refused::Forged));
    assert_eq!(
        slack(SLACK_SECRET, "1531420619", SLACK_SIGNATURE, 1_531_420_618),
        Err(Refused::Forged)
    );
    let other = standard(STANDARD_SECRET, "msg_another", STANDARD_SIGNATURE, 1_614_265_330);
    assert_eq!(other, Err(Refused::Forged));
    let header = stripe_header("one", 100, "{}");
    assert_eq!(stripe("one", &header, "{ }", 100), Err(Refused::Forged));
    assert_eq!(stripe("one", &header.replace("t=100", "t=101"), "{}", 100), Err(Refused::Forged));
}

#[test]
fn either_of_two_secrets_will_do_while_one_is_replaced() {
    for setting in ["old, It's a Secret to Everybody", "It's a Secret to Everybody,new"] {
        assert!(github(setting, GITHUB_SIGNATURE, b"Hello, World!").is_ok());
    }
    let both = format!("whsec_{},{STANDARD_SECRET}", "AAAA".repeat(8));
    assert!(
        standard(&both, "msg_p5jXN8AQM9LWM0D4loKWxJek", STANDARD_SIGNATURE, 1_614_265_330).is_ok()
    );
    let header = stripe_header("new", 100, "{}");
    assert!(stripe("old,new", &header, "{}", 100).is_ok());
    assert!(
        slack(&format!("x,{SLACK_SECRET}"), "1531420618", SLACK_SIGNATURE, 1_531_420_618).is_ok()
    );
}

#[test]
fn one_good_signature_among_several_is_enough() {
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let several = format!("v1a,xyz v1,AAAA v1,not-base64 {STANDARD_SIGNATURE}");
    assert!(standard(STANDARD_SECRET, id, &several, 1_614_265_330).is_ok());
    let header = stripe_header("s", 100, "{}").replace("v1=", "v1=zz, v1=00, v1=");
    assert!(stripe("s", &header, "{}", 100).is_ok());
}

#[test]
fn a_timestamp_may_be_five_minutes_off_but_not_more_in_either_direction() {
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let header = stripe_header("s", 1_000_000, "{}");
    for (off, fits) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
        let now = |then: u64| then.checked_add_signed(off).unwrap();
        let wanted = |result: Result<String, Refused>| {
            assert_eq!(result.is_ok(), fits, "{off}");
            assert!(fits || result == Err(Refused::Stale), "{off}");
        };
        wanted(slack(SLACK_SECRET, "1531420618", SLACK_SIGNATURE, now(1_531_420_618)));
        wanted(standard(STANDARD_SECRET, id, STANDARD_SIGNATURE, now(1_614_265_330)));
        wanted(stripe("s", &header, "{}", now(1_000_000)));
    }
}

#[test]
fn a_missing_doubled_or_malformed_header_is_refused() {
    let keys = secrets(Provider::GitHub, GITHUB_SECRET);
    let twice =
        headers(&[("X-Hub-Signature-256", GITHUB_SIGNATURE), ("x-hub-signature-256", "sha256=00")]);
    for map in [HeaderMap::new(), twice] {
        let refused = verify(&keys, &map, b"Hello, World!", at(0));
        assert_eq!(refused, Err(Refused::Malformed("x-hub-signature-256")));
    }
    for wrong in ["", "sha256", "sha1=00", "sha256=xyz", "757107ea", "sha256=757107ea"] {
        assert!(github(GITHUB_SECRET, wrong, b"Hello, World!").is_err(), "{wrong}");
    }
    for time in ["", "-5", "+1531420618", "1531420618.0", " 1531420618", "9999999999999"] {
        assert!(slack(SLACK_SECRET, time, SLACK_SIGNATURE, 1_531_420_618).is_err(), "{time}");
    }
    for wrong in ["", "t=100", "v1=00", "t=100,t=100,v1=00", "t=,v1=00", "t=100;v1=00"] {
        assert!(stripe("s", wrong, "{}", 100).is_err(), "{wrong}");
    }
    assert!(standard(STANDARD_SECRET, "", STANDARD_SIGNATURE, 1_614_265_330).is_err());
}

#[test]
fn hostile_ids_are_accepted_as_they_are() {
    let key = BASE64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let long = "x".repeat(10 * 1024);
    for id in ["../../etc/passwd", "a b\tc", "ä🦀", "con", long.as_str()] {
        let signed = format!("{id}.1614265330.{STANDARD_BODY}");
        let signature = format!("v1,{}", BASE64.encode(hmac(&key, signed.as_bytes())));
        let accepted = standard(STANDARD_SECRET, id, &signature, 1_614_265_330);
        assert_eq!(accepted, Ok(id.to_owned()));
    }
}

#[test]
fn a_delivery_without_an_id_is_named_by_its_body() {
    let map = headers(&[("X-Hub-Signature-256", GITHUB_SIGNATURE)]);
    let id = verify(&secrets(Provider::GitHub, GITHUB_SECRET), &map, b"Hello, World!", at(0));
    let sha256 = "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f";
    assert_eq!(id, Ok(sha256.to_owned()));
}

#[test]
fn slack_s_question_is_recognized() {
    let question = br#"{"token":"x","challenge":"3eZbrw1aB","type":"url_verification"}"#;
    assert_eq!(challenge(question), Some("3eZbrw1aB".to_owned()));
    assert_eq!(challenge(br#"{"type":"event_callback","challenge":"x"}"#), None);
    assert_eq!(challenge(b"type=url_verification&challenge=x"), None);
}

#[test]
fn a_setting_is_a_list_and_a_bad_secret_is_named_but_not_shown() {
    assert!(secrets(Provider::GitHub, " , ,").is_empty());
    let error = Secrets::parse(Provider::Standard, "whsec_#hush#").unwrap_err();
    assert_eq!(
        error,
        "WEBHOOK_SECRET_STANDARD: a secret is not base64, expected such as \
         whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    );
    assert_eq!(format!("{:?}", secrets(Provider::Stripe, "a,b")), "2 secrets of stripe");
}

#[test]
fn a_secret_that_anyone_could_guess_is_refused() {
    let short = format!("whsec_{}", BASE64.encode([7; 23]));
    for setting in ["whsec_", "whsec_,", &format!("{STANDARD_SECRET}, whsec_"), "AAAA", &short] {
        let error = Secrets::parse(Provider::Standard, setting).unwrap_err();
        assert!(error.starts_with("WEBHOOK_SECRET_STANDARD: a secret has "), "{setting}: {error}");
        assert!(error.contains("bytes, at least 24 are safe, expected such as whsec_"), "{error}");
    }
    for length in [24, 64, 100] {
        let secret = format!("whsec_{}", BASE64.encode(vec![7; length]));
        assert!(!secrets(Provider::Standard, &secret).is_empty(), "{length}");
    }
    let error = Secrets::parse(Provider::Stripe, "whsec_a,whsec_").unwrap_err();
    assert!(error.starts_with("WEBHOOK_SECRET_STRIPE: a secret ends after whsec_"), "{error}");
    for provider in Provider::ALL {
        assert!(secrets(provider, " ,, ").is_empty(), "{provider}");
    }
}

#[test]
fn an_empty_key_verifies_nothing_whatever_the_provider() {
    let key = super::signature::Key::new(b"");
    let signature = hmac(b"", b"{}");
    let refused = super::signature::check(&[key], &[signature], &[b"{}"]);
    assert_eq!(refused, Err(Refused::Forged));
}

#[test]
fn every_provider_is_found_by_its_name_and_by_no_other() {
    for provider in Provider::ALL {
        assert_eq!(Provider::from_name(provider.name()), Some(provider));
        assert!(provider.setting().ends_with(&provider.name().to_uppercase()));
    }
    for name in ["", "GitHub", "github ", "gitlab"] {
        assert_eq!(Provider::from_name(name), None);
    }
}

proptest! {
    #[test]
    fn no_header_makes_a_parser_panic_or_accept(
        first in any::<Vec<u8>>(), second in "[tv01=, ;a-z0-9]{0,60}", body in any::<Vec<u8>>(),
    ) {
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).ok();
        let names = [
            "x-hub-signature-256", "stripe-signature", "x-slack-signature", "webhook-signature",
            "webhook-id", "webhook-timestamp", "x-slack-request-timestamp",
        ];
        let prefixes = ["sha256=", "t=100,v1=", "v0=", "v1,", "", "100", "100"];
        for shape in [first.as_slice(), second.as_bytes()] {
            let mut map = HeaderMap::new();
            for (name, prefix) in names.into_iter().zip(prefixes) {
                if let Some(value) = value(&[prefix.as_bytes(), shape].concat()) {
                    map.insert(name, value);
                }
            }
            for provider in Provider::ALL {
                let secrets = secrets(provider, &"AAAA".repeat(8));
                prop_assert!(verify(&secrets, &map, &body, at(100)).is_err());
            }
        }
    }

    #[test]
    fn no_body_makes_the_id_or_the_question_panic(body in ".{0,200}") {
        let header = stripe_header("s", 100, &body);
        prop_assert!(stripe("s", &header, &body, 100).is_ok());
        let _ = challenge(body.as_bytes());
    }

    #[test]
    fn no_setting_makes_parsing_panic(setting in any::<String>()) {
        for provider in Provider::ALL {
            let _ = Secrets::parse(provider, &setting);
        }
    }
}
