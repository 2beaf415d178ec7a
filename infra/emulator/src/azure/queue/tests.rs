//! Requests as SDKs send them, answered in process over a virtual clock.

use std::time::Duration;

use proptest::prelude::*;
use time::OffsetDateTime;

use super::*;
use crate::clock::{Clock, instant, millis};
use crate::cloud::Cloud;
use crate::identity::{AZURE_KEY, Action, Grant};
use crate::store::Store;

struct Room {
    deps: Deps,
    clock: Clock,
    _folder: tempfile::TempDir,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    code: String,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    /// The texts of an element, in order.
    fn all(&self, name: &str) -> Vec<&str> {
        let open = format!("<{name}>");
        self.body
            .split(&open)
            .skip(1)
            .filter_map(|rest| rest.split_once("</").map(|(text, _)| text))
            .collect()
    }
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::virtual_at(instant(1_700_000_000_000));
    let store = Store::open(folder.path(), crate::queues::SCHEMA).unwrap();
    let deps = Deps { identity: Identity::new(), queues: Queues::new(store, clock.clone()) };
    Room { deps, clock, _folder: folder }
}

impl Room {
    async fn raw(&self, request: Request<Body>) -> Answer {
        let (parts, body) = answer(State(self.deps.clone()), request).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let code = parts.headers.get("x-ms-error-code");
        let code = code.map(|code| code.to_str().unwrap().to_owned()).unwrap_or_default();
        let body = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status.as_u16(), code, headers: parts.headers, body }
    }

    async fn call(&self, method: &str, path: &str, body: &str) -> Answer {
        self.with_headers(method, path, body, &[]).await
    }

    async fn with_headers(
        &self,
        method: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let now = xml::date(millis(OffsetDateTime::now_utc().into()));
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/devstoreaccount1{path}"))
            .header("x-ms-date", now)
            .header("x-ms-version", "2026-04-06")
            .header("content-length", body.len());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        let text = auth::string_to_sign(&parts, "devstoreaccount1", auth::HeaderOrder::Bytes);
        let signature = auth::sign(AZURE_KEY, &text).unwrap();
        let signed = format!("SharedKey devstoreaccount1:{signature}");
        parts.headers.insert("authorization", signed.parse().unwrap());
        self.raw(Request::from_parts(parts, Body::from(body.to_owned()))).await
    }

    async fn put(&self, text: &str) -> Answer {
        let body = format!("<QueueMessage><MessageText>{text}</MessageText></QueueMessage>");
        self.call("POST", "/notes/messages", &body).await
    }

    fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds)).unwrap();
    }
}

async fn notes() -> Room {
    let room = room();
    assert_eq!(room.call("PUT", "/notes", "").await.status, 201);
    room
}

#[tokio::test]
async fn a_message_goes_in_and_out_and_away() {
    let room = notes().await;
    let sent = room.put("a &lt;b&gt;").await;
    assert_eq!(sent.status, 201);
    assert!(sent.all("MessageText").is_empty());
    let got = room.call("GET", "/notes/messages", "").await;
    assert_eq!((got.status, got.all("MessageText")), (200, vec!["a &lt;b&gt;"]));
    assert_eq!(got.all("DequeueCount"), ["1"]);
    assert_eq!(got.all("InsertionTime"), ["Tue, 14 Nov 2023 22:13:20 GMT"]);
    assert_eq!(got.all("ExpirationTime"), ["Tue, 21 Nov 2023 22:13:20 GMT"]);
    assert_eq!(got.all("TimeNextVisible"), ["Tue, 14 Nov 2023 22:13:50 GMT"]);
    let (id, receipt) = (got.all("MessageId")[0], got.all("PopReceipt")[0]);
    assert_eq!(id, sent.all("MessageId")[0]);
    let path = format!("/notes/messages/{id}?popreceipt={receipt}");
    assert_eq!(room.call("DELETE", &path, "").await.status, 204);
    let gone = room.call("DELETE", &path, "").await;
    assert_eq!((gone.status, gone.code.as_str()), (404, "MessageNotFound"));
}

