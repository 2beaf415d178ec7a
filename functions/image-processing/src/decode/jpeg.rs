//! Deals with: JPEG, baseline and progressive; grey, YCbCr, RGB; CMYK and YCCK by the simple formula.
//! Does not deal with: arithmetic coding, 12 bits, lossless, hierarchical, colour profiles.

mod entropy;
mod scan;

use super::{Kind, Limits, Picture, alpha, check};
use crate::{error::PictureError, orientation::Orientation};
use jpeg_decoder::{Decoder, Error, PixelFormat};

const KIND: Kind = Kind::Jpeg;

pub(super) fn decode(bytes: &[u8], limits: Limits) -> Result<Picture, PictureError> {
    let mut decoder = Decoder::new(bytes);
    decoder.read_info().map_err(explain)?;
    let info = decoder.info().ok_or_else(|| PictureError::corrupt(KIND, "no frame header"))?;
    let full = (u32::from(info.width), u32::from(info.height));
    check(KIND, full, limits)?;
    scan::check(bytes)?;

    // EXIF precedes the frame header in every file that follows the standard.
    let orientation = decoder.exif_data().map(Orientation::from_exif).unwrap_or_default();
    let (upright_width, _) = orientation.apply_to_size(full);
    let enough = |side: u16| {
        let side = u64::from(side) * u64::from(limits.min_width) / u64::from(upright_width.max(1));
        u16::try_from(side + 1).unwrap_or(u16::MAX)
    };
    let (width, height) =
        decoder.scale(enough(info.width), enough(info.height)).map_err(explain)?;

    let pixels = decoder.decode().map_err(explain)?;
    let rgb = match info.pixel_format {
        PixelFormat::RGB24 => pixels,
        PixelFormat::L8 => alpha::spread(&pixels),
        PixelFormat::CMYK32 => from_cmyk(pixels),
        PixelFormat::L16 => {
            let reason = "16 bits a sample".to_owned();
            return Err(PictureError::Unsupported { kind: KIND, reason });
        }
    };
    Ok(Picture { kind: KIND, full, size: (width.into(), height.into()), rgb, orientation })
}

/// Ink to light without a profile, in place. The decoder has undone the inversion that Adobe's
/// writers, and everybody after them, apply: here 0 is no ink.
fn from_cmyk(mut cmyk: Vec<u8>) -> Vec<u8> {
    // Paper that lost the light of black ink is what remains for each of the others to cover.
    let light = |ink: u8, black: u8| {
        let light = (255 - u32::from(ink)) * (255 - u32::from(black));
        u8::try_from((light + 127) / 255).unwrap_or(u8::MAX)
    };
    let pixels = cmyk.len() / 4;
    for pixel in 0..pixels {
        if let Some(&[c, m, y, k]) = cmyk.get(pixel * 4..).and_then(|rest| rest.first_chunk::<4>())
        {
            let rgb = [light(c, k), light(m, k), light(y, k)];
            if let Some(to) = cmyk.get_mut(pixel * 3..pixel * 3 + 3) {
                to.copy_from_slice(&rgb);
            }
        }
    }
    cmyk.truncate(pixels * 3);
    cmyk
}

fn explain(error: Error) -> PictureError {
    match error {
        Error::Unsupported(feature) => {
            PictureError::Unsupported { kind: KIND, reason: format!("{feature:?}") }
        }
        Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            PictureError::corrupt(KIND, "the file ends before the picture does")
        }
        Error::Format(reason) => PictureError::corrupt(KIND, reason),
        other => PictureError::corrupt(KIND, other),
    }
}
