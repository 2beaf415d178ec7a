//! The size that a JPEG's frame header declares.
//!
//! Deals with: walking the segments up to the frame header (ITU-T T.81, annex B). Does not deal with:
//! pixels; it is written apart from the codecs that make the thumbnails, so that it can judge them.

/// Width and height in pixels; `None` where `bytes` are no JPEG with a frame header.
pub(crate) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut rest = bytes.strip_prefix(&[0xff, 0xd8])?;
    loop {
        let [0xff, marker, after @ ..] = rest else { return None };
        match *marker {
            // Fill bytes.
            0xff => rest = rest.get(1..)?,
            // Start of frame, but for DHT, JPG and DAC, which share the range.
            0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(marker) => {
                let [_, _, _precision, h1, h0, w1, w0, ..] = after else { return None };
                let number = |high: u8, low: u8| u32::from(u16::from_be_bytes([high, low]));
                return Some((number(*w1, *w0), number(*h1, *h0)));
            }
            // The picture's data or its end before any frame.
            0xd9 | 0xda => return None,
            _ => {
                let [high, low, ..] = after else { return None };
                rest = after.get(usize::from(u16::from_be_bytes([*high, *low])).max(2)..)?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn photo(name: &str) -> Vec<u8> {
        let folder =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions/image-processing/photos/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    }

    #[test]
    fn baseline_and_progressive_pictures_have_a_size() {
        assert_eq!(size(&photo("retina.jpg")), Some((1411, 1411)));
        assert_eq!(size(&photo("rocket-progressive.jpg")), Some((640, 427)));
    }

    #[test]
    fn what_is_no_jpeg_has_none() {
        assert_eq!(size(&photo("cat-is-a-png.jpg")), None);
        assert_eq!(size(&photo("retina.jpg")[..20]), None);
        assert_eq!(size(b""), None);
        assert_eq!(size(&[0xff, 0xd8, 0xff, 0xd9]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes in any::<Vec<u8>>()) {
            let _ = size(&bytes);
            bytes.splice(0..0, [0xff, 0xd8, 0xff]);
            let _ = size(&bytes);
        }
    }
}
