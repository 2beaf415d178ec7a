//! Blob storage in process: signed requests, the raw answers.

use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use tower_service::Service as _;

use super::properties::http_time;
use crate::azure::auth::{HeaderOrder, sign, string_to_sign};
use crate::blobs::{Blobs, Conditions, Properties, SCHEMA, Write, pending};
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::identity::{Action, Grant, Identity};
use crate::store::{Store, StoreError};

struct Server {
    router: Router,
    blobs: Blobs,
    identity: Identity,
    store: Store,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

const BLOCK: (&str, &str) = ("x-ms-blob-type", "BlockBlob");

async fn server() -> Server {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path(), SCHEMA).unwrap();
    let blobs = Blobs::new(store.clone(), Clock::real());
    blobs.ensure_container("photos").await.unwrap();
    let identity = Identity::new();
    let router = super::router(blobs.clone(), identity.clone());
    Server { router, blobs, identity, store, _folder: folder }
}

impl Server {
    /// The owner's request, signed; `path` follows the account.
    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = request(method, path, headers, body);
        let (account, key) = self.identity.azure_account();
        let head = {
            let (head, body) = request.into_parts();
            let text = string_to_sign(&head, account, HeaderOrder::Bytes);
            request = Request::from_parts(head, body);
            format!("SharedKey {account}:{}", sign(key, &text).unwrap())
        };
        request.headers_mut().insert("authorization", head.parse().unwrap());
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

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("/devstoreaccount1{path}"))
        .header("content-length", body.len())
        .header("x-ms-date", http_time(SystemTime::now()))
        .header("x-ms-version", "2026-04-06");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

impl Answer {
    /// The error's status and code, which header and body must tell alike.
    fn error(&self) -> (u16, &str) {
        let code = self.headers.get("x-ms-error-code").map_or("", |code| code.to_str().unwrap());
        if !self.body.is_empty() {
            assert!(self.body.contains(&format!("<Code>{code}</Code>")), "{}", self.body);
        }
        (self.status.as_u16(), code)
    }
}

#[tokio::test]
async fn what_is_put_is_got_with_its_headers_and_is_announced() {
    let s = server().await;
    let headers = [BLOCK, ("x-ms-blob-content-type", "image/jpeg"), ("x-ms-meta-who", "me")];
    let put = s.call("PUT", "/photos/in/a%20b.jpg", &headers, "0123456789").await;
    assert_eq!(put.status, 201, "{}", put.body);
    assert_eq!(put.headers["content-md5"], "eB5eJF1ptWaXm4bijSPyxw==");
    let got = s.call("GET", "/photos/in/a%20b.jpg", &[], "").await;
    assert_eq!((got.status.as_u16(), got.body.as_str()), (200, "0123456789"));
    assert_eq!(got.headers["etag"], put.headers["etag"]);
    assert!(got.headers["etag"].to_str().unwrap().starts_with("\"0x"));
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("content-length", "10"),
        ("x-ms-meta-who", "me"),
        ("x-ms-blob-type", "BlockBlob"),
        ("x-ms-lease-state", "available"),
        ("x-ms-version", "2026-04-06"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(got.headers[name], value, "{name}");
    }
    assert!(got.headers["last-modified"].to_str().unwrap().ends_with(" GMT"));
    assert!(got.headers.contains_key("x-ms-request-id"));
    let changes = s.store.read(|db| Ok::<_, StoreError>(pending(db, 9)?)).await.unwrap();
    let [change] = &changes[..] else { panic!("{changes:?}") };
    assert_eq!((change.cloud, change.key.as_str()), (Cloud::Azure, "in/a b.jpg"));
    assert_eq!(format!("\"{}\"", change.azure_etag()), put.headers["etag"]);
}

#[tokio::test]
async fn conditions_are_409_412_or_304_by_what_is_asked() {
    let s = server().await;
    let put = async |name: &str, value: &str| {
        s.call("PUT", "/photos/a", &[BLOCK, (name, value)], "x").await
    };
    assert_eq!(put("if-match", "\"0x1\"").await.error(), (412, "ConditionNotMet"));
    let etag = put("if-none-match", "*").await.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(put("if-none-match", "*").await.error(), (409, "BlobAlreadyExists"));
    assert_eq!(put("if-match", "\"0x1\"").await.error(), (412, "ConditionNotMet"));
    let get =
        async |name: &str, value: &str| s.call("GET", "/photos/a", &[(name, value)], "").await;
    assert_eq!(get("if-none-match", &etag).await.error(), (304, "ConditionNotMet"));
    assert_eq!(get("if-match", "\"0x1\"").await.error(), (412, "ConditionNotMet"));
    assert_eq!(put("if-match", &etag).await.status, 201);
    let delete = async |name: &str| s.call("DELETE", "/photos/a", &[(name, &etag)], "").await;
    assert_eq!(delete("if-match").await.error(), (412, "ConditionNotMet"));
    assert_eq!(delete("if-none-match").await.status, 202);
    assert_eq!(delete("if-match").await.error(), (404, "BlobNotFound"));
    assert_eq!(get("if-modified-since", "yesterday").await.error(), (400, "InvalidHeaderValue"));
}

