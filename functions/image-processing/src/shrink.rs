//! Deals with: one uploaded file -> its JPEG thumbnails. Pure: the same bytes give the same thumbnails.
//! Does not deal with: where the file came from and where the thumbnails go.

use crate::{
    decode::{Limits, Picture, decode},
    error::PictureError,
    widths::{Size, WIDTHS, thumbnail_sizes},
};
use bytes::Bytes;
use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image, images::ImageRef,
};
use jpeg_encoder::{ColorType, Encoder};

/// Of JPEG, 1 to 100: differences to the original cannot be seen at normal distance.
const QUALITY: u8 = 85;

/// One thumbnail, upright, without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The JPEG file.
    pub jpeg: Bytes,
}

/// Makes the thumbnails of `bytes`, widest first; see [`thumbnail_sizes`] for which.
///
/// # Errors
/// [`PictureError`] where the bytes are no picture, a damaged one, or one of over `max_pixels` pixels.
pub fn shrink(bytes: &[u8], max_pixels: u64) -> Result<Vec<Thumbnail>, PictureError> {
    // Twice the widest, so that the filter below, not the decoder's coarser one, decides how it looks.
    let limits = Limits { max_pixels, min_width: WIDTHS[0] * 2 };
    let picture = decode(bytes, limits)?;
    let (width, height) = picture.orientation.apply_to_size(picture.full);
    let sizes = thumbnail_sizes(width, height);
    if let Some(size) = sizes.iter().find(|size| u16::try_from(size.height).is_err()) {
        return Err(PictureError::TooTall { width: size.width, height: size.height });
    }

    let (kind, orientation) = (picture.kind, picture.orientation);
    let failed = |reason: String| PictureError::Unsupported { kind, reason };
    let mut resizer = Resizer::new();
    let mut source = Pixels::from(picture);
    let mut thumbnails = Vec::with_capacity(sizes.len());
    for size in sizes {
        let (to_width, to_height) = orientation.apply_to_size((size.width, size.height));
        let small = resize(&mut resizer, &source, to_width, to_height).map_err(failed)?;
        let (stored_width, stored_height) = (as_usize(to_width), as_usize(to_height));
        let upright = orientation.apply(small.rgb.clone(), stored_width, stored_height);
        let jpeg = encode(&upright, size).map_err(failed)?;
        thumbnails.push(Thumbnail { width: size.width, height: size.height, jpeg });
        // The next is at most half as wide: nothing is lost by starting from this one.
        source = small;
    }
    Ok(thumbnails)
}

struct Pixels {
    width: u32,
    height: u32,
    rgb: Vec<u8>,
}

impl From<Picture> for Pixels {
    fn from(picture: Picture) -> Self {
        Self { width: picture.size.0, height: picture.size.1, rgb: picture.rgb }
    }
}

fn resize(resizer: &mut Resizer, from: &Pixels, width: u32, height: u32) -> Result<Pixels, String> {
    if (from.width, from.height) == (width, height) {
        return Ok(Pixels { width, height, rgb: from.rgb.clone() });
    }
    let source = ImageRef::new(from.width, from.height, &from.rgb, PixelType::U8x3)
        .map_err(|error| error.to_string())?;
    let mut target = Image::new(width, height, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    resizer.resize(&source, &mut target, &options).map_err(|error| error.to_string())?;
    Ok(Pixels { width, height, rgb: target.into_vec() })
}

fn encode(rgb: &[u8], size: Size) -> Result<Bytes, String> {
    let side = |pixels: u32| u16::try_from(pixels).map_err(|error| error.to_string());
    let mut jpeg = Vec::new();
    Encoder::new(&mut jpeg, QUALITY)
        .encode(rgb, side(size.width)?, side(size.height)?, ColorType::Rgb)
        .map_err(|error| error.to_string())?;
    Ok(Bytes::from(jpeg))
}

fn as_usize(pixels: u32) -> usize {
    usize::try_from(pixels).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
