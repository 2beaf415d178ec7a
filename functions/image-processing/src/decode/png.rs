//! Deals with: PNG of every colour type and depth, interlaced or not; the still image of an animated one.
//! Does not deal with: colours told in another way than by a profile (`gAMA`, `cHRM`, `cICP`).

mod chunks;
mod data;
mod profile;

use super::{Kind, Limits, Picture, buffer, check, spread};
use crate::{error::PictureError, orientation::Orientation, pixels::Pixels};
use png::{ColorType, Decoder, DecodingError, Transformations};
use std::io::Cursor;

const KIND: Kind = Kind::Png;

pub(super) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    // A compressed text or profile can be a bomb of its own. The profile is read below, within bounds.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(explain)?;
    let full = (header.width, header.height);
    check(KIND, full, limits)?;
    data::check(bytes, full, header.bits_per_pixel(), header.interlaced)?;

    let mut reader = decoder.read_info().map_err(explain)?;
    let channels = reader.output_color_type().0.samples();
    let mut data = buffer(KIND, full, channels)?;
    let frame = reader.next_frame(&mut data).map_err(explain)?;
    if (frame.width, frame.height) != full {
        let reason = format!(
            "the header says {}x{}, the first frame {}x{}",
            full.0, full.1, frame.width, frame.height
        );
        return Err(PictureError::lies(KIND, reason));
    }
    // Up to the end chunk: a file that was cut after its pixels is still a file that was cut.
    reader.finish().map_err(explain)?;

    let exif = reader.info().exif_metadata.as_deref();
    let orientation = exif.map(Orientation::from_exif).unwrap_or_default();
    let grey = matches!(frame.color_type, ColorType::Grayscale | ColorType::GrayscaleAlpha);
    let pixels = match frame.color_type {
        ColorType::Rgb => Pixels::rgb(full, data),
        ColorType::Rgba => Pixels::rgba(full, data, limits.keep_alpha),
        ColorType::Grayscale => Pixels::rgb(full, spread(&data)),
        ColorType::GrayscaleAlpha => Pixels::rgba(full, widened(&data), limits.keep_alpha),
        ColorType::Indexed => return Err(PictureError::corrupt(KIND, "its palette is missing")),
    };
    let profile = profile::read(bytes);
    Ok(Picture { kind: KIND, full, pixels, orientation, profile, grey })
}

/// Grey with opacity as RGB with opacity.
fn widened(grey_alpha: &[u8]) -> Vec<u8> {
    grey_alpha.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect()
}

fn explain(error: DecodingError) -> PictureError {
    match &error {
        DecodingError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::corrupt(KIND, "the file ends before the picture does")
        }
        DecodingError::LimitsExceeded => {
            PictureError::corrupt(KIND, "a chunk unpacks to more than the decoder allows")
        }
        _ => PictureError::corrupt(KIND, error),
    }
}
