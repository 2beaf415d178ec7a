//! What goes over the wire to SQS, and what its answers become.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};

use crate::environment::Environment;
use crate::error::ErrorKind;
use crate::fake::{Fake, header};
use crate::queue::{Outgoing, Queue, open_in};

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

async fn received(fake: &Fake, queue: &Queue) -> crate::queue::Message {
    fake.answer(200, &[], r#"{"Messages":[{"MessageId":"1","ReceiptHandle":"r","Body":"x"}]}"#);
    let message = queue.receive(1, Duration::from_secs(30)).await.unwrap().remove(0);
    fake.asked();
    message
}

#[tokio::test]
async fn a_batch_goes_in_tens_and_tells_which_message_failed() {
    let fake = Fake::start().await;
    let done = |ids: std::ops::Range<usize>| {
        let ids: Vec<_> = ids.map(|id| json!({"Id": id.to_string(), "MessageId": "m"})).collect();
        json!({ "Successful": ids })
    };
    let mut second = done(0..1);
    second["Failed"] = json!([
        {"Id": "1", "Code": "InvalidMessageContents", "Message": "no", "SenderFault": true},
        {"Id": "2", "Code": "InternalFailure", "SenderFault": false},
    ]);
    let queue = open(&fake, "q.fifo");
    fake.answer(200, &[], &done(0..10).to_string()).answer(200, &[], &second.to_string());
    let mut messages: Vec<_> = (0..14).map(|i| Outgoing::new(format!("{i}"))).collect();
    messages[3].body = Bytes::new();
    let failures = queue.send_batch(messages).await.unwrap();
    let kinds: Vec<_> = failures.iter().map(|(at, error)| (*at, error.kind())).collect();
    let (config, later) = (ErrorKind::Config, ErrorKind::Unavailable);
    assert_eq!(kinds, [(3, config), (12, config), (13, later)]);
    let asked = fake.asked();
    assert_eq!(header(&asked[0], "x-amz-target"), "AmazonSQS.SendMessageBatch");
    let entries: Vec<Value> =
        asked.iter().flat_map(|one| body(one)["Entries"].as_array().unwrap().clone()).collect();
    let bodies: Vec<_> = entries.iter().map(|one| one["MessageBody"].as_str().unwrap()).collect();
    assert_eq!(bodies.join(" "), "0 1 2 4 5 6 7 8 9 10 11 12 13");
    assert_eq!((&entries[9]["Id"], &entries[10]["Id"]), (&json!("9"), &json!("0")));
}

#[tokio::test]
async fn a_batch_is_cut_before_it_is_over_a_mebibyte() {
    let fake = Fake::start().await;
    let one = json!({"Successful": [{"Id": "0"}]}).to_string();
    fake.answer(200, &[], &one).answer(200, &[], &one);
    let half = Outgoing::new(vec![b'x'; 512 * 1024 + 1]);
    let failures = open(&fake, "q").send_batch(vec![half.clone(), half]).await.unwrap();
    assert!(failures.is_empty(), "{failures:?}");
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn an_answer_that_leaves_a_message_out_or_changed_it_is_a_failure() {
    let fake = Fake::start().await;
    let answer = json!({"Successful": [{"Id": "0", "MD5OfMessageBody": "00"}], "Failed": null});
    fake.answer(200, &[], &answer.to_string());
    let failures = open(&fake, "q").send_batch(vec!["a".into(), "b".into()]).await.unwrap();
    let texts: Vec<_> = failures.iter().map(|(_, error)| error.to_string()).collect();
    assert!(texts[0].contains("another body"), "{texts:?}");
    assert!(texts[1].contains("does not say"), "{texts:?}");
}

#[tokio::test]
async fn received_messages_are_deleted_in_one_call() {
    let fake = Fake::start().await;
    let queue = open(&fake, "q");
    let message = received(&fake, &queue).await;
    let answer = json!({"Successful": [{"Id": "0"}], "Failed": [
        {"Id": "1", "Code": "ReceiptHandleIsInvalid", "SenderFault": true, "Message": "no"}]});
    fake.answer(200, &[], &answer.to_string());
    let failures = queue.delete_batch(&[message.clone(), message]).await.unwrap();
    assert_eq!((failures[0].0, failures[0].1.kind()), (1, ErrorKind::Precondition));
    let asked = fake.asked().remove(0);
    assert_eq!(header(&asked, "x-amz-target"), "AmazonSQS.DeleteMessageBatch");
    let entries = json!([{"Id": "0", "ReceiptHandle": "r"}, {"Id": "1", "ReceiptHandle": "r"}]);
    assert_eq!(body(&asked)["Entries"], entries);
}

#[tokio::test]
async fn a_visibility_is_extended_and_a_receipt_that_is_over_is_told_apart() {
    let fake = Fake::start().await;
    let queue = open(&fake, "q");
    let message = received(&fake, &queue).await;
    let refusal = |why: &str| {
        json!({"__type": "com.amazon.coral.service#InvalidParameterValueException",
               "message": format!("Value x for parameter {why}")})
        .to_string()
    };
    fake.answer(200, &[], "{}");
    fake.answer(400, &[], &refusal("ReceiptHandle is invalid. Reason: it is over."));
    fake.answer(400, &[], &refusal("VisibilityTimeout is invalid. Reason: Total over 43200."));
    assert_eq!(queue.extend(&message, Duration::from_secs(60)).await.unwrap(), "r");
    let asked = fake.asked().remove(0);
    assert_eq!(header(&asked, "x-amz-target"), "AmazonSQS.ChangeMessageVisibility");
    assert_eq!(body(&asked)["VisibilityTimeout"], 60);
    let error = queue.extend(&message, Duration::ZERO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition, "{error}");
    let error = queue.extend(&message, Duration::from_secs(43_200)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Other, "{error}");
}

#[tokio::test]
async fn a_delay_is_said_and_a_fifo_queue_has_none() {
    let fake = Fake::start().await;
    fake.answer(200, &[], "{}");
    open(&fake, "q").send_later("x", Duration::from_secs(900)).await.unwrap();
    assert_eq!(body(&fake.asked()[0])["DelaySeconds"], 900);
    let error = open(&fake, "q").send_later("x", Duration::from_secs(901)).await.unwrap_err();
    assert!(error.to_string().contains("900s"), "{error}");
    let error = open(&fake, "q.fifo").send_later("x", Duration::from_secs(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(open(&fake, "q").peek(1).await.unwrap_err().to_string().contains("azqueue"));
    assert!(fake.asked().is_empty());
}
