//! Requests as SDKs send them, answered in process over a virtual clock.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::clock::{Clock, instant};
use crate::identity::Grant;
use crate::store::Store;

struct Client {
    room: Room,
    clock: Clock,
    key: (String, String),
    _folder: std::sync::Arc<tempfile::TempDir>,
}

fn client() -> Client {
    let folder = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let clock = Clock::virtual_at(instant(1_700_000_000_000));
    let store = Store::open(folder.path(), crate::queues::SCHEMA).unwrap();
    let room = Room {
        identity: Identity::new(),
        queues: Queues::new(store, clock.clone()),
        port: 9324,
        stop: CancellationToken::new(),
    };
    let (id, secret) = room.identity.owner_aws();
    Client { room, clock, key: (id.to_owned(), secret.to_owned()), _folder: folder }
}

impl Client {
    fn app(&self, actions: impl IntoIterator<Item = Action>) -> Self {
        let app = self.room.identity.add_app(Grant::new("webhook", actions));
        Self {
            room: self.room.clone(),
            clock: self.clock.clone(),
            key: (app.access_key_id, app.secret_access_key),
            _folder: self._folder.clone(),
        }
    }

    async fn raw(&self, target: &str, body: &str) -> Response<Body> {
        let mut request = Request::post("/")
            .header("host", "127.0.0.1:9324")
            .header("x-amz-target", target)
            .body(Body::from(body.to_owned()))
            .unwrap();
        let identity = Credentials::new(&self.key.0, &self.key.1, None, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("sqs")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = request.headers().iter().map(|(k, v)| (k.as_str(), v.to_str().unwrap()));
        let bytes = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new("POST", "http://127.0.0.1:9324/", headers, bytes);
        let (instructions, _) = sign(signable.unwrap(), &params).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        answer(State(self.room.clone()), request).await
    }

    async fn call(&self, operation: &str, input: Value) -> Result<Value, (u16, Value, String)> {
        let response = self.raw(&format!("AmazonSQS.{operation}"), &input.to_string()).await;
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        if parts.status == StatusCode::OK {
            return Ok(body);
        }
        let code = parts.headers["x-amzn-query-error"].to_str().unwrap().to_owned();
        Err((parts.status.as_u16(), body, code))
    }

    async fn ok(&self, operation: &str, input: Value) -> Value {
        self.call(operation, input).await.unwrap()
    }

    /// The query code of a refusal.
    async fn code(&self, operation: &str, input: Value) -> String {
        self.call(operation, input).await.unwrap_err().2
    }

    async fn make(&self, name: &str, attributes: Value) -> String {
        let made = self.ok("CreateQueue", json!({"QueueName": name, "Attributes": attributes}));
        made.await["QueueUrl"].as_str().unwrap().to_owned()
    }

    async fn receive(&self, url: &str) -> Vec<Value> {
        let input = json!({
            "QueueUrl": url, "MaxNumberOfMessages": 10,
            "AttributeNames": ["All"], "MessageAttributeNames": ["All"],
        });
        let answer = self.ok("ReceiveMessage", input).await;
        answer["Messages"].as_array().cloned().unwrap_or_default()
    }
}

#[tokio::test]
async fn a_message_goes_in_and_out_with_the_sums_that_clients_compare() {
    let client = client();
    let url = client.make("q", json!({})).await;
    assert_eq!(url, "http://127.0.0.1:9324/000000000000/q");
    let attributes = json!({
        "city": {"DataType": "String", "StringValue": "Any City"},
        "population": {"DataType": "Number", "StringValue": "1250800"},
        "greeting": {"DataType": "Binary", "BinaryValue": "SGVsbG8sIFdvcmxkIQ=="},
    });
    let sent = client
        .ok(
            "SendMessage",
            json!({"QueueUrl": url, "MessageBody": "hello", "MessageAttributes": attributes}),
        )
        .await;
    assert_eq!(sent["MD5OfMessageBody"], "5d41402abc4b2a76b9719d911017c592");
    let received = client.receive(&url).await.remove(0);
    assert_eq!(received["MD5OfMessageAttributes"], sent["MD5OfMessageAttributes"]);
    assert_eq!(received["MessageAttributes"], attributes);
    assert_eq!(received["Attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(received["Attributes"]["SentTimestamp"], "1700000000000");
    let input = json!({"QueueUrl": url, "ReceiptHandle": received["ReceiptHandle"]});
    assert_eq!(client.ok("DeleteMessage", input.clone()).await, json!({}));
    assert_eq!(client.ok("DeleteMessage", input).await, json!({}), "once more changes nothing");
}

#[tokio::test]
async fn a_queue_is_found_again_with_the_same_attributes_and_refused_with_others() {
    let client = client();
    let url = client.make("q", json!({"VisibilityTimeout": "60"})).await;
    assert_eq!(client.make("q", json!({"VisibilityTimeout": "60"})).await, url);
    assert_eq!(client.make("q", json!({})).await, url);
    let other = json!({"QueueName": "q", "Attributes": {"VisibilityTimeout": "61"}});
    let (status, body, code) = client.call("CreateQueue", other).await.unwrap_err();
    assert_eq!((status, code.as_str()), (400, "QueueAlreadyExists;Sender"));
    assert_eq!(body["__type"], "com.amazonaws.sqs#QueueNameExists");
    assert!(body["message"].as_str().unwrap().ends_with("VisibilityTimeout"));
}

#[tokio::test]
async fn the_suffix_fifo_and_the_attribute_go_together() {
    let client = client();
    for (name, attributes) in [
        ("q.fifo", json!({})),
        ("q", json!({"FifoQueue": "true"})),
        ("a b", json!({})),
        (&*"x".repeat(81), json!({})),
        ("", json!({})),
    ] {
        let input = json!({"QueueName": name, "Attributes": attributes});
        assert_eq!(client.code("CreateQueue", input).await, "InvalidParameterValue;Sender");
    }
    client.make("q.fifo", json!({"FifoQueue": "true"})).await;
}

#[tokio::test]
async fn fifo_ids_are_asked_for_and_given_back() {
    let client = client();
    let url = client.make("q.fifo", json!({"FifoQueue": "true"})).await;
    let body = json!({"QueueUrl": url, "MessageBody": "a"});
    assert_eq!(client.code("SendMessage", body).await, "MissingParameter;Sender");
    let group = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "g"});
    assert_eq!(client.code("SendMessage", group).await, "InvalidParameterValue;Sender");
    let full = json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "g", "MessageDeduplicationId": "d"});
    let first = client.ok("SendMessage", full.clone()).await;
    let again = client.ok("SendMessage", full).await;
    assert_eq!(first["SequenceNumber"], again["SequenceNumber"]);
    assert_eq!(first["MessageId"], again["MessageId"]);
    let received = client.receive(&url).await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["Attributes"]["MessageGroupId"], "g");
    assert_eq!(received[0]["Attributes"]["MessageDeduplicationId"], "d");
    client.clock.advance(Duration::from_secs(30)).unwrap();
    let input = json!({"QueueUrl": url, "ReceiptHandle": received[0]["ReceiptHandle"]});
    let expired = client.call("DeleteMessage", input).await.unwrap_err();
    assert!(expired.1["message"].as_str().unwrap().contains("has expired"));
}

