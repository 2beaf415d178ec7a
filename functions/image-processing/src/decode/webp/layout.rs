//! Deals with: the chunks of a WebP file: that they are all there, and that no frame inside is of
//! another size than the canvas allows, told from the headers alone.
//! Does not deal with: what is inside a frame.
//!
//! The layout is that of the WebP Container Specification and, for the lossy frame header, RFC 6386 9.1.

use super::{KIND, PictureError};

const CHUNK_HEADER: usize = 8;
/// Position, size, duration and flags of an animation frame, before its own chunks.
const FRAME_HEADER: usize = 16;

/// Checks `bytes`, a RIFF file of form WEBP, against the canvas it declares.
pub(super) fn check_frames(bytes: &[u8], canvas: (u32, u32)) -> Result<(), PictureError> {
    let declared = u32_at(bytes, 4).and_then(|size| usize::try_from(size).ok()).unwrap_or(0);
    let Some(riff) = bytes.get(12..declared.saturating_add(CHUNK_HEADER)) else {
        return Err(PictureError::corrupt(KIND, "the file ends before the picture does"));
    };
    for (name, body) in chunks(riff) {
        match name {
            b"VP8 " => same(lossy_size(body), canvas)?,
            b"ANMF" => {
                let frame = frame_size(body);
                let inside = frame.is_some_and(|(w, h)| w <= canvas.0 && h <= canvas.1);
                let inner = body.get(FRAME_HEADER..).unwrap_or_default();
                if let (true, Some(frame)) = (inside, frame) {
                    let lossy = chunks(inner).find(|(name, _)| *name == b"VP8 ");
                    lossy.map_or(Ok(()), |(_, body)| same(lossy_size(body), frame))?;
                } else {
                    return Err(PictureError::lies(KIND, "a frame is larger than the canvas"));
                }
            }
            _ => (),
        }
    }
    Ok(())
}

fn same(found: Option<(u32, u32)>, wanted: (u32, u32)) -> Result<(), PictureError> {
    match found {
        Some(size) if size == wanted => Ok(()),
        Some((width, height)) => Err(PictureError::lies(
            KIND,
            format!("the header says {}x{}, the frame {width}x{height}", wanted.0, wanted.1),
        )),
        None => Err(PictureError::corrupt(KIND, "a frame without a header")),
    }
}

/// Name and body of each whole chunk.
fn chunks(mut rest: &[u8]) -> impl Iterator<Item = (&[u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let name = rest.first_chunk::<4>()?;
        let size = usize::try_from(u32_at(rest, 4)?).ok()?;
        let end = CHUNK_HEADER.checked_add(size)?;
        let body = rest.get(CHUNK_HEADER..end)?;
        // Chunks start at even offsets; the last one's padding may be missing.
        rest = rest.get(end + size % 2..).unwrap_or_default();
        Some((name, body))
    })
}

/// Size in the header of a lossy key frame: 14 bits each, the upper two are a scale for display.
fn lossy_size(frame: &[u8]) -> Option<(u32, u32)> {
    let [w0, w1, h0, h1] = *frame.get(6..)?.first_chunk::<4>()?;
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    Some((side(w0, w1), side(h0, h1)))
}

/// Size of an animation frame: 24 bits each, less one.
fn frame_size(frame: &[u8]) -> Option<(u32, u32)> {
    let [w0, w1, w2, h0, h1, h2] = *frame.get(6..)?.first_chunk::<6>()?;
    let side = |a, b, c| u32::from_le_bytes([a, b, c, 0]) + 1;
    Some((side(w0, w1, w2), side(h0, h1, h2)))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk::<4>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::samples;
    use proptest::prelude::*;

    // Directly: around the decoders panics are caught, and would pass for refusals.
    proptest! {
        #[test]
        fn no_bytes_make_the_check_panic(
            noise: Vec<u8>,
            flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
            name in prop_oneof![Just(*b"VP8 "), Just(*b"VP8L"), Just(*b"ANMF"), Just(*b"VP8X")],
            length in prop_oneof![Just(u32::MAX), 0_u32..200, any::<u32>()],
            body in proptest::collection::vec(any::<u8>(), 0..120),
            canvas: (u32, u32),
        ) {
            let rgb = samples::halves(9, 7);
            let mut webp = samples::webp(9, 7, &rgb, image_webp::ColorType::Rgb8, None);
            let all = webp.len();
            flips.into_iter().for_each(|(at, value)| webp[at.index(all)] = value);
            let size = u32::try_from(body.len() + 12).unwrap().to_le_bytes();
            let made = [b"RIFF", &size, b"WEBP", &name, &length.to_le_bytes(), &body[..]].concat();
            for bytes in [&noise, &webp, &made] {
                let _ = check_frames(bytes, canvas);
            }
        }
    }
}
