//! Deals with: WebP, lossy, lossless, with alpha; the first frame of an animation.
//! Does not deal with: a lossy frame that holds more than it declares. Its format does
//! not tell where the picture ends, so it is shown as declared.

use super::{Kind, Limits, MAX_PROFILE, Picture, buffer, check};
use crate::{error::PictureError, orientation::Orientation, pixels::Pixels};
use image_webp::{DecodingError, WebPDecoder};
use std::io::Cursor;

mod layout;

const KIND: Kind = Kind::WebP;

pub(super) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(explain)?;
    let full = decoder.dimensions();
    check(KIND, full, limits)?;
    // A frame inside may declare a size of its own, which the decoder compares only afterwards.
    layout::check_frames(bytes, full)?;
    decoder.set_memory_limit(bytes.len());

    let exif = decoder.exif_metadata().map_err(explain)?;
    let orientation = exif.as_deref().map(Orientation::from_exif).unwrap_or_default();
    // One that cannot be read is as good as none.
    let profile = decoder.icc_profile().unwrap_or_default();
    let profile = profile.filter(|profile| profile.len() <= MAX_PROFILE);
    let has_alpha = decoder.has_alpha();
    let mut data = buffer(KIND, full, if has_alpha { 4 } else { 3 })?;
    decoder.read_image(&mut data).map_err(explain)?;
    let pixels = match has_alpha {
        true => Pixels::rgba(full, data, limits.keep_alpha),
        false => Pixels::rgb(full, data),
    };
    Ok(Picture { kind: KIND, full, pixels, orientation, profile, grey: false })
}

fn explain(error: DecodingError) -> PictureError {
    match error {
        DecodingError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::corrupt(KIND, "the file ends before the picture does")
        }
        DecodingError::InconsistentImageSizes => {
            PictureError::lies(KIND, "its frame is of another size than its header says")
        }
        other => PictureError::corrupt(KIND, other),
    }
}