#[tokio::test]
async fn the_dead_letter_queue_gets_a_message_on_the_receive_after_the_last_allowed_one() {
    let client = client();
    let redrive = |target: &str| {
        let arn = format!("arn:aws:sqs:us-east-1:000000000000:{target}");
        json!({"RedrivePolicy": json!({"deadLetterTargetArn": arn, "maxReceiveCount": "1"}).to_string()})
    };
    let gone = json!({"QueueName": "q", "Attributes": redrive("dead")});
    assert_eq!(client.code("CreateQueue", gone).await, "InvalidParameterValue;Sender");
    let dead = client.make("dead", json!({})).await;
    let url = client.make("q", redrive("dead")).await;
    let sent = client.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "x"})).await;
    assert_eq!(client.receive(&url).await.len(), 1);
    client.clock.advance(Duration::from_secs(30)).unwrap();
    assert!(client.receive(&dead).await.is_empty());
    assert!(client.receive(&url).await.is_empty());
    let buried = client.receive(&dead).await.remove(0);
    assert_eq!(buried["MessageId"], sent["MessageId"]);
    let source = "arn:aws:sqs:us-east-1:000000000000:q";
    assert_eq!(buried["Attributes"]["DeadLetterQueueSourceArn"], source);
    let fifo = json!({"QueueName": "f.fifo", "Attributes": {"FifoQueue": "true", "RedrivePolicy": redrive("dead")["RedrivePolicy"]}});
    assert_eq!(client.code("CreateQueue", fifo).await, "InvalidParameterValue;Sender");
}