#[tokio::test]
async fn an_update_hands_out_a_new_receipt_and_the_old_one_is_refused() {
    let room = notes().await;
    room.put("a").await;
    let got = room.call("GET", "/notes/messages?visibilitytimeout=5", "").await;
    let (id, old) = (got.all("MessageId")[0], got.all("PopReceipt")[0]);
    let path =
        |receipt: &str| format!("/notes/messages/{id}?popreceipt={receipt}&visibilitytimeout=60");
    let text = "<QueueMessage><MessageText>b</MessageText></QueueMessage>";
    let updated = room.call("PUT", &path(old), text).await;
    assert_eq!(updated.status, 204);
    assert_eq!(updated.header("x-ms-time-next-visible"), "Tue, 14 Nov 2023 22:14:20 GMT");
    let stale = room.call("PUT", &path(old), "").await;
    assert_eq!((stale.status, stale.code.as_str()), (400, "PopReceiptMismatch"));
    let new = updated.header("x-ms-popreceipt").to_owned();
    assert_eq!(room.call("PUT", &path(&new), "").await.status, 204, "a body is not needed");
    room.pass(60);
    let again = room.call("GET", "/notes/messages", "").await;
    assert_eq!((again.all("MessageText"), again.all("DequeueCount")), (vec!["b"], vec!["2"]));
    let other = format!("/notes/messages/other?popreceipt={new}");
    assert_eq!(room.call("DELETE", &other, "").await.code, "PopReceiptMismatch");
}

#[tokio::test]
async fn peeking_neither_counts_nor_hides_nor_shows_a_receipt() {
    let room = notes().await;
    room.put("a").await;
    room.put("b").await;
    for _ in 0..2 {
        let seen = room.call("GET", "/notes/messages?peekonly=true&numofmessages=32", "").await;
        assert_eq!(seen.all("MessageText"), ["a", "b"]);
        assert_eq!(seen.all("DequeueCount"), ["0", "0"]);
        assert!(seen.all("PopReceipt").is_empty());
    }
}

#[tokio::test]
async fn delay_and_time_to_live_follow_the_clock() {
    let room = notes().await;
    let text = "<QueueMessage><MessageText>a</MessageText></QueueMessage>";
    let put = |query: &str| format!("/notes/messages?{query}");
    room.call("POST", &put("visibilitytimeout=10&messagettl=20"), text).await;
    let ever = room.call("POST", &put("messagettl=-1&visibilitytimeout=600"), text).await;
    assert_eq!(ever.all("ExpirationTime"), ["Fri, 31 Dec 9999 23:59:59 GMT"]);
    assert!(room.call("GET", "/notes/messages", "").await.all("MessageId").is_empty());
    room.pass(10);
    assert_eq!(room.call("GET", "/notes/messages", "").await.all("MessageId").len(), 1);
    let count = room.call("GET", "/notes?comp=metadata", "").await;
    assert_eq!(count.header("x-ms-approximate-messages-count"), "2");
    room.pass(10);
    let count = room.call("HEAD", "/notes?comp=metadata", "").await;
    assert_eq!(count.header("x-ms-approximate-messages-count"), "1");
}

#[tokio::test]
async fn values_out_of_their_bounds_are_named() {
    let room = notes().await;
    for (method, query, code) in [
        ("GET", "numofmessages=33", "OutOfRangeQueryParameterValue"),
        ("GET", "numofmessages=0", "OutOfRangeQueryParameterValue"),
        ("GET", "numofmessages=many", "InvalidQueryParameterValue"),
        ("GET", "visibilitytimeout=0", "OutOfRangeQueryParameterValue"),
        ("GET", "visibilitytimeout=604801", "OutOfRangeQueryParameterValue"),
        ("POST", "messagettl=0", "OutOfRangeQueryParameterValue"),
        ("POST", "messagettl=5&visibilitytimeout=5", "OutOfRangeQueryParameterValue"),
        ("POST", "", "InvalidXmlDocument"),
    ] {
        let answer = room.call(method, &format!("/notes/messages?{query}"), "").await;
        assert_eq!((answer.status, answer.code.as_str()), (400, code), "{query}");
        assert!(answer.body.contains(code));
    }
    let message = "/notes/messages/some-id";
    let missing = room.call("DELETE", message, "").await;
    assert_eq!(missing.code, "MissingRequiredQueryParameter");
    let bad = room.call("DELETE", &format!("{message}?popreceipt=!"), "").await;
    assert_eq!(bad.code, "InvalidQueryParameterValue");
}

#[tokio::test]
async fn a_text_has_at_most_64_kib() {
    let room = notes().await;
    assert_eq!(room.put(&"x".repeat(65_536)).await.status, 201);
    let big = room.put(&"x".repeat(65_537)).await;
    assert_eq!((big.status, big.code.as_str()), (413, "RequestBodyTooLarge"));
    let huge = room.put(&"x".repeat(REQUEST_MAX)).await;
    assert_eq!((huge.status, huge.code.as_str()), (413, "RequestBodyTooLarge"));
}

