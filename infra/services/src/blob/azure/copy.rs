//! Copies within the container.
//!
//! Deals with: Copy Blob, and waiting for one that is not done with its answer. Does not deal with:
//! sources elsewhere.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request};
use tokio::time::{Instant, sleep};

use super::Azure;
use crate::blob::read;
use crate::error::{Error, ErrorKind, Result};

/// How long a copy may take; within an account most are done at once.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause before looking for the first time; it doubles up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(2);

impl Azure {
    pub(in crate::blob) async fn copy(&self, from: &str, to: &str) -> Result<String> {
        let operation = "blob copy";
        let source = self.client.readable(self.url(from)).await?;
        let malformed =
            |error| Error::new(ErrorKind::Config, operation, "the SAS is malformed").because(error);
        let mut source = HeaderValue::try_from(source).map_err(malformed)?;
        source.set_sensitive(true);
        let request = Request::put(self.url(to)).header("x-ms-copy-source", source);
        let mut reply = self.call(operation, request, Bytes::new(), from).await?;
        let (begun, mut pause) = (Instant::now(), FIRST_PAUSE);
        while reply.header("x-ms-copy-status") == Some("pending") {
            if begun.elapsed() + pause > PATIENCE {
                let text = format!("after {} s it is still under way", PATIENCE.as_secs());
                return Err(self.at(Error::new(ErrorKind::Unavailable, operation, text), to));
            }
            sleep(pause).await;
            pause = LAST_PAUSE.min(pause * 2);
            reply = self.call(operation, Request::head(self.url(to)), Bytes::new(), to).await?;
        }
        match reply.header("x-ms-copy-status") {
            Some("success") | None => {
                read::etag(operation, &reply.headers).map_err(|error| self.at(error, to))
            }
            Some(status) => {
                let why = reply.header("x-ms-copy-status-description").unwrap_or_default();
                let text = format!("it ended as {status}: {why}");
                Err(self.at(Error::new(ErrorKind::Other, operation, text), to))
            }
        }
    }
}
