//! Deals with: what comes out of the four decoders, and what is refused.
//! Does not deal with: shrinking.

use super::{Kind, Limits, Picture, decode, samples};
use crate::{error::PictureError, orientation::Orientation};
use image_webp::ColorType as WebPColour;
use jpeg_encoder::ColorType as JpegColour;
use png::{BitDepth, ColorType};

const LIMITS: Limits = Limits { max_pixels: 100_000_000, min_width: 100_000, keep_alpha: false };

fn picture(bytes: &[u8]) -> Picture {
    decode(bytes, LIMITS).unwrap()
}

/// Why `bytes` are refused.
fn refusal(bytes: &[u8]) -> PictureError {
    decode(bytes, LIMITS).unwrap_err()
}

#[track_caller]
fn assert_pixel(picture: &Picture, x: u32, y: u32, wanted: [u8; 3], tolerance: u8) {
    let at = usize::try_from((y * picture.pixels.width + x) * 3).unwrap();
    let got = &picture.pixels.data[at..at + 3];
    let near = got.iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) <= tolerance);
    assert!(near, "pixel ({x}, {y}) is {got:?}, wanted {wanted:?} +- {tolerance}");
}

#[test]
fn every_photograph_of_the_demo_is_decoded_whatever_its_name_says() {
    let seen = samples::PHOTOS.map(|(name, bytes)| {
        let picture = picture(bytes);
        (name, picture.kind, picture.full, picture.orientation)
    });
    let as_stored = Orientation::AsStored;
    assert_eq!(
        seen,
        [
            ("astronaut-rotated.jpg", Kind::Jpeg, (512, 400), Orientation::Rotate90),
            ("astronaut.gif", Kind::Gif, (256, 256), as_stored),
            ("cat-is-a-png.jpg", Kind::Png, (451, 300), as_stored),
            ("coffee-alpha.png", Kind::Png, (600, 400), as_stored),
            ("hubble.webp", Kind::WebP, (1000, 872), as_stored),
            ("retina.jpg", Kind::Jpeg, (1411, 1411), as_stored),
            ("rocket-progressive.jpg", Kind::Jpeg, (640, 427), as_stored),
        ]
    );
}

#[test]
fn every_colour_type_of_png_comes_out_as_the_same_rgb() {
    let rgb = samples::halves(8, 4);
    let deep: Vec<u8> = rgb.iter().flat_map(|level| [*level, *level]).collect();
    let palette = [220, 20, 20, 20, 200, 20];
    let indices: Vec<u8> = (0..4).flat_map(|_| [0, 0, 0, 0, 1, 1, 1, 1]).collect();
    let bits = [0x0f; 4];
    let opaque: Vec<u8> = rgb.chunks(3).flat_map(|p| [p[0], p[1], p[2], 255]).collect();
    let pngs = [
        samples::rgb_png(8, 4, &rgb),
        samples::png(8, 4, ColorType::Rgb, BitDepth::Sixteen, None, &deep),
        samples::png(8, 4, ColorType::Rgba, BitDepth::Eight, None, &opaque),
        samples::png(8, 4, ColorType::Indexed, BitDepth::Eight, Some((&palette, &[])), &indices),
        samples::png(8, 4, ColorType::Indexed, BitDepth::One, Some((&palette, &[])), &bits),
    ];
    for png in pngs {
        assert_eq!(picture(&png).pixels.data, rgb);
    }
}

#[test]
fn transparency_of_every_kind_turns_white() {
    let clear = [10, 20, 30, 0].repeat(4);
    let png = samples::png(2, 2, ColorType::Rgba, BitDepth::Eight, None, &clear);
    assert_eq!(picture(&png).pixels.data, [255; 12]);

    let grey =
        samples::png(2, 2, ColorType::GrayscaleAlpha, BitDepth::Eight, None, &[9, 0].repeat(4));
    assert_eq!(picture(&grey).pixels.data, [255; 12]);

    let palette: Option<(&[u8], &[u8])> = Some((&[1, 2, 3, 4, 5, 6], &[0]));
    let indexed = samples::png(2, 2, ColorType::Indexed, BitDepth::Eight, palette, &[0, 1, 1, 0]);
    assert_eq!(picture(&indexed).pixels.data, [255, 255, 255, 4, 5, 6, 4, 5, 6, 255, 255, 255]);

    let webp = samples::webp(2, 2, &clear, WebPColour::Rgba8, None);
    assert_eq!(picture(&webp).pixels.data, [255; 12]);
}

