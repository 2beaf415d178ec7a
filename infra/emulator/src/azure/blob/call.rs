//! One request, taken apart.
//!
//! Deals with: path, query, headers, conditions, permission, reading the body.
//! Does not deal with: which operation it is (`route`).

use std::collections::BTreeMap;

use axum::body::Body;
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode_str;

use super::errors::{invalid_header, missing_header};
use crate::azure::auth::http_date;
use crate::azure::error::StorageError;
use crate::blobs::{Conditions, MAX_BYTES, Match};
use crate::clock::millis;
use crate::identity::{Action, Principal};

/// A request whose principal is known.
pub(super) struct Call {
    pub(super) head: Parts,
    pub(super) principal: Principal,
    /// The container's name; empty on the account itself.
    pub(super) container: String,
    /// The blob's name; empty on a container.
    pub(super) blob: String,
    query: BTreeMap<String, String>,
}

impl Call {
    pub(super) fn new(
        head: Parts,
        principal: Principal,
        account: &str,
    ) -> Result<Self, StorageError> {
        let (container, blob) = split_path(head.uri.path(), account)?;
        let query = form_urlencoded::parse(head.uri.query().unwrap_or_default().as_bytes())
            .map(|(name, value)| (name.to_lowercase(), value.into_owned()))
            .collect();
        Ok(Self { head, principal, container, blob, query })
    }

    /// A query parameter; empty where there is none.
    pub(super) fn query(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// A header's text, if it is there.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        text(&self.head.headers, name)
    }

    /// `If-Match` and its kin, whose names start with `prefix`.
    pub(super) fn conditions(&self, prefix: &str) -> Result<Conditions, StorageError> {
        let named = |name: &str| format!("{prefix}{name}");
        let date = |name: &str| -> Result<Option<i64>, StorageError> {
            let name = named(name);
            let Some(value) = self.header(&name) else { return Ok(None) };
            let time = http_date(value).ok_or_else(|| {
                invalid_header(&name, value, "a date like \"Mon, 02 Jan 2006 15:04:05 GMT\"")
            })?;
            Ok(Some(millis(time)))
        };
        Ok(Conditions {
            if_match: self.header(&named("if-match")).map(Match::parse),
            if_none_match: self.header(&named("if-none-match")).map(Match::parse),
            if_modified_since: date("if-modified-since")?,
            if_unmodified_since: date("if-unmodified-since")?,
        })
    }

    /// Refuses whoever may not do `action`.
    pub(super) fn require(&self, action: &Action) -> Result<(), StorageError> {
        if self.principal.allows(action) {
            return Ok(());
        }
        let (store, verb) = match action {
            Action::BlobRead(store) => (store, "read"),
            Action::BlobWrite(store) => (store, "write"),
            Action::BlobDelete(store) => (store, "delete"),
            Action::BlobList(store) => (store, "list"),
            other => return Err(StorageError::internal(&format!("{other:?} is no blob action"))),
        };
        let declare = format!(".needs(blob::store(\"{store}\").{verb}())");
        Err(StorageError::forbidden(self.principal.name(), &declare))
    }

    /// Refuses everybody but the owner.
    pub(super) fn require_owner(&self) -> Result<(), StorageError> {
        if self.principal == Principal::Owner {
            return Ok(());
        }
        let declare = "nothing: containers are made when the app is deployed";
        Err(StorageError::forbidden(self.principal.name(), declare))
    }

    /// Refuses a header that the emulator would otherwise pass over in silence.
    pub(super) fn refuse(&self, names: &[&str]) -> Result<(), StorageError> {
        match names.iter().find(|name| self.head.headers.contains_key(**name)) {
            Some(name) => Err(StorageError::unsupported(&format!("the header {name}"))),
            None => Ok(()),
        }
    }

    /// The whole body, whose length must have been declared.
    pub(super) async fn read_body(&self, body: Body) -> Result<Bytes, StorageError> {
        let Some(length) = self.header("content-length") else {
            return Err(StorageError::new(
                StatusCode::LENGTH_REQUIRED,
                "MissingContentLengthHeader",
                "The Content-Length header was not specified.",
            ));
        };
        let length: usize = length
            .parse()
            .map_err(|_| invalid_header("Content-Length", length, "a number of bytes"))?;
        if length > MAX_BYTES {
            return Err(crate::blobs::BlobError::TooLarge(length).into());
        }
        let bytes = axum::body::to_bytes(body, length).await.map_err(|error| {
            StorageError::new(
                StatusCode::BAD_REQUEST,
                "InvalidInput",
                format!("The body could not be read to its end: {error}"),
            )
        })?;
        Ok(bytes)
    }
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Container and blob of a path under `account`.
pub(super) fn split_path(path: &str, account: &str) -> Result<(String, String), StorageError> {
    let decode = |part: &str| {
        percent_decode_str(part).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| {
            StorageError::new(
                StatusCode::BAD_REQUEST,
                "InvalidUri",
                format!(
                    "The requested URI does not represent any resource: \"{path}\" is not UTF-8."
                ),
            )
        })
    };
    let mut parts = path.trim_start_matches('/').splitn(3, '/');
    let first = decode(parts.next().unwrap_or_default())?;
    if first != account {
        return Err(StorageError::new(
            StatusCode::NOT_FOUND,
            "ResourceNotFound",
            format!("There is no account \"{first}\"; URLs are like /{account}/container/blob."),
        ));
    }
    let container = decode(parts.next().unwrap_or_default())?;
    let blob = decode(parts.next().unwrap_or_default())?;
    if blob.chars().count() > 1024 {
        return Err(StorageError::new(
            StatusCode::BAD_REQUEST,
            "InvalidResourceName",
            "A blob's name may have 1024 characters.",
        ));
    }
    Ok((container, blob))
}

/// A header that an operation cannot do without.
pub(super) fn needed<'a>(call: &'a Call, name: &str) -> Result<&'a str, StorageError> {
    call.header(name).ok_or_else(|| missing_header(name))
}
