//! Uploads, copies, batches.

use super::open;
use crate::blob::{Deletion, open_in};
use crate::environment::Environment;
use crate::error::ErrorKind;
use crate::fake::{Fake, header};

#[tokio::test]
async fn an_upload_is_blocks_and_their_list() {
    let fake = Fake::start().await;
    fake.answer(201, &[], "").answer(201, &[], "").answer(201, &[("etag", "\"0x8D\"")], "");
    let upload = open(&fake).upload("a b").await.unwrap();
    let mut upload = upload.content_type("text/csv").metadata("rows", "7");
    upload.write(vec![b'x'; (5 << 20) + 3]).await.unwrap();
    assert_eq!(upload.finish().await.unwrap(), "0x8D");
    let asked = fake.asked();
    let [first, second, list] = asked.as_slice() else { panic!("{asked:?}") };
    let id = |uri: &http::Uri| {
        let query = uri.query().unwrap().to_owned();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let mut pairs = pairs.filter(|(name, _)| name == "blockid");
        pairs.next().map(|(_, id)| id).unwrap()
    };
    let (first, second) = (id(first.uri()), id(second.uri()));
    assert!(first != second && first.len() == second.len(), "{first} {second}");
    assert_eq!(list.uri(), "/devstoreaccount1/photos/a%20b?comp=blocklist");
    assert_eq!(header(list, "x-ms-blob-content-type"), "text/csv");
    assert_eq!(header(list, "x-ms-meta-rows"), "7");
    let expected = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList><Latest>{first}</Latest>\
         <Latest>{second}</Latest></BlockList>"
    );
    assert_eq!(list.body(), &expected);
}

#[tokio::test(start_paused = true)]
async fn a_copy_that_is_pending_is_waited_for() {
    let fake = Fake::start().await;
    let etag = ("etag", "\"0x1\"");
    fake.answer(202, &[etag, ("x-ms-copy-status", "pending")], "");
    fake.answer(200, &[etag, ("x-ms-copy-status", "pending")], "");
    fake.answer(200, &[("etag", "\"0x2\""), ("x-ms-copy-status", "success")], "");
    let store = open(&fake);
    assert_eq!(store.copy("a b", "c").await.unwrap(), "0x2");
    let asked = fake.asked();
    let source = format!("{}/devstoreaccount1/photos/a%20b", fake.endpoint);
    assert_eq!(header(&asked[0], "x-ms-copy-source"), source);
    assert_eq!(asked[2].method(), "HEAD");
    let failed = [("x-ms-copy-status", "failed"), ("x-ms-copy-status-description", "500 Oops")];
    fake.answer(202, &failed, "");
    let error = store.copy("a", "c").await.unwrap_err();
    assert!(error.to_string().contains("it ended as failed: 500 Oops"), "{error}");
}

#[tokio::test]
async fn a_sas_proves_the_right_to_a_copys_source_and_to_each_part_of_a_batch() {
    let fake = Fake::start().await;
    fake.answer(202, &[("etag", "\"0x1\"")], "");
    fake.answer(202, &MIXED, &answered(&[(0, "202 Accepted\r\n\r\n")]));
    let env = Environment::of([("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=hush")]);
    let store = open_in(&format!("azblob://acct/photos?endpoint={}", fake.endpoint), &env).unwrap();
    store.copy("a", "b").await.unwrap();
    let failed = store.delete_many(vec![Deletion::of("c d")]).await.unwrap();
    assert!(!format!("{failed:?}").contains("hush"), "{failed:?}");
    let asked = fake.asked();
    let source = format!("{}/acct/photos/a?sv=1&sig=hush", fake.endpoint);
    assert_eq!(header(&asked[0], "x-ms-copy-source"), source);
    let body = String::from_utf8_lossy(asked[1].body());
    assert!(body.contains("DELETE /acct/photos/c%20d?sv=1&sig=hush HTTP/1.1\r\n"), "{body}");
}

const MIXED: [(&str, &str); 1] = [("content-type", "multipart/mixed; boundary=b")];

fn answered(parts: &[(usize, &str)]) -> String {
    let part = |(id, rest): &(usize, &str)| {
        format!(
            "--b\r\nContent-Type: application/http\r\nContent-ID: {id}\r\n\r\nHTTP/1.1 {rest}\r\n"
        )
    };
    parts.iter().map(part).collect::<String>() + "--b--\r\n"
}

