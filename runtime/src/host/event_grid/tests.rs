//! Events as Event Grid writes them, and what is no event.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{BlobEvent, CREATED, Change, Error, data, read, tells};

fn created(subject: &str) -> Value {
    json!({
        "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a",
        "subject": subject,
        "eventType": "Microsoft.Storage.BlobCreated",
        "id": "831e1650-001e-001b-66ab-eeb76e069631",
        "eventTime": "2026-06-26T18:41:00.9584103Z",
        "data": {"api": "PutBlockList", "eTag": "0x8D4BCC2E4835CD0", "contentType": "image/jpeg",
            "contentLength": 524_288, "blobType": "BlockBlob", "storageDiagnostics": {"batchId": "b"},
            "url": "https://a.blob.core.windows.net/photos/in/a.jpg", "sequencer": "0"},
        "dataVersion": "", "metadataVersion": "1"
    })
}

fn event(event: &Value) -> Result<BlobEvent, Error> {
    read(event.to_string().as_bytes())
}

fn fault(value: &Value) -> String {
    event(value).unwrap_err().to_string()
}

const PHOTO: &str = "/blobServices/default/containers/photos/blobs/in/a.jpg";

#[test]
fn both_schemas_are_read_alone_and_as_an_array_of_one() {
    let expected = BlobEvent {
        store: "photos".to_owned(),
        key: "in/a.jpg".to_owned(),
        size: Some(524_288),
        etag: Some("0x8D4BCC2E4835CD0".to_owned()),
        change: Change::Created,
    };
    assert_eq!(event(&created(PHOTO)).unwrap(), expected);
    assert_eq!(event(&json!([created(PHOTO)])).unwrap(), expected);
    let mut cloud = created(PHOTO);
    let fields = cloud.as_object_mut().unwrap();
    let kind = fields.remove("eventType").unwrap();
    fields.extend([("type".to_owned(), kind), ("specversion".to_owned(), json!("1.0"))]);
    assert_eq!(event(&cloud).unwrap(), expected);
}

#[test]
fn the_data_of_a_cloud_event_alone_says_as_much_as_the_whole() {
    let whole = created(PHOTO);
    let kind = "Microsoft.Storage.BlobCreated";
    assert!(tells(kind) && tells("Microsoft.Storage.BlobDeleted") && !tells("other"));
    assert_eq!(data(kind, PHOTO, whole["data"].to_string().as_bytes()), Ok(event(&whole).unwrap()));
    let bare = data(kind, PHOTO, b"").unwrap();
    assert_eq!((bare.size, bare.etag), (None, None));
    assert!(data(kind, "", b"").unwrap_err().contains("`subject`"));
    assert!(data(kind, PHOTO, b"[").unwrap_err().contains("the data of an Event Grid event"));
}

#[test]
fn a_deletion_has_neither_size_nor_etag() {
    let mut gone = created(PHOTO);
    gone["eventType"] = json!("Microsoft.Storage.BlobDeleted");
    let gone = event(&gone).unwrap();
    assert_eq!((gone.change, gone.size, gone.etag), (Change::Deleted, None, None));
}

#[test]
fn the_key_is_the_subjects_end_letter_for_letter() {
    for key in ["a b.jpg", "a%20b.jpg", "ü/#1+2.jpg", "x/blobs/y", "/lead", "100%"] {
        let subject = format!("/blobServices/default/containers/photos/blobs/{key}");
        assert_eq!(event(&created(&subject)).unwrap().key, key);
    }
}

#[test]
fn a_size_that_is_no_number_is_left_out() {
    for (size, expected) in [(json!("12"), Some(12)), (json!(null), None), (json!([1]), None)] {
        let mut value = created(PHOTO);
        value["data"]["contentLength"] = size;
        assert_eq!(event(&value).unwrap().size, expected);
    }
}

#[test]
fn what_is_no_blob_event_is_refused_with_the_place_and_what_was_expected() {
    let mut validation = created(PHOTO);
    validation["eventType"] = json!("Microsoft.EventGrid.SubscriptionValidationEvent");
    let text = fault(&validation);
    assert!(text.contains("SubscriptionValidationEvent") && text.contains(CREATED), "{text}");
    let text = fault(&json!({"a": 1}));
    assert!(text.contains("eventType"), "{text}");
    let mut wrong = created(PHOTO);
    wrong["data"]["eTag"] = json!(5);
    let text = fault(&wrong);
    assert!(text.contains("`data.eTag`") && text.contains("expected a string"), "{text}");
    let text = fault(&json!([created(PHOTO), created(PHOTO)]));
    assert!(text.contains("2 events"), "{text}");
    for subject in ["", "/photos/a", "/blobServices/default/containers/photos/blobs/"] {
        let text = fault(&created(subject));
        assert!(text.contains("`subject`") && text.contains("{key}"), "{text}");
    }
    assert!(read(b"\"\xff\"").is_err());
    assert!(read(&[created(PHOTO).to_string().as_bytes(), b"{}"].concat()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200), subject in ".{0,60}", cut in 0usize..400
    ) {
        let _ = read(&bytes);
        let text = created(&subject).to_string();
        let _ = read(&text.as_bytes()[..cut.min(text.len())]);
        let _ = read(text.as_bytes());
    }
}