#[tokio::test]
async fn queues_are_made_listed_and_removed() {
    let room = room();
    let meta: &[(&str, &str)] = &[("x-ms-meta-owner", "me")];
    for name in ["aaa", "bbb", "ccc"] {
        assert_eq!(room.with_headers("PUT", &format!("/{name}"), "", meta).await.status, 201);
    }
    assert_eq!(room.with_headers("PUT", "/aaa", "", meta).await.status, 204);
    let other = room.call("PUT", "/aaa", "").await;
    assert_eq!((other.status, other.code.as_str()), (409, "QueueAlreadyExists"));
    let page = room.call("GET", "/?comp=list&maxresults=2&include=metadata", "").await;
    assert_eq!((page.all("Name"), page.all("NextMarker")), (vec!["aaa", "bbb"], vec!["ccc"]));
    assert_eq!(page.all("owner"), ["me", "me"]);
    let rest = room.call("GET", "/?comp=list&marker=ccc", "").await;
    assert_eq!((rest.all("Name"), rest.all("NextMarker")), (vec!["ccc"], vec![""]));
    assert_eq!(room.call("PUT", "/aaa?comp=metadata", "").await.status, 204);
    assert!(
        !room.call("GET", "/aaa?comp=metadata", "").await.headers.contains_key("x-ms-meta-owner")
    );
    assert_eq!(room.call("DELETE", "/aaa", "").await.status, 204);
    let gone = room.call("DELETE", "/aaa", "").await;
    assert_eq!((gone.status, gone.code.as_str()), (404, "QueueNotFound"));
    for (name, code) in
        [("ab", "OutOfRangeInput"), ("a--b", "InvalidResourceName"), ("Abc", "InvalidResourceName")]
    {
        assert_eq!(room.call("PUT", &format!("/{name}"), "").await.code, code);
    }
}

#[tokio::test]
async fn clearing_takes_hidden_messages_too() {
    let room = notes().await;
    room.put("a").await;
    room.put("b").await;
    room.call("GET", "/notes/messages", "").await;
    assert_eq!(room.call("DELETE", "/notes/messages", "").await.status, 204);
    assert_eq!(room.deps.queues.counts(Cloud::Azure, "notes").await.unwrap().total(), 0);
}

#[tokio::test]
async fn an_app_does_what_it_declared_and_nothing_else() {
    let room = notes().await;
    let grant = Grant::new("webhook", [Action::QueueSend("notes".to_owned())]);
    let token = room.deps.identity.add_app(grant).token;
    let call = |method: &str, path: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri(format!("/devstoreaccount1{path}"))
            .header("x-ms-version", "2026-04-06")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from(body.to_owned()))
            .unwrap();
        room.raw(request)
    };
    let text = "<QueueMessage><MessageText>a</MessageText></QueueMessage>";
    assert_eq!(call("POST", "/notes/messages", text).await.status, 201);
    for (method, path) in [
        ("GET", "/notes/messages"),
        ("GET", "/notes/messages?peekonly=true"),
        ("DELETE", "/notes/messages"),
        ("DELETE", "/notes"),
        ("PUT", "/other"),
        ("POST", "/other/messages"),
        ("GET", "/?comp=list"),
    ] {
        let refused = call(method, path, text).await;
        let expected = (403, "AuthorizationPermissionMismatch");
        assert_eq!((refused.status, refused.code.as_str()), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn what_it_does_not_have_is_said_loudly() {
    let room = notes().await;
    let acl = room.call("GET", "/notes?comp=acl", "").await;
    assert_eq!((acl.status, acl.code.as_str()), (501, "NotImplemented"));
    let deep = room.call("GET", "/a/b/c/d", "").await;
    assert_eq!((deep.status, deep.code.as_str()), (400, "InvalidUri"));
    let unsigned = Request::get("/devstoreaccount1?comp=list").body(Body::empty()).unwrap();
    assert_eq!(room.raw(unsigned).await.status, 401);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_query_panics(query in "[ -~&&[^#<>\"`{}\\\\^|]]*", segment in "[a-z0-9%.~-]{0,9}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let room = notes().await;
            let uri = format!("/devstoreaccount1/{segment}?{query}");
            if uri.parse::<http::Uri>().is_ok() && !query.contains(' ') {
                room.call("PUT", &format!("/{segment}?{query}"), "").await;
                room.call("GET", &format!("/notes/messages?{query}"), "").await;
            }
        });
    }
}
