//! What goes over the wire to Azure Queue Storage, and what its answers become.

use std::time::Duration;

use bytes::Bytes;

use crate::environment::Environment;
use crate::error::ErrorKind;
use crate::fake::{Fake, header};
use crate::queue::{Queue, open_in};

fn url(fake: &Fake, name: &str) -> String {
    format!("azqueue://devstoreaccount1/{name}?endpoint={}", fake.endpoint)
}

fn open(fake: &Fake) -> Queue {
    open_in(&url(fake, "orders"), &Environment::of([("AZURE_STORAGE_KEY", "a2V5")])).unwrap()
}

#[tokio::test]
async fn a_body_is_sent_in_base64_and_stays() {
    let fake = Fake::start().await;
    fake.answer(201, &[], "");
    open(&fake).send("{\"a\":1}").await.unwrap();
    let asked = fake.asked();
    assert_eq!(
        (asked[0].method().as_str(), asked[0].uri()),
        ("POST", &"/devstoreaccount1/orders/messages?messagettl=-1".parse().unwrap())
    );
    assert_eq!(
        asked[0].body(),
        "<QueueMessage><MessageText>eyJhIjoxfQ==</MessageText></QueueMessage>"
    );
    assert!(header(&asked[0], "authorization").starts_with("SharedKey devstoreaccount1:"));
}

#[tokio::test]
async fn a_receipt_is_encoded_when_it_deletes() {
    let fake = Fake::start().await;
    fake.answer(
        200,
        &[],
        "<QueueMessagesList><QueueMessage><MessageId>a-1</MessageId><PopReceipt>x+/=</PopReceipt>\
         <DequeueCount>2</DequeueCount><MessageText>aGk=</MessageText></QueueMessage></QueueMessagesList>",
    );
    fake.answer(404, &[], "<Error><Code>MessageNotFound</Code></Error>");
    fake.answer(400, &[], "<Error><Code>PopReceiptMismatch</Code></Error>");
    let queue = open(&fake);
    let messages = queue.receive(99, Duration::from_secs(30)).await.unwrap();
    assert_eq!((&*messages[0].body, messages[0].receive_count), (&b"hi"[..], 2));
    queue.delete(&messages[0]).await.unwrap();
    let error = queue.delete(&messages[0]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition);
    let asked = fake.asked();
    assert_eq!(asked[0].uri().query(), Some("numofmessages=32&visibilitytimeout=30"));
    assert_eq!(asked[1].uri(), "/devstoreaccount1/orders/messages/a-1?popreceipt=x%2B%2F%3D");
}

#[tokio::test]
async fn a_dead_letter_goes_in_its_envelope_and_stays() {
    let fake = Fake::start().await;
    fake.answer(201, &[], "");
    let env = Environment::of([
        ("AZURE_STORAGE_KEY", "a2V5".to_owned()),
        ("ANYFN_DEAD_LETTER_ARCHIVE", url(&fake, "orders-poison")),
    ]);
    let attributes = [("reason".to_owned(), "corrupt".to_owned())];
    crate::dead_letters_in(&env, "archive", Bytes::from_static(b"hi"), &attributes).await.unwrap();
    let asked = fake.asked();
    assert_eq!(asked[0].uri(), "/devstoreaccount1/orders-poison/messages?messagettl=-1");
    // {"anyfn":1,"reason":"corrupt","body":"aGk="}
    let envelope = "eyJhbnlmbiI6MSwicmVhc29uIjoiY29ycnVwdCIsImJvZHkiOiJhR2s9In0=";
    assert!(asked[0].body().windows(envelope.len()).any(|part| part == envelope.as_bytes()));
}

#[tokio::test]
async fn a_missing_queue_is_a_matter_of_configuration() {
    let fake = Fake::start().await;
    fake.answer(404, &[("x-ms-error-code", "QueueNotFound")], "");
    assert_eq!(open(&fake).send("x").await.unwrap_err().kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_delay_is_a_visibility_of_its_own() {
    let fake = Fake::start().await;
    fake.answer(201, &[], "");
    let queue = open(&fake);
    queue.send_later("x", Duration::from_millis(1500)).await.unwrap();
    let asked = fake.asked();
    assert_eq!(asked[0].uri().query(), Some("messagettl=-1&visibilitytimeout=2"));
    let week = Duration::from_secs(7 * 24 * 60 * 60);
    let error = queue.send_later("x", week + Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(fake.asked().is_empty());
}

#[tokio::test]
async fn extending_leaves_the_text_and_gives_the_new_receipt() {
    let fake = Fake::start().await;
    fake.answer(
        200,
        &[],
        "<QueueMessagesList><QueueMessage><MessageId>a-1</MessageId><PopReceipt>x+/=</PopReceipt>\
         <DequeueCount>1</DequeueCount><MessageText>aGk=</MessageText></QueueMessage></QueueMessagesList>",
    );
    fake.answer(204, &[("x-ms-popreceipt", "new+=")], "").answer(204, &[], "");
    fake.answer(404, &[("x-ms-error-code", "MessageNotFound")], "");
    let queue = open(&fake);
    let message = queue.receive(1, Duration::from_secs(30)).await.unwrap().remove(0);
    assert_eq!(queue.extend(&message, Duration::from_secs(60)).await.unwrap(), "new+=");
    let update = fake.asked().pop().unwrap();
    assert_eq!((update.method().as_str(), update.body().len()), ("PUT", 0));
    let url = "/devstoreaccount1/orders/messages/a-1?popreceipt=x%2B%2F%3D&visibilitytimeout=60";
    assert_eq!(update.uri(), url);
    let error = queue.extend(&message, Duration::ZERO).await.unwrap_err();
    assert!(error.to_string().contains("no new receipt"), "{error}");
    let error = queue.extend(&message, Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition, "{error}");
}

#[tokio::test]
async fn a_look_asks_for_nothing_else() {
    let fake = Fake::start().await;
    fake.answer(200, &[], "<QueueMessagesList/>");
    assert!(open(&fake).peek(99).await.unwrap().is_empty());
    let asked = fake.asked();
    assert_eq!(asked[0].uri().query(), Some("peekonly=true&numofmessages=32"));
    assert!(open(&fake).peek(0).await.unwrap().is_empty());
    assert!(fake.asked().is_empty());
}

#[tokio::test]
async fn a_batch_is_a_call_for_each_and_one_that_fails_stops_no_other() {
    let fake = Fake::start().await;
    fake.answer(201, &[], "").answer(403, &[], "").answer(201, &[], "");
    let messages = ["a", "b", "c"].map(Into::into).to_vec();
    let failures = open(&fake).send_batch(messages).await.unwrap();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert_eq!(failures[0].1.kind(), ErrorKind::Denied);
    assert_eq!(fake.asked().len(), 3);
    fake.answer(403, &[], "");
    let error = open(&fake).send_batch(vec!["a".into()]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
}
