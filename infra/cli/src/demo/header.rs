//! What the header of a JPEG or a WebP declares.
//!
//! Deals with: walking a JPEG's segments up to the frame header (ITU-T T.81, annex B); the first chunk of a
//! WebP (WebP Container Specification; RFC 6386, 9.1). Does not deal with: pixels; it is written apart from
//! the codecs that make the thumbnails, so that it can judge them.

/// Width and height in pixels; `None` where `bytes` are no JPEG with a frame header.
pub(crate) fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
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

/// Width and height in pixels, and whether transparency is declared; `None` where `bytes` are no lossy WebP.
pub(crate) fn webp(bytes: &[u8]) -> Option<((u32, u32), bool)> {
    let chunk = bytes.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WEBP")?;
    let (name, chunk) = chunk.split_first_chunk::<4>()?;
    let body = chunk.get(4..)?;
    match name {
        // A frame of its own: three bytes of frame tag, three of start code, 14 bits for each side.
        b"VP8 " => {
            let &[w0, w1, h0, h1] = body.get(6..)?.first_chunk()?;
            let side = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
            Some(((side(w0, w1), side(h0, h1)), false))
        }
        // Flags, three reserved bytes, 24 bits for each side, less one.
        b"VP8X" => {
            let &[flags, _, _, _, w0, w1, w2, h0, h1, h2] = body.first_chunk()?;
            let side = |a, b, c| u32::from_le_bytes([a, b, c, 0]) + 1;
            Some(((side(w0, w1, w2), side(h0, h1, h2)), flags & 0x10 != 0))
        }
        _ => None,
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
        assert_eq!(jpeg(&photo("retina.jpg")), Some((1411, 1411)));
        assert_eq!(jpeg(&photo("rocket-progressive.jpg")), Some((640, 427)));
    }

    #[test]
    fn what_is_no_jpeg_has_none() {
        assert_eq!(jpeg(&photo("cat-is-a-png.jpg")), None);
        assert_eq!(jpeg(&photo("retina.jpg")[..20]), None);
        assert_eq!(jpeg(b""), None);
        assert_eq!(jpeg(&[0xff, 0xd8, 0xff, 0xd9]), None);
    }

    #[test]
    fn a_webp_has_a_size_and_says_whether_it_is_clear_anywhere() {
        assert_eq!(webp(&photo("hubble.webp")), Some(((1000, 872), false)));
        let canvas = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\xff\x01\0\x54\x01\0";
        assert_eq!(webp(canvas), Some(((512, 341), true)));
        assert_eq!(webp(&canvas[..canvas.len() - 1]), None);
        assert_eq!(webp(&photo("retina.jpg")), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(mut bytes in any::<Vec<u8>>(), name in prop_oneof![Just(*b"VP8 "), Just(*b"VP8X")]) {
            let _ = webp(&bytes);
            let _ = webp(&[b"RIFF\0\0\0\0WEBP", &name[..], &bytes].concat());
            let _ = jpeg(&bytes);
            bytes.splice(0..0, [0xff, 0xd8, 0xff]);
            let _ = jpeg(&bytes);
        }
    }
}
