//! Deals with: walking the segments of a JPEG and finding where entropy-coded data end (ITU-T T.81, B.1).
//! Does not deal with: what is in them.

use memchr::memchr;

/// Marker, body and what follows of the next segment; none where there is none, or it is cut.
pub(super) fn segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let bytes = bytes.get(memchr(0xff, bytes)?..)?;
    let fill = bytes.iter().position(|byte| *byte != 0xff)?;
    let (marker, rest) = bytes.get(fill..)?.split_first()?;
    if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd9) {
        return Some((*marker, &[], rest));
    }
    let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
    Some((*marker, rest.get(2..length)?, rest.get(length..)?))
}

/// Splits at the first marker that ends entropy-coded data.
pub(super) fn entropy_coded(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut from = 0;
    while let Some(found) = bytes.get(from..).and_then(|rest| memchr(0xff, rest)) {
        let at = from + found;
        match bytes.get(at + 1) {
            None => break,
            Some(0x00 | 0xff | 0xd0..=0xd7) => from = at + 1,
            Some(_) => return bytes.split_at(at),
        }
    }
    bytes.split_at(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffed_bytes_restarts_and_fill_bytes_are_data() {
        let data = [1, 0xff, 0, 2, 0xff, 0xd3, 0xff, 0xff, 0xd9, 7];
        assert_eq!(entropy_coded(&data), (&data[..7], &data[7..]));
        assert_eq!(entropy_coded(&data[..6]), (&data[..6], &[][..]));
        assert_eq!(entropy_coded(&[1, 0xff]), (&[1, 0xff][..], &[][..]));
        assert_eq!(entropy_coded(&[]), (&[][..], &[][..]));
    }

    #[test]
    fn a_segment_has_a_marker_and_a_body() {
        let bytes = [9, 0xff, 0xff, 0xe1, 0, 4, 5, 6, 7];
        assert_eq!(segment(&bytes), Some((0xe1, &[5, 6][..], &[7][..])));
        assert_eq!(segment(&bytes[..7]), None);
        assert_eq!(segment(&[0xff, 0xd8, 1]), Some((0xd8, &[][..], &[1][..])));
        assert_eq!(segment(&[0xff, 0xe1, 0, 1, 1]), None);
    }
}
