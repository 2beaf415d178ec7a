//! The handler's answers to the host: each named for a mistake that real handlers made.

mod batch;
mod socket;

use std::sync::Mutex;

use ::http::{Response, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream;
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::*;
use crate::config::Settings;
use crate::engine::Limits;
use crate::host::logs::heard::Heard;
use crate::{App, Context, blob, http, queue, schedule};

/// Bytes of the longest body in these tests.
const LARGEST: usize = 100_000;

type Seen = Arc<Mutex<Vec<String>>>;

#[derive(serde::Deserialize)]
struct Note {
    id: u32,
}

/// One function of every kind; each writes what it saw into its state.
fn app() -> App<Seen> {
    fn say(cx: &Context<Seen>, what: String) {
        cx.lock().unwrap().push(what);
    }
    App::new("shop", |_| async { Ok(Seen::default()) })
        .on("archive", queue::messages::<Note>("notes"), async |note: Note, cx: Context<Seen>| {
            match note.id {
                0 => return Err(Error::reject("no such note")),
                1 => return Err(Error::retry("the disk is full")),
                2 => panic!("cannot stand two"),
                id => say(&cx, format!("note {id} attempt {:?}", cx.attempt())),
            }
            Ok(())
        })
        .on(
            "thumbnail",
            blob::created("photos").prefix("in/").suffix(".jpg"),
            async |photo: blob::BlobEvent, cx: Context<Seen>| {
                say(&cx, format!("{} {}", photo.store, photo.key));
                Ok(())
            },
        )
        .on(
            "sums",
            queue::batch::<i64>("sums"),
            async |sums: queue::Batch<i64>, cx: Context<Seen>| {
                let told =
                    sums.iter().map(|sum| format!("{}={} {:?}", sum.id, sum.body, sum.attempt));
                say(&cx, told.collect::<Vec<_>>().join(" "));
                match sums.first().map(|sum| sum.body) {
                    Some(0) => Err(Error::reject("nothing")),
                    _ => Ok(sums
                        .iter()
                        .filter(|s| s.body < 0)
                        .map(|s| s.id.as_str())
                        .collect::<queue::Failed>()),
                }
            },
        )
        .on(
            "sweep",
            schedule::cron("0 3 * * *"),
            async |tick: schedule::Tick, cx: Context<Seen>| {
                say(&cx, format!("tick past due {}", tick.past_due));
                Err::<(), _>(Error::reject("nothing to sweep"))
            },
        )
        .on(
            "picture",
            http::post("/pictures/{id}").public(),
            async |request: http::Request, _cx: Context<Seen>| {
                let response = Response::builder()
                    .header("content-type", "image/png")
                    .header("set-cookie", "a=1")
                    .header("set-cookie", "b=2")
                    .header("x-id", request.param("id").unwrap_or_default());
                Ok(response.body(request.body().clone())?)
            },
        )
        .on("teapot", http::get("/teapot"), async |_: http::Request, _cx: Context<Seen>| {
            Err::<http::Response, _>(Error::status(418, "short and stout"))
        })
        .on("broken", http::any("/broken"), async |_: http::Request, _cx: Context<Seen>| {
            Err::<http::Response, _>(Error::retry("password wrong for db"))
        })
        .dead_letters(|_, _, _| async { Err("Azure's dead letters leave by binding".into()) })
}

struct Stand {
    handler: Handler,
    seen: Seen,
    heard: Heard,
}

fn handler(app: App<Seen>) -> Handler {
    let manifest = app.manifest().unwrap();
    let limits = Limits {
        max_in_flight: 64,
        workers: Handle::current(),
        timers: Handle::current(),
        fatal: Arc::new(|_: &str| ()),
    };
    let engine = Arc::new(Engine::new(app, manifest, Settings::default(), limits));
    let routes = Routes::new(engine.functions(), as_host_reads);
    Handler { engine, routes, timeout: Duration::from_secs(30), intake: Intake::new(LARGEST, 4) }
}

fn stand() -> Stand {
    let seen = Seen::default();
    Stand { handler: handler(app().with_state(Arc::clone(&seen))), seen, heard: Heard::begin() }
}

impl Stand {
    async fn send(&self, request: Request<Full<Bytes>>) -> Response<Bytes> {
        let (parts, body) = self.handler.handle(request, Turn::default()).await.into_parts();
        Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
    }

    /// Posts an envelope as the host does.
    async fn invoke(&self, path: &str, body: impl Into<Bytes>) -> (StatusCode, Value) {
        let request = Request::post(path).header(INVOCATION_ID, "7f6c");
        let response = self.send(request.body(Full::new(body.into())).unwrap()).await;
        let kind = response.headers().get("content-type").unwrap();
        assert!(kind.as_bytes().starts_with(b"application/json"), "{kind:?}");
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert!(body.is_object(), "the host hangs on `{body}`");
        (response.status(), body)
    }

    async fn message(&self, path: &str, message: impl AsRef<[u8]>) -> (StatusCode, Value) {
        self.invoke(path, envelope(message)).await
    }

    fn seen(&self) -> String {
        self.seen.lock().unwrap().join("; ")
    }

    fn log(&self) -> String {
        self.heard.text()
    }
}

fn envelope(message: impl AsRef<[u8]>) -> String {
    let data = json!({"message": STANDARD.encode(message)});
    json!({"Data": data, "Metadata": {"DequeueCount": "2"}}).to_string()
}

fn post(path: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    Request::post(path).body(Full::new(body.into())).unwrap()
}

#[tokio::test]
async fn readiness_is_a_get_of_the_root_without_an_invocation_id_and_has_no_effect() {
    let stand = stand();
    let request = || Request::get("/").body(Full::default());
    assert_eq!(stand.send(request().unwrap()).await.status(), 200);
    let mut invocation = request().unwrap();
    invocation.headers_mut().insert(INVOCATION_ID, "1".parse().unwrap());
    assert_eq!(stand.send(invocation).await.status(), 404);
    assert_eq!(stand.seen(), "");
}

#[tokio::test]
async fn a_success_is_a_json_object_so_that_the_host_does_not_hang() {
    let stand = stand();
    let (status, body) = stand.message("/archive", r#"{"id":5}"#).await;
    assert_eq!(status, 200);
    assert_eq!(body, json!({"Outputs": {}, "Logs": [], "ReturnValue": null}));
    assert_eq!(stand.seen(), "note 5 attempt Some(2)");
}

#[tokio::test]
async fn a_rejected_message_leaves_by_the_output_binding_with_its_reason() {
    let stand = stand();
    let (status, body) = stand.message("/archive", r#"{"id":0}"#).await;
    assert_eq!(status, 200);
    let letter = body["Outputs"]["deadletter"].as_str().unwrap();
    let letter: Value = serde_json::from_slice(&STANDARD.decode(letter).unwrap()).unwrap();
    let sent = STANDARD.encode(r#"{"id":0}"#);
    assert_eq!(letter, json!({"anyfn": 1, "reason": "no such note", "body": sent}));
    assert!(stand.log().contains("event rejected") && stand.log().contains("no such note"));
}

#[tokio::test]
async fn a_redriven_letter_is_unwrapped_and_a_second_one_is_not_nested() {
    let stand = stand();
    let letter = |id| dead_letter::wrap(format!(r#"{{"id":{id}}}"#).as_bytes(), "once");
    let (status, _) = stand.message("/archive", STANDARD.decode(letter(6)).unwrap()).await;
    assert_eq!((status.as_u16(), stand.seen()), (200, "note 6 attempt Some(2)".to_owned()));
    let (_, body) = stand.message("/archive", STANDARD.decode(letter(0)).unwrap()).await;
    let again = STANDARD.decode(body["Outputs"]["deadletter"].as_str().unwrap()).unwrap();
    assert_eq!(dead_letter::unwrap(again.into()), r#"{"id":0}"#);
}

#[tokio::test]
async fn a_failure_is_logged_before_its_500_since_the_host_reads_nothing_of_that() {
    let stand = stand();
    for (id, reason) in [(1, "the disk is full"), (2, "panicked: cannot stand two")] {
        let (status, body) = stand.message("/archive", format!(r#"{{"id":{id}}}"#)).await;
        assert_eq!(status, 500);
        assert_eq!(body["error"], reason);
        let log = stand.log();
        for part in ["ERROR", "archive", "7f6c", reason] {
            assert!(log.contains(part), "{part} in {log}");
        }
    }
    assert_eq!(stand.message("/archive", r#"{"id":5}"#).await.0, 200);
}

#[tokio::test]
async fn a_message_of_another_type_or_in_broken_utf8_names_the_json_path() {
    let stand = stand();
    for (message, part) in [
        (&br#"{"id":"x"}"#[..], "at `id`: invalid type: string \"x\", expected u32"),
        (b"{\"id\":\"\xff\"}", "invalid unicode code point"),
        (b"", "EOF"),
    ] {
        let (status, body) = stand.message("/archive", message).await;
        assert_eq!(status, 500);
        assert!(body["error"].as_str().unwrap().contains(part), "{body}");
        assert!(stand.log().contains("call failed"));
    }
    let (status, body) = stand.invoke("/archive", r#"{"Data":5}"#).await;
    assert_eq!(status, 500);
    assert!(body["error"].as_str().unwrap().contains("at `Data`"), "{body}");
}

#[tokio::test]
async fn an_unknown_function_is_404_with_the_names_in_the_log() {
    let stand = stand();
    for path in ["/Archive", "/other"] {
        let (status, _) = stand.message(path, "").await;
        assert_eq!(status, 404);
    }
    assert!(stand.log().contains("archive, thumbnail, sums, sweep, picture, teapot, broken"));
    assert_eq!(stand.seen(), "");
}

#[tokio::test]
async fn nothing_but_a_post_to_a_functions_own_path_invokes_it() {
    let stand = stand();
    let body = envelope(r#"{"id":3}"#);
    for (method, path, status) in [
        ("GET", "/archive", 404),
        ("PUT", "/archive", 404),
        ("POST", "/archive/", 404),
        ("POST", "/x/archive", 404),
        ("POST", "/archive", 200),
    ] {
        let request = Request::builder().method(method).uri(path).header(INVOCATION_ID, "7f6c");
        let request = request.body(Full::new(body.clone().into())).unwrap();
        assert_eq!(stand.seen(), "", "{method} {path}");
        assert_eq!(stand.send(request).await.status(), status, "{method} {path}");
    }
    assert_eq!(stand.seen(), "note 3 attempt Some(2)");
}

#[tokio::test]
async fn a_photos_event_arrives_as_a_name_and_one_outside_the_filter_is_done_at_once() {
    let stand = stand();
    let event = |key: &str, kind: &str| {
        json!({"eventType": kind, "data": {},
            "subject": format!("/blobServices/default/containers/photos/blobs/{key}")})
        .to_string()
    };
    let created = "Microsoft.Storage.BlobCreated";
    for key in ["in/a.jpg", "in/a.JPG", "out/a.jpg"] {
        assert_eq!(stand.message("/thumbnail", event(key, created)).await.0, 200);
    }
    assert_eq!(stand.seen(), "photos in/a.jpg");
    for kind in ["Microsoft.Storage.BlobDeleted", "Microsoft.Storage.BlobTierChanged"] {
        let (status, body) = stand.message("/thumbnail", event("in/a.jpg", kind)).await;
        assert_eq!(status, 500, "{body}");
    }
}

#[tokio::test]
async fn a_failed_tick_is_logged_and_has_no_dead_letter() {
    let stand = stand();
    let body = r#"{"Data":{"timer":{"ScheduleStatus":null,"IsPastDue":true}},"Metadata":{}}"#;
    let (status, _) = stand.invoke("/sweep", body).await;
    assert_eq!((status.as_u16(), stand.seen()), (500, "tick past due true".to_owned()));
    assert!(stand.log().contains("nothing to sweep"));
}

#[tokio::test]
async fn http_passes_unchanged_under_api_with_binary_bodies_and_every_cookie() {
    let stand = stand();
    let png = Bytes::from_static(b"\x89PNG\r\n\x1a\n\xff\xfe\0");
    let response = stand.send(post("/api/pictures/a%20b?x=1", png.clone())).await;
    assert_eq!((response.status().as_u16(), response.body()), (200, &png));
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1", "b=2"]);
    assert_eq!(response.headers()["x-id"], "a b");
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(stand.send(post("/API/pictures/1", "")).await.status(), 200);
}

#[tokio::test]
async fn http_errors_are_the_clients_json_and_a_500_is_logged_since_the_host_counts_a_success() {
    let stand = stand();
    let get = |path: &str| Request::get(path).body(Full::default()).unwrap();
    let status = async |request| stand.send(request).await.status().as_u16();
    assert_eq!(status(get("/api/teapot")).await, 418);
    assert_eq!(status(get("/api/nothing")).await, 404);
    assert_eq!(status(get("/api")).await, 404);
    let response = stand.send(get("/api/pictures/1")).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["allow"]),
        (405, &"POST".parse().unwrap())
    );
    let response = stand.send(get("/api/broken")).await;
    assert_eq!(
        (response.status().as_u16(), &response.body()[..]),
        (500, &br#"{"error":"internal error"}"#[..])
    );
    let log = stand.log();
    assert!(log.contains("ERROR") && log.contains("password wrong for db"), "{log}");
}

#[tokio::test]
async fn a_forged_envelope_under_the_public_prefix_ends_as_404() {
    let stand = stand();
    let forged = envelope(r#"{"id":5}"#);
    for path in [
        "/api/archive",
        "/api//archive",
        "/api/../archive",
        "/api/%2e%2e/archive",
        "/api/..%2farchive",
        "/api/",
        "/api",
        "/API/archive",
        "//archive",
        "/x/archive",
        "/",
    ] {
        let (status, _) = stand.invoke(path, forged.clone()).await;
        assert_eq!(status, 404, "{path}");
    }
    let response = stand.send(post("/archive", forged)).await;
    assert_eq!(response.status(), 400, "without an invocation id");
    assert_eq!(stand.seen(), "");
}

#[tokio::test]
async fn an_envelope_for_an_http_function_is_refused_with_what_to_set() {
    let stand = stand();
    let (status, body) = stand.invoke("/picture", r#"{"Data":{"req":{}},"Metadata":{}}"#).await;
    assert_eq!(status, 500);
    assert!(body["error"].as_str().unwrap().contains("enableForwardingHttpRequest"), "{body}");
}

#[tokio::test]
async fn a_path_is_looked_up_as_the_host_did_when_it_checked_the_key() {
    let app = App::new("shop", |_| async { Ok(Seen::default()) })
        .on(
            "open",
            http::get("/{tenant}/Info").public(),
            async |_: http::Request, _: Context<Seen>| Ok(http::text(200, "open")),
        )
        .on("closed", http::get("/admins/{page}"), async |_: http::Request, _: Context<Seen>| {
            Ok(http::text(200, "closed"))
        });
    let handler = handler(app);
    let get = async |path: &str| {
        let request = Request::get(path).body(Full::<Bytes>::default()).unwrap();
        let response = handler.handle(request, Turn::default()).await;
        let status = response.status().as_u16();
        (status, response.into_body().collect().await.unwrap().to_bytes())
    };
    assert_eq!(get("/api/me/Info").await, (200, "open".into()));
    assert_eq!(get("/api/admins/Info").await, (200, "closed".into()));
    // The host took these for `closed`, and asked for its key: they are never `open`.
    for path in ["/api/Admins/Info", "/api/admin%73/Info", "/api/ADMINS/Info/"] {
        assert_eq!(get(path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn readiness_waits_for_no_body() {
    let never = StreamBody::new(stream::pending::<Result<http_body::Frame<Bytes>, BoxError>>());
    let request = Request::get("/").body(never).unwrap();
    assert_eq!(stand().handler.handle(request, Turn::default()).await.status(), 200);
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_also_where_its_length_was_not_told() {
    let stand = stand();
    let large = || Bytes::from(vec![0; LARGEST + 1]);
    assert_eq!(stand.send(post("/api/pictures/1", large())).await.status(), 413);
    let chunks = [Ok::<_, BoxError>(hyper::body::Frame::data(large()))];
    let body = StreamBody::new(stream::iter(chunks));
    let request = Request::post("/archive").header(INVOCATION_ID, "1").body(body).unwrap();
    assert_eq!(stand.handler.handle(request, Turn::default()).await.status(), 413);
    assert!(stand.log().contains("request refused"));
}

#[tokio::test]
async fn a_malformed_port_shows_a_right_one() {
    for bad in ["0", "x", "65536"] {
        let environment = Environment::from([(PORT.to_owned(), bad.to_owned())]);
        let fault = serve(Arc::clone(&stand().handler.engine), environment).await.unwrap_err();
        assert!(
            fault.contains(bad) && fault.contains("FUNCTIONS_CUSTOMHANDLER_PORT=7071"),
            "{fault}"
        );
    }
}
