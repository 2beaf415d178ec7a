//! Deals with: the pictures that tests decode: the demo's photographs and small ones made on the spot.
//! Does not deal with: judging what comes out.

/// The demo's photographs, by file name.
pub(crate) const PHOTOS: [(&str, &[u8]); 7] = [
    ("astronaut-rotated.jpg", include_bytes!("../../photos/astronaut-rotated.jpg")),
    ("astronaut.gif", include_bytes!("../../photos/astronaut.gif")),
    ("cat-is-a-png.jpg", include_bytes!("../../photos/cat-is-a-png.jpg")),
    ("coffee-alpha.png", include_bytes!("../../photos/coffee-alpha.png")),
    ("hubble.webp", include_bytes!("../../photos/hubble.webp")),
    ("retina.jpg", include_bytes!("../../photos/retina.jpg")),
    ("rocket-progressive.jpg", include_bytes!("../../photos/rocket-progressive.jpg")),
];

/// The photograph of that file name.
pub(crate) fn photo(name: &str) -> &'static [u8] {
    PHOTOS.iter().find(|(known, _)| *known == name).unwrap().1
}

/// Colour of the pixel at (x, y) of a test picture: red left, green right, brighter to the bottom.
pub(crate) fn colour(x: u32, width: u32) -> [u8; 3] {
    if x < width / 2 { [220, 20, 20] } else { [20, 200, 20] }
}

/// A two-coloured picture: left half red, right half green.
pub(crate) fn halves(width: u32, height: u32) -> Vec<u8> {
    (0..height).flat_map(|_| (0..width).flat_map(move |x| colour(x, width))).collect()
}

/// `data` as PNG.
pub(crate) fn png(
    width: u32,
    height: u32,
    colour: png::ColorType,
    depth: png::BitDepth,
    palette: Option<(&[u8], &[u8])>,
    data: &[u8],
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if let Some((palette, transparency)) = palette {
        encoder.set_palette(palette.to_vec());
        encoder.set_trns(transparency.to_vec());
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    out
}

/// RGB pixels as PNG.
pub(crate) fn rgb_png(width: u32, height: u32, rgb: &[u8]) -> Vec<u8> {
    png(width, height, png::ColorType::Rgb, png::BitDepth::Eight, None, rgb)
}

/// Pixels of `colour` as JPEG, with an EXIF block if `orientation` is some.
pub(crate) fn jpeg(
    width: u16,
    height: u16,
    colour: jpeg_encoder::ColorType,
    data: &[u8],
    orientation: Option<u8>,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 95);
    if let Some(value) = orientation {
        encoder.add_exif_metadata(&exif(value)).unwrap();
    }
    encoder.encode(data, width, height, colour).unwrap();
    out
}

/// An EXIF block with nothing but an orientation.
pub(crate) fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    block.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    block
}

/// RGB pixels as lossless WebP.
pub(crate) fn webp(
    width: u32,
    height: u32,
    data: &[u8],
    colour: image_webp::ColorType,
    exif: Option<Vec<u8>>,
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut out);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif);
    }
    encoder.encode(data, width, height, colour).unwrap();
    out
}

/// A GIF whose one frame lies at (left, top) of a larger screen; index 1 is transparent.
pub(crate) fn gif(
    screen: (u16, u16),
    at: (u16, u16),
    frame: (u16, u16),
    indices: &[u8],
) -> Vec<u8> {
    let mut out = Vec::new();
    let palette = [255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0];
    let mut encoder = gif::Encoder::new(&mut out, screen.0, screen.1, &palette).unwrap();
    let mut image = gif::Frame::from_indexed_pixels(frame.0, frame.1, indices, Some(1));
    (image.left, image.top) = at;
    encoder.write_frame(&image).unwrap();
    drop(encoder);
    out
}

/// `png` with another size in its header, checksum made right again.
pub(crate) fn resize_png_header(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut out = png.to_vec();
    out[16..20].copy_from_slice(&width.to_be_bytes());
    out[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&out[12..29]);
    out[29..33].copy_from_slice(&sum.to_be_bytes());
    out
}

/// Fine detail of `width` x `height` as a JPEG of the given layout.
pub(crate) fn jpeg_laid_out(
    (width, height): (u16, u16),
    sampling: jpeg_encoder::SamplingFactor,
    progressive: bool,
    restart: u16,
) -> Vec<u8> {
    let count = u32::from(width) * u32::from(height) * 3;
    let rgb: Vec<u8> = (0..count).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let mut out = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut out, 90);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    encoder.set_restart_interval(restart);
    encoder.encode(&rgb, width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    out
}

/// `jpeg` with another size in its frame header.
pub(crate) fn resize_jpeg_header(jpeg: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut out = jpeg.to_vec();
    let mut at = 2;
    while !matches!(out[at + 1], 0xc0..=0xc2) {
        at += 2 + usize::from(u16::from_be_bytes([out[at + 2], out[at + 3]]));
    }
    out[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    out[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    out
}

/// The checksum of PNG chunks.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 * (sum & 1)))
    })
}
