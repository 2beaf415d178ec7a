//! Deals with: files of many scans, and that no bytes make the check panic. It is called directly:
//! around the decoders panics are caught, and would pass for refusals.
//! Does not deal with: the sizes that are refused, tested with all formats together.

use super::{MAX_SCANS, check};
use crate::decode::{Limits, decode, samples};
use jpeg_encoder::SamplingFactor;
use proptest::prelude::*;

/// A progressive JPEG whose last scan is repeated until there are `count`.
fn scans(count: usize) -> Vec<u8> {
    let jpeg = samples::jpeg_laid_out((64, 64), SamplingFactor::F_1_1, true, 0);
    let starts: Vec<usize> =
        (0..jpeg.len() - 1).filter(|at| jpeg[*at..*at + 2] == [0xff, 0xda]).collect();
    let last = *starts.last().unwrap();
    let (before, end) = jpeg.split_at(jpeg.len() - 2);
    let again = before[last..].repeat(count - starts.len());
    [before, &again, end].concat()
}

#[test]
fn a_bomb_of_scans_is_refused_before_it_is_decoded() {
    let limits = Limits { max_pixels: 100_000_000, min_width: 1, keep_alpha: false };
    assert_eq!(check(&scans(MAX_SCANS)), Ok(()));
    decode(&scans(MAX_SCANS), limits).unwrap();
    for count in [MAX_SCANS + 1, 50_000] {
        let error = decode(&scans(count), limits).unwrap_err();
        assert_eq!(error.to_string(), "unsupported JPEG: it has more than 100 scans");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn no_bytes_make_the_check_panic(bytes: Vec<u8>) {
        let _ = check(&bytes);
    }

    #[test]
    fn no_damage_to_a_jpeg_makes_the_check_panic(
        (progressive, restart) in prop_oneof![Just((false, 0)), Just((false, 2)), Just((true, 0))],
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        headers in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let sampling = SamplingFactor::F_2_2;
        let mut jpeg = samples::jpeg_laid_out((33, 17), sampling, progressive, restart);
        let all = jpeg.len();
        // The headers are a small part of the file, and the part that decides.
        let head = all.min(700);
        flips.into_iter().for_each(|(at, value)| jpeg[at.index(all)] = value);
        headers.into_iter().for_each(|(at, value)| jpeg[at.index(head)] = value);
        let _ = check(&jpeg);
        let _ = check(&jpeg[..cut.index(all)]);
    }
}
