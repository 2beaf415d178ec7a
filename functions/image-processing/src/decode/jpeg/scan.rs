//! Deals with: whether a JPEG holds as many blocks as its header declares, counted without decoding
//! them. Decoders fill what is missing with grey and ignore what is left over.
//! Does not deal with: damage inside a block, nor anything else that the decoder itself reports.
//!
//! Marker and scan layout are those of ITU-T T.81, annexes A and B.

use super::{
    KIND, PictureError,
    entropy::{Bits, End, Table},
};

/// Scans of a file whose blocks are counted: one for each component it can have. Later ones refine these.
const COUNTED_SCANS: usize = 4;

/// Most scans of a file. Encoders write about ten. A decoder visits every block of the picture in each,
/// though a scan may have just a few bytes: a small file of thousands would keep it busy for hours.
const MAX_SCANS: usize = 100;

/// Fewer bytes than these after the last block are a careless writer's.
const SLACK_BYTES: usize = 8;

/// What the frame header says.
#[derive(Clone)]
struct Frame {
    width: usize,
    height: usize,
    progressive: bool,
    /// Identifier, horizontal and vertical sampling factor.
    components: Vec<(u8, usize, usize)>,
}

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
    let mut tables: [[Option<&[u8]>; 4]; 2] = Default::default();
    let mut frame = None;
    let mut restart = 0;
    let (mut scans, mut counted) = (0, 0);
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, body, after)) = segment(rest) {
        rest = after;
        match marker {
            0xc0..=0xc2 => frame = parse_frame(marker, body),
            0xc4 => remember_tables(body, &mut tables),
            0xdd => restart = body.first_chunk().map_or(0, |b| usize::from(u16::from_be_bytes(*b))),
            0xda => {
                let (data, after) = entropy_coded(rest);
                rest = after;
                scans += 1;
                if scans > MAX_SCANS {
                    let reason = format!("it has more than {MAX_SCANS} scans");
                    return Err(PictureError::Unsupported { kind: KIND, reason });
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

/// Marker, body and what follows of the next segment; none where there is none, or it is cut.
fn segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let start = bytes.iter().position(|byte| *byte == 0xff)?;
    let bytes = bytes.get(start..)?;
    let fill = bytes.iter().position(|byte| *byte != 0xff)?;
    let (marker, rest) = bytes.get(fill..)?.split_first()?;
    if matches!(marker, 0x00 | 0x01 | 0xd0..=0xd9) {
        return Some((*marker, &[], rest));
    }
    let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
    Some((*marker, rest.get(2..length)?, rest.get(length..)?))
}

/// Splits at the first marker that ends entropy-coded data.
fn entropy_coded(bytes: &[u8]) -> (&[u8], &[u8]) {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff | 0xd0..=0xd7);
    let end = bytes.windows(2).position(ends).unwrap_or(bytes.len());
    bytes.split_at(end)
}

fn parse_frame(marker: u8, body: &[u8]) -> Option<Frame> {
    let &[_, h0, h1, w0, w1, count] = body.first_chunk()?;
    let side = |high, low| usize::from(u16::from_be_bytes([high, low]));
    let components: Vec<_> = body
        .get(6..6 + usize::from(count) * 3)?
        .chunks_exact(3)
        .map(|c| (c[0], usize::from(c[1] >> 4), usize::from(c[1] & 15)))
        .collect();
    let sound = components.iter().all(|(_, h, v)| (1..=4).contains(h) && (1..=4).contains(v));
    let frame = Frame {
        width: side(w0, w1),
        height: side(h0, h1),
        progressive: marker == 0xc2,
        components,
    };
    (sound && !frame.components.is_empty()).then_some(frame)
}

/// Keeps where each table of a DHT segment is; building it waits until a scan uses it.
fn remember_tables<'a>(mut body: &'a [u8], tables: &mut [[Option<&'a [u8]>; 4]; 2]) {
    while let Some((class, counts)) = body.split_first() {
        let Some(lengths) = counts.get(..16) else { return };
        let size = 16 + lengths.iter().map(|n| usize::from(*n)).sum::<usize>();
        let Some(table) = counts.get(..size) else { return };
        let (class, index) = (usize::from(class >> 4), usize::from(class & 15));
        if let Some(slot) = tables.get_mut(class).and_then(|kind| kind.get_mut(index)) {
            *slot = Some(table);
        }
        body = counts.get(size..).unwrap_or_default();
    }
}

/// The parts of one unit of a scan, how many units it has, and how many of them make up a row. None
/// for a scan that refines earlier ones, and for one that makes no sense.
fn parse_scan(
    body: &[u8],
    frame: &Frame,
    tables: &[[Option<&[u8]>; 4]; 2],
) -> Option<(Vec<Part>, usize, usize)> {
    let (count, rest) = body.split_first()?;
    let count = usize::from(*count);
    let (selectors, spectrum) = rest.split_at_checked(count * 2)?;
    let &[start, _, approximation] = spectrum.first_chunk()?;
    if start != 0 || approximation >> 4 != 0 {
        return None;
    }
    let most = |side: fn(&(u8, usize, usize)) -> usize| frame.components.iter().map(side).max();
    let (h_max, v_max) = (most(|c| c.1)?, most(|c| c.2)?);
    let mut parts = Vec::with_capacity(count);
    let mut sampling = (1, 1);
    for selector in selectors.chunks_exact(2) {
        let (_, h, v) = *frame.components.iter().find(|(id, ..)| *id == selector[0])?;
        let table =
            |kind: usize, index: u8| Table::new((*tables.get(kind)?.get(usize::from(index))?)?);
        let dc = table(0, selector[1] >> 4)?;
        let ac = if frame.progressive { None } else { Some(table(1, selector[1] & 15)?) };
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
                let size = bits.symbol(&part.dc)?;
                bits.skip(size)?;
                let Some(ac) = &part.ac else { continue };
                let mut at = 1;
                while at < 64 {
                    let symbol = bits.symbol(ac)?;
                    let (run, size) = (symbol >> 4, symbol & 15);
                    bits.skip(size)?;
                    at += match (run, size) {
                        (15, 0) => 16,
                        (_, 0) => break,
                        _ => usize::from(run) + 1,
                    };
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