#[test]
fn grey_pictures_stay_grey() {
    let grey = [40, 90, 140, 190];
    let png = samples::png(2, 2, ColorType::Grayscale, BitDepth::Eight, None, &grey);
    assert_eq!(picture(&png).pixels.data, [40, 40, 40, 90, 90, 90, 140, 140, 140, 190, 190, 190]);

    let jpeg = samples::jpeg(16, 16, JpegColour::Luma, &[100; 256], None);
    assert_pixel(&picture(&jpeg), 8, 8, [100, 100, 100], 2);
}

#[test]
fn cmyk_and_ycck_jpegs_show_their_inks_on_paper() {
    // As an application has them: 255 is full ink. The encoder inverts, as Adobe's do.
    for colour in [JpegColour::Cmyk, JpegColour::CmykAsYcck] {
        for (ink, light) in [
            ([0, 0, 0, 0], [255, 255, 255]),
            ([255, 0, 0, 0], [0, 255, 255]),
            ([0, 255, 255, 0], [255, 0, 0]),
            ([0, 0, 0, 255], [0, 0, 0]),
            ([0, 0, 0, 128], [127, 127, 127]),
        ] {
            let jpeg = samples::jpeg(16, 16, colour, &ink.repeat(256), None);
            assert_pixel(&picture(&jpeg), 8, 8, light, 6);
        }
    }
}

#[test]
fn orientation_is_found_in_jpeg_png_and_webp() {
    let rgb = samples::halves(16, 16);
    let jpeg = samples::jpeg(16, 16, JpegColour::Rgb, &rgb, Some(8));
    assert_eq!(picture(&jpeg).orientation, Orientation::Rotate270);

    let webp = samples::webp(16, 16, &rgb, WebPColour::Rgb8, Some(samples::exif(5)));
    assert_eq!(picture(&webp).orientation, Orientation::Transpose);
    assert_eq!(picture(&webp).pixels.data, rgb);

    let mut png = Vec::new();
    let mut info = png::Info::with_size(16, 16);
    info.color_type = ColorType::Rgb;
    info.exif_metadata = Some(samples::exif(3).into());
    let mut writer = png::Encoder::with_info(&mut png, info).unwrap().write_header().unwrap();
    writer.write_image_data(&rgb).unwrap();
    writer.finish().unwrap();
    assert_eq!(picture(&png).orientation, Orientation::Rotate180);
}

#[test]
fn a_gif_frame_lies_on_a_white_screen() {
    let gif = samples::gif((4, 3), (1, 1), (2, 1), &[0, 1]);
    let picture = picture(&gif);
    assert_eq!(picture.full, (4, 3));
    assert_pixel(&picture, 0, 0, [255, 255, 255], 0);
    assert_pixel(&picture, 1, 1, [255, 0, 0], 0);
    assert_pixel(&picture, 2, 1, [255, 255, 255], 0);
    assert_pixel(&picture, 3, 2, [255, 255, 255], 0);
}

#[test]
fn a_jpeg_is_decoded_at_a_fraction_only_where_enough_remains() {
    let jpeg = samples::photo("retina.jpg");
    let at = |min_width| decode(jpeg, Limits { min_width, ..LIMITS }).unwrap();
    for (wanted, side) in
        [(1411, 1411), (707, 1411), (706, 706), (354, 706), (353, 353), (100, 177)]
    {
        let picture = at(wanted);
        assert_eq!((picture.pixels.width, picture.pixels.height), (side, side));
        assert_eq!(picture.full, (1411, 1411));
    }
}

