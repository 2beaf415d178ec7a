//! The grammar, URL by URL.

use proptest::prelude::*;

use super::*;

fn wrong(url: &str) -> String {
    Binding::parse(url).expect_err(url).to_string()
}

#[test]
fn every_scheme_is_read() {
    let endpoint = Url::parse("http://127.0.0.1:9000").unwrap();
    let read = |url| Binding::parse(url).unwrap();
    assert_eq!(
        read("s3://photos/in/raw?region=eu-central-1&endpoint=http%3A%2F%2F127.0.0.1%3A9000"),
        Binding::S3 {
            bucket: "photos".into(),
            prefix: "in/raw/".into(),
            region: Some("eu-central-1".into()),
            endpoint: Some(endpoint.clone()),
        }
    );
    assert_eq!(
        read("sqs://us-east-1/000000000000/orders.fifo?endpoint=http://127.0.0.1:9000"),
        Binding::Sqs {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            name: "orders.fifo".into(),
            endpoint: Some(endpoint),
        }
    );
    assert_eq!(
        read("azblob://devstoreaccount1/photos"),
        Binding::AzureBlob {
            account: "devstoreaccount1".into(),
            container: "photos".into(),
            endpoint: None,
        }
    );
    assert_eq!(
        read("azqueue://acct/f-events"),
        Binding::AzureQueue { account: "acct".into(), name: "f-events".into(), endpoint: None }
    );
    assert_eq!(read("memory://x"), Binding::Memory { name: "x".into() });
}

#[test]
fn a_prefix_is_decoded_and_ends_in_one_slash() {
    for url in ["s3://b/a%20b", "s3://b/a%20b/", "s3://b/a%20b//"] {
        let Binding::S3 { prefix, .. } = Binding::parse(url).unwrap() else { panic!("{url}") };
        assert_eq!(prefix, "a b/");
    }
    let Binding::S3 { prefix, .. } = Binding::parse("s3://b/").unwrap() else { panic!() };
    assert_eq!(prefix, "");
}

#[test]
fn an_error_says_what_is_wrong_and_shows_a_right_one() {
    for (url, part) in [
        ("", "known scheme"),
        ("gs://bucket", "known scheme"),
        ("s3://Photos", "'P'"),
        ("s3://user@photos", "'@'"),
        ("s3://photos:80", "':'"),
        ("s3://photos#x", "fragment"),
        ("s3://photos?regoin=x", "regoin"),
        ("s3://photos?endpoint=ftp://x", "endpoint"),
        ("s3://photos?endpoint=http://u:p@x", "endpoint"),
        ("s3://photos/a/../b", ".."),
        ("s3://", "1 to 63"),
        ("sqs://eu-central-1/12345/q", "12 to 12"),
        ("sqs://eu-central-1/q", "parts"),
        ("sqs://eu-central-1/123456789012/q.fifi", "'.'"),
        ("azblob://acct", "parts"),
        ("azqueue://acct/q/r", "parts"),
        ("azblob://my-account/c", "'-'"),
        ("memory://a/b", "parts"),
        ("memory://a?region=x", "region"),
    ] {
        let text = wrong(url);
        assert!(text.contains(part), "{url}: {text}");
        assert!(text.contains("://"), "{url} shows no right one: {text}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = Binding::parse(&text);
    }

    #[test]
    fn no_text_with_a_right_start_panics(
        scheme in "(s3|sqs|azblob|azqueue|memory)://", text in "[a-z0-9/?&=%.:#A-F-]{0,60}",
    ) {
        let _ = Binding::parse(&format!("{scheme}{text}"));
    }
}
