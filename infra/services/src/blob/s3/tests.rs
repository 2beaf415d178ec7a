//! What goes over the wire to S3, and what its answers become.

mod deleting;
mod parts;

use crate::blob::{Blob, Content, open_in};
use crate::environment::Environment;
use crate::error::ErrorKind;
use crate::fake::{Fake, header};

const DATE: (&str, &str) = ("last-modified", "Wed, 01 May 2024 10:00:00 GMT");

fn open(fake: &Fake) -> Blob {
    let env = Environment::of([("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "s")]);
    let url = format!("s3://photos/in?region=eu-west-1&endpoint={}", fake.endpoint);
    open_in(&url, &env).unwrap()
}

#[tokio::test]
async fn a_put_is_signed_over_its_content_and_path() {
    let fake = Fake::start().await;
    fake.answer(200, &[("etag", "\"e1\"")], "");
    let content = Content::new("hello").content_type("text/plain").metadata("taken_at", "1 May");
    assert_eq!(open(&fake).put("a b+ä.jpg", content).await.unwrap(), "e1");
    let asked = fake.asked();
    let [request] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(request.method(), "PUT");
    assert_eq!(request.uri(), "/photos/in/a%20b%2B%C3%A4.jpg");
    assert_eq!(request.body(), "hello");
    let digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
    assert_eq!(header(request, "x-amz-content-sha256"), digest);
    assert_eq!(header(request, "content-length"), "5");
    assert_eq!(header(request, "x-amz-meta-taken_at"), "1 May");
    let authorization = header(request, "authorization");
    assert!(authorization.contains("Credential=AKID/"), "{authorization}");
    assert!(authorization.contains("/eu-west-1/s3/aws4_request"), "{authorization}");
    let signed = "SignedHeaders=content-length;content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-taken_at";
    assert!(authorization.contains(signed), "{authorization}");
}

#[tokio::test]
async fn conditions_are_headers_and_their_refusals_are_kinds() {
    let fake = Fake::start().await;
    let refused = "<Error><Code>PreconditionFailed</Code></Error>";
    let missing = "<Error><Code>NoSuchKey</Code></Error>";
    fake.answer(412, &[], refused).answer(412, &[], refused).answer(404, &[], missing);
    let store = open(&fake);
    let error = store.create("a", "x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    let error = store.replace("a", "x", "e1").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition);
    let error = store.replace("a", "x", "\"e1\"").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition);
    let asked = fake.asked();
    assert_eq!(header(&asked[0], "if-none-match"), "*");
    assert_eq!(header(&asked[1], "if-match"), "\"e1\"");
    assert_eq!(header(&asked[2], "if-match"), "\"e1\"");
}

#[tokio::test]
async fn whatever_is_tried_again_is_signed_again() {
    let fake = Fake::start().await;
    // Keys that are over at once: whoever signs asks for new ones.
    let keys = |id: &str| {
        format!(
            r#"{{"AccessKeyId":"{id}","SecretAccessKey":"s","Expiration":"2000-01-01T00:00:00Z"}}"#
        )
    };
    let conflict = "<Error><Code>ConditionalRequestConflict</Code></Error>";
    fake.answer(200, &[], &keys("AK1")).answer(409, &[], conflict);
    fake.answer(200, &[], &keys("AK2")).answer(503, &[], "");
    fake.answer(200, &[], &keys("AK3")).answer(200, &[("etag", "\"e\"")], "");
    fake.answer(200, &[], &keys("AK4")).answer(503, &[], "");
    fake.answer(200, &[], &keys("AK5")).answer(200, &[("etag", "\"e\""), DATE], "x");
    let endpoint = format!("{}/keys", fake.endpoint);
    let env = Environment::of([("AWS_CONTAINER_CREDENTIALS_FULL_URI", endpoint)]);
    let url = format!("s3://photos?region=eu-west-1&endpoint={}", fake.endpoint);
    let store = open_in(&url, &env).unwrap();
    store.create("a", "x").await.unwrap();
    store.stream("a").await.unwrap();
    let asked = fake.asked();
    assert_eq!(asked.len(), 10);
    for (call, id) in asked.iter().skip(1).step_by(2).zip(["AK1", "AK2", "AK3", "AK4", "AK5"]) {
        let authorization = header(call, "authorization");
        assert!(authorization.contains(&format!("Credential={id}/")), "{authorization}");
    }
}

#[tokio::test]
async fn what_stays_unavailable_is_said_so_after_four_tries() {
    let fake = Fake::start().await;
    let error = open(&fake).get("a").await.unwrap_err();
    assert!(error.is_temporary(), "{error:?}");
    assert_eq!(fake.asked().len(), 4);
}

#[tokio::test]
async fn a_missing_bucket_is_no_missing_blob() {
    let fake = Fake::start().await;
    fake.answer(404, &[], "<Error><Code>NoSuchBucket</Code><Message>gone</Message></Error>");
    let error = open(&fake).get("a").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    for part in ["blob get: NoSuchBucket: gone", "key a", "/photos"] {
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[tokio::test]
async fn a_get_reads_headers_and_a_head_reads_the_length() {
    let fake = Fake::start().await;
    let etag = ("etag", "\"e\"");
    fake.answer(200, &[etag, DATE, ("x-amz-meta-a", "1"), ("content-type", "image/png")], "png");
    fake.answer(200, &[etag, DATE, ("content-length", "7")], "");
    let store = open(&fake);
    let object = store.get("a").await.unwrap();
    assert_eq!((&*object.bytes, object.etag.as_str()), (&b"png"[..], "e"));
    assert_eq!(object.metadata["a"], "1");
    assert_eq!(object.content_type.as_deref(), Some("image/png"));
    assert_eq!(store.head("a").await.unwrap().size, 7);
}

#[tokio::test]
async fn a_blob_over_the_limit_is_refused_and_one_at_it_is_read() {
    let fake = Fake::start().await;
    let etag = ("etag", "\"e\"");
    fake.answer(200, &[etag, DATE], "12345").answer(200, &[etag, DATE], "123456");
    let store = open(&fake);
    assert_eq!(store.get_within("a", 5).await.unwrap().bytes, "12345");
    let error = store.get_within("a", 5).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    for part in ["blob get: there are 6 bytes or more, over the limit of 5", "key a", "/photos"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    // Not worth another try.
    assert_eq!(fake.asked().len(), 2);
    fake.answer(404, &[], "<Error><Code>NoSuchKey</Code></Error>");
    assert_eq!(store.get_within("a", 5).await.unwrap_err().kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_listing_follows_its_pages_and_drops_the_prefix() {
    let fake = Fake::start().await;
    let page = |key: &str, next: &str| {
        format!(
            "<ListBucketResult><EncodingType>url</EncodingType>{next}<Contents><Key>{key}</Key>\
             <LastModified>2024-05-01T10:00:00Z</LastModified><ETag>\"e\"</ETag><Size>1</Size>\
             </Contents></ListBucketResult>"
        )
    };
    let next = "<NextContinuationToken>t+/=</NextContinuationToken>";
    fake.answer(200, &[], &page("in/x+1", next)).answer(200, &[], &page("in/x2", ""));
    let entries = open(&fake).list("x").await.unwrap();
    let keys: Vec<_> = entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys, ["x 1", "x2"]);
    let asked = fake.asked();
    assert_eq!(
        asked[0].uri(),
        "/photos/?encoding-type=url&list-type=2&max-keys=1000&prefix=in%2Fx"
    );
    assert!(asked[1].uri().query().unwrap().ends_with("&continuation-token=t%2B%2F%3D"));
}

#[tokio::test]
async fn a_delete_of_nothing_succeeds_and_of_no_bucket_does_not() {
    let fake = Fake::start().await;
    fake.answer(204, &[], "").answer(404, &[], "<Error><Code>NoSuchKey</Code></Error>");
    fake.answer(404, &[], "<Error><Code>NoSuchBucket</Code></Error>");
    let store = open(&fake);
    store.delete("a").await.unwrap();
    store.delete("a").await.unwrap();
    assert_eq!(store.delete("a").await.unwrap_err().kind(), ErrorKind::Config);
}

#[test]
fn a_region_comes_from_the_url_or_the_environment() {
    let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let error = open_in("s3://photos", &Environment::of(keys)).unwrap_err();
    assert!(error.to_string().contains("s3://photos?region=eu-central-1"), "{error}");
    let with = Environment::of([keys[0], keys[1], ("AWS_REGION", "eu-west-1")]);
    assert!(open_in("s3://photos", &with).is_ok());
}
