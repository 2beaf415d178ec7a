//! Deals with: why a picture gets no thumbnails, in words for the person who reads the dead letter.
//! Does not deal with: stores and queues that fail; those are retried.

use crate::{decode::Kind, formats::Format};

/// Why these bytes cannot become thumbnails. Trying again with the same bytes fails again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Nothing was uploaded.
    #[error("the file is empty, expected a JPEG, PNG, WebP or GIF picture")]
    Empty,
    /// The first bytes belong to none of the four formats, whatever the name says.
    #[error("no picture: the file starts with {start}, expected JPEG, PNG, WebP or GIF")]
    UnknownType {
        /// The first bytes, escaped as in a Rust byte string.
        start: String,
    },
    /// The header declares more pixels than allowed. Nothing was decoded.
    #[error(
        "{kind} of {width}x{height} is {} pixels, IMAGE_MAX_PIXELS allows {max}",
        u64::from(*width) * u64::from(*height)
    )]
    TooManyPixels {
        /// The format.
        kind: Kind,
        /// Declared width in pixels.
        width: u32,
        /// Declared height in pixels.
        height: u32,
        /// The limit in pixels.
        max: u64,
    },
    /// Header and contents disagree about the size.
    #[error("{kind} lies about its size: {reason}")]
    Lies {
        /// The format.
        kind: Kind,
        /// What says what.
        reason: String,
    },
    /// Damaged, cut short, or not what its first bytes promise.
    #[error("corrupt {kind}: {reason}")]
    Corrupt {
        /// The format.
        kind: Kind,
        /// What the decoder met.
        reason: String,
    },
    /// Valid, but of a variety that is not decoded here.
    #[error("unsupported {kind}: {reason}")]
    Unsupported {
        /// The format.
        kind: Kind,
        /// Which variety.
        reason: String,
    },
    /// Formats limit a picture's sides.
    #[error(
        "a thumbnail of {width}x{height} does not fit a {format}, which has at most {} rows",
        format.longest_side()
    )]
    TooTall {
        /// What it should become.
        format: Format,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
}

impl PictureError {
    #[expect(clippy::needless_pass_by_value, reason = "takes a text or any decoder's error alike")]
    pub(crate) fn corrupt(kind: Kind, reason: impl ToString) -> Self {
        Self::Corrupt { kind, reason: reason.to_string() }
    }

    pub(crate) fn lies(kind: Kind, reason: impl Into<String>) -> Self {
        Self::Lies { kind, reason: reason.into() }
    }
}
