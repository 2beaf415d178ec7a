//! Deals with: pixels -> a file of either format, at one quality. Pure: the same pixels give the same file.
//! Does not deal with: metadata; a thumbnail carries none. It is in sRGB, which needs no profile.

#[cfg(not(feature = "turbojpeg"))]
mod jpeg;
#[cfg(feature = "turbojpeg")]
#[path = "turbojpeg.rs"]
mod jpeg;
mod webp;

use crate::{formats::Format, pixels::Pixels};
use bytes::Bytes;

/// Of JPEG, 1 to 100: differences to the original cannot be seen at normal distance. Colour has half the
/// resolution, as in nearly every photograph.
const JPEG_QUALITY: u8 = 85;

/// Writes `pixels` as `format`. A JPEG shows what is clear in them as white.
///
/// # Errors
/// What the encoder said; among others, of a size over [`Format::longest_side`].
pub(crate) fn encode(format: Format, pixels: &Pixels) -> Result<Bytes, String> {
    match format {
        Format::Jpeg => jpeg::encode(&pixels.on_white()),
        Format::WebP => webp::encode(pixels),
    }
}