#[tokio::test]
async fn the_services_own_range_header_goes_first() {
    let s = server().await;
    s.call("PUT", "/photos/a", &[BLOCK], "0123456789").await;
    let headers = [("range", "bytes=0-0"), ("x-ms-range", "bytes=2-4")];
    let part = s.call("GET", "/photos/a", &headers, "").await;
    assert_eq!((part.status.as_u16(), part.body.as_str()), (206, "234"));
    assert_eq!(part.headers["content-range"], "bytes 2-4/10");
    let beyond = s.call("GET", "/photos/a", &[("x-ms-range", "bytes=10-")], "").await;
    assert_eq!(beyond.error(), (416, "InvalidRange"));
    let suffix = s.call("GET", "/photos/a", &[("x-ms-range", "bytes=-1")], "").await;
    assert_eq!(suffix.error(), (400, "InvalidHeaderValue"));
}

#[tokio::test]
async fn a_head_that_fails_has_the_code_in_a_header_and_no_body() {
    let s = server().await;
    let missing = s.call("HEAD", "/photos/none", &[], "").await;
    assert_eq!((missing.error(), missing.body.as_str()), ((404, "BlobNotFound"), ""));
    let nowhere = s.call("GET", "/nowhere/a", &[], "").await;
    assert_eq!(nowhere.error(), (404, "ContainerNotFound"));
}

#[tokio::test]
async fn a_put_without_type_or_with_another_body_is_refused() {
    let s = server().await;
    let put = async |headers: &[(&str, &str)]| s.call("PUT", "/photos/a", headers, "x").await;
    assert_eq!(put(&[]).await.error(), (400, "MissingRequiredHeader"));
    let append = [("x-ms-blob-type", "AppendBlob")];
    assert_eq!(put(&append).await.error(), (501, "NotImplemented"));
    let wrong = [BLOCK, ("content-md5", "1B2M2Y8AsgTpgAmY7PhCfg==")];
    assert_eq!(put(&wrong).await.error(), (400, "Md5Mismatch"));
    assert_eq!(put(&[BLOCK, ("x-ms-tags", "a=b")]).await.error(), (501, "NotImplemented"));
    assert_eq!(put(&[BLOCK, ("x-ms-meta-a-b", "c")]).await.error(), (400, "InvalidMetadata"));
    assert_eq!(s.call("HEAD", "/photos/a", &[], "").await.status, 404);
}

#[tokio::test]
async fn blocks_are_invisible_until_listed() {
    let s = server().await;
    let block = async |id: &str, body: &str| {
        s.call("PUT", &format!("/photos/big?comp=block&blockid={id}"), &[], body).await
    };
    assert_eq!(block("QkI%3D", "world").await.status, 201);
    assert_eq!(block("QUE%3D", "hello ").await.status, 201);
    assert_eq!(block("QQ%3D%3D", "x").await.status, 201, "the encoded length is what counts");
    assert_eq!(block("QUFBQUE%3D", "x").await.error(), (400, "InvalidBlobOrBlock"));
    assert_eq!(block("%21", "x").await.error(), (400, "InvalidQueryParameterValue"));
    assert_eq!(s.call("GET", "/photos/big", &[], "").await.error(), (404, "BlobNotFound"));
    let commit = async |xml: &str| s.call("PUT", "/photos/big?comp=blocklist", &[], xml).await;
    let unknown = "<BlockList><Latest>WlpaWg==</Latest></BlockList>";
    assert_eq!(commit(unknown).await.error(), (400, "InvalidBlockList"));
    let xml = "<BlockList><Latest>QUE=</Latest><Latest>QkI=</Latest></BlockList>";
    assert_eq!(commit(xml).await.status, 201);
    assert_eq!(s.call("GET", "/photos/big", &[], "").await.body, "hello world");
}

