//! Deals with: stores and queues that fail inside `receive` itself, and what a repeat then makes good.
//! Does not deal with: crashes of the process, tested with the steps one by one.

use super::{files, github, only_record, receive, state, work};
use crate::{Webhook, app, record::State};
use anyfn::Kind;
use anyfn_services::{Blob, Environment, Queue, blob, queue};

/// A loopback port on which nobody listens: what connects is refused at once.
fn closed_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}

fn keys() -> Environment {
    Environment::of([("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "s")])
}

fn broken_queue() -> Queue {
    let endpoint = format!("http://127.0.0.1:{}", closed_port());
    queue::open_in(&format!("sqs://eu-west-1/123456789012/q?endpoint={endpoint}"), &keys()).unwrap()
}

fn broken_store() -> Blob {
    let endpoint = format!("http://127.0.0.1:{}", closed_port());
    blob::open_in(&format!("s3://deliveries?region=eu-west-1&endpoint={endpoint}"), &keys())
        .unwrap()
}

#[tokio::test]
async fn a_queue_that_fails_leaves_the_record_pending_and_a_repeat_files_once() {
    let state = state();
    let broken = Webhook { queue: broken_queue(), ..state.clone() };
    let error = receive(&app().with_state(broken), github("d-1", b"{}")).await.unwrap_err();
    assert_eq!((error.kind(), error.external()), (Kind::Retry, None), "{error}");
    assert_eq!(only_record(&state).await.state, State::Pending);
    assert_eq!(work(&state).await, 0);

    let app = app().with_state(state.clone());
    for _ in 0..2 {
        assert_eq!(receive(&app, github("d-1", b"{}")).await.unwrap().status(), 202);
        assert_eq!(only_record(&state).await.state, State::Queued);
    }
    assert_eq!(work(&state).await, 1);
    assert_eq!(files(&state).await.len(), 1);
}

#[tokio::test]
async fn a_store_that_fails_sends_nothing_and_a_repeat_files_once() {
    let state = state();
    let broken = Webhook { deliveries: broken_store(), ..state.clone() };
    let error = receive(&app().with_state(broken), github("d-1", b"{}")).await.unwrap_err();
    assert_eq!((error.kind(), error.external()), (Kind::Retry, None), "{error}");
    assert_eq!(work(&state).await, 0);

    let app = app().with_state(state.clone());
    assert_eq!(receive(&app, github("d-1", b"{}")).await.unwrap().status(), 202);
    assert_eq!(work(&state).await, 1);
    assert_eq!(files(&state).await.len(), 1);
}
