//! Deals with: a delivery's whole way through both functions, over stores and a queue in memory:
//! answers, repeats, crashes between any two steps, hostile ids, midnight.
//! Does not deal with: the schemes of the providers, tested beside them.

mod failures;

use crate::{
    Webhook, app, archive,
    providers::{Provider, Secrets},
    receive,
    record::{Note, Record, State},
};
use anyfn::{App, Context, Error, Event, Kind, Reply, http::Response};
use anyfn_services::{Blob, Queue};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// 2023-11-14, 23:59:58 UTC.
fn before_midnight() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_006_398)
}

fn after_midnight() -> SystemTime {
    before_midnight() + Duration::from_secs(4)
}

fn state() -> Webhook {
    let setting = |provider| match provider {
        Provider::GitHub => "new,old",
        Provider::Slack => "slack-secret",
        Provider::Standard => "whsec_YS1zZWNyZXQtdGhhdC1pcy1tYWRlLXVw",
        Provider::Stripe => "",
    };
    Webhook {
        deliveries: Blob::memory(),
        archive: Blob::memory(),
        queue: Queue::memory(),
        secrets: Provider::ALL.map(|p| Secrets::parse(p, setting(p)).unwrap()).to_vec(),
        now: before_midnight,
    }
}

fn hmac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).unwrap();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// A request as GitHub sends it.
fn github(id: &str, body: &[u8]) -> Event {
    let signature = format!("sha256={}", hex::encode(hmac(b"old", &[body])));
    post("github", &[("x-hub-signature-256", &signature), ("x-github-delivery", id)], body)
}