#[tokio::test]
async fn a_listing_pages_rolls_up_and_encodes_names_that_xml_cannot_have() {
    let s = server().await;
    for name in ["a%01b", "a%26b", "b/1", "b/2", "c"] {
        s.call("PUT", &format!("/photos/{name}"), &[BLOCK], "x").await;
    }
    let list = async |query: &str| {
        s.call("GET", &format!("/photos?restype=container&comp=list&{query}"), &[], "").await
    };
    let first = list("delimiter=%2F&maxresults=3").await.body;
    assert!(first.contains("<Name Encoded=\"true\">a%01b</Name>"), "{first}");
    assert!(first.contains("<Name>a&amp;b</Name>"), "{first}");
    assert!(first.contains("<BlobPrefix><Name>b/</Name></BlobPrefix>"), "{first}");
    let marker = first.split("<NextMarker>").nth(1).unwrap().split('<').next().unwrap();
    let second = list(&format!("delimiter=%2F&marker={marker}")).await.body;
    assert!(second.contains("<Name>c</Name>") && !second.contains("b/"), "{second}");
    assert!(second.contains("<NextMarker></NextMarker>"), "{second}");
    assert_eq!(list("maxresults=0").await.error(), (400, "OutOfRangeQueryParameterValue"));
    assert_eq!(list("marker=%21").await.error(), (400, "InvalidQueryParameterValue"));
}

#[tokio::test]
async fn an_app_with_a_token_does_what_it_declared() {
    let s = server().await;
    s.call("PUT", "/photos/a", &[BLOCK], "x").await;
    s.call("PUT", "/secret?restype=container", &[], "").await;
    s.call("PUT", "/secret/a", &[BLOCK], "x").await;
    let actions = [Action::BlobRead("photos".to_owned()), Action::BlobWrite("photos".to_owned())];
    let app = s.identity.add_app(Grant::new("thumbs", actions));
    let bearer = format!("Bearer {}", app.token);
    let call = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut request = request(method, path, headers, "");
        request.headers_mut().insert("authorization", bearer.parse().unwrap());
        s.send(request).await
    };
    assert_eq!(call("GET", "/photos/a", &[]).await.status, 200);
    assert_eq!(call("PUT", "/photos/b", &[BLOCK]).await.status, 201);
    let refused = (403, "AuthorizationPermissionMismatch");
    let delete = call("DELETE", "/photos/a", &[]).await;
    assert_eq!(delete.error(), refused);
    assert!(delete.body.contains(".delete())"), "{}", delete.body);
    assert_eq!(call("GET", "/secret/a", &[]).await.error(), refused);
    assert_eq!(call("GET", "/photos?restype=container&comp=list", &[]).await.error(), refused);
    assert_eq!(call("PUT", "/other?restype=container", &[]).await.error(), refused);
    let from = |path| [("x-ms-copy-source", path)];
    let copy = call("PUT", "/photos/c", &from("http://h/devstoreaccount1/photos/a")).await;
    assert_eq!(
        (copy.status.as_u16(), &copy.headers["x-ms-copy-status"]),
        (202, &"success".parse().unwrap())
    );
    let stolen = call("PUT", "/photos/d", &from("http://h/devstoreaccount1/secret/a")).await;
    assert_eq!(stolen.error(), refused);
    let elsewhere = call("PUT", "/photos/d", &from("http://h/another/photos/a")).await;
    assert_eq!(elsewhere.error(), (501, "NotImplemented"));
}

#[tokio::test]
async fn what_came_through_s3_is_read_here() {
    let s = server().await;
    let write = Write {
        cloud: Cloud::Aws,
        store: "photos".to_owned(),
        key: "a".to_owned(),
        operation: "Put",
        conditions: Conditions::default(),
    };
    let metadata = [("my-key".to_owned(), "v".to_owned()), ("bad".to_owned(), "\n".to_owned())];
    let properties = Properties { metadata: metadata.into(), ..Properties::default() };
    s.blobs.put(write, bytes::Bytes::from_static(b"x"), properties).await.unwrap();
    let got = s.call("GET", "/photos/a", &[], "").await;
    assert_eq!((got.status.as_u16(), got.body.as_str()), (200, "x"));
    assert_eq!(got.headers["content-type"], "application/octet-stream");
    assert_eq!(got.headers["x-ms-meta-my-key"], "v");
}

/// Deletes of the blobs of `/photos/`, each signed but those with another authorization.
fn batch(s: &Server, parts: &[(&str, Option<&str>)]) -> String {
    let (account, key) = s.identity.azure_account();
    let mut text = String::new();
    for (id, (path, authorization)) in parts.iter().enumerate() {
        let part = Request::delete(format!("/{account}{path}"))
            .header("x-ms-date", http_time(SystemTime::now()))
            .body(())
            .unwrap();
        let (head, ()) = part.into_parts();
        let signed = sign(key, &string_to_sign(&head, account, HeaderOrder::Bytes)).unwrap();
        let signed = format!("SharedKey {account}:{signed}");
        let date = head.headers["x-ms-date"].to_str().unwrap();
        text += &format!(
            "--b\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\n\
             DELETE /{account}{path} HTTP/1.1\r\nx-ms-date: {date}\r\n\
             Authorization: {}\r\nContent-Length: 0\r\n\r\n\r\n",
            authorization.unwrap_or(&signed)
        );
    }
    text + "--b--\r\n"
}

