//! Which operation a request is.
//!
//! Deals with: method, path, `restype` and `comp`. Does not deal with: any operation.

use axum::body::Body;
use http::{Method, Response};

use super::call::Call;
use super::{Service, batch, blocks, containers, copy, list, put, read};
use crate::azure::error::StorageError;

pub(super) async fn dispatch(
    service: &Service,
    call: &Call,
    body: Body,
) -> Result<Response<Body>, StorageError> {
    let blobs = &service.blobs;
    let method = call.head.method.clone();
    let comp = call.query("comp").to_lowercase();
    let restype = call.query("restype").to_lowercase();
    if call.container.is_empty() {
        return match (method.as_str(), restype.as_str(), comp.as_str()) {
            ("POST", "", "batch") => batch::submit(service, call, body).await,
            ("GET", "", "list") => containers::list(blobs, call).await,
            ("GET" | "HEAD", "account", "properties") => containers::account(call),
            _ => Err(unsupported(&method, "the account", &restype, &comp)),
        };
    }
    if call.blob.is_empty() {
        return match (method.as_str(), restype.as_str(), comp.as_str()) {
            ("PUT", "container", "") => containers::create(blobs, call).await,
            ("GET" | "HEAD", "container", "") => containers::properties(blobs, call).await,
            ("DELETE", "container", "") => containers::delete(blobs, call).await,
            ("POST", "container", "batch") => batch::submit(service, call, body).await,
            ("GET", "container", "list") => list::blobs(blobs, call).await,
            _ => Err(unsupported(&method, "a container", &restype, &comp)),
        };
    }
    let copying = call.head.headers.contains_key("x-ms-copy-source");
    match (method.as_str(), comp.as_str()) {
        ("PUT", "") if copying => copy::blob(blobs, call).await,
        ("PUT", "") => put::blob(blobs, call, body).await,
        ("PUT", "block") if !copying => blocks::put(blobs, call, body).await,
        ("PUT", "blocklist") => blocks::commit(blobs, call, body).await,
        ("PUT", "metadata") => put::metadata(blobs, call).await,
        ("PUT", "properties") => put::properties(blobs, call).await,
        ("GET", "") => read::get(blobs, call).await,
        ("HEAD", "") => read::head(blobs, call).await,
        ("DELETE", "") => put::delete(blobs, call).await,
        _ => Err(unsupported(&method, "a blob", &restype, &comp)),
    }
}

fn unsupported(method: &Method, what: &str, restype: &str, comp: &str) -> StorageError {
    StorageError::unsupported(&format!(
        "{method} on {what} with restype=\"{restype}\" and comp=\"{comp}\""
    ))
}