/// A request after the Standard Webhooks specification, signed at `now`.
fn standard(id: &str, body: &[u8], now: SystemTime) -> Event {
    let time = now.duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let mac =
        hmac(b"a-secret-that-is-made-up", &[id.as_bytes(), b".", time.as_bytes(), b".", body]);
    let signature = format!("v1,{}", BASE64.encode(mac));
    let headers =
        [("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &signature)];
    post("standard", &headers, body)
}

fn post(provider: &str, headers: &[(&str, &str)], body: &[u8]) -> Event {
    let mut request = http::Request::post(format!("/hooks/{provider}"));
    for (name, value) in headers {
        request = request.header(*name, http::HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    Event::Http(request.body(Bytes::copy_from_slice(body)).unwrap())
}

async fn receive(app: &App<Webhook>, event: Event) -> Result<Response, Error> {
    match app.invoke("receive", event).await? {
        Reply::Http(response) => Ok(response),
        other => panic!("{other:?}"),
    }
}

/// Runs `archive` over every message in the queue, as the platform would; gives how many there were.
async fn work(state: &Webhook) -> usize {
    let mut count = 0;
    loop {
        let messages = state.queue.receive(10, Duration::from_secs(30)).await.unwrap();
        if messages.is_empty() {
            return count;
        }
        for message in messages {
            let note: Note = serde_json::from_slice(&message.body).unwrap();
            archive::run(note, Context::test(state.clone())).await.unwrap();
            state.queue.delete(&message).await.unwrap();
            count += 1;
        }
    }
}

async fn files(state: &Webhook) -> Vec<(String, Bytes)> {
    let mut files = Vec::new();
    for entry in state.archive.list("").await.unwrap() {
        let bytes = state.archive.get(&entry.key).await.unwrap().bytes;
        files.push((entry.key, bytes));
    }
    files
}

async fn only_record(state: &Webhook) -> Record {
    let records = state.deliveries.list("").await.unwrap();
    assert_eq!(records.len(), 1, "{records:?}");
    Record::from_json(&state.deliveries.get(&records[0].key).await.unwrap().bytes).unwrap()
}

#[tokio::test]
async fn a_delivery_is_recorded_queued_answered_and_archived() {
    let state = state();
    let app = app().with_state(state.clone());
    let response = receive(&app, github("d-1", b"{\"x\":1}")).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (202, &b"{\"id\":\"d-1\"}"[..]));
    assert_eq!(only_record(&state).await.state, State::Queued);
    assert_eq!(work(&state).await, 1);
    let archived = ("github/2023/11/14/d-1.json".to_owned(), Bytes::from_static(b"{\"x\":1}"));
    assert_eq!(files(&state).await, [archived]);
}

#[tokio::test]
async fn a_repeat_is_answered_alike_and_sends_nothing() {
    let state = state();
    let app = app().with_state(state.clone());
    let first = receive(&app, github("d-1", b"{}")).await.unwrap();
    let second = receive(&app, github("d-1", b"{}")).await.unwrap();
    assert_eq!((first.status(), first.body()), (second.status(), second.body()));
    assert_eq!(work(&state).await, 1);
    assert_eq!(files(&state).await.len(), 1);
}

#[tokio::test]
async fn a_message_that_comes_twice_files_once() {
    let state = state();
    let app = app().with_state(state.clone());
    receive(&app, github("d-1", b"{}")).await.unwrap();
    receive::send(&state, &only_record(&state).await).await.unwrap();
    assert_eq!(work(&state).await, 2);
    assert_eq!(files(&state).await.len(), 1);
}

#[tokio::test]
async fn a_crash_between_any_two_steps_loses_nothing_and_files_once_even_across_midnight() {
    // Steps that the process completed before it was killed, and how many messages come in all.
    for (completed, messages) in [(0, 1), (1, 1), (2, 2), (3, 1)] {
        for worked_between in [false, true] {
            let state = state();
            let event = || standard("msg_1", b"{}", before_midnight());
            // The killed process.
            if completed > 0 {
                let record = Record {
                    state: State::Pending,
                    provider: Provider::Standard,
                    id: "msg_1".to_owned(),
                    received_at: state.received_at(),
                    headers: Default::default(),
                    body: Bytes::from_static(b"{}"),
                };
                let (record, etag) = receive::create(&state, record).await.unwrap();
                if completed > 1 {
                    receive::send(&state, &record).await.unwrap();
                }
                if completed > 2 {
                    receive::mark_queued(&state, &record, &etag).await.unwrap();
                }
            }
            let mut worked = if worked_between { work(&state).await } else { 0 };
            // The next process, after midnight, gets the delivery again.
            let later = Webhook { now: after_midnight, ..state.clone() };
            let response = receive(&app().with_state(later.clone()), event()).await.unwrap();
            assert_eq!(response.status(), 202);
            worked += work(&later).await;

            assert_eq!(worked, messages, "{completed} steps");
            assert_eq!(only_record(&later).await.state, State::Queued);
            let day = if completed == 0 { 15 } else { 14 };
            let keys: Vec<String> = files(&later).await.into_iter().map(|(key, _)| key).collect();
            assert_eq!(keys, [format!("standard/2023/11/{day}/msg_1.json")], "{completed} steps");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_leave_one_record_and_one_file() {
    for _ in 0..20 {
        let state = state();
        let app = Arc::new(app().with_state(state.clone()));
        let requests: Vec<_> = (0..8)
            .map(|_| {
                let app = Arc::clone(&app);
                tokio::spawn(async move { receive(&app, github("d-1", b"{}")).await })
            })
            .collect();
        for request in requests {
            assert_eq!(request.await.unwrap().unwrap().status(), 202);
        }
        assert_eq!(only_record(&state).await.state, State::Queued);
        assert!(work(&state).await >= 1);
        assert_eq!(files(&state).await.len(), 1);
    }
}

#[tokio::test]
async fn a_payload_is_archived_whatever_its_content_type_says() {
    for (sent, kept) in [
        ("application/json; charset=utf-8", "application/json; charset=utf-8"),
        ("", "application/octet-stream"),
        ("text/plain;\tcharset=x", "application/octet-stream"),
        ("täxt/plain", "application/octet-stream"),
        (&"x".repeat(300), "application/octet-stream"),
    ] {
        let state = state();
        let Event::Http(mut request) = github("d-1", b"{}") else { panic!() };
        let value = http::HeaderValue::from_bytes(sent.as_bytes()).unwrap();
        request.headers_mut().insert("content-type", value);
        receive(&app().with_state(state.clone()), Event::Http(request)).await.unwrap();
        work(&state).await;
        let file = state.archive.get("github/2023/11/14/d-1.json").await.unwrap();
        assert_eq!(file.content_type.as_deref(), Some(kept), "{sent}");
    }
}

#[tokio::test]
async fn a_lost_race_to_mark_the_record_is_no_failure() {
    let state = state();
    let app = app().with_state(state.clone());
    receive(&app, github("d-1", b"{}")).await.unwrap();
    let record = Record { state: State::Pending, ..only_record(&state).await };
    receive::mark_queued(&state, &record, "an-etag-of-before").await.unwrap();
    assert_eq!(only_record(&state).await.state, State::Queued);
}

#[tokio::test]
async fn one_id_with_two_payloads_makes_two_files() {
    let state = state();
    let app = app().with_state(state.clone());
    receive(&app, github("d-1", b"one")).await.unwrap();
    receive(&app, github("d-1", b"two")).await.unwrap();
    work(&state).await;
    let files = files(&state).await;
    let mut bodies: Vec<&[u8]> = files.iter().map(|(_, body)| &body[..]).collect();
    bodies.sort_unstable();
    assert_eq!(bodies, [b"one", b"two"]);
    assert!(files.iter().any(|(key, _)| key == "github/2023/11/14/d-1.json"), "{files:?}");
}

#[tokio::test]
async fn hostile_ids_never_become_keys() {
    let long = "x".repeat(10 * 1024);
    for id in ["../../../etc/passwd", "a/b", "..", "ä🦀", "a b", long.as_str()] {
        let state = state();
        let app = app().with_state(state.clone());
        let response = receive(&app, standard(id, b"{}", before_midnight())).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["id"], id);
        assert_eq!(only_record(&state).await.id, id);
        work(&state).await;
        let hash = only_record(&state).await.key().hash().to_owned();
        assert_eq!(files(&state).await[0].0, format!("standard/2023/11/14/{hash}.json"));
    }
}

#[tokio::test]
async fn refusals_have_the_promised_status_and_leave_nothing_behind() {
    let state = state();
    let app = app().with_state(state.clone());
    let large = vec![b'x'; receive::MAX_BODY + 1];
    let forged = [("x-hub-signature-256", "sha256=00"), ("x-github-delivery", "d-1")];
    let stale = standard("msg_1", b"{}", before_midnight() - Duration::from_secs(301));
    for (event, status, told) in [
        (post("gitlab", &[], b"{}"), 404, "not found"),
        (post("stripe", &[], b"{}"), 404, "not found"),
        (github("d-1", &large), 413, "the payload is over 1 MiB"),
        (post("github", &forged, b"{}"), 401, "unauthorized"),
        (post("github", &[], b"{}"), 401, "unauthorized"),
        (stale, 401, "unauthorized"),
    ] {
        let error = receive(&app, event).await.unwrap_err();
        assert_eq!((error.kind(), error.external()), (Kind::Status(status), Some(told)));
    }
    assert!(state.deliveries.list("").await.unwrap().is_empty());
    assert_eq!(work(&state).await, 0);
}

#[tokio::test]
async fn a_payload_of_exactly_one_mebibyte_is_taken() {
    let state = state();
    let app = app().with_state(state.clone());
    let body = vec![b'x'; receive::MAX_BODY];
    assert_eq!(receive(&app, github("d-1", &body)).await.unwrap().status(), 202);
    work(&state).await;
    assert_eq!(files(&state).await[0].1, body);
}

#[tokio::test]
async fn slack_s_question_is_answered_only_if_it_is_signed() {
    let state = state();
    let app = app().with_state(state.clone());
    let body = br#"{"type":"url_verification","challenge":"3eZbrw1aB"}"#;
    let time = "1700006398";
    let mac = hmac(b"slack-secret", &[b"v0:", time.as_bytes(), b":", body]);
    let signature = format!("v0={}", hex::encode(mac));
    let signed = |signature: &str| {
        let headers = [("x-slack-request-timestamp", time), ("x-slack-signature", signature)];
        post("slack", &headers, body)
    };
    let response = receive(&app, signed(&signature)).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &b"3eZbrw1aB"[..]));
    assert!(state.deliveries.list("").await.unwrap().is_empty());
    let forged = receive(&app, signed(&signature.replace("v0=", "v0=00"))).await.unwrap_err();
    assert_eq!(forged.kind(), Kind::Status(401));
}

#[tokio::test]
async fn a_message_without_a_usable_record_is_rejected() {
    let state = state();
    let note = |hash: &str| Note { key: format!("github/{hash}").parse().unwrap() };
    let nothing = note(&"0".repeat(64));
    let error = archive::run(nothing.clone(), Context::test(state.clone())).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Reject);
    assert!(error.to_string().starts_with("there is no record of the delivery github/000"));

    state.deliveries.put(&nothing.key.to_string(), "{}").await.unwrap();
    let error = archive::run(nothing, Context::test(state)).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Reject);
}

#[tokio::test]
async fn a_message_of_another_shape_is_an_error_that_says_where() {
    let app = app().with_state(state());
    let body = Bytes::from_static(br#"{"key":"../../etc"}"#);
    let error = app.invoke("archive", Event::Message(anyfn::queue::Message { body })).await;
    let text = error.unwrap_err().to_string();
    assert!(text.contains("`key`") && text.contains("not the key of a delivery"), "{text}");
}

#[test]
fn the_manifest_lists_what_the_app_does() {
    let manifest = app().manifest().unwrap();
    let names: Vec<&str> = manifest.functions.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["archive", "receive"]);
    assert!(manifest.config.iter().all(|setting| setting.secret && !setting.required));
}