#[test]
fn what_is_no_picture_is_named() {
    assert_eq!(refusal(b""), PictureError::Empty);
    let text = refusal(b"Dear sir or madam, please find attached");
    assert!(
        text.to_string().starts_with("no picture: the file starts with Dear sir or ,"),
        "{text}"
    );
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for (name, bytes) in samples::PHOTOS {
        for part in 1..20 {
            let cut = &bytes[..bytes.len() * part / 20];
            assert!(decode(cut, LIMITS).is_err(), "{name} cut to {part}/20");
        }
        // Of a GIF the first frame is wanted, and here it is complete.
        let wanted_whole = !name.ends_with(".gif");
        let short = decode(&bytes[..bytes.len() - 3], LIMITS);
        assert_eq!(short.is_err(), wanted_whole, "{name} cut by 3 bytes");
    }
}

#[test]
fn bytes_after_the_picture_are_ignored() {
    for (name, bytes) in samples::PHOTOS {
        let longer = [bytes, b"some bytes that a camera left behind"].concat();
        assert_eq!(decode(&longer, LIMITS), decode(bytes, LIMITS), "{name}");
    }
}

#[test]
fn a_picture_at_the_limit_passes_and_one_pixel_more_does_not() {
    for (name, bytes) in samples::PHOTOS {
        let (width, height) = picture(bytes).full;
        let pixels = u64::from(width) * u64::from(height);
        assert!(decode(bytes, Limits { max_pixels: pixels, ..LIMITS }).is_ok(), "{name}");
        let error = decode(bytes, Limits { max_pixels: pixels - 1, ..LIMITS }).unwrap_err();
        assert!(matches!(error, PictureError::TooManyPixels { .. }), "{name}: {error}");
    }
}

#[test]
fn a_tiny_file_that_declares_a_giant_is_refused_by_its_header() {
    let pixel = samples::rgb_png(1, 1, &[0, 0, 0]);
    let jpeg = samples::jpeg(8, 8, JpegColour::Luma, &[0; 64], None);
    let mut gif = samples::gif((1, 1), (0, 0), (1, 1), &[0]);
    gif[6..10].copy_from_slice(&[0x50, 0xc3, 0x50, 0xc3]);
    // Lossless: 14 bits of width less one, 14 of height less one.
    let mut webp = samples::webp(1, 1, &[0, 0, 0], WebPColour::Rgb8, None);
    webp[21..25].copy_from_slice(&(0x3ffe_u32 | 0x3ffe << 14).to_le_bytes());
    for bomb in [
        samples::resize_png_header(&pixel, 50_000, 50_000),
        samples::resize_png_header(&pixel, u32::MAX >> 1, u32::MAX >> 1),
        samples::resize_jpeg_header(&jpeg, 50_000, 50_000),
        gif,
        webp,
    ] {
        let error = refusal(&bomb);
        assert!(matches!(error, PictureError::TooManyPixels { .. }), "{error}");
    }
    let error = refusal(&samples::resize_png_header(&pixel, 50_000, 50_000));
    assert_eq!(
        error.to_string(),
        "PNG of 50000x50000 is 2500000000 pixels, IMAGE_MAX_PIXELS allows 100000000"
    );
}

#[test]
fn a_header_that_promises_more_than_there_is_is_refused() {
    let rgb = samples::halves(64, 64);
    let png = samples::rgb_png(64, 64, &rgb);
    let jpeg = samples::jpeg(64, 64, JpegColour::Rgb, &rgb, None);
    for (name, lie) in [
        ("taller PNG", samples::resize_png_header(&png, 64, 128)),
        ("wider PNG", samples::resize_png_header(&png, 128, 64)),
        ("no PNG at all", samples::resize_png_header(&png, 64, 0)),
        ("taller JPEG", samples::resize_jpeg_header(&jpeg, 64, 128)),
        ("wider JPEG", samples::resize_jpeg_header(&jpeg, 128, 64)),
        ("much larger JPEG", samples::resize_jpeg_header(&jpeg, 9000, 9000)),
        ("no JPEG at all", samples::resize_jpeg_header(&jpeg, 0, 64)),
    ] {
        assert!(decode(&lie, LIMITS).is_err(), "{name}");
    }
}

