//! What Lambda sends and what it gets back, payload by payload.

use std::sync::Mutex;

use proptest::prelude::*;
use tokio::runtime::Handle;

use super::*;
use crate::config::Settings;
use crate::engine::Limits;
use crate::trigger::http as portable;
use crate::{App, Context, Error, blob, http as web, queue, schedule};

type Seen = Arc<Mutex<Vec<String>>>;

/// An app whose functions write down what they saw, and fail where the event says so.
fn engine() -> (Arc<Engine>, Seen) {
    let seen = Seen::default();
    let sunk = Arc::clone(&seen);
    let state = Arc::clone(&seen);
    let app = App::new("test", move |_| {
        let state = Arc::clone(&state);
        async move { Ok(state) }
    })
    .on("page", web::any("/p/{id}"), async |request: web::Request, cx: Context<Seen>| {
        note(
            &cx,
            &format!(
                "{} {} {:?}",
                request.method(),
                request.uri(),
                request.headers().get("cookie")
            ),
        );
        let mut response = portable::text(201, "");
        response.headers_mut().append("set-cookie", "a=1".parse()?);
        response.headers_mut().append("set-cookie", "b=2; Path=/".parse()?);
        response.headers_mut().append("x-more", "1".parse()?);
        response.headers_mut().append("x-more", "2".parse()?);
        match request.param("id") {
            Some("missing") => return Err(Error::status(404, "no such page")),
            Some("panic") => panic!("page"),
            _ => *response.body_mut() = request.body().clone(),
        }
        Ok(response)
    })
    .on("form", web::post("/form"), async |_: web::Request, _: Context<Seen>| {
        Ok(portable::text(200, ""))
    })
    .on("words", queue::messages::<String>("words"), async |word: String, cx: Context<Seen>| {
        note(&cx, &format!("{word} {:?}", cx.attempt()));
        match word.split('-').next() {
            Some("retry") => Err(Error::retry("later")),
            Some("reject") => Err(Error::reject("never")),
            Some("panic") => panic!("{word}"),
            _ => Ok(()),
        }
    })
    .on("photos", blob::created("photos"), async |photo: blob::BlobEvent, cx: Context<Seen>| {
        note(&cx, &format!("{}/{} {:?} {:?}", photo.store, photo.key, photo.size, photo.etag));
        match photo.key.as_str() {
            "bad" => Err(Error::reject("no picture")),
            "later" => Err(Error::retry("not now")),
            _ => Ok(()),
        }
    })
    .on("nightly", schedule::cron("0 3 * * *"), async |tick: schedule::Tick, cx: Context<Seen>| {
        note(&cx, &format!("{:?}", tick.scheduled_at));
        Ok(())
    })
    .dead_letters(move |function, body, _| {
        note(&sunk, &format!("dead letter of {function}: {}", String::from_utf8_lossy(&body)));
        async { Ok(()) }
    });
    let manifest = app.manifest().unwrap();
    let limits =
        Limits { max_in_flight: 8, workers: Handle::current(), fatal: Arc::new(|_: &str| ()) };
    (Arc::new(Engine::new(app, manifest, Settings::default(), limits)), seen)
}

fn note(seen: &Seen, text: &str) {
    seen.lock().unwrap().push(text.to_owned());
}

async fn invoke(function: &str, payload: &str) -> (Result<String, String>, Vec<String>) {
    let (engine, seen) = engine();
    let function = engine.function(function).unwrap();
    let call = Call::test(Arc::clone(&function.name));
    let payload = RawValue::from_string(payload.to_owned()).unwrap();
    let answer = dispatch(&engine, function, &payload, &call).await;
    let seen = seen.lock().unwrap().clone();
    (answer.map(|json| json.get().to_owned()), seen)
}

fn record(id: &str, body: &str, group: Option<&str>) -> String {
    let arn = if group.is_some() {
        "arn:aws:sqs:us-east-1:1:q.fifo"
    } else {
        "arn:aws:sqs:us-east-1:1:q"
    };
    let mut attributes = serde_json::json!({"ApproximateReceiveCount": "3", "SentTimestamp": "1"});
    if let Some(group) = group {
        attributes["MessageGroupId"] = group.into();
    }
    serde_json::json!({"messageId": id, "receiptHandle": "r", "body": body, "attributes": attributes,
        "messageAttributes": {}, "md5OfBody": "x", "eventSource": "aws:sqs", "eventSourceARN": arn})
    .to_string()
}