#[tokio::test]
async fn a_batch_fails_entry_by_entry_unless_it_is_wrong_as_a_whole() {
    let client = client();
    let url = client.make("q", json!({})).await;
    let batch = |entries: Value| json!({"QueueUrl": url, "Entries": entries});
    let mixed = json!([
        {"Id": "good", "MessageBody": "a"},
        {"Id": "bad", "MessageBody": "b", "DelaySeconds": 901},
    ]);
    let answer = client.ok("SendMessageBatch", batch(mixed)).await;
    assert_eq!(answer["Successful"][0]["Id"], "good");
    assert_eq!(answer["Failed"][0]["Code"], "InvalidParameterValue");
    assert_eq!(answer["Failed"][0]["SenderFault"], true);
    let eleven: Vec<Value> =
        (0..11).map(|n| json!({"Id": n.to_string(), "MessageBody": "a"})).collect();
    let half = "x".repeat(600_000);
    for (entries, code) in [
        (json!([]), "EmptyBatchRequest"),
        (json!(eleven), "TooManyEntriesInBatchRequest"),
        (
            json!([{"Id": "a", "MessageBody": "a"}, {"Id": "a", "MessageBody": "b"}]),
            "BatchEntryIdsNotDistinct",
        ),
        (json!([{"Id": "a b", "MessageBody": "a"}]), "InvalidBatchEntryId"),
        (
            json!([{"Id": "a", "MessageBody": half}, {"Id": "b", "MessageBody": half}]),
            "BatchRequestTooLong",
        ),
    ] {
        let expected = format!("AWS.SimpleQueueService.{code};Sender");
        assert_eq!(client.code("SendMessageBatch", batch(entries)).await, expected);
    }
    let receipt = client.receive(&url).await[0]["ReceiptHandle"].clone();
    let hide = json!([
        {"Id": "a", "ReceiptHandle": receipt, "VisibilityTimeout": 0},
        {"Id": "b", "ReceiptHandle": "nonsense", "VisibilityTimeout": 0},
    ]);
    let answer = client.ok("ChangeMessageVisibilityBatch", batch(hide)).await;
    assert_eq!(answer["Successful"], json!([{"Id": "a"}]));
    assert_eq!(answer["Failed"][0]["Code"], "ReceiptHandleIsInvalid");
    let delete =
        json!([{"Id": "a", "ReceiptHandle": client.receive(&url).await[0]["ReceiptHandle"]}]);
    let answer = client.ok("DeleteMessageBatch", batch(delete)).await;
    assert_eq!(answer, json!({"Successful": [{"Id": "a"}]}));
}

