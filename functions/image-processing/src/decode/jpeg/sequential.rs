//! Deals with: the kind of JPEG that every camera writes, at a half, a quarter or an eighth of its size:
//! grey or YCbCr, all of it in one scan. Of a block only what shows at that size is worked out, and of the
//! picture only a row of blocks is in memory beside the result.
//! Does not deal with: every other kind; the library decodes those. It was measured against the library
//! (`cargo xtask bench image`): which works out and holds more, and needs its input to be counted before.
//!
//! Scans are laid out as in ITU-T T.81, annex A; colours are those of ITU-T T.871 (JFIF), section 7.

mod inverse;
mod plane;

use self::plane::Plane;
use super::entropy::{Bits, End};
use super::frame::{Codes, Frame};
use super::header::{Colours, Header};
use super::scan::SLACK_BYTES;
use super::segments::{entropy_coded, segment};
use super::{KIND, ended};
use crate::decode::buffer;
use crate::error::PictureError;

/// A file of this kind, ready to be decoded.
struct Plan<'a> {
    planes: Vec<Plane>,
    /// Units of blocks across and down.
    units: (usize, usize),
    /// Units between restart markers; 0 for none.
    restart: usize,
    data: &'a [u8],
}

/// Samples of one or three bytes a pixel at 1/`fraction` of the size; none for a file of another kind.
///
/// # Errors
/// Where the file ends early, is damaged, or holds more or less than its header says.
pub(super) fn decode(
    bytes: &[u8],
    header: &Header<'_>,
    fraction: u32,
) -> Result<Option<Vec<u8>>, PictureError> {
    // At full size the smoother edges of the library's colours would show.
    let Some(side) = [(2, 4), (4, 2), (8, 1)].iter().find(|(by, _)| *by == fraction) else {
        return Ok(None);
    };
    let Some(mut plan) = plan(bytes, header, side.1)? else { return Ok(None) };
    let (width, height) = (header.size.0.div_ceil(fraction), header.size.1.div_ceil(fraction));
    let channels = plan.planes.len();
    let mut out = buffer(KIND, (width, height), channels)?;
    let row_bytes = usize::try_from(width).unwrap_or(usize::MAX).saturating_mul(channels);

    let mut bits = Bits::new(plan.data);
    let mut until_restart = plan.restart;
    let band_rows = plan.planes.iter().map(Plane::rows).max().unwrap_or(1);
    for band in out.chunks_mut(row_bytes.saturating_mul(band_rows).max(1)) {
        for unit in 0..plan.units.0 {
            if plan.restart > 0 {
                if until_restart == 0 {
                    if !bits.restart() {
                        return Err(PictureError::corrupt(KIND, "a restart marker is missing"));
                    }
                    plan.planes.iter_mut().for_each(Plane::restart);
                    until_restart = plan.restart;
                }
                until_restart -= 1;
            }
            for plane in &mut plan.planes {
                plane.decode(&mut bits, unit).map_err(|end| match end {
                    End::Data => PictureError::lies(KIND, "the header declares more than there is"),
                    End::NoCode => PictureError::corrupt(KIND, "bits that are no Huffman code"),
                })?;
            }
        }
        for (row, line) in band.chunks_exact_mut(row_bytes.max(1)).enumerate() {
            match &mut plan.planes[..] {
                [grey] => line.iter_mut().zip(grey.row(row)).for_each(|(to, from)| *to = *from),
                [y, cb, cr] => to_rgb(line, y.row(row), cb.row(row), cr.row(row)),
                _ => (),
            }
        }
    }
    nothing_follows(&plan, bits)?;
    Ok(Some(out))
}

