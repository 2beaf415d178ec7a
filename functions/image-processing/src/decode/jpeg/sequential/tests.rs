//! Deals with: the same pictures by this decoder and by the library, and which kinds are left to it.
//! Does not deal with: files that lie; those are tested for all formats together.

use super::super::header;
use super::decode;
use crate::decode::samples;
use crate::error::PictureError;
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use proptest::prelude::*;

fn ours(jpeg: &[u8], fraction: u32) -> Result<Option<Vec<u8>>, PictureError> {
    decode(jpeg, &header::read(jpeg).unwrap(), fraction)
}

/// All of it by the library, then averaged over squares of `fraction`.
fn averaged(jpeg: &[u8], fraction: usize) -> Vec<u8> {
    let mut decoder = jpeg_decoder::Decoder::new(jpeg);
    let pixels = decoder.decode().unwrap();
    let info = decoder.info().unwrap();
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    let channels = pixels.len() / width / height;
    let mut out = Vec::new();
    for y in 0..height.div_ceil(fraction) {
        for x in 0..width.div_ceil(fraction) {
            for channel in 0..channels {
                let inside = |from: usize, end: usize| {
                    from * fraction..(from * fraction + fraction).min(end)
                };
                let square = inside(y, height).flat_map(|y| inside(x, width).map(move |x| (x, y)));
                let levels: Vec<usize> = square
                    .map(|(x, y)| usize::from(pixels[(y * width + x) * channels + channel]))
                    .collect();
                out.push(u8::try_from(levels.iter().sum::<usize>() / levels.len()).unwrap());
            }
        }
    }
    out
}

/// The mean difference, in thousandths of a level.
fn apart(a: &[u8], b: &[u8]) -> usize {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| usize::from(a.abs_diff(*b))).sum::<usize>() * 1000 / a.len()
}

fn photo(sampling: SamplingFactor, colour: ColorType, restart: u16, quality: u8) -> Vec<u8> {
    let (width, height) = (203_u16, 133_u16);
    // Up and down evenly, at another slope for each colour.
    let at = |n: u16| u8::try_from((n % 510).min(510 - n % 510)).unwrap();
    let wave = |x: u16, y: u16| [at(x + y / 2), at(x / 2 + height - y), at(y + y / 2)];
    let channels = if matches!(colour, ColorType::Luma) { 1 } else { 3 };
    let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let data: Vec<u8> = all.flat_map(|(x, y)| wave(x, y).into_iter().take(channels)).collect();
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, quality);
    encoder.set_sampling_factor(sampling);
    encoder.set_restart_interval(restart);
    encoder.encode(&data, width, height, colour).unwrap();
    jpeg
}

#[test]
fn every_sampling_and_fraction_shows_what_the_library_shows_on_average() {
    let sampling = [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_1,
        SamplingFactor::F_1_2,
        SamplingFactor::F_2_2,
    ];
    for sampling in sampling {
        for (restart, quality) in [(0, 95), (5, 80)] {
            for colour in [ColorType::Rgb, ColorType::Luma] {
                let jpeg = photo(sampling, colour, restart, quality);
                for (fraction, by) in [(2, 2), (4, 4), (8, 8)] {
                    let found = ours(&jpeg, fraction).unwrap().unwrap();
                    let apart = apart(&found, &averaged(&jpeg, by));
                    // Where one side has fewer samples of colour than the other, they are repeated.
                    let even = matches!(sampling, SamplingFactor::F_1_1 | SamplingFactor::F_2_2);
                    let most = if even { 1500 } else { 8000 };
                    assert!(apart < most, "{sampling:?} {colour:?} {restart} 1/{by}: {apart}");
                }
            }
        }
    }
}

#[test]
fn a_photograph_comes_out_as_the_library_has_it() {
    let jpeg = samples::photo("retina.jpg");
    for (fraction, by) in [(2, 2), (4, 4), (8, 8)] {
        let apart = apart(&ours(jpeg, fraction).unwrap().unwrap(), &averaged(jpeg, by));
        assert!(apart < 1500, "1/{by}: {apart}");
    }
}

#[test]
fn other_kinds_are_left_to_the_library() {
    let sampling = SamplingFactor::F_2_2;
    let progressive = samples::photo("rocket-progressive.jpg").to_vec();
    let inks = samples::jpeg(16, 16, ColorType::Cmyk, &[7; 1024], None);
    let plain = photo(sampling, ColorType::Rgb, 0, 80);
    let frame = plain.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    let mut named = plain.clone();
    for (component, id) in b"RGB".iter().enumerate() {
        named[frame + 10 + component * 3] = *id;
    }
    let adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0";
    let untransformed = [&plain[..2], adobe, &plain[2..]].concat();
    for (name, jpeg) in
        [("progressive", progressive), ("inks", inks), ("RGB", named), ("Adobe RGB", untransformed)]
    {
        assert_eq!(ours(&jpeg, 2), Ok(None), "{name}");
    }
    // Of three rows of light to one of colour neither makes whole blocks of the other.
    for (sampling, by) in [(0x23, 2), (0x23, 4), (0x23, 8), (0x43, 2), (0x32, 2)] {
        let mut thirds = plain.clone();
        thirds[frame + 11] = sampling;
        assert_eq!(ours(&thirds, by), Ok(None), "{sampling:x} 1/{by}");
    }
    assert_eq!(ours(&plain, 1), Ok(None));
    assert!(matches!(ours(&plain, 2), Ok(Some(_))));
}

#[test]
fn a_size_that_is_a_lie_and_a_file_that_is_cut_are_told() {
    let sampling = SamplingFactor::F_2_2;
    let jpeg = samples::jpeg_laid_out((640, 480), sampling, false, 0);
    for (width, height, said) in [
        (640, 496, "the header declares more than there is"),
        (656, 480, "the header declares more than there is"),
        (640, 400, "the header declares less than there is"),
        (600, 480, "the header declares less than there is"),
    ] {
        let lie = samples::resize_jpeg_header(&jpeg, width, height);
        let error = ours(&lie, 8).unwrap_err().to_string();
        assert_eq!(error, format!("JPEG lies about its size: {said}"), "{width}x{height}");
    }
    let cut = ours(&jpeg[..jpeg.len() / 2], 2).unwrap_err().to_string();
    assert_eq!(cut, "corrupt JPEG: the file ends before the picture does");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    // Directly: around the decoders panics are caught, and would pass for refusals.
    #[test]
    fn no_damage_makes_it_panic(
        which in 0_usize..3,
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        headers in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
        fraction in prop_oneof![Just(1_u32), Just(2), Just(4), Just(8)],
    ) {
        let sampling = [SamplingFactor::F_2_2, SamplingFactor::F_2_1, SamplingFactor::F_1_1][which];
        let mut jpeg = samples::jpeg_laid_out((33, 17), sampling, false, [0, 2, 0][which]);
        let all = jpeg.len();
        let head = all.min(700);
        flips.into_iter().for_each(|(at, value)| jpeg[at.index(all)] = value);
        headers.into_iter().for_each(|(at, value)| jpeg[at.index(head)] = value);
        for jpeg in [&jpeg[..], &jpeg[..cut.index(all)]] {
            if let Ok(header) = header::read(jpeg) {
                // As in the decoder: a size is checked before anything else is done.
                if u64::from(header.size.0) * u64::from(header.size.1) < 1_000_000 {
                    let _ = decode(jpeg, &header, fraction);
                }
            }
        }
    }
}