#[test]
fn a_header_that_promises_less_than_there_is_is_refused() {
    let rgb = samples::halves(64, 64);
    let png = samples::rgb_png(64, 64, &rgb);
    let jpeg = samples::photo("retina.jpg");
    for (name, lie) in [
        ("shorter PNG", samples::resize_png_header(&png, 64, 32)),
        ("narrower PNG", samples::resize_png_header(&png, 32, 64)),
        ("shorter JPEG", samples::resize_jpeg_header(jpeg, 1411, 700)),
        ("narrower JPEG", samples::resize_jpeg_header(jpeg, 700, 1411)),
        ("tiny JPEG", samples::resize_jpeg_header(jpeg, 16, 16)),
    ] {
        assert!(decode(&lie, LIMITS).is_err(), "{name}");
    }
}

#[test]
fn jpegs_of_every_layout_pass_and_are_held_to_their_size() {
    use jpeg_encoder::SamplingFactor;
    for sampling in [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2] {
        for (progressive, restart) in [(false, 0), (false, 1), (false, 7), (true, 0)] {
            for size in [(1, 1), (17, 9), (64, 100), (250, 3)] {
                let jpeg = samples::jpeg_laid_out(size, sampling, progressive, restart);
                let layout = format!("{sampling:?} {progressive} {restart} {size:?}");
                decode(&jpeg, LIMITS).unwrap_or_else(|error| panic!("{layout}: {error}"));
                for (width, height) in [(size.0, size.1 + 16), (size.0 + 16, size.1)] {
                    let lie = samples::resize_jpeg_header(&jpeg, width, height);
                    assert!(decode(&lie, LIMITS).is_err(), "{layout} as {width}x{height}");
                }
            }
            let jpeg = samples::jpeg_laid_out((64, 100), sampling, progressive, restart);
            for (width, height) in [(64, 50), (32, 100), (1, 1)] {
                let lie = samples::resize_jpeg_header(&jpeg, width, height);
                let layout = format!("{sampling:?} {progressive} {restart} as {width}x{height}");
                assert!(decode(&lie, LIMITS).is_err(), "{layout}");
            }
        }
    }
}

#[test]
fn a_gif_frame_is_held_to_its_size() {
    let gif = samples::gif((4, 4), (0, 0), (4, 4), &[0; 16]);
    let size = [4, 0, 4, 0];
    let frame = gif.windows(5).position(|bytes| bytes == [0x2c, 0, 0, 0, 0]).unwrap() + 5;
    assert_eq!(gif[frame..frame + 4], size);
    for (width, height) in [(4, 3), (3, 4), (1, 1), (8, 4), (4, 8)] {
        let mut lie = gif.clone();
        for at in [6, frame] {
            lie[at..at + 4].copy_from_slice(&[width, 0, height, 0]);
        }
        assert!(decode(&lie, LIMITS).is_err(), "{width}x{height}");
    }
}

#[test]
fn a_frame_of_another_size_than_its_container_is_refused() {
    // The screen shrinks below its frame.
    let mut gif = samples::gif((4, 4), (0, 0), (4, 4), &[0; 16]);
    gif[6..10].copy_from_slice(&[2, 0, 2, 0]);
    assert!(decode(&gif, LIMITS).is_err());

    // An extended header of 16x16 around a lossy frame of 1000x872.
    let lossy = &samples::photo("hubble.webp")[12..];
    let extended = [b"VP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x0f\0\0".as_slice(), lossy].concat();
    let size = u32::try_from(extended.len() + 4).unwrap().to_le_bytes();
    let webp = [b"RIFF".as_slice(), &size, b"WEBP", &extended].concat();
    assert_eq!(
        refusal(&webp).to_string(),
        "WebP lies about its size: the header says 16x16, the frame 1000x872"
    );
}