#[tokio::test]
async fn limits_are_the_providers() {
    let client = client();
    let url = client.make("q", json!({})).await;
    let send = |body: String| json!({"QueueUrl": url, "MessageBody": body});
    client.ok("SendMessage", send("x".repeat(1_048_576))).await;
    let big = client.call("SendMessage", send("x".repeat(1_048_577))).await.unwrap_err();
    assert!(big.1["message"].as_str().unwrap().contains("shorter than 1048576 bytes"));
    assert_eq!(client.code("SendMessage", send(String::new())).await, "MissingParameter;Sender");
    let control = client.code("SendMessage", send("a\u{1}".to_owned())).await;
    assert_eq!(control, "InvalidMessageContents;Sender");
    for (name, value) in [
        ("MaxNumberOfMessages", 11),
        ("WaitTimeSeconds", 21),
        ("VisibilityTimeout", 43_201),
        ("MaxNumberOfMessages", -1),
    ] {
        let input = json!({"QueueUrl": url, name: value});
        assert_eq!(client.code("ReceiveMessage", input).await, "InvalidParameterValue;Sender");
    }
    for (name, value) in [
        ("VisibilityTimeout", "43201"),
        ("MessageRetentionPeriod", "59"),
        ("MaximumMessageSize", "1048577"),
    ] {
        let input = json!({"QueueUrl": url, "Attributes": {name: value}});
        assert_eq!(client.code("SetQueueAttributes", input).await, "InvalidAttributeValue;Sender");
    }
    let unknown = json!({"QueueUrl": url, "Attributes": {"Colour": "red"}});
    assert_eq!(client.code("SetQueueAttributes", unknown).await, "InvalidAttributeName;Sender");
}

#[tokio::test]
async fn attributes_are_read_back_and_counts_follow_the_messages() {
    let client = client();
    let url = client.make("q", json!({})).await;
    let set = json!({"QueueUrl": url, "Attributes": {"VisibilityTimeout": "7", "Policy": "{}"}});
    client.ok("SetQueueAttributes", set).await;
    for delay in [0, 0, 9] {
        client
            .ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "a", "DelaySeconds": delay}))
            .await;
    }
    client.ok("ReceiveMessage", json!({"QueueUrl": url})).await;
    let get = json!({"QueueUrl": url, "AttributeNames": ["All"]});
    let all = client.ok("GetQueueAttributes", get).await["Attributes"].clone();
    for (name, value) in [
        ("VisibilityTimeout", "7"),
        ("Policy", "{}"),
        ("ApproximateNumberOfMessages", "1"),
        ("ApproximateNumberOfMessagesNotVisible", "1"),
        ("ApproximateNumberOfMessagesDelayed", "1"),
        ("QueueArn", "arn:aws:sqs:us-east-1:000000000000:q"),
        ("CreatedTimestamp", "1700000000"),
    ] {
        assert_eq!(all[name], value, "{name}");
    }
    client.ok("PurgeQueue", json!({"QueueUrl": url})).await;
    assert_eq!(client.room.queues.counts(crate::cloud::Cloud::Aws, "q").await.unwrap().total(), 0);
    client.ok("DeleteQueue", json!({"QueueUrl": url})).await;
    let gone = client.call("GetQueueUrl", json!({"QueueName": "q"})).await.unwrap_err();
    assert_eq!(gone.2, "AWS.SimpleQueueService.NonExistentQueue;Sender");
    assert_eq!(gone.1["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
}

#[tokio::test]
async fn a_long_poll_ends_with_an_arrival_and_with_the_virtual_clock() {
    let client = client();
    let url = client.make("q", json!({})).await;
    let poll = json!({"QueueUrl": url, "WaitTimeSeconds": 20});
    let (answer, ()) = tokio::join!(client.ok("ReceiveMessage", poll.clone()), async {
        client.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "a"})).await;
    });
    assert_eq!(answer["Messages"][0]["Body"], "a");
    client.ok("PurgeQueue", json!({"QueueUrl": url})).await;
    let days_pass = async {
        loop {
            client.clock.advance(Duration::from_secs(20)).unwrap();
            tokio::task::yield_now().await;
        }
    };
    let answer = tokio::select! {
        answer = client.ok("ReceiveMessage", poll.clone()) => answer,
        () = days_pass => unreachable!(),
    };
    assert_eq!(answer, json!({}));
    let (answer, ()) = tokio::join!(client.ok("ReceiveMessage", poll), async {
        tokio::task::yield_now().await;
        client.room.stop.cancel();
    });
    assert_eq!(answer, json!({}));
}

