//! Deals with: JPEG data -> samples by `jpeg-decoder`, in Rust alone.
//! Does not deal with: the header; its limits are checked by then.

use super::header::{Colours, Header};
use super::{KIND, ended, scan};
use crate::error::PictureError;
use jpeg_decoder::{Decoder, Error, PixelFormat};

/// The least fraction that our own decoder knows.
pub(super) const OWN_FROM: u32 = 2;

/// Samples of one, three or four bytes a pixel, as `header` says, at 1/`fraction` of its size. Of inks
/// 255 is most: every writer follows Adobe's and inverts them, and this undoes it.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header<'_>,
    fraction: u32,
) -> Result<Vec<u8>, PictureError> {
    // The library fills what is missing with grey and ignores what is left over.
    scan::check(bytes)?;
    let mut decoder = Decoder::new(bytes);
    if fraction > 1 {
        // It stops at the first side that is long enough, and a strip's short one always is.
        let (width, height) = header.size;
        let side = |side: u32| u16::try_from(side.div_ceil(fraction)).unwrap_or(u16::MAX);
        let (width, height) =
            if width >= height { (side(width), u16::MAX) } else { (u16::MAX, side(height)) };
        decoder.scale(width, height).map_err(explain)?;
    }
    let samples = decoder.decode().map_err(explain)?;
    let expected = match header.colours {
        Colours::Grey => PixelFormat::L8,
        Colours::Light => PixelFormat::RGB24,
        Colours::Inks => PixelFormat::CMYK32,
    };
    match decoder.info() {
        Some(info) if info.pixel_format == expected => Ok(samples),
        _ => Err(PictureError::corrupt(KIND, "two frame headers")),
    }
}

fn explain(error: Error) -> PictureError {
    match error {
        Error::Unsupported(feature) => {
            PictureError::Unsupported { kind: KIND, reason: format!("{feature:?}") }
        }
        Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => ended(),
        Error::Format(reason) => PictureError::corrupt(KIND, reason),
        other => PictureError::corrupt(KIND, other),
    }
}
