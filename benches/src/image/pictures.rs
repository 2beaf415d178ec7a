//! Large photographs, made of small ones: the same bytes on every machine.
//!
//! Deals with: a mosaic of enlarged photographs with a camera's noise. Does not deal with: the photographs,
//! which are those of the demo.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use image_processing::decode::{Limits, decode};
use image_processing::pixels::Pixels;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

const PHOTOS: [&str; 5] =
    ["retina.jpg", "rocket-progressive.jpg", "coffee-alpha.png", "cat-is-a-png.jpg", "hubble.webp"];
/// Of each piece of the mosaic, in pixels.
const PIECE: (u32, u32) = (1000, 900);
/// As cameras save.
const QUALITY: u8 = 92;
/// Standard deviation of the noise, in levels.
const NOISE: i32 = 3;

/// What is made: megapixels as they are spoken of, width, height, whether progressive.
pub(crate) const PICTURES: [(&str, u16, u16, bool); 4] = [
    ("2 MP", 1632, 1224, false),
    ("12 MP", 4000, 3000, false),
    ("48 MP", 8000, 6000, false),
    ("12 MP progressive", 4000, 3000, true),
];

/// Makes those of [`PICTURES`] that `folder` lacks, and says where they are.
pub(crate) fn made(photos: &Path, folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut pieces = Vec::new();
    let mut files = Vec::new();
    for (name, width, height, progressive) in PICTURES {
        let file = folder.join(format!("{}.jpg", name.replace(' ', "-")));
        if !file.is_file() {
            if pieces.is_empty() {
                pieces = PHOTOS
                    .iter()
                    .map(|name| piece(&photos.join(name)))
                    .collect::<Result<_, _>>()?;
            }
            let rgb = mosaic(&pieces, usize::from(width), usize::from(height));
            let mut jpeg = Vec::new();
            let mut encoder = Encoder::new(&mut jpeg, QUALITY);
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            encoder.set_progressive(progressive);
            encoder.encode(&rgb, width, height, ColorType::Rgb)?;
            fs::write(&file, jpeg)?;
        }
        files.push(file);
    }
    Ok(files)
}

/// A photograph, about twice as large: what a lens leaves of edges.
fn piece(photo: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let limits = Limits { max_pixels: 100_000_000, min_width: u32::MAX, keep_alpha: false };
    let Pixels { width, height, data, .. } = decode(&fs::read(photo)?, limits)?.pixels;
    let source = ImageRef::new(width, height, &data, PixelType::U8x3)?;
    let mut large = Image::new(PIECE.0, PIECE.1, PixelType::U8x3);
    Resizer::new().resize(&source, &mut large, None)?;
    Ok(large.into_vec())
}

fn mosaic(pieces: &[Vec<u8>], width: usize, height: usize) -> Vec<u8> {
    let (across, down) = (PIECE.0 as usize, PIECE.1 as usize);
    let columns = width.div_ceil(across);
    let mut random = 7_u64;
    let mut rgb = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let piece = &pieces[(y / down * columns + x / across) % pieces.len()];
            let at = ((y % down) * across + x % across) * 3;
            let noise = noise(&mut random);
            let lit = |level: &u8| (i32::from(*level) + noise).clamp(0, 255).to_le_bytes()[0];
            rgb.extend(piece[at..at + 3].iter().map(lit));
        }
    }
    rgb
}

/// Of deviation [`NOISE`]: the sum of twelve bytes is near enough to a normal distribution. SplitMix64.
fn noise(random: &mut u64) -> i32 {
    let mut next = || {
        *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (*random ^ (*random >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()
    };
    let bytes = next().into_iter().chain(next().into_iter().take(4));
    let sum: i32 = bytes.map(i32::from).sum();
    // Of one byte the deviation is 74, of twelve 256.
    (sum - 12 * 255 / 2) * NOISE / 256
}
