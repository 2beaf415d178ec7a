//! The one error of every client here.
//!
//! Deals with: its kinds, and how it reads. Does not deal with: decoding what a provider answered
//! (see `reply`).

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::StatusCode;

/// The result of everything here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, as far as a caller acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no such blob. A missing bucket, container or queue is [`ErrorKind::Config`].
    NotFound,
    /// [`Blob::create`](crate::Blob::create) found the key taken.
    AlreadyExists,
    /// The blob or message is no longer what the caller last saw.
    Precondition,
    /// The credentials do not allow this.
    Denied,
    /// The body is over the provider's limit.
    TooLarge,
    /// A binding, a name, an argument or a credential is wrong: trying again does not help.
    Config,
    /// The provider asked to slow down, and went on asking after several tries: send fewer calls at
    /// once. Apart from [`ErrorKind::Unavailable`] because waiting alone does not help against one's
    /// own load.
    Throttled,
    /// The provider could not be reached or failed, after several tries: later may do.
    Unavailable,
    /// Anything else, by the provider's own word.
    Other,
}

/// What failed, on what, and why.
///
/// `Display` is one line; `{:?}` of it adds the sources. Cloning is cheap: one request that fails may
/// be the failure of many keys or messages.
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    operation: &'static str,
    message: String,
    context: Vec<(&'static str, String)>,
    status: Option<StatusCode>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        operation: &'static str,
        message: impl Into<String>,
    ) -> Self {
        let (context, status, source) = (Vec::new(), None, None);
        Self { kind, operation, message: message.into(), context, status, source }
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.context.push((name, value.into()));
        self
    }

    /// The status that the provider answered with.
    pub(crate) fn answered(mut self, status: StatusCode) -> Self {
        self.status = Some(status);
        self.with("status", status.as_str())
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// The same error as another operation's, where one call is made of several.
    pub(crate) fn of_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// What went wrong, as far as a caller acts on it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    pub(crate) fn status(&self) -> Option<StatusCode> {
        self.status
    }

    /// The operation that failed, e.g. `"blob get"`.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Whether the same call may succeed later. The client has already tried several times.
    pub fn is_temporary(&self) -> bool {
        matches!(self.kind, ErrorKind::Throttled | ErrorKind::Unavailable)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.operation, self.message)?;
        for (i, (name, value)) in self.context.iter().enumerate() {
            write!(f, "{}{name} {value}", if i == 0 { " (" } else { ", " })?;
        }
        if !self.context.is_empty() {
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind)?;
        let mut cause = self.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_one_line_with_its_context() {
        let error = Error::new(ErrorKind::NotFound, "blob get", "no such blob")
            .with("key", "in/a.jpg")
            .with("store", "s3://photos");
        assert_eq!(error.to_string(), "blob get: no such blob (key in/a.jpg, store s3://photos)");
    }

    #[test]
    fn its_debug_form_adds_kind_and_sources() {
        let error = Error::new(ErrorKind::Other, "blob put", "failed").because("why");
        assert_eq!(format!("{error:?}"), "Other: blob put: failed: why");
    }
}
