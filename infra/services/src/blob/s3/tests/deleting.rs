//! Many deletions in one request, and what their answers become.

use super::open;
use crate::blob::Deletion;
use crate::error::ErrorKind;
use crate::fake::{Fake, header};

#[tokio::test]
async fn a_batch_has_a_digest_and_its_failures_are_told_by_key() {
    let fake = Fake::start().await;
    fake.answer(
        200,
        &[],
        "<DeleteResult><Error><Key>in/a &amp;</Key><Code>PreconditionFailed</Code><Message>m</Message>\
         </Error><Error><Key>in/b</Key><Code>NoSuchKey</Code></Error><Error><Key>in/c</Key>\
         <Code>AccessDenied</Code></Error></DeleteResult>",
    );
    let batch = vec![
        Deletion { key: "a &".into(), etag: Some("e1".into()) },
        Deletion { key: "b".into(), etag: Some("e2".into()) },
        Deletion::of("c"),
        Deletion::of("d"),
    ];
    let failed = open(&fake).delete_many(batch).await.unwrap();
    let failed: Vec<_> = failed.iter().map(|(key, e)| (key.as_str(), e.kind())).collect();
    assert_eq!(failed, [("a &", ErrorKind::Precondition), ("c", ErrorKind::Denied)]);
    let asked = fake.asked();
    let [request] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(
        (request.method().as_str(), request.uri().to_string()),
        ("POST", "/photos/?delete=".to_owned())
    );
    let body = request.body();
    assert!(body.starts_with(b"<Delete ") && !header(request, "content-md5").is_empty());
    let text = String::from_utf8_lossy(body);
    assert!(text.contains("<Key>in/a &amp;</Key><ETag>&quot;e1&quot;</ETag>"), "{text}");
}

#[tokio::test]
async fn what_fails_for_a_while_is_tried_again_alone() {
    let fake = Fake::start().await;
    let failing = |keys: &[&str]| {
        let errors: String = keys
            .iter()
            .map(|key| format!("<Error><Key>in/{key}</Key><Code>InternalError</Code></Error>"))
            .collect();
        format!("<DeleteResult>{errors}</DeleteResult>")
    };
    fake.answer(200, &[], &failing(&["b", "c"])).answer(200, &[], &failing(&["c"]));
    fake.answer(200, &[], &failing(&["c"])).answer(200, &[], &failing(&["c"]));
    let batch = ["a", "b", "c"].map(Deletion::of).to_vec();
    let failed = open(&fake).delete_many(batch).await.unwrap();
    let [(key, error)] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!((key.as_str(), error.kind()), ("c", ErrorKind::Unavailable));
    let counts: Vec<_> = fake
        .asked()
        .iter()
        .map(|request| String::from_utf8_lossy(request.body()).matches("<Object>").count())
        .collect();
    assert_eq!(counts, [3, 2, 1, 1]);
}

#[tokio::test]
async fn a_failure_of_a_key_that_nobody_named_is_not_lost() {
    let fake = Fake::start().await;
    let answer =
        "<DeleteResult><Error><Key>in/other</Key><Code>InternalError</Code></Error></DeleteResult>";
    fake.answer(200, &[], answer);
    let failed = open(&fake).delete_many(vec![Deletion::of("a")]).await.unwrap();
    assert_eq!(failed[0].0, "other");
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn more_than_a_batch_goes_in_several_and_a_refused_one_ends_it() {
    let fake = Fake::start().await;
    fake.answer(200, &[], "<DeleteResult/>");
    fake.answer(404, &[], "<Error><Code>NoSuchBucket</Code></Error>");
    let batch = (0..2001).map(|i| Deletion::of(format!("{i}"))).collect();
    let error = open(&fake).delete_many(batch).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn what_is_gone_is_not_told_as_failed_where_a_later_try_is_refused() {
    let fake = Fake::start().await;
    let busy = "<DeleteResult><Error><Key>in/b</Key><Code>SlowDown</Code></Error></DeleteResult>";
    fake.answer(200, &[], busy).answer(403, &[], "<Error><Code>AccessDenied</Code></Error>");
    let batch = ["a", "b", "c"].map(Deletion::of).to_vec();
    let failed = open(&fake).delete_many(batch).await.unwrap();
    let [(key, error)] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!((key.as_str(), error.kind()), ("b", ErrorKind::Denied));
}
