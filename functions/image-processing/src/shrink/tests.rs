//! Deals with: size, way up, colour and sameness of the thumbnails.
//! Does not deal with: every variety of input; that is tested beside the decoders.

use super::Thumbnail;
use crate::decode::samples;
use crate::error::PictureError;
use crate::formats::{Format, Formats};
use bytes::Bytes;
use jpeg_encoder::ColorType;
use proptest::prelude::*;

const MAX: u64 = 100_000_000;

fn shrunk(file: &[u8], formats: &str) -> Result<Vec<Thumbnail>, PictureError> {
    super::shrink(Bytes::copy_from_slice(file), MAX, &formats.parse::<Formats>().unwrap())
}

/// The JPEGs.
fn shrink(file: &[u8]) -> Result<Vec<Thumbnail>, PictureError> {
    shrunk(file, "jpeg")
}

fn sizes(thumbnails: &[Thumbnail]) -> Vec<(u32, u32)> {
    thumbnails.iter().map(|thumbnail| (thumbnail.width, thumbnail.height)).collect()
}

/// Pixel (x, y) of a thumbnail, and its true size.
fn look(thumbnail: &Thumbnail, x: u32, y: u32) -> [u8; 3] {
    let mut decoder = jpeg_decoder::Decoder::new(&thumbnail.file[..]);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    assert_eq!(
        (u32::from(info.width), u32::from(info.height)),
        (thumbnail.width, thumbnail.height)
    );
    let at = usize::try_from((y * thumbnail.width + x) * 3).unwrap();
    [pixels[at], pixels[at + 1], pixels[at + 2]]
}

fn near(got: [u8; 3], wanted: [u8; 3]) -> bool {
    got.iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) < 12)
}

#[test]
fn every_photograph_of_the_demo_gets_the_sizes_that_fit() {
    let seen = samples::PHOTOS.map(|(name, bytes)| (name, sizes(&shrink(bytes).unwrap())));
    assert_eq!(
        seen,
        [
            ("astronaut-rotated.jpg", vec![(128, 164)]),
            ("astronaut.gif", vec![(128, 128)]),
            ("cat-is-a-png.jpg", vec![(128, 85)]),
            ("coffee-alpha.png", vec![(512, 341), (128, 85)]),
            ("hubble.webp", vec![(512, 446), (128, 112)]),
            ("retina.jpg", vec![(1024, 1024), (512, 512), (128, 128)]),
            ("rocket-progressive.jpg", vec![(512, 342), (128, 85)]),
        ]
    );
}

#[test]
fn the_same_bytes_give_the_same_thumbnails() {
    for (name, bytes) in samples::PHOTOS {
        assert_eq!(shrink(bytes), shrink(bytes), "{name}");
    }
}

#[test]
fn thumbnails_stand_upright_in_all_eight_orientations() {
    // Stored: left half red, right half green. Where the red half is once upright:
    let red_side = ["left", "right", "right", "left", "top", "top", "bottom", "bottom"];
    let stored = samples::halves(400, 300);
    for (orientation, red_side) in (1..).zip(red_side) {
        let jpeg = samples::jpeg(400, 300, ColorType::Rgb, &stored, Some(orientation));
        let thumbnails = shrink(&jpeg).unwrap();
        let (width, height) = if orientation < 5 { (128, 96) } else { (128, 171) };
        assert_eq!(sizes(&thumbnails), [(width, height)], "orientation {orientation}");
        let (x, y) = match red_side {
            "left" => (10, height / 2),
            "right" => (width - 10, height / 2),
            "top" => (width / 2, 10),
            _ => (width / 2, height - 10),
        };
        let (red, green) =
            (look(&thumbnails[0], x, y), look(&thumbnails[0], width - 1 - x, height - 1 - y));
        assert!(near(red, [220, 20, 20]), "orientation {orientation}: {red:?}");
        if x == width / 2 || y == height / 2 {
            assert!(near(green, [20, 200, 20]), "orientation {orientation}: {green:?}");
        }
    }
}

#[test]
fn no_metadata_is_carried_over() {
    let jpeg = samples::photo("astronaut-rotated.jpg");
    assert!(jpeg.windows(9).any(|bytes| bytes == b"anyfn dem"));
    for thumbnail in shrink(jpeg).unwrap() {
        assert!(!thumbnail.file.windows(4).any(|bytes| bytes == b"Exif"));
        assert!(!thumbnail.file.windows(5).any(|bytes| bytes == b"anyfn"));
    }
}

