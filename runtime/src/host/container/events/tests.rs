//! Events as brokers push them, and what their senders are told.

use std::sync::Mutex;

use http_body_util::{BodyExt, Full};

use super::super::tests::{container, engine};
use super::*;
use crate::{App, Context, blob, http as web, queue, schedule};

type Seen = Arc<Mutex<Vec<String>>>;

fn note(cx: &Context<Seen>, text: String) {
    cx.lock().unwrap().push(text);
}

/// Functions that write down what they saw, and fail where the event says so.
fn app(seen: &Seen) -> App<Seen> {
    let (state, sunk) = (Arc::clone(seen), Arc::clone(seen));
    App::new("shop", move |_| {
        let state = Arc::clone(&state);
        async move { Ok(state) }
    })
    .on("page", web::get("/page"), async |_: web::Request, _: Context<Seen>| Ok(web::text(200, "")))
    .on("ship", queue::messages::<String>("orders"), async |order: String, cx: Context<Seen>| {
        let trace = cx.trace().map(|trace| trace.traceparent.clone());
        note(&cx, format!("{order} {} {:?} {trace:?}", cx.invocation_id(), cx.attempt()));
        match order.as_str() {
            "retry" => Err(Error::retry("later")),
            "reject" => Err(Error::reject("never")),
            "panic" => panic!("at the order"),
            "pending" => std::future::pending().await,
            _ => Ok(()),
        }
    })
    .on("pack", queue::batch::<String>("parcels"), async |batch: queue::Batch<String>, cx| {
        let one = |item: &Item<String>| format!("{} {} {:?}", item.id, item.body, item.attempt);
        note(&cx, batch.iter().map(one).collect());
        let late = batch.iter().filter(|item| item.body == "late");
        Ok(late.map(|item| &item.id).collect::<queue::Failed>())
    })
    .on("shrink", blob::created("photos").prefix("in/"), async |b: blob::BlobEvent, cx| {
        note(&cx, format!("{} {} {:?} {:?}", b.store, b.key, b.size, b.etag));
        match b.key.as_str() {
            "in/retry" => Err(Error::retry("later")),
            "in/reject" => Err(Error::reject("no picture")),
            _ => Ok(()),
        }
    })
    .on("sweep", schedule::every(std::time::Duration::from_secs(3600)), async |tick, cx| {
        let schedule::Tick { scheduled_at, .. } = tick;
        let since = scheduled_at.map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap());
        note(&cx, format!("{:?}", since.map(|since| since.as_secs())));
        if since == Some(std::time::Duration::ZERO) { Err(Error::reject("no")) } else { Ok(()) }
    })
    .dead_letters(move |function, body, attributes| {
        let reason = attributes.into_iter().find(|(name, _)| name == "reason").unwrap().1;
        let body = String::from_utf8_lossy(&body).into_owned();
        sunk.lock().unwrap().push(format!("letter of {function}: {body}: {reason}"));
        async move { if body.contains("sink") { Err("full".into()) } else { Ok(()) } }
    })
}

struct Stand {
    container: Container,
    events: Events,
    seen: Seen,
}

impl Stand {
    fn new() -> Self {
        let seen = Seen::default();
        let engine = engine(app(&seen));
        Self { events: Events::new(&engine), container: container(engine), seen }
    }

    async fn send(&self, request: Request<Full<Bytes>>) -> (u16, String) {
        let response = self.events.handle(&self.container, request, Turn::default()).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.into()).unwrap())
    }

    /// Sends an event in binary mode; returns the status, and what was written down.
    async fn push(&self, path: &str, more: &[(&str, &str)], body: &str) -> (u16, String) {
        let (status, text) = self.send(pushed(path, more, body)).await;
        assert_eq!(status == 200, text.is_empty(), "{text}");
        (status, self.seen.lock().unwrap().drain(..).collect::<Vec<_>>().join(", "))
    }
}

const EVENT: [(&str, &str); 4] =
    [("ce-specversion", "1.0"), ("ce-id", "e%201"), ("ce-source", "/here"), ("ce-type", "t")];

