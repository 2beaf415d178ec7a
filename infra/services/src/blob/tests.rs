//! What holds of a store whichever backend it has.

use super::*;
use crate::environment::Environment;

#[tokio::test]
async fn memory_behaves_as_every_store_does() {
    let store = Blob::memory();
    crate::behaviour::blob(&store, store.capability()).await.unwrap();
}

#[test]
fn a_call_may_move_between_threads() {
    fn sendable<T: Send>(_: T) {}
    let store = Blob::memory();
    sendable(store.get("a"));
    sendable(store.get_range("a", 0..1));
    sendable(store.stream("a"));
    sendable(store.put("a", "x"));
    sendable(store.upload("a"));
    sendable(store.copy("a", "b"));
    sendable(store.list(""));
    sendable(store.page("", 1, None));
    sendable(store.delete_many(Vec::new()));
    sendable(crate::dead_letters(String::new(), bytes::Bytes::new(), Vec::new()));
}

#[test]
fn a_bad_variable_is_named() {
    let env = Environment::of([("ANYFN_BLOB_PHOTOS", "s3:/photos")]);
    let error = bound("photos", &env).unwrap_err();
    assert!(error.to_string().contains("ANYFN_BLOB_PHOTOS"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Config);
}

#[test]
fn a_queue_is_no_store() {
    let error = open("sqs://eu-central-1/123456789012/q").unwrap_err();
    assert!(error.to_string().contains("s3://"), "{error}");
}
