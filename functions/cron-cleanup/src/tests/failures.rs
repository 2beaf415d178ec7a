//! Deals with: objects that cannot be deleted, that change meanwhile, a listing that fails.
//! Does not deal with: stores that are not there at all; the start says so.

use super::{DAY, cleanup, figures, keys, night, seed};
use crate::prune::{delete, land};
use crate::report::{Line, State};
use anyfn_services::{Blob, Environment, blob};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const LISTING: &str = "<ListBucketResult>\
    <Contents><Key>a</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified><ETag>\"1\"</ETag><Size>5</Size></Contents>\
    <Contents><Key>b</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified><ETag>\"2\"</ETag><Size>7</Size></Contents>\
    <Contents><Key>c</Key><LastModified>2020-01-01T00:00:00.000Z</LastModified><ETag>\"3\"</ETag><Size>9</Size></Contents>\
    </ListBucketResult>";
const DELETED: &str = "<DeleteResult><Error><Key>b</Key><Code>AccessDenied</Code>\
    <Message>under legal hold</Message></Error></DeleteResult>";
const DENIED: &str =
    "<Error><Code>AccessDenied</Code><Message>no listing for you</Message></Error>";

/// A bucket of three objects of 2020, the second of which is held; or one that denies everything.
async fn bucket(denies: bool) -> Blob {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            answer(stream, denies).await;
        }
    });
    let keys = Environment::of([("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "s")]);
    blob::open_in(&format!("s3://b?region=eu-west-1&endpoint={endpoint}"), &keys).unwrap()
}

async fn answer(mut stream: TcpStream, denies: bool) {
    let mut request = Vec::new();
    while !whole(&request) && stream.read_buf(&mut request).await.unwrap() > 0 {}
    let (status, body) = match request.starts_with(b"POST") {
        _ if denies => ("403 Forbidden", DENIED),
        true => ("200 OK", DELETED),
        false => ("200 OK", LISTING),
    };
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await.unwrap();
    stream.shutdown().await.unwrap();
}

fn whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

const RULES: &str = r#"[{"store":"photos","prefix":"","older_than":"30d","max_share":1},
    {"store":"thumbnails","prefix":"","older_than":"30d","max_share":1}]"#;

#[tokio::test]
async fn one_that_cannot_be_deleted_stops_no_other_and_is_in_the_report() {
    let mut cleanup = cleanup(RULES);
    cleanup.stores.insert("photos".to_owned(), bucket(false).await);
    seed(&cleanup.stores["thumbnails"], "a", 2).await;
    let report = night(&cleanup, 60 * DAY).await;
    let line = &report.rules[0];
    assert_eq!((figures(line), line.state), ([3, 3, 0, 2, 1, 14], State::Done));
    let [failure] = &line.failures[..] else { panic!("{line:?}") };
    assert_eq!(failure.key, "b");
    assert!(failure.reason.contains("under legal hold"), "{failure:?}");
    assert_eq!(figures(&report.rules[1])[3], 2);
}

#[tokio::test]
async fn a_listing_that_fails_ends_its_own_rule_only() {
    let mut cleanup = cleanup(RULES);
    cleanup.stores.insert("photos".to_owned(), bucket(true).await);
    seed(&cleanup.stores["thumbnails"], "a", 2).await;
    let report = night(&cleanup, 60 * DAY).await;
    let [photos, thumbnails] = &report.rules[..] else { panic!("{report:?}") };
    assert_eq!((photos.state, thumbnails.state), (State::Failed, State::Done));
    assert!(photos.error.as_ref().unwrap().contains("no listing for you"), "{photos:?}");
    assert!(keys(&cleanup.stores["thumbnails"]).await.is_empty());
}

#[tokio::test]
async fn one_that_is_overwritten_after_it_was_listed_stays() {
    let cleanup = cleanup(RULES);
    let photos = cleanup.photos().clone();
    seed(&photos, "a", 3).await;
    let listed = photos.list("").await.unwrap();
    photos.put("a001", "newer").await.unwrap();
    let landed = delete(photos.clone(), listed).await;
    let mut line = Line::new(cleanup.rules[0].clone());
    land(&mut line, Ok(landed)).unwrap();
    assert_eq!(keys(&photos).await, ["a001"]);
    assert_eq!(figures(&line), [0, 0, 1, 2, 0, 6]);
}
