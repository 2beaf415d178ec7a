//! Deals with: one uploaded file -> its thumbnails. Pure: the same bytes give the same thumbnails.
//! Does not deal with: where the file came from and where the thumbnails go.

use crate::{
    colour,
    decode::{Limits, decode},
    encode::encode,
    error::PictureError,
    formats::{Format, Formats},
    pixels::{Layout, Pixels},
    widths::{Size, WIDTHS, thumbnail_sizes},
};
use bytes::Bytes;
use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image, images::ImageRef,
};

/// A decoder that can shrink may leave a picture of this many times the widest thumbnail, in percent: enough
/// that the filter below, and not the decoder's coarser one, decides how the thumbnail looks.
const DECODED_PERCENT: u32 = 150;

/// One thumbnail, upright, in sRGB, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// What `file` is.
    pub format: Format,
    /// The file.
    pub file: Bytes,
}

/// Makes the thumbnails of `file`, widest first, each in all `formats`; see [`thumbnail_sizes`] for which.
///
/// `file` is let go as soon as it is decoded.
///
/// # Errors
/// [`PictureError`] where the file is no picture, a damaged one, or one of over `max_pixels` pixels.
pub fn shrink(
    file: Bytes,
    max_pixels: u64,
    formats: &Formats,
) -> Result<Vec<Thumbnail>, PictureError> {
    let min_width = WIDTHS[0] * DECODED_PERCENT / 100;
    let limits = Limits { max_pixels, min_width, keep_alpha: formats.keep_alpha() };
    let picture = decode(&file, limits)?;
    drop(file);
    let (kind, orientation) = (picture.kind, picture.orientation);
    let (width, height) = orientation.apply_to_size(picture.full);
    let sizes = thumbnail_sizes(width, height);
    fits(&sizes, formats)?;

    let failed = |reason: String| PictureError::Unsupported { kind, reason };
    let mut resizer = Resizer::new();
    let mut pixels = picture.pixels;
    let mut thumbnails = Vec::new();
    for size in sizes {
        let (width, height) = (size.width, size.height);
        if thumbnails.is_empty() {
            // The rest is done to few pixels.
            let stored = orientation.apply_to_size((width, height));
            pixels = resized(&mut resizer, pixels, stored).map_err(failed)?;
            if let Some(profile) = &picture.profile {
                colour::to_srgb(&mut pixels, profile, picture.grey);
            }
            pixels = pixels.upright(orientation);
        } else {
            // From one at least twice as wide nothing is lost.
            pixels = resized(&mut resizer, pixels, (width, height)).map_err(failed)?;
        }
        for format in formats.iter() {
            let file = encode(format, &pixels).map_err(failed)?;
            thumbnails.push(Thumbnail { width, height, format, file });
        }
    }
    Ok(thumbnails)
}

fn fits(sizes: &[Size], formats: &Formats) -> Result<(), PictureError> {
    for format in formats.iter() {
        let most = format.longest_side();
        if let Some(size) = sizes.iter().find(|size| size.height > most) {
            let Size { width, height } = *size;
            return Err(PictureError::TooTall { format, width, height });
        }
    }
    Ok(())
}

fn resized(
    resizer: &mut Resizer,
    from: Pixels,
    (width, height): (u32, u32),
) -> Result<Pixels, String> {
    if (from.width, from.height) == (width, height) {
        return Ok(from);
    }
    let of = match from.layout {
        Layout::Rgb => PixelType::U8x3,
        Layout::Rgba => PixelType::U8x4,
    };
    let source = ImageRef::new(from.width, from.height, &from.data, of)
        .map_err(|error| error.to_string())?;
    let mut target = Image::new(width, height, of);
    // Colours weigh by their opacity: what is clear has none.
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    resizer.resize(&source, &mut target, &options).map_err(|error| error.to_string())?;
    Ok(Pixels { width, height, layout: from.layout, data: target.into_vec() })
}

#[cfg(test)]
mod tests;