#[tokio::test]
async fn a_long_poll_outlasts_no_clock_that_stands_still() {
    let client = client();
    let url = client.make("q", json!({})).await;
    let poll = json!({"QueueUrl": url, "WaitTimeSeconds": 1});
    assert_eq!(client.ok("ReceiveMessage", poll).await, json!({}));
}

#[tokio::test]
async fn an_app_does_what_it_declared_and_nothing_else() {
    let owner = client();
    let url = owner
        .make("deliveries.fifo", json!({"FifoQueue": "true", "ContentBasedDeduplication": "true"}))
        .await;
    let app = owner.app([Action::QueueSend("deliveries".to_owned())]);
    app.ok("GetQueueUrl", json!({"QueueName": "deliveries.fifo"})).await;
    app.ok("SendMessage", json!({"QueueUrl": url, "MessageBody": "a", "MessageGroupId": "g"}))
        .await;
    for (operation, input) in [
        ("ReceiveMessage", json!({"QueueUrl": url})),
        ("DeleteMessageBatch", json!({"QueueUrl": url})),
        ("PurgeQueue", json!({"QueueUrl": url})),
        ("CreateQueue", json!({"QueueName": "mine"})),
        ("ListQueues", json!({})),
        ("GetQueueUrl", json!({"QueueName": "other"})),
    ] {
        let (status, body, code) = app.call(operation, input).await.unwrap_err();
        assert_eq!((status, code.as_str()), (403, "AccessDenied;Sender"), "{operation}");
        assert_eq!(body["__type"], "com.amazon.coral.service#AccessDeniedException");
    }
}

#[tokio::test]
async fn what_it_does_not_speak_is_said_loudly() {
    let client = client();
    assert_eq!(client.code("StartMessageMoveTask", json!({})).await, "InvalidAction;Sender");
    let wrong = client.call("SendMessage", json!({"QueueUrl": 7})).await.unwrap_err();
    assert!(wrong.1["message"].as_str().unwrap().contains("QueueUrl"), "{}", wrong.1);
    let address = json!({"QueueUrl": "q", "MessageBody": "a"});
    assert_eq!(client.code("SendMessage", address).await, "InvalidAddress;Sender");
    let unsigned = Request::post("/").header("x-amz-target", "AmazonSQS.ListQueues");
    let unsigned = unsigned.body(Body::from("{}")).unwrap();
    let refused = answer(State(client.room.clone()), unsigned).await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let query = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    let query = query.body(Body::from("Action=ListQueues")).unwrap();
    let refused = answer(State(client.room.clone()), query).await;
    let body = to_bytes(refused.into_body(), 9999).await.unwrap();
    assert!(String::from_utf8_lossy(&body).contains("JSON protocol"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_input_of_any_operation_panics(body in ".*", value in "[ -~]*") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client = client();
            for operation in ["CreateQueue", "ListQueues", "SetQueueAttributes", "SendMessageBatch", "ReceiveMessage", "DeleteMessage"] {
                let _ = client.raw(&format!("AmazonSQS.{operation}"), &body).await;
                let input = json!({"QueueName": value, "QueueUrl": value, "ReceiptHandle": value, "NextToken": value,
                    "Attributes": {"RedrivePolicy": value, "VisibilityTimeout": value}});
                let _ = client.call(operation, input).await;
            }
        });
    }
}
