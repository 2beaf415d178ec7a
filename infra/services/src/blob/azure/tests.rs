//! What goes over the wire to Azure Blob Storage, and what its answers become.

mod parts;

use crate::blob::{Blob, Content, open_in};
use crate::environment::Environment;
use crate::error::ErrorKind;
use crate::fake::{Fake, header};

fn open(fake: &Fake) -> Blob {
    let env = Environment::of([("AZURE_STORAGE_KEY", "a2V5")]);
    let url = format!("azblob://devstoreaccount1/photos?endpoint={}", fake.endpoint);
    open_in(&url, &env).unwrap()
}

#[tokio::test]
async fn a_put_is_a_block_blob_with_the_account_in_its_path() {
    let fake = Fake::start().await;
    fake.answer(201, &[("etag", "\"0x8D\"")], "");
    let content = Content::new("").metadata("taken_at", "1 May");
    assert_eq!(open(&fake).put("a b/ä", content).await.unwrap(), "0x8D");
    let asked = fake.asked();
    let [request] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!(request.uri(), "/devstoreaccount1/photos/a%20b/%C3%A4");
    assert_eq!(header(request, "x-ms-blob-type"), "BlockBlob");
    assert_eq!(header(request, "x-ms-version"), "2021-12-02");
    assert_eq!(header(request, "content-length"), "0");
    assert_eq!(header(request, "x-ms-meta-taken_at"), "1 May");
    let authorization = header(request, "authorization");
    assert!(authorization.starts_with("SharedKey devstoreaccount1:"), "{authorization}");
}

#[tokio::test]
async fn both_refusals_of_a_create_mean_that_it_exists() {
    let fake = Fake::start().await;
    let store = open(&fake);
    for (status, code, kind) in [
        (409, "BlobAlreadyExists", ErrorKind::AlreadyExists),
        (412, "ConditionNotMet", ErrorKind::AlreadyExists),
        (403, "UnauthorizedBlobOverwrite", ErrorKind::AlreadyExists),
        (409, "ContainerBeingDeleted", ErrorKind::Config),
        (403, "AuthorizationPermissionMismatch", ErrorKind::Denied),
    ] {
        fake.answer(status, &[("x-ms-error-code", code)], "");
        assert_eq!(store.create("a", "x").await.unwrap_err().kind(), kind, "{code}");
        assert_eq!(header(&fake.asked()[0], "if-none-match"), "*");
    }
    fake.answer(412, &[("x-ms-error-code", "ConditionNotMet")], "");
    let error = store.replace("a", "x", "0x8D").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Precondition);
    assert_eq!(header(&fake.asked()[0], "if-match"), "\"0x8D\"");
}

#[tokio::test]
async fn a_listing_goes_on_after_an_empty_page() {
    let fake = Fake::start().await;
    fake.answer(
        200,
        &[],
        "<EnumerationResults><Blobs/><NextMarker>m 1</NextMarker></EnumerationResults>",
    );
    fake.answer(
        200,
        &[],
        "<EnumerationResults><Blobs><Blob><Name>x</Name><Properties><Etag>0x8D</Etag>\
         <Last-Modified>Wed, 01 May 2024 10:00:00 GMT</Last-Modified><Content-Length>1</Content-Length></Properties></Blob></Blobs><NextMarker/></EnumerationResults>",
    );
    let entries = open(&fake).list("x").await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].etag, "0x8D");
    let asked = fake.asked();
    let first = "/devstoreaccount1/photos?restype=container&comp=list&maxresults=5000&prefix=x";
    assert_eq!(asked[0].uri(), first);
    assert_eq!(asked[1].uri().to_string(), format!("{first}&marker=m%201"));
}

#[tokio::test]
async fn a_head_of_a_missing_container_is_told_from_a_missing_blob() {
    let fake = Fake::start().await;
    fake.answer(404, &[("x-ms-error-code", "BlobNotFound")], "");
    fake.answer(404, &[("x-ms-error-code", "ContainerNotFound")], "");
    let store = open(&fake);
    assert_eq!(store.head("a").await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(store.head("a").await.unwrap_err().kind(), ErrorKind::Config);
}

#[tokio::test]
async fn a_sas_is_sent_and_never_shown() {
    let fake = Fake::start().await;
    fake.answer(202, &[], "");
    let env = Environment::of([("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=hush")]);
    let url = format!("azblob://acct/photos?endpoint={}", fake.endpoint);
    let store = open_in(&url, &env).unwrap();
    store.delete("a").await.unwrap();
    assert_eq!(fake.asked()[0].uri(), "/acct/photos/a?sv=1&sig=hush");
    assert!(!format!("{store:?}").contains("hush"), "{store:?}");
    let gone = open_in("azblob://acct/photos?endpoint=http://127.0.0.1:1", &env).unwrap();
    let error = gone.get("a").await.unwrap_err();
    assert!(error.is_temporary() && !format!("{error:?}").contains("hush"), "{error:?}");
}