#[tokio::test]
async fn a_batch_signs_each_part_and_tells_its_failures_by_key() {
    let fake = Fake::start().await;
    let answer = answered(&[
        (3, "202 Accepted\r\n\r\n"),
        (0, "412 Changed\r\nx-ms-error-code: ConditionNotMet\r\n\r\n"),
        (1, "404 Gone\r\nx-ms-error-code: BlobNotFound\r\n\r\n"),
        (2, "403 No\r\nx-ms-error-code: AuthorizationPermissionMismatch\r\n\r\n"),
    ]);
    fake.answer(202, &MIXED, &answer);
    fake.answer(200, &[("etag", "\"0x2\""), ("content-length", "1")], "");
    let batch = vec![
        Deletion { key: "a b".into(), etag: Some("0x1".into()) },
        Deletion::of("b"),
        Deletion::of("c"),
        Deletion::of("d"),
    ];
    let failed = open(&fake).delete_many(batch).await.unwrap();
    let failed: Vec<_> = failed.iter().map(|(key, e)| (key.as_str(), e.kind())).collect();
    assert_eq!(failed, [("a b", ErrorKind::Precondition), ("c", ErrorKind::Denied)]);
    let asked = fake.asked();
    let [request, _] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(request.uri(), "/devstoreaccount1/photos?restype=container&comp=batch");
    let kind = header(request, "content-type");
    let boundary = kind.strip_prefix("multipart/mixed; boundary=").unwrap();
    let body = String::from_utf8_lossy(request.body());
    assert_eq!(body.matches(boundary).count(), 5);
    assert_eq!(body.matches("authorization: SharedKey devstoreaccount1:").count(), 4);
    assert!(body.contains("\r\nif-match: \"0x1\"\r\n"), "{body}");
    assert!(!body.contains("x-ms-version"), "the batch's counts: {body}");
}

#[tokio::test]
async fn a_refusal_of_the_etag_of_what_is_gone_is_a_success() {
    let fake = Fake::start().await;
    let (met, none) = (("x-ms-error-code", "ConditionNotMet"), ("x-ms-error-code", "BlobNotFound"));
    fake.answer(412, &[met], "").answer(404, &[none], "");
    let changed = "412 No\r\nx-ms-error-code: ConditionNotMet\r\n\r\n";
    fake.answer(202, &MIXED, &answered(&[(0, changed)])).answer(404, &[none], "");
    let store = open(&fake);
    store.delete_if("a", "0x1").await.unwrap();
    let batch = vec![Deletion { key: "a".into(), etag: Some("0x1".into()) }];
    assert!(store.delete_many(batch).await.unwrap().is_empty());
    let asked: Vec<_> = fake.asked().iter().map(|r| r.method().to_string()).collect();
    assert_eq!(asked, ["DELETE", "HEAD", "POST", "HEAD"]);
}

#[tokio::test]
async fn what_is_not_answered_or_busy_is_tried_again_alone() {
    let fake = Fake::start().await;
    let busy = "503 Busy\r\nx-ms-error-code: ServerBusy\r\n\r\n";
    fake.answer(202, &MIXED, &answered(&[(0, "202 Accepted\r\n\r\n"), (1, busy)]));
    fake.answer(
        202,
        &MIXED,
        &answered(&[(0, "202 Accepted\r\n\r\n"), (1, "202 Accepted\r\n\r\n")]),
    );
    let batch = ["a", "b", "c"].map(Deletion::of).to_vec();
    assert!(open(&fake).delete_many(batch).await.unwrap().is_empty());
    let counts: Vec<_> = fake
        .asked()
        .iter()
        .map(|request| String::from_utf8_lossy(request.body()).matches("DELETE /").count())
        .collect();
    assert_eq!(counts, [3, 2]);
}

#[tokio::test]
async fn a_refusal_of_the_whole_batch_is_no_failure_of_a_key() {
    let fake = Fake::start().await;
    let whole = "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 400 Bad\r\n\
        x-ms-error-code: InvalidInput\r\n\r\n\r\n--b--";
    fake.answer(202, &MIXED, whole).answer(404, &[("x-ms-error-code", "ContainerNotFound")], "");
    let store = open(&fake);
    let error = store.delete_many(vec![Deletion::of("a")]).await.unwrap_err();
    assert!(error.to_string().contains("InvalidInput"), "{error}");
    let error = store.delete_many(vec![Deletion::of("a")]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
}
