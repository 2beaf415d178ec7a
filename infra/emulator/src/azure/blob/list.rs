//! Listing a container.
//!
//! Deals with: the query, the XML, opaque markers. Does not deal with: order and rolling up.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, Response, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::escape;

use super::call::Call;
use super::errors::invalid_query;
use super::properties::http_time;
use crate::azure::error::StorageError;
use crate::blobs::{Blob, Blobs, Entry, ListRequest};
use crate::clock::instant;
use crate::identity::Action;

/// Entries of a page at most, and by default.
const MAX_RESULTS: usize = 5000;

pub(super) async fn blobs(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobList(call.container.clone()))?;
    let limit = max_results(call)?;
    let marker = call.query("marker");
    let request = ListRequest {
        prefix: call.query("prefix").to_owned(),
        delimiter: Some(call.query("delimiter").to_owned()).filter(|d| !d.is_empty()),
        after: if marker.is_empty() { None } else { Some(unmark(marker)?) },
        limit,
    };
    let page = blobs.list(&call.container, request).await?;
    let with_metadata = call.query("include").split(',').any(|what| what.trim() == "metadata");
    let items: String = page.entries.iter().map(|entry| item(entry, with_metadata)).collect();
    let next = page.next.map(|name| URL_SAFE_NO_PAD.encode(name)).unwrap_or_default();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <EnumerationResults ServiceEndpoint=\"{}\" ContainerName=\"{}\"><Prefix>{}</Prefix>\
         <Marker>{}</Marker><MaxResults>{limit}</MaxResults><Delimiter>{}</Delimiter>\
         <Blobs>{items}</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>",
        escape(endpoint(call)),
        escape(&call.container),
        escape(call.query("prefix")),
        escape(marker),
        escape(call.query("delimiter"))
    );
    let mut response = Response::new(Body::from(xml));
    let xml = HeaderValue::from_static("application/xml");
    response.headers_mut().insert(header::CONTENT_TYPE, xml);
    Ok(response)
}

/// `maxresults`, or its default.
pub(super) fn max_results(call: &Call) -> Result<usize, StorageError> {
    let text = call.query("maxresults");
    if text.is_empty() {
        return Ok(MAX_RESULTS);
    }
    match text.parse::<usize>() {
        Ok(0) => Err(StorageError::new(
            StatusCode::BAD_REQUEST,
            "OutOfRangeQueryParameterValue",
            "One of the query parameters specified in the request URI is outside the permissible \
             range: maxresults is 0, it must be 1 to 5000.",
        )),
        Ok(count) => Ok(count.min(MAX_RESULTS)),
        Err(_) => Err(invalid_query("maxresults", text, "a number from 1 to 5000")),
    }
}

/// The URL of the account as the client addressed it.
pub(super) fn endpoint(call: &Call) -> String {
    let host = call.header("host").unwrap_or("127.0.0.1");
    let account = call.head.uri.path().trim_start_matches('/').split('/').next();
    format!("http://{host}/{}/", account.unwrap_or_default())
}

fn unmark(marker: &str) -> Result<String, StorageError> {
    URL_SAFE_NO_PAD
        .decode(marker)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| invalid_query("marker", marker, "the NextMarker of an earlier answer"))
}

fn item(entry: &Entry, with_metadata: bool) -> String {
    match entry {
        Entry::Prefix(prefix) => format!("<BlobPrefix>{}</BlobPrefix>", name(prefix)),
        Entry::Blob(blob) => {
            let metadata = if with_metadata { metadata(blob) } else { String::new() };
            format!("<Blob>{}{}{metadata}<OrMetadata /></Blob>", name(&blob.key), properties(blob))
        }
    }
}

/// Characters that XML 1.0 cannot have are percent-encoded, and the element says so.
fn name(name: &str) -> String {
    let impossible = |c: char| {
        (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if name.contains(impossible) {
        let encoded = utf8_percent_encode(name, NON_ALPHANUMERIC);
        return format!("<Name Encoded=\"true\">{encoded}</Name>");
    }
    format!("<Name>{}</Name>", escape(name))
}

fn properties(blob: &Blob) -> String {
    let kept = &blob.properties;
    let element = |name: &str, value: Option<&str>| match value {
        Some(value) => format!("<{name}>{}</{name}>", escape(value)),
        None => format!("<{name} />"),
    };
    let content_type = kept.content_type.as_deref().unwrap_or("application/octet-stream");
    format!(
        "<Properties><Creation-Time>{}</Creation-Time><Last-Modified>{}</Last-Modified>\
         <Etag>{}</Etag><Content-Length>{}</Content-Length>{}{}{}{}{}{}\
         <BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier>\
         <AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus>\
         <LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties>",
        http_time(instant(blob.created_ms)),
        http_time(instant(blob.modified_ms)),
        blob.azure_etag(),
        blob.size,
        element("Content-Type", Some(content_type)),
        element("Content-Encoding", kept.content_encoding.as_deref()),
        element("Content-Language", kept.content_language.as_deref()),
        element("Content-MD5", kept.md5.as_deref()),
        element("Cache-Control", kept.cache_control.as_deref()),
        element("Content-Disposition", kept.content_disposition.as_deref()),
    )
}

/// Names that came through S3 and are no XML names are left out.
fn metadata(blob: &Blob) -> String {
    let is_name = |name: &&str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let pairs = blob.properties.metadata.iter().filter(|(name, _)| is_name(&name.as_str()));
    let elements: String =
        pairs.map(|(name, value)| format!("<{name}>{}</{name}>", escape(value))).collect();
    format!("<Metadata>{elements}</Metadata>")
}
