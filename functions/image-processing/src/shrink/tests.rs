//! Deals with: size, way up, colour and sameness of the thumbnails.
//! Does not deal with: every variety of input; that is tested beside the decoders.

use super::{Thumbnail, shrink};
use crate::decode::samples;
use jpeg_encoder::ColorType;
use proptest::prelude::*;

const MAX: u64 = 100_000_000;

fn sizes(thumbnails: &[Thumbnail]) -> Vec<(u32, u32)> {
    thumbnails.iter().map(|thumbnail| (thumbnail.width, thumbnail.height)).collect()
}

/// Pixel (x, y) of a thumbnail, and its true size.
fn look(thumbnail: &Thumbnail, x: u32, y: u32) -> [u8; 3] {
    let mut decoder = jpeg_decoder::Decoder::new(&thumbnail.jpeg[..]);
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
    let seen = samples::PHOTOS.map(|(name, bytes)| (name, sizes(&shrink(bytes, MAX).unwrap())));
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
        assert_eq!(shrink(bytes, MAX), shrink(bytes, MAX), "{name}");
    }
}

#[test]
fn thumbnails_stand_upright_in_all_eight_orientations() {
    // Stored: left half red, right half green. Where the red half is once upright:
    let red_side = ["left", "right", "right", "left", "top", "top", "bottom", "bottom"];
    let stored = samples::halves(400, 300);
    for (orientation, red_side) in (1..).zip(red_side) {
        let jpeg = samples::jpeg(400, 300, ColorType::Rgb, &stored, Some(orientation));
        let thumbnails = shrink(&jpeg, MAX).unwrap();
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
    for thumbnail in shrink(jpeg, MAX).unwrap() {
        assert!(!thumbnail.jpeg.windows(4).any(|bytes| bytes == b"Exif"));
        assert!(!thumbnail.jpeg.windows(5).any(|bytes| bytes == b"anyfn"));
    }
}

#[test]
fn clear_corners_are_white_and_the_middle_keeps_its_colour() {
    let thumbnails = shrink(samples::photo("coffee-alpha.png"), MAX).unwrap();
    assert!(near(look(&thumbnails[0], 2, 2), [255, 255, 255]));
    let [red, green, blue] = look(&thumbnails[0], 110, 220);
    assert!(red > green + 40 && red > blue + 40, "the saucer is red, not {red} {green} {blue}");
}

#[test]
fn a_picture_of_one_colour_keeps_it_at_every_size() {
    let rgb = [90, 140, 200].repeat(1500 * 20);
    let thumbnails = shrink(&samples::rgb_png(1500, 20, &rgb), MAX).unwrap();
    assert_eq!(sizes(&thumbnails), [(1024, 14), (512, 7), (128, 2)]);
    for thumbnail in thumbnails {
        assert!(near(look(&thumbnail, thumbnail.width / 2, 1), [90, 140, 200]));
    }
}

#[test]
fn a_narrow_picture_keeps_its_own_width_and_a_single_pixel_survives() {
    let pixel = shrink(&samples::rgb_png(1, 1, &[200, 10, 10]), MAX).unwrap();
    assert_eq!(sizes(&pixel), [(1, 1)]);
    assert!(near(look(&pixel[0], 0, 0), [200, 10, 10]));
    let narrow = samples::halves(100, 7);
    assert_eq!(sizes(&shrink(&samples::rgb_png(100, 7, &narrow), MAX).unwrap()), [(100, 7)]);
}

#[test]
fn a_picture_too_tall_for_a_jpeg_is_refused_in_words() {
    let grey = vec![7; 70_000];
    let depth = png::BitDepth::Eight;
    let tall = samples::png(1, 70_000, png::ColorType::Grayscale, depth, None, &grey);
    assert_eq!(
        shrink(&tall, MAX).unwrap_err().to_string(),
        "a thumbnail of 1x70000 does not fit a JPEG, which has at most 65535 rows"
    );
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
        let refused = shrink(&bytes, 2_000_000).err().map(|error| error.to_string());
        // What is said where a panic was caught.
        prop_assert!(!refused.is_some_and(|why| why.ends_with("the decoder gave up")));
    }
}
