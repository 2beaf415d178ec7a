//! Deals with: reading Huffman codes and raw bits from entropy-coded data (ITU-T T.81, annexes B, C, F).
//! Does not deal with: what they mean.

/// Why reading went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// There are no more bits.
    Data,
    /// The bits are no code of the table.
    NoCode,
}

/// For each sixteen bits: length and value of the code that they start with; length 0 if none.
pub(super) struct Table(Vec<(u8, u8)>);

impl Table {
    /// From sixteen counts, of codes of 1 to 16 bits, and the values. None if there are too many.
    pub(super) fn new(definition: &[u8]) -> Option<Self> {
        let (counts, values) = definition.split_at_checked(16)?;
        let mut lookup = Vec::with_capacity(1 << 16);
        let mut values = values.iter();
        for (length, count) in (1..=16_u8).zip(counts) {
            for _ in 0..*count {
                let value = *values.next()?;
                // Codes of one length follow each other; each stands for all its continuations.
                lookup.resize(lookup.len() + (1 << (16 - length)), (length, value));
            }
        }
        if lookup.len() > 1 << 16 {
            return None;
        }
        lookup.resize(1 << 16, (0, 0));
        Some(Self(lookup))
    }
}

/// Bits of entropy-coded data, stuffed zeros left out. Stops at a marker.
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    /// The next bits, from the top.
    held: u64,
    count: u8,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { rest: data, held: 0, count: 0 }
    }

    fn fill(&mut self) {
        while self.count <= 56 {
            let byte = match self.rest {
                [0xff, 0x00, after @ ..] => {
                    self.rest = after;
                    0xff
                }
                [0xff, ..] | [] => return,
                [byte, after @ ..] => {
                    self.rest = after;
                    *byte
                }
            };
            self.held |= u64::from(byte) << (56 - self.count);
            self.count += 8;
        }
    }

    /// The value of the next code.
    pub(super) fn symbol(&mut self, table: &Table) -> Result<u8, End> {
        if self.count < 16 {
            self.fill();
        }
        let next = usize::try_from(self.held >> 48).unwrap_or_default();
        match table.0.get(next) {
            Some((length, value)) if (1..=self.count).contains(length) => {
                self.take(*length);
                Ok(*value)
            }
            _ if self.count < 16 => Err(End::Data),
            _ => Err(End::NoCode),
        }
    }

    /// Leaves out `count` bits, at most 16.
    pub(super) fn skip(&mut self, count: u8) -> Result<(), End> {
        if self.count < count {
            self.fill();
        }
        if count > 16 || self.count < count {
            return Err(End::Data);
        }
        self.take(count);
        Ok(())
    }

    fn take(&mut self, count: u8) {
        self.held <<= count;
        self.count -= count;
    }

    /// Goes on behind the restart marker that comes next; false if there is none.
    pub(super) fn restart(&mut self) -> bool {
        let is_restart = |pair: &[u8]| pair[0] == 0xff && matches!(pair[1], 0xd0..=0xd7);
        let Some(at) = self.rest.windows(2).position(is_restart) else { return false };
        *self = Self::new(self.rest.get(at + 2..).unwrap_or_default());
        true
    }

    /// Whole bytes that were not read.
    pub(super) fn bytes_left(&self) -> usize {
        self.rest.len() + usize::from(self.count / 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes 0 -> 7, 10 -> 8, 110 -> 9.
    fn table() -> Table {
        let mut definition = vec![1, 1, 1];
        definition.resize(16, 0);
        definition.extend([7, 8, 9]);
        Table::new(&definition).unwrap()
    }

    #[test]
    fn codes_of_several_lengths_are_told_apart_until_the_data_ends() {
        let table = table();
        let mut bits = Bits::new(&[0b0101_1001]);
        let read: Vec<_> = (0..6).map(|_| bits.symbol(&table)).collect();
        assert_eq!(read, [Ok(7), Ok(8), Ok(9), Ok(7), Err(End::Data), Err(End::Data)]);
    }

    #[test]
    fn bits_that_are_no_code_are_not_taken_for_an_end() {
        assert_eq!(Bits::new(&[0xff, 0, 0xff, 0, 0xff, 0]).symbol(&table()), Err(End::NoCode));
    }

    #[test]
    fn a_restart_marker_stops_and_is_stepped_over() {
        let mut bits = Bits::new(&[0b1010_1010, 0xff, 0xd3, 0b0111_1111]);
        bits.skip(8).unwrap();
        assert_eq!(bits.skip(1), Err(End::Data));
        assert!(bits.restart());
        assert_eq!(bits.symbol(&table()), Ok(7));
        assert!(!bits.restart());
    }

    #[test]
    fn a_table_with_more_codes_than_fit_is_none() {
        let mut definition = vec![3];
        definition.resize(16, 0);
        definition.extend([1, 2, 3]);
        assert!(Table::new(&definition).is_none());
        assert!(Table::new(&[1; 16]).is_none());
        assert!(Table::new(&[]).is_none());
    }
}
