//! The blob store: conditions, pages, parts, and the outbox that goes with every write.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::{
    BlobError, Blobs, Change, ChangeKind, Conditions, Entry, ListRequest, Match, Properties,
    SCHEMA, Unmet, Write, done, pending,
};
use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::store::Store;

struct Fixture {
    blobs: Blobs,
    clock: Clock,
    _folder: tempfile::TempDir,
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::virtual_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000));
    let blobs = Blobs::new(Store::open(folder.path(), SCHEMA).unwrap(), clock.clone());
    blobs.create_container("photos", BTreeMap::new()).await.unwrap();
    Fixture { blobs, clock, _folder: folder }
}

fn write(key: &str, conditions: Conditions) -> Write {
    Write {
        cloud: Cloud::Aws,
        store: "photos".to_owned(),
        key: key.to_owned(),
        operation: "Put",
        conditions,
    }
}

impl Fixture {
    async fn put(&self, key: &str, body: &'static str) -> super::Blob {
        self.put_if(key, body, Conditions::default()).await.unwrap()
    }

    async fn put_if(
        &self,
        key: &str,
        body: &'static str,
        conditions: Conditions,
    ) -> Result<super::Blob, BlobError> {
        let body = Bytes::from_static(body.as_bytes());
        self.blobs.put(write(key, conditions), body, Properties::default()).await
    }

    async fn changes(&self) -> Vec<Change> {
        let query = |db: &rusqlite::Connection| Ok::<_, BlobError>(pending(db, 100)?);
        self.blobs.store.read(query).await.unwrap()
    }

    async fn names(&self, request: ListRequest) -> (Vec<String>, Option<String>) {
        let page = self.blobs.list("photos", request).await.unwrap();
        let name = |entry: &Entry| match entry {
            Entry::Blob(blob) => blob.key.clone(),
            Entry::Prefix(prefix) => format!("[{prefix}]"),
        };
        (page.entries.iter().map(name).collect(), page.next)
    }
}

fn unmet<T: std::fmt::Debug>(result: Result<T, BlobError>) -> Unmet {
    match result.unwrap_err() {
        BlobError::Unmet(unmet) => unmet,
        other => panic!("{other}"),
    }
}

fn if_match(tag: &str) -> Conditions {
    Conditions { if_match: Some(Match::parse(tag)), ..Conditions::default() }
}

#[tokio::test]
async fn create_only_if_absent_succeeds_once() {
    let f = fixture().await;
    f.put_if("a", "1", Conditions::if_absent()).await.unwrap();
    assert_eq!(unmet(f.put_if("a", "2", Conditions::if_absent()).await), Unmet::Absent);
    assert_eq!(f.blobs.get_all("photos", "a").await.unwrap().1, "1");
    assert_eq!(f.changes().await.len(), 1, "a refused write announces nothing");
}

#[tokio::test]
async fn a_write_by_etag_goes_through_with_either_providers_etag_and_only_once() {
    let f = fixture().await;
    let first = f.put("a", "1").await;
    assert_eq!(first.etag, "c4ca4238a0b923820dcc509a6f75849b");
    let second = f.put_if("a", "2", if_match(&format!("\"{}\"", first.etag))).await.unwrap();
    assert_eq!(unmet(f.put_if("a", "3", if_match(&first.azure_etag())).await), Unmet::Match);
    f.put_if("a", "3", if_match(&second.azure_etag())).await.unwrap();
    assert_eq!(unmet(f.put_if("new", "x", if_match("*")).await), Unmet::MatchOfNothing);
}

#[tokio::test]
async fn azures_etag_changes_even_where_the_bytes_do_not() {
    let f = fixture().await;
    let (first, second) = (f.put("a", "same").await, f.put("a", "same").await);
    assert_eq!(first.etag, second.etag);
    assert_ne!(first.azure_etag(), second.azure_etag());
    assert_eq!(first.azure_etag().len(), 17);
}

#[tokio::test]
async fn of_many_writers_with_one_etag_exactly_one_wins() {
    let f = fixture().await;
    let etag = f.put("a", "0").await.azure_etag();
    let writes = (0..8).map(|_| f.put_if("a", "1", if_match(&etag)));
    let won = futures_util::future::join_all(writes).await.iter().filter(|w| w.is_ok()).count();
    assert_eq!(won, 1);
}

