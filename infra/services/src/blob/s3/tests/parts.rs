//! Ranges, streams, uploads, copies.

use std::time::Duration;

use super::{DATE, open};
use crate::error::ErrorKind;
use crate::fake::{Fake, header};

#[tokio::test]
async fn a_range_beyond_the_end_is_nothing_of_what_is_there() {
    let fake = Fake::start().await;
    let refused = "<Error><Code>InvalidRange</Code></Error>";
    fake.answer(206, &[("etag", "\"e\""), DATE], "bc").answer(416, &[], refused);
    fake.answer(200, &[("etag", "\"e\""), DATE, ("content-length", "9")], "");
    let store = open(&fake);
    assert_eq!(store.get_range("a", 1..3).await.unwrap().bytes, "bc");
    let beyond = store.get_range("a", 9..12).await.unwrap();
    assert_eq!((beyond.bytes.len(), beyond.etag.as_str()), (0, "e"));
    let asked = fake.asked();
    assert_eq!(header(&asked[0], "range"), "bytes=1-2");
    assert_eq!(header(&asked[1], "range"), "bytes=9-11");
    assert_eq!(asked[2].method(), "HEAD");
}

#[tokio::test]
async fn all_of_a_blob_is_no_part_of_it() {
    let fake = Fake::start().await;
    let headers = [("etag", "\"e\""), DATE, ("content-length", "10")];
    fake.answer(200, &headers, "0123456789").answer_broken(&headers, "0123");
    fake.answer(200, &headers, "0123456789");
    let store = open(&fake);
    let error = store.get_range("a", 5..8).await.unwrap_err();
    assert!(error.to_string().contains("200 OK instead of 206 to a range"), "{error}");
    let mut reader = store.stream("a").await.unwrap();
    assert_eq!(reader.next().await.unwrap().unwrap(), "0123");
    let error = reader.next().await.unwrap_err();
    assert!(error.to_string().contains("200 OK instead of 206 to a range"), "{error}");
}

