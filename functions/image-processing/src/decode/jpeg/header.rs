//! Deals with: what a JPEG says before its data: size, colours, EXIF, colour profile; and which varieties
//! are not decoded. It is read once, for either decoder, and before either sees the file.
//! Does not deal with: tables and scans.
//!
//! Marker and frame layout are those of ITU-T T.81, annex B; of a profile in pieces, of ICC.1, annex B.4.

use super::segments::segment;
use super::{KIND, ended};
use crate::decode::MAX_PROFILE;
use crate::error::PictureError;

/// What comes before the first scan.
pub(super) struct Header<'a> {
    /// Width and height in pixels.
    pub(super) size: (u32, u32),
    pub(super) colours: Colours,
    /// From its `Exif\0\0` on.
    pub(super) exif: Option<&'a [u8]>,
    /// The ICC profile, put together.
    pub(super) profile: Option<Vec<u8>>,
}

/// What a pixel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    /// One sample.
    Grey,
    /// Three: RGB, or YCbCr that becomes it.
    Light,
    /// Four: CMYK, or YCCK that becomes it.
    Inks,
}

/// Reads `bytes` up to the first scan.
///
/// # Errors
/// Where there is no frame header, or one of a variety that is not decoded.
pub(super) fn read(bytes: &[u8]) -> Result<Header<'_>, PictureError> {
    let mut frame = None;
    let mut exif = None;
    let mut pieces = Vec::new();
    let mut rest = bytes.get(2..).unwrap_or_default();
    loop {
        let (marker, body, after) = segment(rest).ok_or_else(ended)?;
        rest = after;
        match marker {
            // Start of frame, but for DHT, JPG and DAC, which share the range.
            0xc0..=0xcf if ![0xc4, 0xc8, 0xcc].contains(&marker) && frame.is_none() => {
                frame = Some(parse_frame(marker, body)?);
            }
            0xe1 if body.starts_with(b"Exif\0\0") && exif.is_none() => exif = Some(body),
            0xe2 => pieces.extend(body.strip_prefix(b"ICC_PROFILE\0")),
            0xd9 | 0xda => break,
            _ => (),
        }
    }
    let (size, colours) = frame.ok_or_else(|| PictureError::corrupt(KIND, "no frame header"))?;
    Ok(Header { size, colours, exif, profile: joined(pieces) })
}

fn parse_frame(marker: u8, body: &[u8]) -> Result<((u32, u32), Colours), PictureError> {
    let unsupported = |reason: String| PictureError::Unsupported { kind: KIND, reason };
    let &[precision, h0, h1, w0, w1, components] = body.first_chunk().ok_or_else(ended)?;
    if marker > 0xc2 {
        return Err(unsupported(format!("its way of coding, SOF{}", marker & 15)));
    }
    if precision != 8 {
        return Err(unsupported(format!("{precision} bits a sample")));
    }
    let colours = match components {
        1 => Colours::Grey,
        3 => Colours::Light,
        4 => Colours::Inks,
        other => return Err(unsupported(format!("{other} components"))),
    };
    let side = |high, low| u32::from(u16::from_be_bytes([high, low]));
    Ok(((side(w0, w1), side(h0, h1)), colours))
}

/// A profile of its pieces, each with its number and how many there are in front. Where they do not
/// fit together, or are over [`MAX_PROFILE`] together, there is none.
fn joined(pieces: Vec<&[u8]>) -> Option<Vec<u8>> {
    let mut pieces: Vec<(u8, u8, &[u8])> = pieces
        .into_iter()
        .map(|piece| piece.split_first_chunk().map(|([number, of], data)| (*number, *of, data)))
        .collect::<Option<_>>()?;
    pieces.sort_unstable_by_key(|(number, ..)| *number);
    let count = u8::try_from(pieces.len()).ok()?;
    let fit =
        (1..=count).zip(&pieces).all(|(wanted, (number, of, _))| (wanted, count) == (*number, *of));
    let length: usize = pieces.iter().map(|(.., data)| data.len()).sum();
    (fit && (1..=MAX_PROFILE).contains(&length))
        .then(|| pieces.into_iter().flat_map(|(.., data)| data).copied().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::samples;
    use proptest::prelude::*;

    #[test]
    fn pieces_of_a_profile_are_put_together_whatever_their_order() {
        let joined = |pieces: &[&[u8]]| joined(pieces.to_vec());
        assert_eq!(joined(&[&[1, 1, 7, 8]]), Some(vec![7, 8]));
        assert_eq!(joined(&[&[2, 3, 8], &[3, 3, 9], &[1, 3, 7]]), Some(vec![7, 8, 9]));
        for odd in [&[][..], &[&[][..]], &[&[1]], &[&[1, 1]], &[&[1, 2, 7]], &[&[0, 1, 7]]] {
            assert_eq!(joined(odd), None, "{odd:?}");
        }
        assert_eq!(joined(&[&[1, 2, 7], &[1, 2, 7]]), None);
        let long = [&[1, 1][..], &vec![0; MAX_PROFILE + 1]].concat();
        assert_eq!(joined(&[&long]), None);
    }

    #[test]
    fn varieties_that_are_not_decoded_are_named() {
        let jpeg = samples::photo("retina.jpg");
        let frame = jpeg.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
        for (at, value, reason) in [
            (1, 0xc9, "its way of coding, SOF9"),
            (1, 0xc3, "its way of coding, SOF3"),
            (4, 12, "12 bits a sample"),
            (9, 2, "2 components"),
        ] {
            let mut odd = jpeg.to_vec();
            odd[frame + at] = value;
            let error = read(&odd).err().unwrap().to_string();
            assert_eq!(error, format!("unsupported JPEG: {reason}"));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            noise: Vec<u8>,
            flips in proptest::collection::vec((0_usize..700, any::<u8>()), 0..20),
        ) {
            let _ = read(&noise);
            let mut jpeg = samples::photo("retina.jpg")[..700].to_vec();
            flips.into_iter().for_each(|(at, value)| jpeg[at] = value);
            let _ = read(&jpeg);
        }
    }
}
