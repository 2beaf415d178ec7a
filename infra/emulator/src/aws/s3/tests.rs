//! S3 in process: requests signed as the AWS SDK signs them, the raw answers.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use tower_service::Service as _;

use crate::blobs::{Blobs, SCHEMA, pending};
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::identity::{Action, Grant, Identity};
use crate::store::{Store, StoreError};

struct Server {
    router: Router,
    identity: Identity,
    store: Store,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

async fn server() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), SCHEMA).unwrap();
    let blobs = Blobs::new(store.clone(), Clock::real());
    blobs.ensure_container("photos").await.unwrap();
    let identity = Identity::new();
    let router = super::router(blobs, identity.clone());
    Server { router, identity, store, _folder: folder }
}

impl Server {
    /// The owner's request, signed.
    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let (id, secret) = self.identity.owner_aws();
        self.call_as((id, secret), method, path, headers, body).await
    }

    async fn call_as(
        &self,
        (id, secret): (&str, &str),
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:9000{path}"))
            .header("host", "127.0.0.1:9000")
            .header("content-length", body.len())
            .header("x-amz-content-sha256", sha256(body));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        let identity = Credentials::new(id, secret, None, None, "test").into();
        let mut settings = SigningSettings::default();
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let signable = SignableRequest::new(
            method,
            request.uri().to_string(),
            request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())),
            SignableBody::Bytes(body.as_bytes()),
        );
        let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        self.send(request).await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().call(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let body = String::from_utf8(bytes.to_vec()).unwrap();
        Answer { status: head.status, headers: head.headers, body }
    }
}

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(text))
}

fn md5(text: &str) -> String {
    use base64::Engine as _;
    use md5::Digest as _;
    base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(text))
}

impl Answer {
    /// The error's status and code.
    fn error(&self) -> (u16, &str) {
        let code = self.body.split("<Code>").nth(1).and_then(|rest| rest.split('<').next());
        assert!(code.is_none() || self.body.contains("<Message>"), "{}", self.body);
        (self.status.as_u16(), code.unwrap_or_default())
    }
}

#[tokio::test]
async fn what_is_put_is_got_with_its_properties_and_is_announced() {
    let s = server().await;
    let headers = [("content-type", "image/jpeg"), ("x-amz-meta-who", "me")];
    let put = s.call("PUT", "/photos/in/a%20b.jpg", &headers, "0123456789").await;
    assert_eq!(put.status, 200, "{}", put.body);
    let got = s.call("GET", "/photos/in/a%20b.jpg", &[], "").await;
    assert_eq!((got.status.as_u16(), got.body.as_str()), (200, "0123456789"));
    assert_eq!(got.headers["content-type"], "image/jpeg");
    assert_eq!(got.headers["x-amz-meta-who"], "me");
    assert_eq!(got.headers["etag"], "\"781e5e245d69b566979b86e28d23f2c7\"");
    assert!(got.headers.contains_key("x-amz-request-id"));
    let changes = s.store.read(|db| Ok::<_, StoreError>(pending(db, 9)?)).await.unwrap();
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((change.cloud, change.key.as_str()), (Cloud::Aws, "in/a b.jpg"));
    assert_eq!((change.operation.as_str(), change.content_type.as_str()), ("Put", "image/jpeg"));
}

#[tokio::test]
async fn a_conditional_get_is_304_or_412_and_a_range_206_or_416() {
    let s = server().await;
    let put = s.call("PUT", "/photos/a", &[], "0123456789").await;
    let etag = put.headers["etag"].to_str().unwrap().to_owned();
    let get =
        async |name: &str, value: &str| s.call("GET", "/photos/a", &[(name, value)], "").await;
    assert_eq!(get("if-none-match", &etag).await.status, 304);
    assert_eq!(get("if-match", &etag).await.status, 200);
    assert_eq!(get("if-match", "\"0\"").await.error(), (412, "PreconditionFailed"));
    let part = get("range", "bytes=-3").await;
    assert_eq!((part.status.as_u16(), part.body.as_str()), (206, "789"));
    assert_eq!(part.headers["content-range"], "bytes 7-9/10");
    assert_eq!(get("range", "bytes=10-").await.error(), (416, "InvalidRange"));
}

#[tokio::test]
async fn a_conditional_put_protects_what_is_there() {
    let s = server().await;
    let put =
        async |name: &str, value: &str| s.call("PUT", "/photos/a", &[(name, value)], "x").await;
    assert_eq!(put("if-match", "\"0\"").await.error(), (404, "NoSuchKey"));
    assert_eq!(put("if-none-match", "*").await.status, 200);
    assert_eq!(put("if-none-match", "*").await.error(), (412, "PreconditionFailed"));
    assert_eq!(put("if-match", "\"0\"").await.error(), (412, "PreconditionFailed"));
}

