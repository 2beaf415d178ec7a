//! What Lambda sends and what it gets back, payload by payload.

mod balancer;
mod batch;
mod blobs;
mod http;
mod rest;
mod start;
mod ticks;
mod words;

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
    .on("trace", web::get("/trace"), async |_: web::Request, cx: Context<Seen>| {
        note(&cx, &format!("{:?}", cx.trace().and_then(crate::TraceContext::trace_id)));
        Ok(portable::text(200, ""))
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
            Some("raw") => {
                note(&cx, &String::from_utf8_lossy(cx.raw()));
                Ok(())
            }
            _ => Ok(()),
        }
    })
    .on(
        "sums",
        queue::batch::<i64>("sums"),
        async |sums: queue::Batch<i64>, cx: Context<Seen>| -> Result<queue::Failed, Error> {
            let told =
                sums.iter().map(|item| format!("{}={}{:?}", item.id, item.body, item.attempt));
            note(&cx, &format!("{} {:?}", told.collect::<Vec<_>>().join(" "), cx.attempt()));
            match sums.iter().map(|item| item.body).min() {
                Some(-1) => Err(Error::retry("later")),
                Some(-2) => Err(Error::reject("never")),
                Some(-3) => panic!("sums"),
                Some(-4) => Ok(vec!["stranger"].into()),
                _ => {
                    Ok(sums.iter().filter(|sum| sum.body == 0).map(|sum| sum.id.as_str()).collect())
                }
            }
        },
    )
    .on("photos", blob::created("photos"), async |photo: blob::BlobEvent, cx: Context<Seen>| {
        note(&cx, &format!("{}/{} {:?} {:?}", photo.store, photo.key, photo.size, photo.etag));
        match photo.key.as_str() {
            "bad" => Err(Error::reject("no picture")),
            "later" => Err(Error::retry("not now")),
            _ => Ok(()),
        }
    })
    .on("gone", blob::deleted("photos"), async |photo: blob::BlobEvent, cx: Context<Seen>| {
        note(&cx, &format!("{}/{} {:?}", photo.store, photo.key, photo.change));
        Ok(())
    })
    .on("nightly", schedule::cron("0 3 * * *"), async |tick: schedule::Tick, cx: Context<Seen>| {
        note(&cx, &format!("{:?}", tick.scheduled_at));
        Ok(())
    })
    .dead_letters(move |function, body, _| {
        let body = String::from_utf8_lossy(&body).into_owned();
        note(&sunk, &format!("dead letter of {function}: {body}"));
        async move { if body == "-2" { Err("full".into()) } else { Ok(()) } }
    });
    let manifest = app.manifest().unwrap();
    let limits = Limits {
        max_in_flight: 8,
        workers: Handle::current(),
        timers: Handle::current(),
        fatal: Arc::new(|_: &str| ()),
    };
    (Arc::new(Engine::new(app, manifest, Settings::default(), limits)), seen)
}

fn note(seen: &Seen, text: &str) {
    seen.lock().unwrap().push(text.to_owned());
}

async fn invoke(function: &str, payload: &str) -> (Result<String, String>, Vec<String>) {
    let (engine, seen) = engine();
    let function = engine.function(function).unwrap();
    let raw = Bytes::copy_from_slice(payload.as_bytes());
    let call = Call { raw, ..Call::test(Arc::clone(&function.name)) };
    let answer = dispatch(&engine, function, &call).await;
    let seen = seen.lock().unwrap().clone();
    (answer.map(|json| serde_json::to_string(&json).unwrap()).map_err(|fault| fault.text), seen)
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

proptest! {
    #[test]
    fn no_payload_makes_a_decoder_panic(text in "\\PC{0,60}", at in 0usize..400, with in "\\PC{0,3}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let real = [
            batch(&[record("1", &blobs::s3("ObjectCreated:Put", "k", ""), Some("g"))]),
            http::request("POST", "/p/1", r#","body":"x""#),
            rest::request("POST", "/p/1", r#","body":"x""#),
            balancer::request("POST", "/p/1", r#","body":"x""#),
        ];
        let mut payloads = vec![serde_json::to_string(&text).unwrap(), text];
        for mut payload in real {
            let at = (0..=at.min(payload.len())).rev().find(|at| payload.is_char_boundary(*at)).unwrap();
            payload.insert_str(at, &with);
            payloads.push(payload);
        }
        for payload in payloads {
            for function in ["page", "words", "sums", "photos", "nightly"] {
                // The engine catches a panic and tells it: in the answer, or as a page's 500.
                let told = runtime.block_on(invoke(function, &payload)).0;
                let text = told.unwrap_or_else(|fault| fault);
                prop_assert!(!text.contains("panicked:"), "{payload}: {text}");
                prop_assert!(!text.contains(r#""statusCode":500"#), "{payload}: {text}");
            }
        }
    }
}