#[tokio::test]
async fn dates_are_compared_by_the_second_and_yield_to_etags() {
    let f = fixture().await;
    let blob = f.put("a", "1").await;
    let at = |ms| Conditions { if_modified_since: Some(ms), ..Conditions::default() };
    assert_eq!(at(blob.modified_ms).check(Some(&blob)), Err(Unmet::ModifiedSince));
    assert_eq!(at(blob.modified_ms - 1000).check(Some(&blob)), Ok(()));
    let both = Conditions { if_none_match: Some(Match::parse("other")), ..at(blob.modified_ms) };
    assert_eq!(both.check(Some(&blob)), Ok(()));
    let since = Conditions { if_unmodified_since: Some(0), ..Conditions::default() };
    assert_eq!(since.check(Some(&blob)), Err(Unmet::UnmodifiedSince));
}

#[tokio::test]
async fn nothing_is_read_or_written_in_a_store_that_is_not_there() {
    let f = fixture().await;
    let elsewhere = Write { store: "nowhere".to_owned(), ..write("a", Conditions::default()) };
    let put = f.blobs.put(elsewhere.clone(), Bytes::new(), Properties::default()).await;
    assert!(matches!(put, Err(BlobError::NoStore(_))));
    assert!(matches!(f.blobs.delete(elsewhere).await, Err(BlobError::NoStore(_))));
    assert!(matches!(f.blobs.get_all("nowhere", "a").await, Err(BlobError::NoStore(_))));
    assert!(matches!(f.blobs.get_all("photos", "a").await, Err(BlobError::NoBlob { .. })));
    let list = f.blobs.list("nowhere", ListRequest::default()).await;
    assert!(matches!(list, Err(BlobError::NoStore(_))));
}

#[tokio::test]
async fn a_range_is_cut_out_of_the_body() {
    let f = fixture().await;
    f.put("a", "0123456789").await;
    let get = |range: std::ops::Range<u64>| {
        f.blobs.get("photos", "a", Conditions::default(), move |size| {
            assert_eq!(size, 10);
            Ok::<_, BlobError>(range)
        })
    };
    assert_eq!(get(2..5).await.unwrap().2, "234");
    assert_eq!(get(8..99).await.unwrap().2, "89");
    assert_eq!(get(0..0).await.unwrap().2, "");
    f.put("empty", "").await;
    assert_eq!(f.blobs.get_all("photos", "empty").await.unwrap().1, "");
}

#[tokio::test]
async fn pages_cover_every_key_once_in_byte_order() {
    let f = fixture().await;
    for key in ["b", "a/2", "a/1", "é", "Z", "a/b/3", "a0"] {
        f.put(key, "x").await;
    }
    for delimiter in [None, Some("/".to_owned())] {
        let all = ListRequest { delimiter, limit: 1000, ..ListRequest::default() };
        let (whole, next) = f.names(all.clone()).await;
        assert_eq!(next, None);
        for limit in 1..=3 {
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let (names, next) = f.names(ListRequest { after, limit, ..all.clone() }).await;
                assert!(names.len() <= limit);
                paged.extend(names);
                after = next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(paged, whole);
        }
    }
    let flat = f.names(ListRequest { limit: 1000, ..ListRequest::default() }).await.0;
    assert_eq!(flat, ["Z", "a/1", "a/2", "a/b/3", "a0", "b", "é"]);
}

#[tokio::test]
async fn a_delimiter_rolls_up_only_what_follows_the_prefix() {
    let f = fixture().await;
    for key in ["in/a/1", "in/a/2", "in/b", "in/", "inner"] {
        f.put(key, "x").await;
    }
    let request = ListRequest {
        prefix: "in/".to_owned(),
        delimiter: Some("/".to_owned()),
        limit: 10,
        ..ListRequest::default()
    };
    assert_eq!(f.names(request.clone()).await.0, ["in/", "[in/a/]", "in/b"]);
    let literal = ListRequest { prefix: "in_".to_owned(), ..request.clone() };
    assert!(f.names(literal).await.0.is_empty(), "a prefix is no pattern");
    assert_eq!(f.names(ListRequest { limit: 0, ..request }).await, (vec![], None));
}

#[tokio::test]
async fn every_change_is_in_the_outbox_in_order_until_it_is_done() {
    let f = fixture().await;
    let put = f.put("a", "1").await;
    let copy = Write { operation: "Copy", ..write("b", Conditions::default()) };
    let from = ("photos".to_owned(), "a".to_owned());
    f.blobs.copy(from, Conditions::default(), copy, |_| ()).await.unwrap();
    let delete =
        Write { operation: "Delete", cloud: Cloud::Azure, ..write("a", Conditions::default()) };
    f.blobs.delete(delete.clone()).await.unwrap();
    assert_eq!(f.blobs.delete(delete).await.unwrap(), None);
    let changes = f.changes().await;
    let seen: Vec<_> = changes
        .iter()
        .map(|c| (c.key.as_str(), c.kind, c.operation.as_str(), c.cloud, c.size))
        .collect();
    assert_eq!(
        seen,
        [
            ("a", ChangeKind::Created, "Put", Cloud::Aws, 1),
            ("b", ChangeKind::Created, "Copy", Cloud::Aws, 1),
            ("a", ChangeKind::Deleted, "Delete", Cloud::Azure, 1),
        ]
    );
    assert_eq!((&changes[0].etag, changes[0].azure_etag()), (&put.etag, put.azure_etag()));
    assert!(changes.is_sorted_by_key(|c| c.seq));
    f.blobs.changed().notified().await;
    let seq = changes[0].seq;
    f.blobs.store.write(move |db| Ok::<_, BlobError>(done(db, seq)?)).await.unwrap();
    assert_eq!(f.changes().await, changes[1..]);
}

