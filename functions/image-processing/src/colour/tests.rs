//! Deals with: known colours of known profiles, what counts as sRGB, and profiles that are none.
//! Does not deal with: files with profiles in them; they are tested beside the decoders.

use super::{light, to_srgb};
use crate::pixels::Pixels;
use moxcms::{ColorProfile, ToneReprCurve};
use proptest::prelude::*;

fn converted(rgb: [u8; 3], profile: &ColorProfile, grey: bool) -> [u8; 3] {
    let mut pixels = Pixels::rgb((1, 1), rgb.to_vec());
    to_srgb(&mut pixels, &profile.encode().unwrap(), grey);
    [pixels.data[0], pixels.data[1], pixels.data[2]]
}

#[track_caller]
fn assert_near(got: [u8; 3], wanted: [u8; 3]) {
    let near = got.iter().zip(wanted).all(|(got, wanted)| got.abs_diff(wanted) <= 2);
    assert!(near, "{got:?}, wanted {wanted:?}");
}

/// Levels of grey of this gamma.
fn grey_of(gamma: f32) -> ColorProfile {
    ColorProfile::new_gray_with_gamma(gamma)
}

#[test]
fn colours_of_wide_spaces_become_those_of_srgb() {
    // Worked out from the published primaries and curves of both spaces.
    let p3 = ColorProfile::new_display_p3();
    assert_near(converted([234, 51, 35], &p3, false), [255, 0, 0]);
    assert_near(converted([128, 128, 128], &p3, false), [128, 128, 128]);
    assert_near(converted([100, 150, 200], &p3, false), [81, 151, 205]);
    let adobe = ColorProfile::new_adobe_rgb();
    assert_near(converted([219, 0, 0], &adobe, false), [255, 0, 0]);
    assert_near(converted([128, 128, 128], &adobe, false), [127, 127, 127]);
}

#[test]
fn srgb_by_any_name_leaves_every_byte_as_it_is() {
    let mut pixels =
        Pixels::rgb((256, 1), (0..=255).flat_map(|n: u8| [n, n ^ 85, 255 - n]).collect());
    let before = pixels.clone();
    to_srgb(&mut pixels, &ColorProfile::new_srgb().encode().unwrap(), false);
    assert_eq!(pixels, before);
}

#[test]
fn greys_of_srgb_stay_to_the_last_bit_and_others_move() {
    let mut like_srgb = grey_of(2.2);
    like_srgb.gray_trc = ColorProfile::new_srgb().red_trc;
    assert_eq!(converted([200; 3], &like_srgb, true), [200; 3]);
    // Light is the level squared: 128 is a quarter of it, which sRGB writes as 137.
    assert_near(converted([128; 3], &grey_of(2.0), true), [137; 3]);
    let mut straight = grey_of(1.0);
    straight.gray_trc = Some(ToneReprCurve::Lut(Vec::new()));
    assert_near(converted([55; 3], &straight, true), [128; 3]);
}

#[test]
fn a_profile_for_other_colours_is_left_out() {
    assert_eq!(converted([10, 200, 30], &grey_of(1.0), false), [10, 200, 30]);
    let inks = vec![0, 255, 0, 0];
    let rgb = ColorProfile::new_display_p3().encode().unwrap();
    assert_eq!(light(inks, Some(&rgb)), [255, 0, 255]);
}

#[test]
fn opacity_is_not_a_colour() {
    let soft = vec![234, 51, 35, 0, 234, 51, 35, 77, 128, 128, 128, 255];
    let mut pixels = Pixels::rgba((3, 1), soft, true);
    to_srgb(&mut pixels, &ColorProfile::new_display_p3().encode().unwrap(), false);
    let [first, second, third] = [0, 4, 8].map(|at| &pixels.data[at..at + 4]);
    assert_eq!([first[3], second[3], third[3]], [0, 77, 255]);
    assert_near([second[0], second[1], second[2]], [255, 0, 0]);
}

#[test]
fn inks_without_a_profile_follow_the_plain_formula() {
    let inks = [[0; 4], [255, 0, 0, 0], [0, 0, 0, 255], [0, 0, 0, 128], [128, 0, 0, 128]].concat();
    let rgb = [[255; 3], [0, 255, 255], [0; 3], [127; 3], [63, 127, 127]].concat();
    assert_eq!(light(inks, None), rgb);
}

proptest! {
    #[test]
    fn no_profile_makes_it_panic_or_change_the_size(
        noise: Vec<u8>,
        which in 0..4,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        grey: bool,
    ) {
        let mut profile = match which {
            0 => ColorProfile::new_display_p3().encode().unwrap(),
            1 => grey_of(1.8).encode().unwrap(),
            2 => ColorProfile::new_srgb().encode().unwrap(),
            _ => noise,
        };
        if !profile.is_empty() {
            let all = profile.len();
            flips.into_iter().for_each(|(at, value)| profile[at.index(all)] = value);
            cut.into_iter().for_each(|cut| profile.truncate(cut.index(all)));
        }
        let mut pixels = Pixels::rgba((2, 1), vec![1, 2, 3, 4, 5, 6, 7, 8], true);
        to_srgb(&mut pixels, &profile, grey);
        prop_assert_eq!(pixels.data.len(), 8);
        prop_assert_eq!((pixels.data[3], pixels.data[7]), (4, 8));
        prop_assert_eq!(light(vec![9; 8], Some(&profile)).len(), 6);
    }
}
