//! Blobs that come in blocks, which clients choose from some megabytes on.
//!
//! Deals with: block ids, block lists. Does not deal with: keeping and assembling blocks (`blobs`).

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use quick_xml::Reader;
use quick_xml::events::Event;

use super::call::Call;
use super::errors::invalid_query;
use super::properties::{self, of_a_write};
use super::put::{UNKNOWN, verify_md5, write, written};
use crate::azure::error::StorageError;
use crate::blobs::{BlobError, Blobs};
use crate::identity::Action;

/// Bytes of a block id at most, decoded.
const MAX_ID: usize = 64;
/// Blocks of a blob at most.
const MAX_BLOCKS: usize = 50_000;

pub(super) async fn put(
    blobs: &Blobs,
    call: &Call,
    body: Body,
) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobWrite(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    let id = call.query("blockid").to_owned();
    if STANDARD.decode(&id).map_or(true, |bytes| bytes.is_empty() || bytes.len() > MAX_ID) {
        return Err(invalid_query("blockid", &id, "base64 of 1 to 64 bytes"));
    }
    let body = call.read_body(body).await?;
    verify_md5(call, "content-md5", &body)?;
    blobs.container(&call.container).await?;
    let upload = upload(call);
    if blobs.parts(&upload).await?.iter().any(|part| part.name.len() != id.len()) {
        return Err(StorageError::new(
            StatusCode::BAD_REQUEST,
            "InvalidBlobOrBlock",
            "The specified blob or block content is invalid: all block ids of a blob must have the \
             same length.",
        ));
    }
    let part = blobs.stage(&upload, &id, body, Default::default()).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::CREATED;
    let headers = response.headers_mut();
    headers.insert("x-ms-request-server-encrypted", HeaderValue::from_static("true"));
    let md5 = STANDARD.encode(hex::decode(&part.etag).unwrap_or_default());
    properties::put(headers, HeaderName::from_static("content-md5"), &md5);
    Ok(response)
}

pub(super) async fn commit(
    blobs: &Blobs,
    call: &Call,
    body: Body,
) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobWrite(call.container.clone()))?;
    call.refuse(&UNKNOWN)?;
    let body = call.read_body(body).await?;
    verify_md5(call, "content-md5", &body)?;
    let names = parse(&body)?.into_iter().map(|id| (id, None)).collect();
    // The request's own type, encoding and sum are those of the list.
    let mut properties = of_a_write(call)?;
    let own = |name: &str| call.header(name).map(str::to_owned);
    properties.content_type =
        own("x-ms-blob-content-type").or_else(|| Some("application/octet-stream".to_owned()));
    properties.content_encoding = own("x-ms-blob-content-encoding");
    properties.content_language = own("x-ms-blob-content-language");
    properties.cache_control = own("x-ms-blob-cache-control");
    let target = write(call, "PutBlockList", call.conditions("")?);
    let blob = blobs.assemble(&upload(call), names, target, properties).await?;
    Ok(written(&blob, StatusCode::CREATED))
}

/// Where the blocks of a blob wait.
fn upload(call: &Call) -> String {
    format!("{}/{}", call.container, call.blob)
}

/// The block ids of a list in their order.
fn parse(xml: &[u8]) -> Result<Vec<String>, StorageError> {
    let xml = std::str::from_utf8(xml).map_err(|error| invalid_xml(&error))?;
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    let mut ids: Vec<String> = Vec::new();
    let mut seen_list = false;
    loop {
        match reader.read_event().map_err(|error| invalid_xml(&error))? {
            Event::Start(element) => {
                depth += 1;
                let name = element.local_name();
                match (depth, name.as_ref()) {
                    (1, "BlockList") => seen_list = true,
                    (2, "Latest" | "Uncommitted") => ids.push(String::new()),
                    (2, "Committed") => return Err(BlobError::NoPart(String::new()).into()),
                    _ => return Err(invalid_xml(&"expected BlockList with Latest in it")),
                }
            }
            Event::Empty(element) => {
                let root = depth == 0 && element.local_name().as_ref() == "BlockList";
                if !root {
                    return Err(invalid_xml(&"an empty element"));
                }
                seen_list = true;
            }
            Event::Text(text) if depth == 2 => {
                if let Some(id) = ids.last_mut() {
                    id.push_str(text.trim());
                }
            }
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Eof => break,
            _ => {}
        }
        if ids.len() > MAX_BLOCKS {
            return Err(StorageError::new(
                StatusCode::BAD_REQUEST,
                "BlockListTooLong",
                "The block list may not contain more than 50,000 blocks.",
            ));
        }
    }
    if !seen_list || depth != 0 {
        return Err(invalid_xml(&"the element BlockList is missing or not closed"));
    }
    Ok(ids)
}

fn invalid_xml(why: &dyn std::fmt::Display) -> StorageError {
    StorageError::new(
        StatusCode::BAD_REQUEST,
        "InvalidXmlDocument",
        format!("The specified XML is not syntactically valid: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::*;

    #[test]
    fn a_list_keeps_its_order_and_may_be_empty() {
        let xml = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<BlockList>\n <Latest>QUE=</Latest>\n\
                   <Uncommitted>QkI=</Uncommitted><Latest>QUE=</Latest></BlockList>";
        assert_eq!(parse(xml.as_bytes()).unwrap(), ["QUE=", "QkI=", "QUE="]);
        assert!(parse(b"<BlockList />").unwrap().is_empty());
        assert!(parse(b"<BlockList></BlockList>").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for xml in ["", "<Other/>", "<BlockList>", "<BlockList><Latest>a</BlockList>", "no xml"] {
            assert_eq!(parse(xml.as_bytes()).unwrap_err().code, "InvalidXmlDocument", "{xml}");
        }
        let committed = parse(b"<BlockList><Committed>QUE=</Committed></BlockList>");
        assert_eq!(committed.unwrap_err().code, "InvalidBlockList");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[<>/a-zBL =?!&;\\[\\]-]{0,80}") {
            let _ = parse(&bytes);
            let _ = parse(text.as_bytes());
            let _ = parse(format!("<BlockList>{text}</BlockList>").as_bytes());
        }
    }
}