/// None for a file of another kind.
fn plan<'a>(
    bytes: &'a [u8],
    header: &Header<'_>,
    side: usize,
) -> Result<Option<Plan<'a>>, PictureError> {
    let mut codes = Codes::default();
    let mut quantization: [Option<[u16; 64]>; 4] = [None; 4];
    let mut frame = None;
    let mut restart = 0;
    let mut rest = bytes.get(2..).unwrap_or_default();
    loop {
        let (marker, body, after) = segment(rest).ok_or_else(ended)?;
        rest = after;
        match marker {
            0xc0 | 0xc1 if frame.is_none() => frame = Frame::parse(marker, body),
            0xc4 => codes.remember(body),
            0xdb => plane::remember_quantization(body, &mut quantization),
            0xdd => restart = body.first_chunk().map_or(0, |b| usize::from(u16::from_be_bytes(*b))),
            // Adobe's: the last byte says whether the colours are YCbCr.
            0xee if body.starts_with(b"Adobe") && body.get(11) != Some(&1) => return Ok(None),
            0xda => {
                let (data, behind) = entropy_coded(rest);
                let planes = frame.filter(|frame| plain(frame, header)).and_then(|frame| {
                    let planes = plane::planes(&frame, body, &codes, &quantization, side)?;
                    Some((planes, frame))
                });
                let Some((planes, frame)) = planes else { return Ok(None) };
                return Ok(ends(behind)?.then(|| {
                    // Alone, a component is not laid out in units (T.81, A.2.2).
                    let (h, v) = if planes.len() == 1 { (1, 1) } else { frame.sampling() };
                    let units = (frame.width.div_ceil(8 * h), frame.height.div_ceil(8 * v));
                    let planes = planes.into_iter().map(|plane| plane.across(units.0)).collect();
                    Plan { planes, units, restart, data }
                }));
            }
            0xc0..=0xc2 | 0xcc | 0xd8 | 0xd9 | 0xdc | 0xde | 0xdf => return Ok(None),
            _ => (),
        }
    }
}

/// Whether its colours are grey or YCbCr: three components are, unless their names say something else.
fn plain(frame: &Frame, header: &Header<'_>) -> bool {
    let names: Vec<u8> = frame.components.iter().map(|one| one.id).collect();
    match header.colours {
        Colours::Grey => names.len() == 1,
        // RGB, and the wide spaces of libjpeg.
        Colours::Light => {
            names.len() == 3 && ![&b"RGB"[..], b"rgb", b"\x01\x22\x23"].contains(&&names[..])
        }
        Colours::Inks => false,
    }
}

/// Whether nothing follows the scan but the end of the picture.
fn ends(behind: &[u8]) -> Result<bool, PictureError> {
    let (marker, ..) = segment(behind).ok_or_else(ended)?;
    Ok(marker == 0xd9)
}

/// As `scan` does: a few bytes are a careless writer's, a whole row of units is more than was declared.
fn nothing_follows(plan: &Plan<'_>, mut bits: Bits<'_>) -> Result<(), PictureError> {
    if bits.bytes_left() <= SLACK_BYTES || !(bits.restart() || plan.restart == 0) {
        return Ok(());
    }
    let units = plan.units.0.min(if plan.restart == 0 { usize::MAX } else { plan.restart });
    let row =
        (0..units).try_for_each(|_| plan.planes.iter().try_for_each(|one| one.skip(&mut bits)));
    match row {
        Ok(()) => Err(PictureError::lies(KIND, "the header declares less than there is")),
        Err(_) => Ok(()),
    }
}

/// In steps of 1/65536.
fn to_rgb(line: &mut [u8], y: &[u8], cb: &[u8], cr: &[u8]) {
    const HALF: i32 = 1 << 15;
    for (((to, y), cb), cr) in line.chunks_exact_mut(3).zip(y).zip(cb).zip(cr) {
        let (y, cb, cr) = (i32::from(*y) << 16 | HALF, i32::from(*cb) - 128, i32::from(*cr) - 128);
        let level = |sum: i32| (sum >> 16).clamp(0, 255).to_le_bytes()[0];
        to[0] = level(y + 91_881 * cr);
        to[1] = level(y - 22_554 * cb - 46_802 * cr);
        to[2] = level(y + 116_130 * cb);
    }
}

#[cfg(test)]
mod tests;