fn pushed(path: &str, more: &[(&str, &str)], body: &str) -> Request<Full<Bytes>> {
    let mut request = Request::post(path).body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    for (name, value) in EVENT.iter().chain(more) {
        let name = ::http::HeaderName::try_from(*name).unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn the_data_of_an_event_is_the_message_and_its_attributes_are_the_calls() {
    let stand = Stand::new();
    let seen = stand.push("/ship", &[], r#""box""#).await;
    assert_eq!(seen, (200, "box e 1 None None".to_owned()));
    let more = [("ce-attempt", "3"), ("ce-traceparent", "00-a-b-01"), ("traceparent", "00-c-d-01")];
    let seen = stand.push("/ship", &more, r#""box""#).await;
    assert_eq!(seen.1, r#"box e 1 Some(3) Some("00-a-b-01")"#);
    let seen = stand.push("/ship", &[more[2]], r#""box""#).await;
    assert_eq!(seen.1, r#"box e 1 None Some("00-c-d-01")"#);
    let whole = r#"{"specversion":"1.0","id":"e 2","source":"/here","type":"t","data":"box"}"#;
    let mut request = Request::post("/ship").body(Full::new(Bytes::from(whole))).unwrap();
    let kind = "Application/CloudEvents+JSON; charset=utf-8".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    assert_eq!(stand.send(request).await, (200, String::new()));
    assert_eq!(*stand.seen.lock().unwrap(), ["box e 2 None None"]);
}

#[tokio::test]
async fn a_failure_is_500_and_what_is_rejected_or_unreadable_is_a_dead_letter_and_200() {
    let stand = Stand::new();
    for (body, status, seen) in [
        (r#""retry""#, 500, "retry e 1 None None"),
        (r#""panic""#, 500, "panic e 1 None None"),
        (r#""reject""#, 200, r#"reject e 1 None None, letter of ship: "reject": never"#),
    ] {
        assert_eq!(stand.push("/ship", &[], body).await, (status, seen.to_owned()));
    }
    let (status, seen) = stand.push("/ship", &[], "7").await;
    assert!(
        status == 200 && seen.contains("letter of ship: 7: ") && seen.contains("a string"),
        "{seen}"
    );
    assert_eq!(stand.push("/ship", &[], r#""x" y"#).await.0, 200);
    // Where it cannot be buried it is not dealt with.
    let (status, seen) = stand.push("/ship", &[], "sink").await;
    assert!(status == 500 && seen.contains("letter of ship: sink"), "{seen}");
}

#[tokio::test]
async fn a_function_of_batches_gets_one_of_one_and_says_whether_it_failed() {
    let stand = Stand::new();
    let more = [("ce-attempt", "2")];
    let seen = stand.push("/pack", &more, r#""box""#).await;
    assert_eq!(seen, (200, "e 1 box Some(2)".to_owned()));
    let seen = stand.push("/pack", &[], r#""late""#).await;
    assert_eq!(seen, (500, "e 1 late None".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_does_not_end_is_500_before_its_deadline() {
    let stand = Stand::new();
    let (status, text) = stand.send(pushed("/ship", &[], r#""pending""#)).await;
    assert!(status == 500 && text.contains("deadline"), "{text}");
}

#[tokio::test]
async fn what_is_no_event_is_told_what_is_wrong() {
    let stand = Stand::new();
    for (name, value, status, why) in [
        ("ce-id", "", 400, "ce-id: 1234"),
        ("ce-source", "", 400, "`source` is missing"),
        ("ce-type", "", 400, "`type` is missing"),
        ("ce-specversion", "0.3", 400, "`0.3` are not known"),
        ("ce-id", "%ff", 400, "ce-id is `%ff`"),
        ("ce-time", "yesterday", 400, "2026-01-31T03:00:00Z"),
        ("ce-attempt", "0", 400, "from 1 up"),
        ("content-type", "application/cloudevents-batch+json", 415, "ce-specversion"),
        ("content-type", "application/cloudevents+avro", 415, "binary mode"),
        ("content-type", "application/cloudevents+json", 400, "a CloudEvent in JSON"),
    ] {
        let (status_got, text) = stand.send(pushed("/ship", &[(name, value)], "[]")).await;
        assert!(status_got == status && text.contains(why), "{name}: {status_got} {text}");
    }
    for path in ["/", "/none", "/ship/", "/page", "//ship", "/%73hip"] {
        let (status, text) = stand.send(pushed(path, &[], r#""box""#)).await;
        assert!(status == 404 && text.contains("ship, pack, shrink, sweep"), "{path}: {text}");
    }
    let mut get = pushed("/ship", &[], "");
    *get.method_mut() = Method::GET;
    assert_eq!(stand.send(get).await.0, 405);
    let mut asks = pushed("/ship", &[], "");
    *asks.method_mut() = Method::OPTIONS;
    let answer = stand.events.handle(&stand.container, asks, Turn::default()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["allow"], "OPTIONS, POST");
    let (status, _) = stand.send(pushed("/ship", &[], &"x".repeat(6_291_457))).await;
    assert_eq!(status, 413);
    assert!(stand.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn blobs_are_read_in_each_form_and_filtered() {
    let stand = Stand::new();
    let grid = [
        ("ce-type", "Microsoft.Storage.BlobCreated"),
        ("ce-subject", "/blobServices/default/containers/c/blobs/in/a%2520b"),
    ];
    let record = |key: &str| {
        format!(
            r#"{{"eventName":"ObjectCreated:Put","s3":{{"bucket":{{"name":"b"}},"object":{{"key":"{key}","size":3}}}}}}"#
        )
    };
    let notification = |keys: &[&str]| {
        let records: Vec<String> = keys.iter().map(|key| record(key)).collect();
        format!(r#"{{"EventName":"s3:ObjectCreated:Put","Records":[{}]}}"#, records.join(","))
    };
    for (more, body, seen) in [
        (
            &grid[..],
            r#"{"eTag":"\"x\"","contentLength":5}"#.to_owned(),
            r#"c in/a%20b Some(5) Some("x")"#,
        ),
        (&grid, String::new(), "c in/a%20b None None"),
        (&[], r#"{"key":"in/a"}"#.to_owned(), "photos in/a None None"),
        (
            &[],
            r#"{"key":"in/a","store":"s","size":1,"etag":"e"}"#.to_owned(),
            r#"s in/a Some(1) Some("e")"#,
        ),
        (&[], record("in/a+b"), "b in/a b Some(3) None"),
        (&[], notification(&["in/1", "out/2", "in/3"]), "b in/1 Some(3) None, b in/3 Some(3) None"),
        (&[], r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#.to_owned(), ""),
        (&[], r#"{"key":"out/a"}"#.to_owned(), ""),
    ] {
        assert_eq!(stand.push("/shrink", more, &body).await, (200, seen.to_owned()), "{body}");
    }
    // A record that fails has all of its notification sent again; rejected alone, it is buried alone.
    let (status, seen) =
        stand.push("/shrink", &[], &notification(&["in/reject", "in/retry"])).await;
    assert!(status == 500 && !seen.contains("letter"), "{seen}");
    let (status, seen) = stand.push("/shrink", &[], &notification(&["in/reject", "in/1"])).await;
    let letters = seen.matches("letter of shrink").count();
    assert!(status == 200 && letters == 1 && !seen.contains("in/1\""), "{seen}");
}

#[tokio::test]
async fn what_is_no_blob_or_not_created_is_a_dead_letter() {
    let stand = Stand::new();
    let gone = [
        ("ce-type", "Microsoft.Storage.BlobDeleted"),
        ("ce-subject", "/blobServices/default/containers/c/blobs/in/a"),
    ];
    for (more, body, why) in [
        (&gone[..], "{}", "`in/a` was deleted, but this function takes blobs that were created"),
        (&[("ce-type", "Microsoft.Storage.BlobCreated")], "{}", "at `subject`"),
        (&[], r#"{"kee":"in/a"}"#, "unknown field `kee`"),
        (&[], r#"{"Records":[{"eventName":"x"}]}"#, "missing field `s3`"),
        (&[], "\"\u{0}", "a blob event in JSON"),
    ] {
        let (status, seen) = stand.push("/shrink", more, body).await;
        assert!(status == 200 && seen.starts_with("letter of shrink: "), "{seen}");
        assert!(seen.contains(why), "{why}: {seen}");
    }
}

#[tokio::test]
async fn a_tick_is_due_at_what_its_data_or_its_event_says_and_is_not_tried_again() {
    let stand = Stand::new();
    let time = [("ce-time", "1970-01-01T00:00:07Z")];
    let said = r#"{"scheduled_at":"1970-01-01T00:01:00Z"}"#;
    for (more, body, status, seen) in [
        (&[][..], "", 200, "None"),
        (&time, "", 200, "Some(7)"),
        (&time, "[1]", 200, "Some(7)"),
        (&time, said, 200, "Some(60)"),
        (&[("ce-time", "1970-01-01T00:00:00Z")], "", 422, "Some(0)"),
        (&time, r#"{"scheduled_at":"soon"}"#, 422, ""),
    ] {
        assert_eq!(stand.push("/sweep", more, body).await, (status, seen.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn where_four_events_a_place_are_here_the_next_is_asked_to_come_later() {
    let stand = Stand::new();
    let all: Vec<_> = (0..8).map(|_| stand.send(pushed("/ship", &[], r#""pending""#))).collect();
    let mut all = std::pin::pin!(futures_util::future::join_all(all));
    assert!(futures_util::poll!(&mut all).is_pending());
    let refused = pushed("/ship", &[], r#""box""#);
    let refused = stand.events.handle(&stand.container, refused, Turn::default()).await;
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
}

#[tokio::test]
async fn while_it_stops_no_event_begins() {
    let stand = Stand::new();
    stand.container.drain.close(std::time::Duration::ZERO).await;
    assert_eq!(stand.send(pushed("/ship", &[], r#""box""#)).await.0, 503);
    assert!(stand.seen.lock().unwrap().is_empty());
}
