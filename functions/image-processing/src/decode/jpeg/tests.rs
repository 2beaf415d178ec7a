//! Deals with: inks, by files that other programs wrote and colours that another program made of them
//! (`fixtures/README.md`).
//! Does not deal with: what all formats have in common; that is tested for all of them together.

use super::fraction;
use crate::decode::{Limits, decode};
use crate::pixels::Pixels;

const LIMITS: Limits = Limits { max_pixels: 10_000, min_width: 10_000, keep_alpha: false };

const CMYK: &[u8] = include_bytes!("../../../fixtures/cmyk.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("../../../fixtures/cmyk-progressive.jpg");
const YCCK: &[u8] = include_bytes!("../../../fixtures/ycck.jpg");
const WITH_PROFILE: &[u8] = include_bytes!("../../../fixtures/cmyk-profile.jpg");

/// The middle of each patch.
fn patches(file: &[u8]) -> Vec<[u8; 3]> {
    let Pixels { width, height, data, .. } = decode(file, LIMITS).unwrap().pixels;
    assert_eq!((width, height), (64, 32));
    let middle = |n: usize| ((n / 4 * 16 + 8) * 64 + n % 4 * 16 + 8) * 3;
    (0..8).map(middle).map(|at| [data[at], data[at + 1], data[at + 2]]).collect()
}

#[track_caller]
fn assert_near(got: &[[u8; 3]], wanted: &[[u8; 3]], tolerance: u8) {
    let apart = got.as_flattened().iter().zip(wanted.as_flattened()).map(|(a, b)| a.abs_diff(*b));
    assert!(apart.max() <= Some(tolerance), "{got:?}, wanted {wanted:?}");
}

#[test]
fn inks_of_every_writer_have_the_colours_that_another_program_shows() {
    let by_pillow = [
        [255, 255, 255],
        [0, 255, 255],
        [255, 0, 255],
        [255, 255, 0],
        [0, 0, 0],
        [190, 146, 101],
        [38, 134, 168],
        [127, 127, 127],
    ];
    for file in [CMYK, PROGRESSIVE, YCCK] {
        assert_near(&patches(file), &by_pillow, 3);
    }
}

#[test]
fn inks_with_a_profile_have_the_colours_that_it_says() {
    let by_little_cms = [
        [255, 255, 255],
        [58, 216, 255],
        [255, 140, 196],
        [255, 238, 118],
        [131, 131, 131],
        [233, 187, 150],
        [107, 162, 202],
        [208, 176, 165],
    ];
    assert_near(&patches(WITH_PROFILE), &by_little_cms, 6);
    assert_eq!(decode(WITH_PROFILE, LIMITS).unwrap().profile, None);
}

#[test]
fn a_damaged_profile_of_inks_leaves_the_plain_formula() {
    let at = WITH_PROFILE.windows(4).position(|bytes| bytes == b"mft1").unwrap();
    let mut broken = WITH_PROFILE.to_vec();
    broken[at..at + 4].copy_from_slice(b"none");
    assert_near(&patches(&broken), &patches(CMYK), 3);
}

#[test]
fn a_picture_is_divided_as_far_as_it_stays_wide_enough() {
    for (width, wanted, by) in [
        (8000, 1000, 8),
        (7992, 1000, 4),
        (7993, 1000, 8),
        (4000, 1536, 2),
        (3000, 1536, 1),
        (1, 1536, 1),
    ] {
        assert_eq!(fraction(width, wanted), by, "{width} to {wanted}");
    }
}
