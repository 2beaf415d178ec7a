//! What goes over the wire to SQS, and what its answers become.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::error::ErrorKind;
use crate::fake::{Fake, header};
use crate::queue::{Queue, open_in};

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "s")];

fn url(fake: &Fake, name: &str) -> String {
    format!("sqs://eu-west-1/000000000000/{name}?endpoint={}", fake.endpoint)
}

fn open(fake: &Fake, name: &str) -> Queue {
    open_in(&url(fake, name), &Environment::of(KEYS)).unwrap()
}

fn body(request: &http::Request<Bytes>) -> Value {
    serde_json::from_slice(request.body()).unwrap()
}

#[tokio::test]
async fn a_send_speaks_the_json_protocol() {
    let fake = Fake::start().await;
    fake.answer(
        200,
        &[],
        r#"{"MessageId":"1","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}"#,
    );
    open(&fake, "q").send("hello").await.unwrap();
    let asked = fake.asked();
    assert_eq!((asked[0].method().as_str(), asked[0].uri().path()), ("POST", "/"));
    assert_eq!(header(&asked[0], "x-amz-target"), "AmazonSQS.SendMessage");
    assert_eq!(header(&asked[0], "content-type"), "application/x-amz-json-1.0");
    assert!(header(&asked[0], "authorization").contains("/eu-west-1/sqs/aws4_request"));
    let queue = format!("{}/000000000000/q", fake.endpoint);
    assert_eq!(body(&asked[0]), json!({"QueueUrl": queue, "MessageBody": "hello"}));
}

#[tokio::test]
async fn a_send_to_a_fifo_queue_has_one_group_and_an_id_that_tries_share() {
    let fake = Fake::start().await;
    fake.answer(500, &[], "").answer(200, &[], "{}");
    open(&fake, "q.fifo").send("hello").await.unwrap();
    let asked = fake.asked();
    let (first, second) = (body(&asked[0]), body(&asked[1]));
    assert_eq!(first["MessageGroupId"], "anyfn");
    assert_eq!(first["MessageDeduplicationId"], second["MessageDeduplicationId"]);
}

#[tokio::test]
async fn a_body_that_the_queue_changed_is_an_error() {
    let fake = Fake::start().await;
    fake.answer(200, &[], r#"{"MD5OfMessageBody":"00"}"#);
    let error = open(&fake, "q").send("hello").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other);
}

#[tokio::test]
async fn received_messages_have_their_count_and_attributes() {
    let fake = Fake::start().await;
    let answer = json!({"Messages": [
        {"MessageId": "1", "ReceiptHandle": "r", "Body": "x", "Attributes": {"ApproximateReceiveCount": "3"},
         "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "why"},
                               "blob": {"DataType": "Binary", "BinaryValue": "AA=="}}},
        {"MessageId": "2", "ReceiptHandle": "s", "Body": "/wA=",
         "MessageAttributes": {"anyfn-encoding": {"DataType": "String", "StringValue": "base64"}}},
    ]});
    fake.answer(200, &[], &answer.to_string()).answer(200, &[], "{}").answer(200, &[], "");
    let queue = open(&fake, "q");
    let messages = queue.receive(99, Duration::from_millis(1500)).await.unwrap();
    let asked = body(&fake.asked()[0]);
    assert_eq!(
        (&asked["MaxNumberOfMessages"], &asked["VisibilityTimeout"]),
        (&json!(10), &json!(2))
    );
    assert_eq!((messages[0].receive_count, &*messages[0].body), (3, &b"x"[..]));
    assert_eq!(messages[0].attributes, [("reason".to_owned(), "why".to_owned())]);
    assert_eq!((messages[1].receive_count, &*messages[1].body), (1, &b"\xff\0"[..]));
    assert!(queue.receive(1, Duration::from_secs(1)).await.unwrap().is_empty());
    queue.delete(&messages[0]).await.unwrap();
    let deleted = fake.asked().pop().unwrap();
    assert_eq!(header(&deleted, "x-amz-target"), "AmazonSQS.DeleteMessage");
    assert_eq!(body(&deleted)["ReceiptHandle"], "r");
}

#[tokio::test]
async fn a_missing_queue_is_a_matter_of_configuration() {
    let fake = Fake::start().await;
    fake.answer(400, &[], r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"}"#);
    let error = open(&fake, "q").send("x").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("/000000000000/q"), "{error}");
}

#[tokio::test]
async fn a_dead_letter_carries_its_reason_and_any_body() {
    let fake = Fake::start().await;
    fake.answer(200, &[], "{}");
    let bound = ("ANYFN_DEAD_LETTER_THUMBNAIL", url(&fake, "thumbnail-dead-letter"));
    let variables = KEYS.map(|(name, value)| (name, value.to_owned()));
    let env = Environment::of(variables.into_iter().chain([bound]));
    let attributes = [("reason".to_owned(), "corrupt".to_owned())];
    let letter = Bytes::from_static(b"\xff\0");
    crate::dead_letters_in(&env, "thumbnail", letter, &attributes).await.unwrap();
    let sent = body(&fake.asked()[0]);
    assert_eq!(sent["MessageBody"], "/wA=");
    assert_eq!(sent["MessageAttributes"]["anyfn-encoding"]["StringValue"], "base64");
    assert_eq!(sent["MessageAttributes"]["reason"]["StringValue"], "corrupt");
}
