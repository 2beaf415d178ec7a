//! Deals with: JPEG in Rust alone.
//! Does not deal with: transparency; the pixels are opaque.

use super::JPEG_QUALITY;
use crate::pixels::Pixels;
use bytes::Bytes;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

pub(super) fn encode(rgb: &Pixels) -> Result<Bytes, String> {
    let side = |pixels: u32| u16::try_from(pixels).map_err(|error| error.to_string());
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, JPEG_QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(&rgb.data, side(rgb.width)?, side(rgb.height)?, ColorType::Rgb)
        .map_err(|error| error.to_string())?;
    Ok(Bytes::from(jpeg))
}
