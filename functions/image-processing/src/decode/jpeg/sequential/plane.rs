//! Deals with: one colour of a picture: its tables, decoding its blocks, and a row of units of its samples.
//! Does not deal with: the order of units, nor the other colours.

use super::inverse::{factor, inverse};
use crate::decode::jpeg::entropy::{Bits, End, Table};
use crate::decode::jpeg::frame::{Codes, Component, Frame};

/// Where the frequencies of a block are, in the order of a file: across and down (T.81, figure A.6).
const ZIGZAG: [(u8, u8); 64] = zigzag();

/// Further than any run of zeros leads: an end of block from the last frequency.
const BEYOND: usize = 64 + 64;

pub(super) struct Plane {
    dc: Table,
    ac: Table,
    /// Of each frequency in the order of a file: its place in a block, and what it is multiplied by. Those
    /// that do not show go to a place of their own.
    frequencies: Box<[(u8, f32); BEYOND]>,
    /// How many of them there are up to the last that shows.
    showing: usize,
    /// Pixels on each side of a block once decoded: 1, 2, 4 or 8.
    side: usize,
    /// Blocks across and down in a unit.
    blocks: (usize, usize),
    /// How often a sample is repeated, across and down, where another colour has more.
    repeat: (usize, usize),
    predicted: i16,
    /// The block at hand, and behind it the place of what does not show.
    values: [f32; 65],
    /// Samples of a row of units.
    band: Vec<u8>,
    stride: usize,
    /// A row of `band` with its samples repeated.
    line: Vec<u8>,
}

/// The planes of a scan with header `body`; none where it is not all of the picture.
pub(super) fn planes(
    frame: &Frame,
    body: &[u8],
    codes: &Codes<'_>,
    quantization: &[Option<[u16; 64]>; 4],
    side: usize,
) -> Option<Vec<Plane>> {
    let (count, rest) = body.split_first()?;
    let (selectors, spectrum) = rest.split_at_checked(usize::from(*count) * 2)?;
    if usize::from(*count) != frame.components.len() || spectrum != [0, 63, 0] {
        return None;
    }
    let alone = frame.components.len() == 1;
    let plane = |(selector, one): (&[u8], &Component)| {
        let (h_max, v_max) = frame.sampling();
        // T.81, A.2.2: a component on its own has one block a unit.
        let (more, blocks) =
            if alone { ((1, 1), (1, 1)) } else { ((h_max / one.h, v_max / one.v), (one.h, one.v)) };
        let whole = alone || (h_max % one.h == 0 && v_max % one.v == 0);
        // A colour of less resolution is decoded at more of it, so that little needs to be repeated.
        let own = (side * more.0.min(more.1)).min(8);
        let repeat = (side * more.0 / own, side * more.1 / own);
        if selector[0] != one.id
            || !whole
            || !own.is_power_of_two()
            || (repeat.0 * own, repeat.1 * own) != (side * more.0, side * more.1)
        {
            return None;
        }
        let table = (*quantization.get(usize::from(one.quantization))?)?;
        let frequencies: [_; BEYOND] = std::array::from_fn(|at| frequency(at, own, &table));
        let showing = frequencies.iter().rposition(|(place, _)| *place < 64).map_or(0, |at| at + 1);
        Some(Plane {
            dc: codes.table(0, selector[1] >> 4)?,
            ac: codes.table(1, selector[1] & 15)?,
            frequencies: Box::new(frequencies),
            showing,
            side: own,
            blocks,
            repeat,
            predicted: 0,
            values: [0.0; 65],
            band: Vec::new(),
            stride: 0,
            line: Vec::new(),
        })
    };
    selectors.chunks_exact(2).zip(&frame.components).map(plane).collect()
}

fn frequency(at: usize, side: usize, quantization: &[u16; 64]) -> (u8, f32) {
    let shown = ZIGZAG.get(at).map(|(across, down)| (usize::from(*across), usize::from(*down)));
    match shown {
        Some((across, down)) if across < side && down < side => {
            let step = quantization.get(at).copied().unwrap_or_default();
            let place = u8::try_from(across * side + down).unwrap_or(64);
            (place, f32::from(step) * factor(side, across, down))
        }
        _ => (64, 0.0),
    }
}

impl Plane {
    /// With room for `units` across.
    pub(super) fn across(mut self, units: usize) -> Self {
        self.stride = units * self.blocks.0 * self.side;
        self.band = vec![0; self.stride * self.blocks.1 * self.side];
        self
    }

    /// Rows of pixels in a row of units.
    pub(super) fn rows(&self) -> usize {
        self.blocks.1 * self.side * self.repeat.1
    }

