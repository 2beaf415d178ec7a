//! Event Grid events of a storage account.
//!
//! Deals with: the Event Grid schema
//! (<https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage>). Does not deal with: the
//! queue it is delivered to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::blobs::{Change, ChangeKind};
use crate::events::rfc3339;
use crate::identity::AZURE_ACCOUNT;

const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

pub(crate) fn event(change: &Change) -> Value {
    let id = uuid::Uuid::new_v4().to_string();
    let (kind, api) = match (change.kind, change.operation.as_str()) {
        (ChangeKind::Created, "Copy") => ("BlobCreated", "CopyBlob"),
        (ChangeKind::Created, "PutBlockList" | "CompleteMultipartUpload") => {
            ("BlobCreated", "PutBlockList")
        }
        (ChangeKind::Created, _) => ("BlobCreated", "PutBlob"),
        (ChangeKind::Deleted, _) => ("BlobDeleted", "DeleteBlob"),
    };
    let url = format!(
        "https://{AZURE_ACCOUNT}.blob.core.windows.net/{}/{}",
        change.store,
        utf8_percent_encode(&change.key, PATH)
    );
    let mut data = json!({
        "api": api,
        "clientRequestId": id,
        "requestId": id,
        "eTag": format!("0x{}", change.azure_etag().trim_start_matches("0x")),
        "contentType": change.content_type,
        "contentLength": change.size,
        "blobType": "BlockBlob",
        "url": url,
        "sequencer": format!("{:064X}", change.seq),
        "storageDiagnostics": {"batchId": id}
    });
    if change.kind == ChangeKind::Deleted
        && let Some(facts) = data.as_object_mut()
    {
        facts.remove("contentLength");
        facts.remove("eTag");
    }
    json!({
        "topic": format!(
            "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/Microsoft.Storage/storageAccounts/{AZURE_ACCOUNT}"
        ),
        // The subject holds the name as it is; only the URL is encoded.
        "subject": format!("/blobServices/default/containers/{}/blobs/{}", change.store, change.key),
        "eventType": format!("Microsoft.Storage.{kind}"),
        "id": id,
        "data": data,
        "dataVersion": "",
        "metadataVersion": "1",
        "eventTime": rfc3339(change.at_ms)
    })
}
