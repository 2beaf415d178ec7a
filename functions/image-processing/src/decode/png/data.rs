//! Deals with: whether the image data of a PNG unpack to as many bytes as its header declares, counted
//! without keeping them. Decoders ignore what is left over.
//! Does not deal with: damaged data; the decoder reports those.

use super::{KIND, PictureError, chunks::chunks};
use flate2::write::ZlibDecoder;
use std::io::{Error, Write};

/// Refuses a file that holds less or more rows than its header, `full` of `bits` a pixel, declares.
pub(super) fn check(
    bytes: &[u8],
    full: (u32, u32),
    bits: usize,
    interlaced: bool,
) -> Result<(), PictureError> {
    let (wanted, row) = lengths(full, bits, interlaced);
    // One row more than wanted is proof enough; a bomb is not unpacked any further.
    let counter = Counter { seen: 0, limit: wanted.saturating_add(row) };
    let mut unpack = ZlibDecoder::new(counter);
    let mut ended = true;
    for chunk in image_data(bytes) {
        if unpack.write_all(chunk).is_err() {
            ended = false;
            break;
        }
    }
    // Damaged data end early too: then how much there was says nothing.
    ended = ended && unpack.try_finish().is_ok();
    let seen = unpack.get_ref().seen;
    if seen >= wanted.saturating_add(row) {
        return Err(PictureError::lies(KIND, "the header declares less than there is"));
    }
    if ended && seen < wanted {
        return Err(PictureError::lies(KIND, "the header declares more than there is"));
    }
    Ok(())
}

/// Unpacked length of all rows, each with its filter byte, and of the longest one.
fn lengths((width, height): (u32, u32), bits: usize, interlaced: bool) -> (usize, usize) {
    let side = |pixels: u32| usize::try_from(pixels).unwrap_or(usize::MAX);
    let (width, height) = (side(width), side(height));
    let row = |width: usize| match width {
        0 => 0,
        width => width.saturating_mul(bits).div_ceil(8).saturating_add(1),
    };
    if !interlaced {
        return (row(width).saturating_mul(height), row(width));
    }
    // Adam7: first column, first row, column step and row step of each pass.
    let passes = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];
    let pass = |(x, y, dx, dy): (usize, usize, usize, usize)| {
        let columns = width.saturating_sub(x).div_ceil(dx);
        row(columns).saturating_mul(height.saturating_sub(y).div_ceil(dy))
    };
    (passes.map(pass).into_iter().fold(0, usize::saturating_add), row(width))
}

/// The bodies of the first run of IDAT chunks.
fn image_data(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    chunks(bytes)
        .skip_while(|(name, _)| *name != b"IDAT")
        .take_while(|(name, _)| *name == b"IDAT")
        .map(|(_, body)| body)
}

/// Counts what is written, up to a limit.
struct Counter {
    seen: usize,
    limit: usize,
}

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.seen = self.seen.saturating_add(bytes.len());
        if self.seen < self.limit { Ok(bytes.len()) } else { Err(Error::other("enough")) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::samples;
    use proptest::prelude::*;

    // Directly: around the decoders panics are caught, and would pass for refusals.
    proptest! {
        #[test]
        fn no_bytes_and_no_header_make_the_check_panic(
            noise: Vec<u8>,
            flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
            cut in any::<prop::sample::Index>(),
            full: (u32, u32),
            bits in prop_oneof![Just(1_usize), Just(8), Just(64), any::<usize>()],
            interlaced: bool,
        ) {
            let mut png = samples::rgb_png(9, 7, &samples::halves(9, 7));
            let all = png.len();
            flips.into_iter().for_each(|(at, value)| png[at.index(all)] = value);
            for bytes in [&noise, &png[..], &png[..cut.index(all)]] {
                let _ = check(bytes, full, bits, interlaced);
                let _ = check(bytes, (9, 7), 24, interlaced);
            }
        }
    }

    #[test]
    fn lengths_count_filter_bytes_and_partial_bytes() {
        assert_eq!(lengths((4, 3), 24, false), (39, 13));
        assert_eq!(lengths((9, 2), 1, false), (6, 3));
    }

    #[test]
    fn an_interlaced_picture_of_eight_by_eight_has_fifteen_rows() {
        // 1 + 1 + 1 + 2 + 2 + 4 + 4 rows with 64 pixels of a byte each.
        assert_eq!(lengths((8, 8), 8, true), (64 + 15, 9));
        // Passes without a column have no rows.
        assert_eq!(lengths((1, 1), 8, true), (2, 2));
    }
}
