//! The one error of a handler: what shall become of the event, and why.
//!
//! Deals with: the kind (what the host does next), the message for the client, the message for the
//! log. Does not deal with: how a host reports it; each host does that for itself.

use std::fmt;

use crate::app::BoxError;
use crate::trigger::queue::Failed;

/// What the host does with the event whose handler failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The event is tried again, up to the app's `max_attempts`, then dead-lettered. The default.
    Retry,
    /// The event can never succeed: it goes to the function's dead-letter queue at once.
    Reject,
    /// The HTTP client gets this status, 400 to 599. Anything but HTTP treats it as [`Kind::Retry`].
    Status(u16),
    /// The process is set up wrongly. From [`App::new`](crate::App::new)'s function it ends the
    /// process; from a handler it counts as [`Kind::Retry`].
    Config,
}

/// Why a handler failed. Any standard error turns into one of kind [`Kind::Retry`] through `?`.
pub struct Error {
    kind: Kind,
    external: Option<String>,
    source: BoxError,
    /// The event could not be read as what the function takes.
    unreadable: bool,
    /// Messages of the same batch that the handler never got: what it says is not about them.
    spared: Failed,
}

impl Error {
    /// The event shall be tried again.
    pub fn retry(source: impl Into<BoxError>) -> Self {
        Self {
            kind: Kind::Retry,
            external: None,
            source: source.into(),
            unreadable: false,
            spared: Failed::default(),
        }
    }

    /// The event is not of the declared type: a [`Kind::Retry`], since a newer version of the function
    /// may know it, except where nobody counts attempts.
    pub(crate) fn unreadable(source: impl Into<BoxError>) -> Self {
        Self { unreadable: true, ..Self::retry(source) }
    }

    /// The event shall go to the dead-letter queue now, with `source` as the reason.
    pub fn reject(source: impl Into<BoxError>) -> Self {
        Self { kind: Kind::Reject, ..Self::retry(source) }
    }

    /// The HTTP client gets `status` and `external` as `{"error": external}`. A status outside 400 to
    /// 599 becomes 500: an error is never a success.
    pub fn status(status: u16, external: impl Into<String>) -> Self {
        let external = external.into();
        let status = if (400..=599).contains(&status) { status } else { 500 };
        let source = external.clone();
        Self { kind: Kind::Status(status), external: Some(external), ..Self::retry(source) }
    }

    /// The process is set up wrongly; `source` names the variable and shows a right value.
    pub fn config(source: impl Into<BoxError>) -> Self {
        Self { kind: Kind::Config, ..Self::retry(source) }
    }

    pub(crate) fn sparing(self, spared: Failed) -> Self {
        Self { spared, ..self }
    }

    pub(crate) fn spared(&self) -> &Failed {
        &self.spared
    }

    /// Keeps `source` for the log, whatever the client is told.
    #[must_use]
    pub fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.source = source.into();
        self
    }

    /// What the host does next.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the event was not of the declared type.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.unreadable
    }

    /// What an HTTP client may read; `None` where that is nobody's business.
    #[must_use]
    pub fn external(&self) -> Option<&str> {
        self.external.as_deref()
    }
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Error {
    fn from(source: E) -> Self {
        Self::retry(source)
    }
}

/// The message for the log: the source and everything beneath it, joined by `: `.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source)?;
        let mut below = self.source.source();
        while let Some(cause) = below {
            write!(f, ": {cause}")?;
            below = cause.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::num::ParseIntError);
    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no number")
        }
    }
    impl std::error::Error for Outer {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn any_standard_error_is_a_retry_and_its_causes_are_told() {
        let error = Error::from(Outer("x".parse::<u8>().unwrap_err()));
        assert_eq!(error.kind(), Kind::Retry);
        assert_eq!(error.to_string(), "no number: invalid digit found in string");
    }

    #[test]
    fn a_status_that_is_no_error_becomes_500_and_the_inner_reason_stays_inside() {
        let error = Error::status(200, "gone wrong").because("the disk is full");
        assert_eq!(error.kind(), Kind::Status(500));
        assert_eq!(error.external(), Some("gone wrong"));
        assert_eq!(error.to_string(), "the disk is full");
    }
}