    /// Behind a restart marker nothing is predicted.
    pub(super) fn restart(&mut self) {
        self.predicted = 0;
    }

    /// Decodes its blocks of the unit in column `unit`.
    pub(super) fn decode(&mut self, bits: &mut Bits<'_>, unit: usize) -> Result<(), End> {
        // What a size is known for costs no call.
        match self.side {
            8 => self.unit::<8>(bits, unit),
            4 => self.unit::<4>(bits, unit),
            2 => self.unit::<2>(bits, unit),
            _ => self.unit::<1>(bits, unit),
        }
    }

    fn unit<const SIDE: usize>(&mut self, bits: &mut Bits<'_>, unit: usize) -> Result<(), End> {
        for down in 0..self.blocks.1 {
            for across in 0..self.blocks.0 {
                let left = (unit * self.blocks.0 + across) * SIDE;
                self.block::<SIDE>(bits, down * SIDE * self.stride + left)?;
            }
        }
        Ok(())
    }

    /// Leaves out its blocks of a unit.
    pub(super) fn skip(&self, bits: &mut Bits<'_>) -> Result<(), End> {
        for _ in 0..self.blocks.0 * self.blocks.1 {
            bits.skip(&self.dc)?;
            bits.skip_block(&self.ac, 1)?;
        }
        Ok(())
    }

    fn block<const SIDE: usize>(&mut self, bits: &mut Bits<'_>, to: usize) -> Result<(), End> {
        let values = &mut self.values;
        values[..SIDE * SIDE].fill(0.0);
        let (_, difference) = bits.number(&self.dc)?;
        self.predicted = self.predicted.wrapping_add(difference);
        values[0] = f32::from(self.predicted) * self.frequencies[0].1;
        let mut at = 1;
        let mut shown = false;
        while at < self.showing {
            let (code, value) = bits.number(&self.ac)?;
            at += usize::from(code.step);
            // A mask, for the compiler: it is below 127.
            let (place, by) = self.frequencies[(at - 1) % BEYOND];
            values[usize::from(place)] = f32::from(value) * by;
            shown |= place < 64;
        }
        bits.skip_block(&self.ac, at)?;
        // Most blocks of colour, and of sky, have one level.
        let block = inverse(if shown { SIDE } else { 1 }, values);
        let rows = self.band.get_mut(to..).unwrap_or_default().chunks_mut(self.stride.max(1));
        for (row, levels) in rows.zip(block).take(SIDE) {
            if let (Some(row), Some(levels)) = (row.first_chunk_mut::<SIDE>(), levels.first_chunk())
            {
                *row = *levels;
            }
        }
        Ok(())
    }

    /// A row of pixels of the row of units.
    pub(super) fn row(&mut self, row: usize) -> &[u8] {
        let (across, down) = self.repeat;
        let from = row / down * self.stride;
        let samples = self.band.get(from..from + self.stride).unwrap_or_default();
        if across == 1 {
            return samples;
        }
        self.line.clear();
        self.line.extend(samples.iter().flat_map(|sample| std::iter::repeat_n(*sample, across)));
        &self.line
    }
}

/// Keeps the tables of a DQT segment, of 8 or 16 bits.
pub(super) fn remember_quantization(mut body: &[u8], tables: &mut [Option<[u16; 64]>; 4]) {
    while let Some((kind, rest)) = body.split_first() {
        let bytes = if kind >> 4 == 0 { 1 } else { 2 };
        let Some((steps, rest)) = rest.split_at_checked(64 * bytes) else { return };
        let mut table = [0; 64];
        for (to, step) in table.iter_mut().zip(steps.chunks_exact(bytes)) {
            *to = step.iter().fold(0, |high, low| high << 8 | u16::from(*low));
        }
        if let Some(slot) = tables.get_mut(usize::from(kind & 15)) {
            *slot = Some(table);
        }
        body = rest;
    }
}

/// From the upper left corner along the diagonals, up and down in turn.
const fn zigzag() -> [(u8, u8); 64] {
    let mut order = [(0, 0); 64];
    let (mut across, mut down) = (0_u8, 0_u8);
    let mut at = 1;
    while at < 64 {
        let up = (across + down) % 2 == 0;
        if up && across == 7 || !up && down == 7 {
            // Along the edge.
            if up { down += 1 } else { across += 1 }
        } else if up {
            across += 1;
            down = down.saturating_sub(1);
        } else {
            down += 1;
            across = across.saturating_sub(1);
        }
        order[at] = (across, down);
        at += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_are_in_the_order_of_the_standard() {
        let place = |(across, down): (u8, u8)| down * 8 + across;
        assert_eq!(
            ZIGZAG.map(place),
            [
                0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41,
                34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
                30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63
            ]
        );
    }
}
