//! Deals with: bytes of any of the four formats -> pixels and what is needed to show them right, within a
//! limit that is checked on the header alone, before a pixel is decoded.
//! Does not deal with: turning, shrinking, storing; applying a colour profile (`colour.rs`).

mod gif;
mod jpeg;
mod kind;
mod png;
#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
mod webp;

pub use kind::Kind;

use crate::{error::PictureError, orientation::Orientation, pixels::Pixels};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What may be decoded, and how small it may come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels (width times height) that a header may declare.
    pub max_pixels: u64,
    /// Upright width in pixels below which a format that can decode at a fraction of its size must not go.
    pub min_width: u32,
    /// Whether transparency is wanted; otherwise what is clear comes out white.
    pub keep_alpha: bool,
}

/// A decoded picture: pixels as stored, not yet turned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// What the bytes were.
    pub kind: Kind,
    /// Stored size in pixels, as the header says.
    pub full: (u32, u32),
    /// Of the size `full`, or of a half, a quarter or an eighth of it.
    pub pixels: Pixels,
    /// How to turn it upright.
    pub orientation: Orientation,
    /// The ICC profile that says what its colours mean; none for sRGB. Foreign bytes, not looked into.
    pub profile: Option<Vec<u8>>,
    /// Whether it was stored as levels of grey: then its profile speaks of these.
    pub grey: bool,
}

/// Decodes `bytes`. Memory stays below about 16 bytes for each pixel that the header declares
/// (a progressive CMYK JPEG; others take 3 to 12), and nothing of that is taken before `limits` is checked.
///
/// # Errors
/// [`PictureError`]; also where a decoder panics, since the same bytes would make it panic again.
pub fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let kind = Kind::of(bytes)?;
    let decoded = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Jpeg => jpeg::decode(bytes, limits),
        Kind::Png => png::decode(bytes, limits),
        Kind::WebP => webp::decode(bytes, limits),
        Kind::Gif => gif::decode(bytes, limits),
    }));
    let picture =
        decoded.unwrap_or_else(|_| Err(PictureError::corrupt(kind, "the decoder gave up")))?;
    let Pixels { width, height, layout, ref data } = picture.pixels;
    if bytes_of((width, height), layout.bytes()) != Some(data.len()) {
        return Err(PictureError::corrupt(kind, "fewer pixels than the header declares"));
    }
    Ok(picture)
}

/// Refuses a declared size that is zero or over the limit. Called before any pixel buffer exists.
fn check(kind: Kind, size: (u32, u32), limits: Limits) -> Result<(), PictureError> {
    let (width, height) = size;
    if width == 0 || height == 0 {
        return Err(PictureError::lies(kind, format!("it declares {width}x{height} pixels")));
    }
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(PictureError::TooManyPixels { kind, width, height, max: limits.max_pixels });
    }
    Ok(())
}

/// Longest ICC profile that is looked at, in bytes. Printers' profiles have 0.5 to 3 MB, others 0.5 to 50 KB.
const MAX_PROFILE: usize = 4 << 20;

/// A zeroed buffer for `size` at `channels` bytes a pixel; an error where memory does not reach.
fn buffer(kind: Kind, size: (u32, u32), channels: usize) -> Result<Vec<u8>, PictureError> {
    let unsupported =
        || PictureError::Unsupported { kind, reason: "it does not fit in memory".to_owned() };
    let length = bytes_of(size, channels).ok_or_else(unsupported)?;
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(length).map_err(|_| unsupported())?;
    buffer.resize(length, 0);
    Ok(buffer)
}

/// Grey as RGB.
fn spread(grey: &[u8]) -> Vec<u8> {
    grey.iter().flat_map(|level| [*level; 3]).collect()
}

fn bytes_of((width, height): (u32, u32), channels: usize) -> Option<usize> {
    usize::try_from(width).ok()?.checked_mul(usize::try_from(height).ok()?)?.checked_mul(channels)
}