#[tokio::test]
async fn parts_are_invisible_until_assembled_in_the_order_that_was_asked_for() {
    let f = fixture().await;
    let upload = f.blobs.begin_upload("photos", "big", Properties::default()).await.unwrap();
    for (name, body) in [("00002", "world"), ("00001", "hello "), ("00003", "unused")] {
        let body = Bytes::from_static(body.as_bytes());
        f.blobs.stage(&upload.id, name, body, BTreeMap::new()).await.unwrap();
    }
    assert!(f.names(ListRequest { limit: 9, ..ListRequest::default() }).await.0.is_empty());
    assert!(f.changes().await.is_empty());
    let names = |tag: Option<&str>| {
        vec![("00001".to_owned(), tag.map(str::to_owned)), ("00002".to_owned(), None)]
    };
    let assemble = |names| {
        let target = write("big", Conditions::default());
        f.blobs.assemble(&upload.id, names, target, Properties::default())
    };
    assert!(matches!(assemble(names(Some("0"))).await, Err(BlobError::NoPart(_))));
    let blob = assemble(names(None)).await.unwrap();
    assert!(blob.etag.ends_with("-2"), "{}", blob.etag);
    assert_eq!(f.blobs.get_all("photos", "big").await.unwrap().1, "hello world");
    assert!(matches!(f.blobs.upload(&upload.id).await, Err(BlobError::NoUpload(_))));
    assert!(f.blobs.parts(&upload.id).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_with_blobs_is_deleted_by_force_only() {
    let f = fixture().await;
    f.put("a", "1").await;
    assert!(matches!(f.blobs.delete_container("photos", false).await, Err(BlobError::NotEmpty(_))));
    f.blobs.delete_container("photos", true).await.unwrap();
    assert!(f.blobs.containers().await.unwrap().is_empty());
    f.blobs.ensure_container("photos").await.unwrap();
    f.blobs.ensure_container("photos").await.unwrap();
    assert!(matches!(f.blobs.get_all("photos", "a").await, Err(BlobError::NoBlob { .. })));
}

#[tokio::test]
async fn new_properties_keep_the_body_and_announce_nothing() {
    let f = fixture().await;
    let before = f.put("a", "1").await;
    f.clock.advance(Duration::from_secs(5)).unwrap();
    let change = |p: &mut Properties| p.content_type = Some("image/png".to_owned());
    let after = f.blobs.set_properties("photos", "a", Conditions::default(), change).await.unwrap();
    assert_eq!(after.modified_ms, before.modified_ms + 5000);
    assert_eq!((after.created_ms, &after.etag), (before.created_ms, &before.etag));
    assert_ne!(after.azure_etag(), before.azure_etag());
    assert_eq!(f.changes().await.len(), 1);
}

#[tokio::test]
async fn of_many_to_delete_those_that_have_changed_stay_and_are_told_in_their_places() {
    let f = fixture().await;
    let a = f.put("a", "1").await;
    let stale = f.put("b", "1").await;
    f.put("b", "2").await;
    let begun = f.changes().await.len();
    let targets = vec![
        write("a", if_match(&a.etag)),
        write("b", if_match(&stale.etag)),
        write("missing", Conditions::default()),
        write("gone", if_match(&a.etag)),
    ];
    let outcomes = f.blobs.delete_many("photos", targets.clone()).await.unwrap();
    assert_eq!(outcomes, [Ok(()), Err(Unmet::Match), Ok(()), Err(Unmet::MatchOfNothing)]);
    assert_eq!(f.names(ListRequest { limit: 9, ..ListRequest::default() }).await.0, ["b"]);
    let changes = f.changes().await;
    let told: Vec<_> = changes[begun..].iter().map(|c| (c.key.as_str(), c.kind)).collect();
    assert_eq!(told, [("a", ChangeKind::Deleted)]);
    assert!(matches!(f.blobs.delete_many("void", targets).await, Err(BlobError::NoStore(_))));
}
