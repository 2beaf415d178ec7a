//! Deals with: which thumbnails a picture gets, and how tall each is.
//! Does not deal with: pixels.

/// Widths in pixels of the thumbnails, widest first.
pub const WIDTHS: [u32; 3] = [1024, 512, 128];

/// A thumbnail's size in pixels, upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// At least 1.
    pub width: u32,
    /// At least 1.
    pub height: u32,
}

/// The thumbnails of a picture of `width` x `height` (upright), widest first: those of [`WIDTHS`] that
/// do not enlarge it; its own size if all of them would.
pub fn thumbnail_sizes(width: u32, height: u32) -> Vec<Size> {
    let sizes: Vec<Size> = WIDTHS
        .into_iter()
        .filter(|wanted| *wanted <= width)
        .map(|wanted| Size { width: wanted, height: height_at(wanted, width, height) })
        .collect();
    if sizes.is_empty() { vec![Size { width, height }] } else { sizes }
}

/// Height, rounded to the nearest pixel and at least 1, that keeps the aspect ratio at `wanted` width.
fn height_at(wanted: u32, width: u32, height: u32) -> u32 {
    let (wanted, width, height) = (u64::from(wanted), u64::from(width.max(1)), u64::from(height));
    u32::try_from((height * wanted + width / 2) / width).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sizes(width: u32, height: u32) -> Vec<(u32, u32)> {
        thumbnail_sizes(width, height).iter().map(|size| (size.width, size.height)).collect()
    }

    #[test]
    fn a_large_picture_gets_all_three() {
        assert_eq!(sizes(4000, 3000), [(1024, 768), (512, 384), (128, 96)]);
    }

    #[test]
    fn a_width_above_the_pictures_own_is_skipped() {
        assert_eq!(sizes(1024, 10), [(1024, 10), (512, 5), (128, 1)]);
        assert_eq!(sizes(1023, 1023), [(512, 512), (128, 128)]);
        assert_eq!(sizes(511, 511), [(128, 128)]);
        assert_eq!(sizes(128, 7), [(128, 7)]);
    }

    #[test]
    fn a_picture_narrower_than_all_gets_one_at_its_own_width() {
        assert_eq!(sizes(127, 300), [(127, 300)]);
        assert_eq!(sizes(1, 1), [(1, 1)]);
    }

    #[test]
    fn a_strip_keeps_at_least_one_row() {
        assert_eq!(sizes(10_000, 1), [(1024, 1), (512, 1), (128, 1)]);
    }

    proptest! {
        #[test]
        fn nothing_is_ever_enlarged(width in 1u32..200_000, height in 1u32..200_000) {
            let sizes = thumbnail_sizes(width, height);
            prop_assert!(!sizes.is_empty());
            for size in sizes {
                prop_assert!((1..=width).contains(&size.width));
                prop_assert!((1..=height).contains(&size.height));
            }
        }
    }
}