#[tokio::test]
async fn a_body_that_is_not_what_was_promised_is_not_kept() {
    let s = server().await;
    let put =
        async |name: &str, value: &str| s.call("PUT", "/photos/a", &[(name, value)], "x").await;
    assert_eq!(put("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==").await.error(), (400, "BadDigest"));
    assert_eq!(put("content-md5", "short").await.error(), (400, "InvalidDigest"));
    assert_eq!(put("x-amz-checksum-crc32", "AAAAAA==").await.error(), (400, "BadDigest"));
    assert_eq!(put("x-amz-checksum-crc32", "jNxvEQ==").await.error(), (400, "BadDigest"));
    assert_eq!(s.call("HEAD", "/photos/a", &[], "").await.status, 404);
}

#[tokio::test]
async fn what_is_missing_is_named_in_s3s_words() {
    let s = server().await;
    assert_eq!(s.call("GET", "/photos/none", &[], "").await.error(), (404, "NoSuchKey"));
    assert_eq!(s.call("GET", "/nowhere/a", &[], "").await.error(), (404, "NoSuchBucket"));
    assert_eq!(s.call("PUT", "/nowhere/a", &[], "x").await.error(), (404, "NoSuchBucket"));
    assert_eq!(s.call("DELETE", "/photos/none", &[], "").await.status, 204);
    let upload = "/photos/a?uploadId=x&partNumber=1";
    assert_eq!(s.call("PUT", upload, &[], "x").await.error(), (404, "NoSuchUpload"));
}

#[tokio::test]
async fn an_unsupported_operation_says_so_by_name() {
    let s = server().await;
    let answer = s.call("GET", "/photos?versioning", &[], "").await;
    assert_eq!(answer.error(), (501, "NotImplemented"));
    assert!(answer.body.contains("does not support GetBucketVersioning"), "{}", answer.body);
    let tagged = s.call("PUT", "/photos/a", &[("x-amz-tagging", "a=b")], "x").await;
    assert_eq!(tagged.error(), (501, "NotImplemented"));
}

#[tokio::test]
async fn an_app_does_what_it_declared_and_a_copy_needs_its_source() {
    let s = server().await;
    s.call("PUT", "/photos/a", &[], "x").await;
    s.call("PUT", "/secret", &[], "").await;
    s.call("PUT", "/secret/a", &[], "x").await;
    let actions = [Action::BlobRead("photos".to_owned()), Action::BlobWrite("photos".to_owned())];
    let app = s.identity.add_app(Grant::new("thumbs", actions));
    let key = (app.access_key_id.as_str(), app.secret_access_key.as_str());
    let call = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        s.call_as(key, method, path, headers, "").await
    };
    assert_eq!(call("GET", "/photos/a", &[]).await.status, 200);
    let refused = call("DELETE", "/photos/a", &[]).await;
    assert_eq!(refused.error(), (403, "AccessDenied"));
    assert!(refused.body.contains("role/thumbs is not authorized to perform: s3:DeleteObject"));
    for path in ["/secret/a", "/photos?list-type=2", "/"] {
        assert_eq!(call("GET", path, &[]).await.error(), (403, "AccessDenied"), "{path}");
    }
    let from = |source| [("x-amz-copy-source", source)];
    assert_eq!(call("PUT", "/photos/b", &from("/photos/a")).await.status, 200);
    let stolen = call("PUT", "/photos/c", &from("/secret/a")).await;
    assert_eq!(stolen.error(), (403, "AccessDenied"));
    assert_eq!(call("PUT", "/new-bucket", &[]).await.error(), (403, "AccessDenied"));
}

#[tokio::test]
async fn nobody_and_forgers_are_refused() {
    let s = server().await;
    let plain = Request::get("http://127.0.0.1:9000/photos/a").body(Body::empty()).unwrap();
    assert_eq!(s.send(plain).await.error(), (403, "AccessDenied"));
    let (id, _) = s.identity.owner_aws();
    let forged = s.call_as((id, "wrong"), "GET", "/photos/a", &[], "").await;
    assert_eq!(forged.error(), (403, "SignatureDoesNotMatch"));
    let unknown = s.call_as(("AKIA0000000000000000", "x"), "GET", "/photos/a", &[], "").await;
    assert_eq!(unknown.error(), (403, "InvalidAccessKeyId"));
}