fn batch(records: &[String]) -> String {
    format!("{{\"Records\":[{}]}}", records.join(","))
}

#[tokio::test]
async fn of_a_batch_exactly_the_failed_messages_are_reported() {
    let words = ["ok", "retry", "panic", "reject", "fine"];
    let records: Vec<_> = words.iter().map(|w| record(w, &format!("\"{w}\""), None)).collect();
    let (answer, seen) = invoke("words", &batch(&records)).await;
    let answer = answer.unwrap();
    assert_eq!(
        answer,
        r#"{"batchItemFailures":[{"itemIdentifier":"retry"},{"itemIdentifier":"panic"}]}"#
    );
    assert!(seen.contains(&"ok Some(3)".to_owned()), "receive counts are strings: {seen:?}");
    assert!(seen.contains(&"dead letter of words: \"reject\"".to_owned()), "{seen:?}");
}

#[tokio::test]
async fn a_batch_without_failures_reports_none_and_an_empty_one_too() {
    let none = r#"{"batchItemFailures":[]}"#;
    assert_eq!(invoke("words", &batch(&[record("1", "\"ok\"", None)])).await.0.unwrap(), none);
    assert_eq!(invoke("words", &batch(&[])).await.0.unwrap(), none);
}

#[tokio::test]
async fn a_wholly_failed_batch_is_a_function_error() {
    let records = [record("1", "\"retry\"", None), record("2", "{\"no\":\"word\"}", None)];
    let fault = invoke("words", &batch(&records)).await.0.unwrap_err();
    assert!(fault.contains("all 2 messages failed"), "{fault}");
}

#[tokio::test]
async fn after_a_failure_the_rest_of_its_group_is_reported_unrun_and_other_groups_go_on() {
    let records = [
        record("a1", "\"ok-a1\"", Some("a")),
        record("b1", "\"ok-b1\"", Some("b")),
        record("a2", "\"retry-a2\"", Some("a")),
        record("a3", "\"ok-a3\"", Some("a")),
        record("b2", "\"ok-b2\"", Some("b")),
    ];
    let (answer, seen) = invoke("words", &batch(&records)).await;
    let answer = answer.unwrap();
    assert_eq!(
        answer,
        r#"{"batchItemFailures":[{"itemIdentifier":"a2"},{"itemIdentifier":"a3"}]}"#
    );
    assert!(!seen.iter().any(|line| line.starts_with("ok-a3")), "{seen:?}");
    let at = |word: &str| seen.iter().position(|line| line.starts_with(word)).unwrap();
    assert!(at("ok-b1") < at("ok-b2") && at("ok-a1") < at("retry-a2"), "{seen:?}");
}