#[test]
fn clear_corners_are_white_and_the_middle_keeps_its_colour() {
    let thumbnails = shrink(samples::photo("coffee-alpha.png")).unwrap();
    assert!(near(look(&thumbnails[0], 2, 2), [255, 255, 255]));
    let [red, green, blue] = look(&thumbnails[0], 110, 220);
    assert!(red > green + 40 && red > blue + 40, "the saucer is red, not {red} {green} {blue}");
}

#[test]
fn a_picture_of_one_colour_keeps_it_at_every_size() {
    let rgb = [90, 140, 200].repeat(1500 * 20);
    let thumbnails = shrink(&samples::rgb_png(1500, 20, &rgb)).unwrap();
    assert_eq!(sizes(&thumbnails), [(1024, 14), (512, 7), (128, 2)]);
    for thumbnail in thumbnails {
        assert!(near(look(&thumbnail, thumbnail.width / 2, 1), [90, 140, 200]));
    }
}

#[test]
fn a_narrow_picture_keeps_its_own_width_and_a_single_pixel_survives() {
    let pixel = shrink(&samples::rgb_png(1, 1, &[200, 10, 10])).unwrap();
    assert_eq!(sizes(&pixel), [(1, 1)]);
    assert!(near(look(&pixel[0], 0, 0), [200, 10, 10]));
    let narrow = samples::halves(100, 7);
    assert_eq!(sizes(&shrink(&samples::rgb_png(100, 7, &narrow)).unwrap()), [(100, 7)]);
}

#[test]
fn a_picture_too_tall_for_a_jpeg_is_refused_in_words() {
    let grey = vec![7; 70_000];
    let depth = png::BitDepth::Eight;
    let tall = samples::png(1, 70_000, png::ColorType::Grayscale, depth, None, &grey);
    assert_eq!(
        shrink(&tall).unwrap_err().to_string(),
        "a thumbnail of 1x70000 does not fit a JPEG, which has at most 65535 rows"
    );
    assert_eq!(
        shrunk(&tall, "webp").unwrap_err().to_string(),
        "a thumbnail of 1x70000 does not fit a WebP, which has at most 16383 rows"
    );
}

/// Pixel (x, y) of a WebP thumbnail with its opacity, and its true size.
fn look_through(thumbnail: &Thumbnail, x: u32, y: u32) -> [u8; 4] {
    assert_eq!(thumbnail.format, Format::WebP);
    let file = std::io::Cursor::new(&thumbnail.file[..]);
    let mut decoder = image_webp::WebPDecoder::new(file).unwrap();
    assert_eq!(decoder.dimensions(), (thumbnail.width, thumbnail.height));
    let bytes = if decoder.has_alpha() { 4 } else { 3 };
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    let at = usize::try_from(y * thumbnail.width + x).unwrap() * bytes;
    let opacity = if bytes == 4 { pixels[at + 3] } else { 255 };
    [pixels[at], pixels[at + 1], pixels[at + 2], opacity]
}

#[test]
fn a_webp_keeps_what_is_clear_and_the_jpeg_beside_it_shows_white() {
    let both = shrunk(samples::photo("coffee-alpha.png"), "jpeg,webp").unwrap();
    let made: Vec<_> = both.iter().map(|one| (one.width, one.format)).collect();
    let (jpeg, webp) = (Format::Jpeg, Format::WebP);
    assert_eq!(made, [(512, jpeg), (512, webp), (128, jpeg), (128, webp)]);
    for pair in both.chunks(2) {
        let (width, height) = (pair[0].width, pair[0].height);
        assert!(near(look(&pair[0], 1, 1), [255, 255, 255]));
        assert_eq!(look_through(&pair[1], 1, 1)[3], 0);
        let [r, g, b, opacity] = look_through(&pair[1], width / 2, height / 2);
        assert!(opacity > 250 && near([r, g, b], look(&pair[0], width / 2, height / 2)));
    }
}

#[test]
fn what_is_clear_keeps_its_colour_out_of_its_neighbours() {
    // Clear red around opaque green: an average without weights would be brown at the edge.
    let inside = |x: u32, y: u32| (300..900).contains(&x) && (300..900).contains(&y);
    let pixel = |x, y| if inside(x, y) { [20, 200, 20, 255] } else { [255, 0, 0, 0] };
    let soft: Vec<u8> = (0..1200).flat_map(|y| (0..1200).flat_map(move |x| pixel(x, y))).collect();
    let depth = png::BitDepth::Eight;
    let soft = samples::png(1200, 1200, png::ColorType::Rgba, depth, None, &soft);
    for webp in shrunk(&soft, "webp").unwrap() {
        for x in 0..webp.width {
            let [r, g, b, opacity] = look_through(&webp, x, webp.height / 2);
            assert!(opacity < 60 || near([r, g, b], [20, 200, 20]), "{x}: {r} {g} {b} {opacity}");
        }
    }
}

