//! Deals with: whether a JPEG holds as many blocks as its header declares, counted without decoding
//! them. Decoders fill what is missing with grey and ignore what is left over.
//! Does not deal with: damage inside a block, nor anything else that the decoder itself reports.
//!
//! Marker and scan layout are those of ITU-T T.81, annexes A and B.

use super::{
    KIND, PictureError,
    entropy::{Bits, End, Table},
    frame::{Codes, Component, Frame},
    segments::{entropy_coded, segment},
    too_many_scans,
};

/// Scans of a file whose blocks are counted: one for each component it can have. Later ones refine these.
const COUNTED_SCANS: usize = 4;

/// Most scans of a file. Encoders write about ten. A decoder visits every block of the picture in each,
/// though a scan may have just a few bytes: a small file of thousands would keep it busy for hours.
pub(super) const MAX_SCANS: usize = 100;

/// Fewer bytes than these after the last block are a careless writer's.
pub(super) const SLACK_BYTES: usize = 8;

/// Which tables a scan's component uses, and how many blocks of it make up one unit.
struct Part {
    blocks: usize,
    dc: Table,
    /// None in the first scan of a progressive file.
    ac: Option<Table>,
}

/// Refuses a file of more than [`MAX_SCANS`], and one whose first scans are shorter or longer than its
/// frame header says. What it cannot make sense of it leaves to the decoder.
pub(super) fn check(bytes: &[u8]) -> Result<(), PictureError> {
    let mut tables = Codes::default();
    let mut frame = None;
    let mut restart = 0;
    let (mut scans, mut counted) = (0, 0);
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, body, after)) = segment(rest) {
        rest = after;
        match marker {
            0xc0..=0xc2 => frame = Frame::parse(marker, body),
            0xc4 => tables.remember(body),
            0xdd => restart = body.first_chunk().map_or(0, |b| usize::from(u16::from_be_bytes(*b))),
            0xda => {
                let (data, after) = entropy_coded(rest);
                rest = after;
                scans += 1;
                if scans > MAX_SCANS {
                    return Err(too_many_scans());
                }
                let (Some(frame), true) = (&frame, counted < COUNTED_SCANS) else { continue };
                if let Some((parts, units, row)) = parse_scan(body, frame, &tables) {
                    counted += 1;
                    count(data, &parts, units, row, restart)?;
                }
            }
            0xd9 => break,
            _ => (),
        }
    }
    Ok(())
}

/// The parts of one unit of a scan, how many units it has, and how many of them make up a row. None
/// for a scan that refines earlier ones, and for one that makes no sense.
fn parse_scan(body: &[u8], frame: &Frame, tables: &Codes<'_>) -> Option<(Vec<Part>, usize, usize)> {
    let (count, rest) = body.split_first()?;
    let count = usize::from(*count);
    let (selectors, spectrum) = rest.split_at_checked(count * 2)?;
    let &[start, _, approximation] = spectrum.first_chunk()?;
    if start != 0 || approximation >> 4 != 0 {
        return None;
    }
    let (h_max, v_max) = frame.sampling();
    let mut parts = Vec::with_capacity(count);
    let mut sampling = (1, 1);
    for selector in selectors.chunks_exact(2) {
        let &Component { h, v, .. } = frame.components.iter().find(|one| one.id == selector[0])?;
        let dc = tables.table(0, selector[1] >> 4)?;
        let ac = if frame.progressive { None } else { Some(tables.table(1, selector[1] & 15)?) };
        parts.push(Part { blocks: if count == 1 { 1 } else { h * v }, dc, ac });
        sampling = (h, v);
    }
    let (across, down) = if count == 1 {
        // A component on its own is not padded to whole units of all components (T.81 A.2.2).
        let (h, v) = sampling;
        ((frame.width * h).div_ceil(h_max), (frame.height * v).div_ceil(v_max))
    } else {
        (frame.width.div_ceil(h_max), frame.height.div_ceil(v_max))
    };
    let (across, down) = (across.div_ceil(8), down.div_ceil(8));
    Some((parts, across * down, across))
}

/// Counts `units` in `data`, which restarts after every `restart` of them (never, if 0).
fn count(
    data: &[u8],
    parts: &[Part],
    units: usize,
    row: usize,
    restart: usize,
) -> Result<(), PictureError> {
    let interval = if restart == 0 { units } else { restart };
    let mut left = units;
    let mut bits = Bits::new(data);
    while left > 0 {
        let wanted = left.min(interval);
        match skip_units(&mut bits, parts, wanted) {
            Ok(()) => left -= wanted,
            Err(End::Data) => {
                return Err(PictureError::lies(KIND, "the header declares more than there is"));
            }
            Err(End::NoCode) => return Ok(()),
        }
        if left > 0 && !bits.restart() {
            return Ok(());
        }
    }
    let more = bits.bytes_left() > SLACK_BYTES && (bits.restart() || restart == 0);
    if more && skip_units(&mut bits, parts, row.min(interval)).is_ok() {
        return Err(PictureError::lies(KIND, "the header declares less than there is"));
    }
    Ok(())
}

fn skip_units(bits: &mut Bits<'_>, parts: &[Part], units: usize) -> Result<(), End> {
    for _ in 0..units {
        for part in parts {
            for _ in 0..part.blocks {
                bits.skip(&part.dc)?;
                let Some(ac) = &part.ac else { continue };
                bits.skip_block(ac, 1)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
