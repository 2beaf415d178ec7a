//! Containers, and the account that has them.
//!
//! Deals with: making, finding, listing and deleting them, their names.
//! Does not deal with: the blobs in them (`list`).

use axum::body::Body;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use quick_xml::escape::escape;

use super::call::Call;
use super::list::{endpoint, max_results};
use super::properties::{http_time, metadata, put_metadata, put_version};
use crate::azure::error::StorageError;
use crate::blobs::{Blobs, Container, azure_etag};
use crate::clock::instant;
use crate::identity::Action;

pub(super) async fn create(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require_owner()?;
    call.refuse(&["x-ms-blob-public-access"])?;
    check_name(&call.container)?;
    let container = blobs.create_container(&call.container, metadata(&call.head.headers)?).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::CREATED;
    put_version(response.headers_mut(), container.version, container.created_ms);
    Ok(response)
}

pub(super) async fn properties(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require(&Action::BlobList(call.container.clone()))?;
    let container = blobs.container(&call.container).await?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    put_version(headers, container.version, container.created_ms);
    put_metadata(headers, &container.metadata);
    flags(headers);
    Ok(response)
}

pub(super) async fn delete(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require_owner()?;
    blobs.delete_container(&call.container, true).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}

pub(super) async fn list(blobs: &Blobs, call: &Call) -> Result<Response<Body>, StorageError> {
    call.require_owner()?;
    let limit = max_results(call)?;
    let (prefix, marker) = (call.query("prefix"), call.query("marker"));
    let mut found: Vec<Container> = blobs.containers().await?;
    found.retain(|c| c.name.starts_with(prefix) && c.name.as_str() >= marker);
    let next = found.get(limit).map(|c| c.name.clone()).unwrap_or_default();
    found.truncate(limit);
    let items: String = found.iter().map(item).collect();
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <EnumerationResults ServiceEndpoint=\"{}\"><Prefix>{}</Prefix><Marker>{}</Marker>\
         <MaxResults>{limit}</MaxResults><Containers>{items}</Containers>\
         <NextMarker>{}</NextMarker></EnumerationResults>",
        escape(endpoint(call)),
        escape(prefix),
        escape(marker),
        escape(&next)
    );
    let mut response = Response::new(Body::from(xml));
    let xml = HeaderValue::from_static("application/xml");
    response.headers_mut().insert(header::CONTENT_TYPE, xml);
    Ok(response)
}

fn item(container: &Container) -> String {
    format!(
        "<Container><Name>{}</Name><Properties><Last-Modified>{}</Last-Modified><Etag>\"{}\"</Etag>\
         <LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>\
         <HasImmutabilityPolicy>false</HasImmutabilityPolicy><HasLegalHold>false</HasLegalHold>\
         </Properties></Container>",
        escape(&container.name),
        http_time(instant(container.created_ms)),
        azure_etag(container.version)
    )
}

/// What clients look at to learn which kind of account they talk to.
pub(super) fn account(call: &Call) -> Result<Response<Body>, StorageError> {
    call.require_owner()?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert("x-ms-sku-name", HeaderValue::from_static("Standard_LRS"));
    headers.insert("x-ms-account-kind", HeaderValue::from_static("StorageV2"));
    headers.insert("x-ms-is-hns-enabled", HeaderValue::from_static("false"));
    Ok(response)
}

fn flags(headers: &mut HeaderMap) {
    for (name, value) in [
        ("x-ms-lease-status", "unlocked"),
        ("x-ms-lease-state", "available"),
        ("x-ms-has-immutability-policy", "false"),
        ("x-ms-has-legal-hold", "false"),
        ("x-ms-default-encryption-scope", "$account-encryption-key"),
        ("x-ms-deny-encryption-scope-override", "false"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Azure's rule, but for two characters, which a store may have that gets a prefix once deployed.
fn check_name(name: &str) -> Result<(), StorageError> {
    let fine = (2..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--");
    if fine {
        return Ok(());
    }
    Err(StorageError::new(
        StatusCode::BAD_REQUEST,
        "InvalidResourceName",
        format!(
            "The specified resource name contains invalid characters: \"{name}\"; a container is \
             named like \"photos\" or \"my-photos-2\"."
        ),
    ))
}
