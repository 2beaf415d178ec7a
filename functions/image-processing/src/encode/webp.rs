//! Deals with: lossy WebP, with transparency where the pixels have it, by libwebp.
//! Does not deal with: reading WebP; foreign bytes are read by Rust code (`decode/webp.rs`).

use crate::pixels::{Layout, Pixels};
use bytes::Bytes;
use webp::{Encoder, PixelLayout, WebPConfig};

/// Of WebP, 0 to 100: about as near to the original as our JPEGs are.
const QUALITY: f32 = 80.0;

pub(super) fn encode(pixels: &Pixels) -> Result<Bytes, String> {
    let Pixels { width, height, layout, data } = pixels;
    let side = |pixels: u32| usize::try_from(pixels).unwrap_or(usize::MAX);
    // The binding panics where pixels are missing.
    if side(*width).saturating_mul(side(*height)).saturating_mul(layout.bytes()) != data.len() {
        return Err("fewer pixels than its size says".to_owned());
    }
    let layout = match layout {
        Layout::Rgb => PixelLayout::Rgb,
        Layout::Rgba => PixelLayout::Rgba,
    };
    let mut config = WebPConfig::new()
        .map_err(|()| "libwebp has another version than its binding".to_owned())?;
    config.quality = QUALITY;
    let webp = Encoder::new(data, layout, *width, *height)
        .encode_advanced(&config)
        .map_err(|error| format!("libwebp: {error:?}"))?;
    Ok(Bytes::copy_from_slice(&webp))
}
