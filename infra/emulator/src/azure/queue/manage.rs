//! Operations on queues.
//!
//! Deals with: making, listing, removing, metadata. Does not deal with: messages.

use http::StatusCode;
use http::header::HeaderName;

use super::super::error::StorageError;
use super::error::{self, of_engine};
use super::request::Call;
use super::{Reply, xml};
use crate::cloud::Cloud;
use crate::identity::{AZURE_ACCOUNT, Action};
use crate::queues::{QueueError, QueueSpec};

impl Call<'_> {
    /// 201 where the queue is new, 204 where it has this very metadata.
    pub(super) async fn create(&self, queue: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[])?;
        check_name(queue)?;
        let metadata = self.metadata_headers();
        match self.queues.spec(Cloud::Azure, queue).await {
            Ok(existing) if existing.metadata == metadata => Ok(Reply::of(StatusCode::NO_CONTENT)),
            Ok(_) => Err(of_engine(QueueError::Exists(queue.to_owned()))),
            Err(QueueError::NoQueue(_)) => {
                let spec = QueueSpec { metadata, ..QueueSpec::new(Cloud::Azure) };
                let new = self.queues.create(Cloud::Azure, queue, spec).await.map_err(of_engine)?;
                Ok(Reply::of(if new { StatusCode::CREATED } else { StatusCode::NO_CONTENT }))
            }
            Err(other) => Err(of_engine(other)),
        }
    }

    pub(super) async fn remove(&self, queue: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[])?;
        self.queues.remove(Cloud::Azure, queue).await.map_err(of_engine)?;
        Ok(Reply::of(StatusCode::NO_CONTENT))
    }

    pub(super) async fn metadata(&self, queue: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[Action::QueueSend, Action::QueueReceive])?;
        let spec = self.queues.spec(Cloud::Azure, queue).await.map_err(of_engine)?;
        let counts = self.queues.counts(Cloud::Azure, queue).await.map_err(of_engine)?;
        let count = HeaderName::from_static("x-ms-approximate-messages-count");
        let mut reply = Reply::of(StatusCode::OK);
        reply.headers.push((count, counts.total().to_string()));
        for (name, value) in spec.metadata {
            if let Ok(name) = HeaderName::try_from(format!("x-ms-meta-{name}")) {
                reply.headers.push((name, value));
            }
        }
        Ok(reply)
    }

    pub(super) async fn set_metadata(&self, queue: &str) -> Result<Reply, StorageError> {
        self.may(queue, &[])?;
        let before = self.queues.spec(Cloud::Azure, queue).await.map_err(of_engine)?;
        let spec = QueueSpec { metadata: self.metadata_headers(), ..before };
        self.queues.set_spec(Cloud::Azure, queue, spec).await.map_err(of_engine)?;
        Ok(Reply::of(StatusCode::NO_CONTENT))
    }

    /// Up to `maxresults` (5000) queues, from the marker on.
    pub(super) async fn list(&self) -> Result<Reply, StorageError> {
        self.may("*", &[])?;
        let prefix = self.query("prefix").unwrap_or_default();
        let marker = self.query("marker").unwrap_or_default();
        let limit = self.bounded("maxresults", 1, 5000)?;
        let max = usize::try_from(limit.unwrap_or(5000)).unwrap_or(5000);
        let with_metadata = self.query("include").is_some_and(|it| it.contains("metadata"));
        let names = self.queues.list(Cloud::Azure, prefix).await.map_err(of_engine)?;
        let mut names = names.into_iter().filter(|name| name.as_str() >= marker);
        let mut page = Vec::new();
        for name in names.by_ref().take(max) {
            let metadata = if with_metadata {
                let spec = self.queues.spec(Cloud::Azure, &name).await.map_err(of_engine)?;
                Some(spec.metadata)
            } else {
                None
            };
            page.push((name, metadata));
        }
        let listing = xml::Listing {
            account: AZURE_ACCOUNT,
            prefix,
            marker,
            max: limit,
            queues: &page,
            next: names.next(),
        };
        Ok(Reply::xml(StatusCode::OK, xml::listing(&listing)))
    }
}

/// 3 to 63 lower-case letters, digits and single hyphens, none of them at either end.
fn check_name(name: &str) -> Result<(), StorageError> {
    if !(3..=63).contains(&name.len()) {
        return Err(error::bad(
            "OutOfRangeInput",
            "The specified resource name length is not within the permissible limits: a queue's \
             name has 3 to 63 characters.",
        ));
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let hyphens = name.starts_with('-') || name.ends_with('-') || name.contains("--");
    if hyphens || !name.chars().all(plain) {
        return Err(error::bad(
            "InvalidResourceName",
            "The specified resource name contains invalid characters: a queue's name has \
             lower-case letters, digits and single hyphens between them.",
        ));
    }
    Ok(())
}
