//! Deals with: PNG of every colour type and depth, interlaced or not; the still image of an animated one.
//! Does not deal with: gamma and colour profiles.

mod data;

use super::{Kind, Limits, Picture, alpha, buffer, check};
use crate::{error::PictureError, orientation::Orientation};
use png::{ColorType, Decoder, DecodingError, Transformations};
use std::io::Cursor;

const KIND: Kind = Kind::Png;

pub(super) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_transformations(Transformations::normalize_to_color8());
    // Neither is used, and a compressed text or profile can be a bomb of its own.
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(explain)?;
    let full = (header.width, header.height);
    check(KIND, full, limits)?;
    data::check(bytes, full, header.bits_per_pixel(), header.interlaced)?;

    let mut reader = decoder.read_info().map_err(explain)?;
    let channels = reader.output_color_type().0.samples();
    let mut pixels = buffer(KIND, full, channels)?;
    let frame = reader.next_frame(&mut pixels).map_err(explain)?;
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
    let rgb = match frame.color_type {
        ColorType::Rgb => pixels,
        ColorType::Rgba => alpha::flatten(pixels),
        ColorType::Grayscale => alpha::spread(&pixels),
        ColorType::GrayscaleAlpha => alpha::flatten_grey(&pixels),
        ColorType::Indexed => return Err(PictureError::corrupt(KIND, "its palette is missing")),
    };
    Ok(Picture { kind: KIND, full, size: full, rgb, orientation })
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