#[tokio::test]
async fn a_page_is_continued_by_its_token_and_names_are_url_encoded_on_request() {
    let s = server().await;
    for key in ["a%20%2B1", "b/1", "b/2", "c"] {
        s.call("PUT", &format!("/photos/{key}"), &[], "x").await;
    }
    let list =
        async |query: &str| s.call("GET", &format!("/photos?list-type=2&{query}"), &[], "").await;
    let first = list("delimiter=%2F&encoding-type=url&max-keys=2").await.body;
    assert!(first.contains("<Key>a%20%2B1</Key>"), "{first}");
    assert!(first.contains("<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>"), "{first}");
    assert!(first.contains("<IsTruncated>true</IsTruncated>"), "{first}");
    let token = first.split("<NextContinuationToken>").nth(1).unwrap().split('<').next().unwrap();
    let second = list(&format!("continuation-token={token}&delimiter=%2F")).await.body;
    assert!(second.contains("<Key>c</Key>") && !second.contains("b/"), "{second}");
    assert_eq!(list("continuation-token=%21").await.error(), (400, "InvalidArgument"));
    assert_eq!(list("max-keys=-1").await.error(), (400, "InvalidArgument"));
}

#[tokio::test]
async fn many_are_deleted_each_on_its_etag_and_the_body_needs_a_checksum() {
    let s = server().await;
    for key in ["a", "b", "c", "d%20%26"] {
        s.call("PUT", &format!("/photos/{key}"), &[], "x").await;
    }
    let xml = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>\
        <Object><Key>a</Key><ETag>&quot;9dd4e461268c8034f5c8564e155c67a6&quot;</ETag></Object>\
        <Object><Key>b</Key><ETag>9dd4e461268c8034f5c8564e155c67a6</ETag></Object>\
        <Object><Key>c</Key><ETag>&quot;0&quot;</ETag></Object><Object><Key>d &amp;</Key></Object>\
        <Object><Key>none</Key></Object><Object><Key>e</Key><ETag>&quot;0&quot;</ETag></Object></Delete>";
    let post =
        async |headers: &[(&str, &str)]| s.call("POST", "/photos?delete", headers, xml).await;
    assert_eq!(post(&[]).await.error(), (400, "InvalidRequest"));
    let done = post(&[("content-md5", &md5(xml))]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(!done.body.contains("<Deleted>"), "{}", done.body);
    let errors: Vec<_> = done.body.split("<Error>").skip(1).collect();
    let [changed, gone] = &errors[..] else { panic!("{}", done.body) };
    assert!(
        changed.contains("<Key>c</Key>") && changed.contains("<Code>PreconditionFailed</Code>")
    );
    assert!(gone.contains("<Key>e</Key>") && gone.contains("<Code>NoSuchKey</Code>"), "{gone}");
    let left = s.call("GET", "/photos?list-type=2", &[], "").await.body;
    assert!(left.contains("<KeyCount>1</KeyCount>") && left.contains("<Key>c</Key>"), "{left}");
}

#[tokio::test]
async fn a_conditional_delete_leaves_what_has_changed() {
    let s = server().await;
    s.call("PUT", "/photos/a", &[], "x").await;
    let delete = async |etag: &str| s.call("DELETE", "/photos/a", &[("if-match", etag)], "").await;
    assert_eq!(delete("\"0\"").await.error(), (412, "PreconditionFailed"));
    assert_eq!(delete("\"9dd4e461268c8034f5c8564e155c67a6\"").await.status, 204);
    assert_eq!(delete("\"0\"").await.error(), (404, "NoSuchKey"));
}

#[tokio::test]
async fn parts_must_be_long_enough_in_order_and_of_this_object() {
    let s = server().await;
    let begun = s.call("POST", "/photos/big?uploads", &[], "").await.body;
    let id = begun.split("<UploadId>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    for number in [1, 2] {
        let path = format!("/photos/big?partNumber={number}&uploadId={id}");
        assert_eq!(s.call("PUT", &path, &[], "part").await.status, 200);
    }
    let complete = async |key: &str, numbers: &[u32]| {
        let parts: String =
            numbers.iter().map(|n| format!("<Part><PartNumber>{n}</PartNumber></Part>")).collect();
        let xml = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
        s.call("POST", &format!("/photos/{key}?uploadId={id}"), &[], &xml).await
    };
    assert_eq!(complete("big", &[1, 2]).await.error(), (400, "EntityTooSmall"));
    assert_eq!(complete("big", &[2, 1]).await.error(), (400, "InvalidPartOrder"));
    assert_eq!(complete("big", &[3]).await.error(), (400, "InvalidPart"));
    assert_eq!(complete("other", &[1]).await.error(), (404, "NoSuchUpload"));
    assert_eq!(complete("big", &[2]).await.status, 200);
    assert_eq!(s.call("GET", "/photos/big", &[], "").await.body, "part");
}
