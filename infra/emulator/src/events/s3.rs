//! S3 event notifications.
//!
//! Deals with: the message body as S3 sends it to SQS
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html>). Does
//! not deal with: who receives it.

use serde_json::{Value, json};

use crate::aws::REGION;
use crate::blobs::{Change, ChangeKind};
use crate::events::rfc3339;

pub(crate) fn notification(configuration: &str, change: &Change) -> Value {
    let (name, mut object) = match change.kind {
        ChangeKind::Created => {
            let operation = match change.operation.as_str() {
                "PutBlockList" => "CompleteMultipartUpload",
                other => other,
            };
            let facts = json!({"size": change.size, "eTag": change.etag});
            (format!("ObjectCreated:{operation}"), facts)
        }
        // A deletion has neither size nor ETag.
        ChangeKind::Deleted => ("ObjectRemoved:Delete".to_owned(), json!({})),
    };
    object["key"] = form_key(&change.key).into();
    object["sequencer"] = format!("{:018X}", change.seq).into();
    json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": rfc3339(change.at_ms),
        "eventName": name,
        "userIdentity": {"principalId": "ANYFNLOCAL"},
        "requestParameters": {"sourceIPAddress": "127.0.0.1"},
        "responseElements": {
            "x-amz-request-id": format!("{:016X}", change.seq),
            "x-amz-id-2": "anyfn"
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": configuration,
            "bucket": {
                "name": change.store,
                "ownerIdentity": {"principalId": "ANYFNLOCAL"},
                "arn": format!("arn:aws:s3:::{}", change.store)
            },
            "object": object
        }
    }]})
}

/// Keys are encoded like a form, but slashes stay.
fn form_key(key: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
    encoded.replace("%2F", "/")
}
