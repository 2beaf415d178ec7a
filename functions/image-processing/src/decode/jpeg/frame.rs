//! Deals with: a JPEG's frame header in full, and where its Huffman tables are (ITU-T T.81, B.2.2, B.2.4.2).
//! Does not deal with: scans.

use super::entropy::Table;

/// What the frame header says.
pub(super) struct Frame {
    /// In pixels.
    pub(super) width: usize,
    /// In pixels.
    pub(super) height: usize,
    pub(super) progressive: bool,
    /// At least one.
    pub(super) components: Vec<Component>,
}

/// One of the colours.
pub(super) struct Component {
    pub(super) id: u8,
    /// Samples across and down, relative to those of the others: 1 to 4.
    pub(super) h: usize,
    pub(super) v: usize,
    /// Which quantization table.
    pub(super) quantization: u8,
}

impl Frame {
    /// None for one that makes no sense.
    pub(super) fn parse(marker: u8, body: &[u8]) -> Option<Self> {
        let &[_, h0, h1, w0, w1, count] = body.first_chunk()?;
        let side = |high, low| usize::from(u16::from_be_bytes([high, low]));
        let component = |c: &[u8]| {
            let (h, v) = (usize::from(c[1] >> 4), usize::from(c[1] & 15));
            let sound = (1..=4).contains(&h) && (1..=4).contains(&v);
            sound.then_some(Component { id: c[0], h, v, quantization: c[2] })
        };
        let components: Vec<_> = body
            .get(6..6 + usize::from(count) * 3)?
            .chunks_exact(3)
            .map(component)
            .collect::<Option<_>>()?;
        let (width, height, progressive) = (side(w0, w1), side(h0, h1), marker == 0xc2);
        (!components.is_empty()).then_some(Self { width, height, progressive, components })
    }

    /// The largest of all components' samplings, across and down.
    pub(super) fn sampling(&self) -> (usize, usize) {
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max();
        (most(|one| one.h).unwrap_or(1), most(|one| one.v).unwrap_or(1))
    }
}

/// Where the Huffman tables of both classes, DC and AC, are; building one waits until a scan uses it.
#[derive(Default)]
pub(super) struct Codes<'a>([[Option<&'a [u8]>; 4]; 2]);

impl<'a> Codes<'a> {
    /// Keeps those of a DHT segment.
    pub(super) fn remember(&mut self, mut body: &'a [u8]) {
        while let Some((class, counts)) = body.split_first() {
            let Some(lengths) = counts.get(..16) else { return };
            let size = 16 + lengths.iter().map(|n| usize::from(*n)).sum::<usize>();
            let Some(table) = counts.get(..size) else { return };
            let (class, index) = (usize::from(class >> 4), usize::from(class & 15));
            if let Some(slot) = self.0.get_mut(class).and_then(|kind| kind.get_mut(index)) {
                *slot = Some(table);
            }
            body = counts.get(size..).unwrap_or_default();
        }
    }

    /// The table of that class and index; none where there is none, or it makes no sense.
    pub(super) fn table(&self, class: usize, index: u8) -> Option<Table> {
        Table::new((*self.0.get(class)?.get(usize::from(index))?)?)
    }
}
