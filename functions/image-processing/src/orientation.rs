//! Deals with: which way up a picture is (EXIF tag 0x0112), and turning pixels accordingly.
//! Does not deal with: where a format keeps its EXIF block, nor any other tag.

/// One of the eight EXIF orientations, named by what must be done to the stored pixels to show them upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// 1, and whatever is missing or out of range.
    #[default]
    AsStored,
    /// 2: mirror left to right.
    FlipHorizontal,
    /// 3: turn by 180 degrees.
    Rotate180,
    /// 4: mirror top to bottom.
    FlipVertical,
    /// 5: mirror along the diagonal from top left.
    Transpose,
    /// 6: turn clockwise by 90 degrees.
    Rotate90,
    /// 7: mirror along the diagonal from top right.
    Transverse,
    /// 8: turn counter-clockwise by 90 degrees.
    Rotate270,
}

impl Orientation {
    /// The orientation of EXIF value 1 to 8; any other value counts as 1.
    pub fn from_exif_value(value: u16) -> Self {
        match value {
            2 => Self::FlipHorizontal,
            3 => Self::Rotate180,
            4 => Self::FlipVertical,
            5 => Self::Transpose,
            6 => Self::Rotate90,
            7 => Self::Transverse,
            8 => Self::Rotate270,
            _ => Self::AsStored,
        }
    }

    /// Reads the tag from an EXIF block: a TIFF header and its first directory, with or without
    /// the `Exif\0\0` that JPEG puts in front. A damaged block means "as stored": cameras write
    /// many, and every viewer shows such a picture.
    pub fn from_exif(block: &[u8]) -> Self {
        let tiff = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        Self::from_exif_value(orientation_tag(tiff).unwrap_or(1))
    }

    /// Whether width and height change places.
    pub fn swaps_sides(self) -> bool {
        matches!(self, Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270)
    }

    /// Upright size of a picture stored as `width` x `height`; also the inverse.
    pub fn apply_to_size(self, (width, height): (u32, u32)) -> (u32, u32) {
        if self.swaps_sides() { (height, width) } else { (width, height) }
    }

    /// Upright copy of `pixels` (`BYTES` each, `width` x `height` as stored).
    /// Pixels that are missing are left out.
    pub fn apply<const BYTES: usize>(
        self,
        pixels: Vec<u8>,
        width: usize,
        height: usize,
    ) -> Vec<u8> {
        if self == Self::AsStored || width == 0 || height == 0 {
            return pixels;
        }
        let (out_width, out_height) =
            if self.swaps_sides() { (height, width) } else { (width, height) };
        let (right, bottom) = (width - 1, height - 1);
        let mut out = Vec::with_capacity(pixels.len());
        for y in 0..out_height {
            for x in 0..out_width {
                let (from_x, from_y) = match self {
                    Self::AsStored => (x, y),
                    Self::FlipHorizontal => (right - x, y),
                    Self::Rotate180 => (right - x, bottom - y),
                    Self::FlipVertical => (x, bottom - y),
                    Self::Transpose => (y, x),
                    Self::Rotate90 => (y, bottom - x),
                    Self::Transverse => (right - y, bottom - x),
                    Self::Rotate270 => (right - y, x),
                };
                let at = (from_y * width + from_x) * BYTES;
                out.extend_from_slice(pixels.get(at..at + BYTES).unwrap_or_default());
            }
        }
        out
    }
}

/// The value of tag 0x0112 in the first directory of a TIFF block (TIFF 6.0, section 2).
fn orientation_tag(tiff: &[u8]) -> Option<u16> {
    let big_endian = match tiff.get(..4)? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let u32_at = |at: usize| {
        let bytes: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    };
    const SHORT: u16 = 3;
    let directory = usize::try_from(u32_at(4)?).ok()?;
    let entries = usize::from(u16_at(directory)?);
    (0..entries)
        .map_while(|entry| directory.checked_add(2 + entry * 12))
        .find(|at| u16_at(*at) == Some(0x0112) && u16_at(at + 2) == Some(SHORT))
        .and_then(|at| u16_at(at + 8))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A block with one foreign entry before the orientation.
    fn block(big_endian: bool, value: u16) -> Vec<u8> {
        let short =
            |v: u16| if big_endian { v.to_be_bytes().to_vec() } else { v.to_le_bytes().to_vec() };
        let long =
            |v: u32| if big_endian { v.to_be_bytes().to_vec() } else { v.to_le_bytes().to_vec() };
        let mut out = if big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
        out.extend(long(8));
        out.extend(short(2));
        for (tag, value) in [(0x0110, 7), (0x0112, value)] {
            out.extend([short(tag), short(3), long(1), short(value), short(0)].concat());
        }
        out
    }

    /// Stored as
    /// 1 2 3
    /// 4 5 6
    fn turned(value: u16) -> Vec<u8> {
        let stored = (1..=6).flat_map(|n| [n, n, n]).collect();
        let upright = Orientation::from_exif_value(value).apply::<3>(stored, 3, 2);
        upright.chunks(3).map(|pixel| pixel[0]).collect()
    }

    #[test]
    fn each_of_the_eight_orientations_puts_the_pixels_where_the_standard_says() {
        assert_eq!(turned(1), [1, 2, 3, 4, 5, 6]);
        assert_eq!(turned(2), [3, 2, 1, 6, 5, 4]);
        assert_eq!(turned(3), [6, 5, 4, 3, 2, 1]);
        assert_eq!(turned(4), [4, 5, 6, 1, 2, 3]);
        assert_eq!(turned(5), [1, 4, 2, 5, 3, 6]);
        assert_eq!(turned(6), [4, 1, 5, 2, 6, 3]);
        assert_eq!(turned(7), [6, 3, 5, 2, 4, 1]);
        assert_eq!(turned(8), [3, 6, 2, 5, 1, 4]);
    }

    #[test]
    fn both_byte_orders_and_both_prefixes_are_read() {
        for value in 1..=8 {
            for big_endian in [false, true] {
                let bare = block(big_endian, value);
                let expected = Orientation::from_exif_value(value);
                assert_eq!(Orientation::from_exif(&bare), expected);
                let prefixed = [b"Exif\0\0".to_vec(), bare].concat();
                assert_eq!(Orientation::from_exif(&prefixed), expected);
            }
        }
    }

    #[test]
    fn a_value_out_of_range_and_a_damaged_block_mean_as_stored() {
        for value in [0, 9, u16::MAX] {
            assert_eq!(Orientation::from_exif(&block(true, value)), Orientation::AsStored);
        }
        let whole = block(false, 6);
        for end in 0..whole.len() - 4 {
            assert_eq!(Orientation::from_exif(&whole[..end]), Orientation::AsStored);
        }
    }

    proptest! {
        #[test]
        fn no_block_makes_it_panic(mut block in proptest::collection::vec(any::<u8>(), 0..200), head in 0..3) {
            match head {
                1 => block.splice(..0, *b"II*\0\x08\0\0\0").for_each(drop),
                2 => block.splice(..0, *b"MM\0*").for_each(drop),
                _ => (),
            }
            let _ = Orientation::from_exif(&block);
        }

        #[test]
        fn turning_keeps_every_pixel(value in 1u16..=8, width in 1usize..9, height in 1usize..9) {
            let rgb: Vec<u8> = (0..width * height * 3).map(|n| u8::try_from(n % 251).unwrap()).collect();
            let mut upright = Orientation::from_exif_value(value).apply::<3>(rgb.clone(), width, height);
            let mut stored = rgb;
            upright.sort_unstable();
            stored.sort_unstable();
            prop_assert_eq!(upright, stored);
        }
    }
}