#[tokio::test]
async fn a_stream_whose_connection_breaks_goes_on_with_the_same_version() {
    let fake = Fake::start().await;
    let headers = [("etag", "\"e1\""), DATE, ("content-length", "10")];
    fake.answer_broken(&headers, "0123").answer(503, &[], "");
    fake.answer(206, &[("etag", "\"e1\""), DATE, ("content-length", "6")], "456789");
    let mut reader = open(&fake).stream("a b").await.unwrap();
    let mut read = Vec::new();
    while let Some(piece) = reader.next().await.unwrap() {
        read.extend_from_slice(&piece);
    }
    assert_eq!((read.as_slice(), reader.entry.size), (&b"0123456789"[..], 10));
    let asked = fake.asked();
    assert_eq!(asked.len(), 3);
    assert_eq!(asked[0].headers().get("range"), None);
    for again in &asked[1..] {
        assert_eq!(header(again, "range"), "bytes=4-");
        assert_eq!(header(again, "if-match"), "\"e1\"");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_was_read_for_long_still_goes_on() {
    let fake = Fake::start().await;
    fake.answer_broken(&[("etag", "\"e\""), DATE, ("content-length", "2")], "0");
    fake.answer(206, &[("etag", "\"e\""), DATE, ("content-length", "1")], "1");
    let mut reader = open(&fake).stream("a").await.unwrap();
    assert_eq!(reader.next().await.unwrap().unwrap(), "0");
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(reader.next().await.unwrap().unwrap(), "1");
    assert_eq!(reader.next().await.unwrap(), None);
}

#[tokio::test]
async fn a_stream_never_mixes_two_versions() {
    let fake = Fake::start().await;
    fake.answer_broken(&[("etag", "\"e1\""), DATE, ("content-length", "10")], "0123");
    fake.answer(412, &[], "<Error><Code>PreconditionFailed</Code></Error>");
    let mut reader = open(&fake).stream("a").await.unwrap();
    assert_eq!(reader.next().await.unwrap().unwrap(), "0123");
    assert_eq!(reader.next().await.unwrap_err().kind(), ErrorKind::Precondition);
}

/// `InitiateMultipartUploadResult` and the answers to two parts.
fn begun(fake: &Fake) {
    let id = "<InitiateMultipartUploadResult xmlns=\"x\"><Bucket>photos</Bucket><Key>in/a</Key>\
              <UploadId>u+/=1</UploadId></InitiateMultipartUploadResult>";
    fake.answer(200, &[], id).answer(200, &[("etag", "\"p1\"")], "");
}

const PART: usize = 5 << 20;

#[tokio::test]
async fn an_upload_is_begun_sent_in_parts_and_completed() {
    let fake = Fake::start().await;
    begun(&fake);
    fake.answer(200, &[("etag", "\"p2\"")], "").answer(
        200,
        &[],
        "\n <CompleteMultipartUploadResult><ETag>&quot;e-2&quot;</ETag></CompleteMultipartUploadResult>",
    );
    let upload = open(&fake).upload("a").await.unwrap();
    let mut upload = upload.content_type("text/csv").metadata("rows", "7");
    upload.write(vec![b'x'; PART + 3]).await.unwrap();
    assert_eq!(upload.finish().await.unwrap(), "e-2");
    let asked = fake.asked();
    let lines: Vec<_> = asked.iter().map(|r| format!("{} {}", r.method(), r.uri())).collect();
    assert_eq!(
        lines,
        [
            "POST /photos/in/a?uploads=",
            "PUT /photos/in/a?partNumber=1&uploadId=u%2B%2F%3D1",
            "PUT /photos/in/a?partNumber=2&uploadId=u%2B%2F%3D1",
            "POST /photos/in/a?uploadId=u%2B%2F%3D1",
        ]
    );
    assert_eq!(header(&asked[0], "content-type"), "text/csv");
    assert_eq!(header(&asked[0], "x-amz-meta-rows"), "7");
    assert_eq!((asked[1].body().len(), asked[2].body().len()), (PART, 3));
    assert_eq!(
        asked[3].body(),
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Part><PartNumber>1</PartNumber><ETag>&quot;p1&quot;</ETag></Part>\
         <Part><PartNumber>2</PartNumber><ETag>&quot;p2&quot;</ETag></Part></CompleteMultipartUpload>"
    );
}

#[tokio::test]
async fn an_upload_that_is_aborted_dropped_or_refused_is_ended() {
    let fake = Fake::start().await;
    let store = open(&fake);
    let aborted = "DELETE /photos/in/a?uploadId=u%2B%2F%3D1";
    let last = |fake: &Fake| fake.asked().pop().map(|r| format!("{} {}", r.method(), r.uri()));
    begun(&fake);
    let mut upload = store.upload("a").await.unwrap();
    upload.write(vec![b'x'; PART]).await.unwrap();
    fake.answer(204, &[], "");
    upload.abort().await.unwrap();
    assert_eq!(last(&fake).as_deref(), Some(aborted));
    begun(&fake);
    let mut upload = store.upload("a").await.unwrap();
    upload.write(vec![b'x'; PART]).await.unwrap();
    fake.asked();
    fake.answer(204, &[], "");
    drop(upload);
    assert_eq!(ended(&fake).await, aborted);
    begun(&fake);
    let mut upload = store.upload("a").await.unwrap();
    upload.write(vec![b'x'; PART]).await.unwrap();
    fake.answer(400, &[], "<Error><Code>EntityTooLarge</Code></Error>");
    let error = upload.write(vec![b'x'; PART]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert_eq!(upload.write("more").await.unwrap_err().kind(), ErrorKind::Config);
    fake.asked();
    fake.answer(204, &[], "");
    assert_eq!(upload.finish().await.unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(ended(&fake).await, aborted);
}

/// The one call that comes by itself.
async fn ended(fake: &Fake) -> String {
    loop {
        if let Some(request) = fake.asked().pop() {
            return format!("{} {}", request.method(), request.uri());
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_error_inside_of_a_success_is_an_error_and_tried_again() {
    let fake = Fake::start().await;
    let failed = "<?xml version=\"1.0\"?>\n\n<Error><Code>InternalError</Code></Error>";
    let copied = "<CopyObjectResult><ETag>&quot;e&quot;</ETag></CopyObjectResult>";
    fake.answer(200, &[], failed).answer(200, &[], copied);
    let store = open(&fake);
    assert_eq!(store.copy("a b", "c").await.unwrap(), "e");
    let asked = fake.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].uri(), "/photos/in/c");
    assert_eq!(header(&asked[1], "x-amz-copy-source"), "/photos/in/a%20b");
    fake.answer(200, &[], "<Error><Code>AccessDenied</Code><Message>no</Message></Error>");
    let error = store.copy("a", "c").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
}
