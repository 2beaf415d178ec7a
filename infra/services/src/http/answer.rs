//! What a provider answered.
//!
//! Deals with: reading it whole or piece by piece, within bounds, and errors inside of a success.
//! Does not deal with: what a refusal means (`reply`).

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};

use super::not_reached;
use crate::error::{Error, ErrorKind, Result};

/// The most bytes that a good answer may have: an extension of a request. Without it, any number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Longest(pub(crate) u64);

/// What says whether a call succeeded: an extension of a request. Without it, the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The status alone.
    Status,
    /// The body too: S3 begins to answer a copy or the end of an upload with 200 before it knows, and
    /// puts the error into the body. "If you call the S3 API operation directly, make sure to design
    /// your application to parse the contents of the response" (CopyObject).
    Body,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    /// A header's value, where it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// An error inside of a success becomes what AWS's own clients take it for: a 500, unless its
    /// code says more.
    pub(super) fn judged_by(mut self, verdict: Verdict) -> Self {
        if verdict == Verdict::Body && self.status.is_success() && is_error(&self.body) {
            self.status = StatusCode::INTERNAL_SERVER_ERROR;
        }
        self
    }
}

/// Whether a document's root is `Error`. S3 sends white space to keep the connection while it works.
fn is_error(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    let body = match body.strip_prefix(b"<?xml") {
        Some(rest) => match rest.iter().position(|byte| *byte == b'>') {
            Some(end) => rest.get(end + 1..).unwrap_or_default().trim_ascii_start(),
            None => rest,
        },
        None => body,
    };
    body.starts_with(b"<Error>") || body.starts_with(b"<Error ")
}

/// An answer whose body is still to come.
#[derive(Debug)]
pub(crate) struct Streaming {
    operation: &'static str,
    host: String,
    response: reqwest::Response,
}

impl Streaming {
    pub(crate) fn new(operation: &'static str, host: String, response: reqwest::Response) -> Self {
        Self { operation, host, response }
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        let failed = |error| not_reached(self.operation, error, Some(&self.host));
        self.response.chunk().await.map_err(failed)
    }

    /// The whole. A success over `longest` bytes is refused: by its own word, before any of it is
    /// read, or else as soon as it is.
    pub(crate) async fn read(mut self, longest: u64) -> Result<Reply> {
        let (status, headers) = (self.response.status(), self.response.headers().clone());
        if !status.is_success() || longest == u64::MAX {
            let Self { operation, host, response } = self;
            let body = response.bytes().await;
            let body = body.map_err(|error| not_reached(operation, error, Some(&host)))?;
            return Ok(Reply { status, headers, body });
        }
        self.within(self.response.content_length().unwrap_or(0), longest)?;
        let mut body = BytesMut::new();
        while let Some(chunk) = self.next().await? {
            body.extend_from_slice(&chunk);
            self.within(u64::try_from(body.len()).unwrap_or(u64::MAX), longest)?;
        }
        Ok(Reply { status, headers, body: body.freeze() })
    }

    fn within(&self, length: u64, longest: u64) -> Result<()> {
        if length <= longest {
            return Ok(());
        }
        let text = format!("there are {length} bytes or more, over the limit of {longest}");
        Err(Error::new(ErrorKind::TooLarge, self.operation, text).with("host", &self.host))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_error_inside_of_a_success_is_found() {
        for error in [
            "<Error><Code>InternalError</Code></Error>",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n  \n<Error><Code>SlowDown</Code></Error>",
            "  \n<Error xmlns=\"x\"/>",
        ] {
            assert!(is_error(error.as_bytes()), "{error}");
        }
        for fine in ["", "<CopyObjectResult/>", "<?xml?><ErrorOfNone/>", "<?xml", "Error"] {
            assert!(!is_error(fine.as_bytes()), "{fine}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(body in "( |<\\?xml|\\?>|>|<Error|x){0,8}") {
            let _ = is_error(body.as_bytes());
        }
    }
}