#[test]
fn an_opaque_picture_is_the_same_in_both_formats() {
    for name in ["retina.jpg", "hubble.webp", "astronaut.gif", "cat-is-a-png.jpg"] {
        for pair in shrunk(samples::photo(name), "jpeg,webp").unwrap().chunks(2) {
            let (x, y) = (pair[0].width / 2, pair[0].height / 2);
            let [r, g, b, opacity] = look_through(&pair[1], x, y);
            let jpeg = look(&pair[0], x, y);
            let apart = [r, g, b].iter().zip(jpeg).map(|(a, b)| a.abs_diff(b)).max();
            assert!(opacity == 255 && apart < Some(25), "{name}: {r} {g} {b}, {jpeg:?}");
        }
    }
}

#[test]
fn what_a_gif_does_not_cover_is_clear_in_a_webp() {
    let gif = samples::gif((40, 30), (10, 10), (2, 1), &[0, 1]);
    let webp = &shrunk(&gif, "webp").unwrap()[0];
    assert_eq!((webp.width, webp.height), (40, 30));
    assert_eq!(look_through(webp, 0, 0)[3], 0);
    assert_eq!(look_through(webp, 10, 10)[3], 255);
    assert_eq!(look_through(webp, 11, 10)[3], 0);
}

#[test]
fn a_profile_is_applied_before_the_thumbnail_is_written() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let red = [234, 51, 35].repeat(32 * 32);
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 95);
    encoder.add_icc_profile(&profile).unwrap();
    encoder.encode(&red, 32, 32, ColorType::Rgb).unwrap();

    let mut png = Vec::new();
    let mut info = png::Info::with_size(32, 32);
    info.color_type = png::ColorType::Rgb;
    info.icc_profile = Some(profile.clone().into());
    let mut writer = png::Encoder::with_info(&mut png, info).unwrap().write_header().unwrap();
    writer.write_image_data(&red).unwrap();
    writer.finish().unwrap();

    let mut webp = Vec::new();
    let mut encoder = image_webp::WebPEncoder::new(&mut webp);
    encoder.set_icc_profile(profile);
    encoder.encode(&red, 32, 32, image_webp::ColorType::Rgb8).unwrap();

    for (name, file) in [("JPEG", jpeg), ("PNG", png), ("WebP", webp)] {
        let seen = look(&shrink(&file).unwrap()[0], 16, 16);
        assert!(near(seen, [254, 0, 0]), "{name}: {seen:?}");
    }
}

#[test]
fn a_strip_is_not_decoded_too_small() {
    let strip = samples::jpeg(8000, 1, ColorType::Luma, &[90; 8000], None);
    assert_eq!(sizes(&shrink(&strip).unwrap()), [(1024, 1), (512, 1), (128, 1)]);
    let turned = samples::jpeg(1, 8000, ColorType::Luma, &[90; 8000], Some(6));
    assert_eq!(sizes(&shrink(&turned).unwrap()), [(1024, 1), (512, 1), (128, 1)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn damaged_photographs_never_panic(
        which in 0usize..8,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let small = samples::jpeg(40, 30, ColorType::Rgb, &samples::halves(40, 30), Some(6));
        let webp = samples::webp(
            8, 8, &samples::halves(8, 8), image_webp::ColorType::Rgb8, Some(samples::exif(6)),
        );
        let mut bytes = match which {
            0..=1 => small,
            2 => samples::rgb_png(9, 5, &samples::halves(9, 5)),
            3 => samples::gif((9, 9), (1, 2), (4, 3), &[0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]),
            4 => webp,
            5 => samples::photo("hubble.webp").to_vec(),
            6 => samples::photo("astronaut.gif").to_vec(),
            _ => samples::photo("rocket-progressive.jpg").to_vec(),
        };
        for (at, byte) in flips {
            // Mostly in the headers, where damage changes most.
            let end = bytes.len().min(if byte % 4 == 0 { usize::MAX } else { 200 });
            let at = at.index(end);
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        // A small limit: a header that grew must not make the test slow.
        // Of the small ones a WebP too: large ones take long.
        let formats = if which < 5 { "webp,jpeg" } else { "jpeg" }.parse().unwrap();
        let refused = super::shrink(bytes.into(), 2_000_000, &formats).err().map(|error| error.to_string());
        // What is said where a panic was caught.
        prop_assert!(!refused.is_some_and(|why| why.ends_with("the decoder gave up")));
    }
}
