//! Deals with: JPEG by libjpeg-turbo.
//! Does not deal with: transparency; the pixels are opaque.

use super::JPEG_QUALITY;
use crate::pixels::{Layout, Pixels};
use bytes::Bytes;
use turbojpeg::{Compressor, Error, Image, PixelFormat, Subsamp};

pub(super) fn encode(rgb: &Pixels) -> Result<Bytes, String> {
    let side = |pixels: u32| usize::try_from(pixels).map_err(|error| error.to_string());
    let (width, height) = (side(rgb.width)?, side(rgb.height)?);
    let pitch = width * Layout::Rgb.bytes();
    // The binding panics where pixels are missing.
    if pitch.checked_mul(height) != Some(rgb.data.len()) {
        return Err("fewer pixels than its size says".to_owned());
    }
    let image = Image { pixels: &rgb.data[..], width, pitch, height, format: PixelFormat::RGB };
    write(image).map(Bytes::from).map_err(|error| error.to_string())
}

fn write(image: Image<&[u8]>) -> Result<Vec<u8>, Error> {
    let mut compressor = Compressor::new()?;
    compressor.set_quality(JPEG_QUALITY.into())?;
    compressor.set_subsamp(Subsamp::Sub2x2)?;
    compressor.compress_to_vec(image)
}