#[tokio::test]
async fn a_shape_that_is_no_batch_names_the_place() {
    for (payload, part) in [
        (r#"{"hello":1}"#, "missing field `Records`"),
        (r#"{"Records":[{"messageId":"1"}]}"#, "missing field `body`"),
        (r#"{"Records":[{"messageId":1,"body":""}]}"#, "messageId"),
        ("[]", "a batch of SQS messages"),
        ("null", "a batch of SQS messages"),
    ] {
        let fault = invoke("words", payload).await.0.unwrap_err();
        assert!(fault.contains(part), "{payload}: {fault}");
    }
}

fn s3(name: &str, key: &str, more: &str) -> String {
    format!(
        r#"{{"Records":[{{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"{name}","s3":{{"bucket":{{"name":"my-photos"}},"object":{{"key":"{key}"{more},"sequencer":"0055"}}}}}}]}}"#
    )
}

#[tokio::test]
async fn s3_keys_are_decoded_like_a_form() {
    let body =
        s3("ObjectCreated:Put", "a%40b/Happy+Face%20%C3%A9.jpg", r#","size":9,"eTag":"d41d""#);
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    answer.unwrap();
    assert_eq!(seen, ["my-photos/a@b/Happy Face é.jpg Some(9) Some(\"d41d\")"]);
}

#[tokio::test]
async fn the_test_event_of_s3_is_acknowledged_and_runs_nothing() {
    let body = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-01-01T00:00:00Z","Bucket":"b"}"#;
    let (answer, seen) = invoke("photos", &batch(&[record("1", body, None)])).await;
    assert_eq!((answer.unwrap().as_str(), seen.len()), (r#"{"batchItemFailures":[]}"#, 0));
}

#[tokio::test]
async fn a_message_that_is_no_s3_event_fails_alone() {
    let good = s3("ObjectCreated:Copy", "good", "");
    for odd in [
        "{}",
        "not json",
        &s3("ReducedRedundancyLostObject", "k", ""),
        &s3("ObjectRemoved:Delete", "gone", ""),
        &s3("ObjectCreated:Put", "%ff", ""),
    ] {
        let records = [record("odd", odd, None), record("good", &good, None)];
        let answer = invoke("photos", &batch(&records)).await.0.unwrap();
        assert_eq!(answer, r#"{"batchItemFailures":[{"itemIdentifier":"odd"}]}"#, "{odd}");
    }
}

#[tokio::test]
async fn a_rejected_blob_event_is_dead_lettered_as_a_notification_of_its_own() {
    let body = s3("ObjectCreated:Put", "bad", "");
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    answer.unwrap();
    assert!(seen.contains(&format!("dead letter of photos: {body}")), "{seen:?}");
}

/// One notification with a record of each key.
fn notification(keys: &[&str]) -> String {
    let records = keys.iter().map(|key| {
        let one = s3("ObjectCreated:Put", key, "");
        one.strip_prefix(r#"{"Records":["#).unwrap().strip_suffix("]}").unwrap().to_owned()
    });
    format!(r#"{{"Records":[{}]}}"#, records.collect::<Vec<_>>().join(","))
}

#[tokio::test]
async fn a_record_that_is_no_blob_event_keeps_no_other_from_running() {
    let body = notification(&["%ff", "good"]);
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    assert!(answer.unwrap_err().contains("not UTF-8"));
    assert_eq!(seen, ["my-photos/good None None"]);
}

#[tokio::test]
async fn a_rejected_record_is_dead_lettered_once_no_record_beside_it_is_to_come_again() {
    let body = notification(&["bad", "later"]);
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    let fault = answer.unwrap_err();
    assert!(fault.contains("not now") && fault.contains("no picture"), "{fault}");
    assert!(!seen.iter().any(|line| line.starts_with("dead letter")), "{seen:?}");
    let body = notification(&["bad", "good"]);
    let (answer, seen) = invoke("photos", &batch(&[record("1", &body, None)])).await;
    assert_eq!(answer.unwrap(), r#"{"batchItemFailures":[]}"#);
    assert_eq!(seen.iter().filter(|line| line.starts_with("dead letter")).count(), 1, "{seen:?}");
}

#[tokio::test]
async fn rules_and_scheduler_and_an_own_input_all_tick() {
    let envelope = |source: &str, detail: &str| {
        format!(
            r#"{{"version":"0","id":"1","detail-type":"Scheduled Event","source":"{source}","time":"1970-01-01T00:01:00Z","detail":{detail}}}"#
        )
    };
    for payload in [envelope("aws.events", "{}"), envelope("aws.scheduler", "\"{}\"")] {
        let (answer, seen) = invoke("nightly", &payload).await;
        assert_eq!(answer.unwrap(), "null");
        assert!(seen[0].starts_with("Some"), "{seen:?}");
    }
    for own in [
        r#"{"my":"input"}"#,
        r#"{"time":"yesterday"}"#,
        r#"{"time":1,"time":2}"#,
        r#"{"detail-type":"Object Created"}"#,
        r#"{"detail-type":"Scheduled Event","time":7}"#,
        r#"["yesterday","Scheduled Event","aws.events"]"#,
        r#""text""#,
        "3",
        "null",
    ] {
        let (answer, seen) = invoke("nightly", own).await;
        assert_eq!((answer.unwrap().as_str(), seen), ("null", vec!["None".to_owned()]), "{own}");
    }
    for (odd, part) in [
        (r#"{"detail-type":"Object Created","source":"aws.s3"}"#, "Object Created"),
        (r#"{"detail-type":"Scheduled Event","time":"yesterday"}"#, "yesterday"),
    ] {
        let fault = invoke("nightly", odd).await.0.unwrap_err();
        assert!(fault.contains(part), "{fault}");
    }
}

fn request(method: &str, path: &str, more: &str) -> String {
    format!(
        r#"{{"version":"2.0","routeKey":"$default","rawPath":"{path}","rawQueryString":"","headers":{{"host":"x"}},"requestContext":{{"stage":"$default","http":{{"method":"{method}","path":"{path}"}}}}{more}}}"#
    )
}

#[tokio::test]
async fn a_request_keeps_its_encoding_query_and_cookies() {
    let payload = request("GET", "/p/a%2Fb", r#","cookies":["a=1","b=2"]"#)
        .replace(r#""rawQueryString":"""#, r#""rawQueryString":"x=1&x=2""#);
    let seen = invoke("page", &payload).await.1;
    assert_eq!(seen, ["GET /p/a%2Fb?x=1&x=2 Some(\"a=1; b=2\")"]);
}

#[tokio::test]
async fn a_path_that_an_http_api_has_decoded_is_one_again_and_an_encoded_one_is_untouched() {
    for (sent, read) in [
        ("/p/a b", "/p/a%20b"),
        ("/p/a#b?c", "/p/a%23b%3Fc"),
        ("/p/100%", "/p/100%25"),
        ("/p/100%zz", "/p/100%25zz"),
        ("/p/grün", "/p/gr%C3%BCn"),
        ("/p/a%20b%2Fc%23+~(d)!", "/p/a%20b%2Fc%23+~(d)!"),
    ] {
        let (answer, seen) = invoke("page", &request("GET", sent, "")).await;
        assert!(answer.unwrap().contains("201"), "{sent}");
        assert_eq!(seen, [format!("GET {read} None")]);
    }
}

#[tokio::test]
async fn the_stage_of_an_http_api_is_no_part_of_the_path() {
    let payload =
        request("GET", "/prod/p/1", "").replace("\"stage\":\"$default\"", "\"stage\":\"prod\"");
    assert_eq!(invoke("page", &payload).await.1, ["GET /p/1 None"]);
}

#[tokio::test]
async fn cookies_stay_apart_other_headers_are_joined_and_binary_is_base64() {
    let payload = request("POST", "/p/1", r#","body":"/wD+","isBase64Encoded":true"#);
    let answer: serde_json::Value =
        serde_json::from_str(&invoke("page", &payload).await.0.unwrap()).unwrap();
    assert_eq!(answer["statusCode"], 201);
    assert_eq!(answer["cookies"], serde_json::json!(["a=1", "b=2; Path=/"]));
    assert_eq!(answer["headers"]["x-more"], "1,2");
    assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&"/wD+".into(), &true.into()));
    let payload = request("POST", "/p/1", r#","body":"grüß""#);
    let answer: serde_json::Value =
        serde_json::from_str(&invoke("page", &payload).await.0.unwrap()).unwrap();
    assert_eq!((&answer["body"], &answer["isBase64Encoded"]), (&"grüß".into(), &false.into()));
}

#[tokio::test]
async fn errors_of_a_page_are_responses_and_a_panic_is_500() {
    for (path, status) in [("/p/missing", 404), ("/p/panic", 500), ("/q", 404)] {
        let answer = invoke("page", &request("GET", path, "")).await.0.unwrap();
        assert!(answer.contains(&format!("\"statusCode\":{status}")), "{answer}");
        assert!(!answer.contains("page\\\"}") || status == 404, "{answer}");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_are_right_and_a_clients_mistake_is_no_error_in_the_log() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || Lines(Arc::clone(&lines)))
        .with_ansi(false)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let answer = invoke("form", &request("PUT", "/form", "")).await.0.unwrap();
    assert!(answer.contains("405") && answer.contains(r#""allow":"POST""#), "{answer}");
    let answer = invoke("form", &request("PUT", "/other", "")).await.0.unwrap();
    assert!(answer.contains("404") && !answer.contains("allow"), "{answer}");
    invoke("page", &request("GET", "/p/missing", "")).await.0.unwrap();
    let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
    assert!(log.contains("no such page") && !log.contains("ERROR"), "{log}");
}

struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn an_app_of_one_function_runs_it_under_any_name() {
    let app = App::new("test", |_| async { Ok(()) }).on(
        "only",
        web::get("/"),
        async |_: web::Request, _: Context<()>| Ok(portable::text(200, "")),
    );
    let manifest = app.manifest().unwrap();
    let limits =
        Limits { max_in_flight: 1, workers: Handle::current(), fatal: Arc::new(|_: &str| ()) };
    let engine = Engine::new(app, manifest, Settings::default(), limits);
    for handler in ["only", "bootstrap", "rust.handler", ""] {
        assert_eq!(&*pick(&engine, handler).unwrap().name, "only");
    }
}

#[tokio::test]
async fn other_payload_formats_and_broken_bodies_are_named() {
    for (payload, part) in [
        (r#"{"version":"1.0","requestContext":{}}"#, "format 2.0"),
        (r#"{"requestContext":{"elb":{}}}"#, "format 2.0"),
        (r#"{"Records":[]}"#, "missing field `requestContext`"),
        (&request("GET", "/", r#","body":"*","isBase64Encoded":true"#), "not base64"),
        (&request("G T", "/", ""), "method"),
        (&request("GET", "/", r#","headers":3"#), "headers"),
    ] {
        let fault = invoke("page", payload).await.0.unwrap_err();
        assert!(fault.contains(part), "{payload}: {fault}");
    }
}

#[tokio::test]
async fn the_handler_variable_picks_the_function_and_a_wrong_one_lists_all() {
    let (engine, _) = engine();
    assert_eq!(&*pick(&engine, "words").unwrap().name, "words");
    let fault = pick(&engine, "bootstrap").err().unwrap();
    assert!(fault.contains("`bootstrap`") && fault.contains("nightly") && fault.contains("photos"));
}

#[test]
fn a_deadline_is_an_instant_on_lambda_and_a_span_under_cargo_lambda() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    assert_eq!(deadline(1_767_225_603_000, now), now + Duration::from_secs(3));
    assert_eq!(deadline(600_000, now), now + Duration::from_secs(600));
}

#[test]
fn a_trace_of_xray_becomes_one_of_w3c() {
    let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let trace = from_xray(header).unwrap().traceparent;
    assert_eq!(trace, "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01");
    for odd in ["", "Root=1-x-y;Parent=z", "Root=1-5759e988-bd862e3fe1be46a994272793"] {
        assert!(from_xray(odd).is_none());
    }
}

proptest! {
    #[test]
    fn no_payload_makes_a_decoder_panic(text in "\\PC{0,60}", at in 0usize..400, with in "\\PC{0,3}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let real = [
            batch(&[record("1", &s3("ObjectCreated:Put", "k", ""), Some("g"))]),
            request("POST", "/p/1", r#","body":"x""#),
        ];
        let mut payloads = vec![serde_json::to_string(&text).unwrap(), text];
        for mut payload in real {
            let at = (0..=at.min(payload.len())).rev().find(|at| payload.is_char_boundary(*at)).unwrap();
            payload.insert_str(at, &with);
            payloads.push(payload);
        }
        for payload in payloads.iter().filter(|p| RawValue::from_string((*p).clone()).is_ok()) {
            for function in ["page", "words", "photos", "nightly"] {
                // The engine catches a panic and tells it: in the answer, or as a page's 500.
                let told = runtime.block_on(invoke(function, payload)).0;
                let text = told.unwrap_or_else(|fault| fault);
                prop_assert!(!text.contains("panicked:"), "{payload}: {text}");
                prop_assert!(!text.contains(r#""statusCode":500"#), "{payload}: {text}");
            }
        }
    }
}