const MIXED: (&str, &str) = ("content-type", "multipart/mixed; boundary=b");

#[tokio::test]
async fn a_batch_answers_each_delete_alone_and_asks_each_for_its_right() {
    let s = server().await;
    s.call("PUT", "/other?restype=container", &[], "").await;
    for path in ["/photos/a%20b", "/photos/c", "/other/d"] {
        s.call("PUT", path, &[BLOCK], "x").await;
    }
    let grant = Grant::new("reader", [Action::BlobRead("photos".to_owned())]);
    let reader = format!("Bearer {}", s.identity.add_app(grant).token);
    let body = batch(
        &s,
        &[
            ("/photos/none", None),
            ("/photos/a%20b", None),
            ("/photos/c", Some("SharedKey devstoreaccount1:AAAA")),
            ("/photos/c", Some(&reader)),
            ("/other/d", None),
        ],
    );
    let whole = s.call("POST", "/photos?restype=container&comp=batch", &[MIXED], &body).await;
    assert_eq!(whole.status, 202, "{}", whole.body);
    let kind = whole.headers["content-type"].to_str().unwrap();
    let boundary = kind.strip_prefix("multipart/mixed; boundary=").unwrap();
    let answers: Vec<_> = whole.body.split(&format!("--{boundary}")).skip(1).collect();
    assert_eq!((answers.len(), answers[5]), (6, "--\r\n"));
    for (id, (answer, expected)) in answers
        .iter()
        .zip([
            ["404 Not Found", "x-ms-error-code: BlobNotFound"],
            ["202 Accepted", "x-ms-delete-type-permanent: true"],
            ["403 Forbidden", "x-ms-error-code: AuthenticationFailed"],
            ["403 Forbidden", "x-ms-error-code: AuthorizationPermissionMismatch"],
            ["400 Bad Request", "x-ms-error-code: InvalidInput"],
        ])
        .enumerate()
    {
        let start = format!(
            "\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\nHTTP/1.1 {}\r\n",
            expected[0]
        );
        assert!(answer.starts_with(&start) && answer.contains(expected[1]), "{answer}");
        assert!(answer.contains("x-ms-request-id: "), "{answer}");
    }
    assert_eq!(s.call("HEAD", "/photos/a%20b", &[], "").await.status, 404);
    assert_eq!(s.call("HEAD", "/photos/c", &[], "").await.status, 200);
    let account = batch(&s, &[("/other/d", None)]);
    let account = s.call("POST", "/?comp=batch", &[MIXED], &account).await;
    assert_eq!(account.status, 202, "{}", account.body);
    assert_eq!(s.call("HEAD", "/other/d", &[], "").await.status, 404);
}

#[tokio::test]
async fn a_batch_has_256_requests_at_most_and_one_at_least() {
    let s = server().await;
    let post = async |headers: &[(&str, &str)], body: &str| {
        s.call("POST", "/photos?restype=container&comp=batch", headers, body).await
    };
    let full = vec![("/photos/none", None); 256];
    assert_eq!(post(&[MIXED], &batch(&s, &full)).await.status, 202);
    let over = post(&[MIXED], &batch(&s, &[&full[..], &full[..1]].concat())).await;
    assert_eq!(over.error(), (400, "ExceedsMaxBatchRequestCount"));
    assert_eq!(post(&[MIXED], "--b--\r\n").await.error(), (400, "InvalidInput"));
    assert_eq!(post(&[], "--b--\r\n").await.error(), (400, "MissingRequiredHeader"));
    let plain = [("content-type", "text/plain")];
    assert_eq!(post(&plain, "--b--\r\n").await.error(), (400, "InvalidHeaderValue"));
}

#[tokio::test]
async fn another_account_operation_or_nobody_is_refused() {
    let s = server().await;
    let nobody = s.send(request("GET", "/photos/a", &[], "")).await;
    assert_eq!(nobody.error(), (401, "NoAuthenticationInformation"));
    let lease = s.call("PUT", "/photos/a?comp=lease", &[], "").await;
    assert_eq!(lease.error(), (501, "NotImplemented"));
    assert!(lease.body.contains("comp=&quot;lease&quot;"), "{}", lease.body);
    let name = s.call("PUT", "/Photos?restype=container", &[], "").await;
    assert_eq!(name.error(), (400, "InvalidResourceName"));
    let again = s.call("PUT", "/photos?restype=container", &[], "").await;
    assert_eq!(again.error(), (409, "ContainerAlreadyExists"));
}
