//! Deals with: Huffman codes and the bits they announce, in entropy-coded data (ITU-T T.81, annexes B, C,
//! F): reading them, or leaving them out. It is done for every block of a picture, so it is quick.
//! Does not deal with: what the numbers mean.

/// Why reading went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// There are no more bits.
    Data,
    /// The bits are no code of the table.
    NoCode,
}

/// Codes up to this length, nearly all of a picture, are found by one look into a table of 4 KiB.
const QUICK: usize = 10;

/// As many codes as this many bits hold with what they announce are left out by one look into a table of
/// 12 KiB, which stays in the nearest cache: two or three of most.
const FAR: usize = 12;

/// A code and what it announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Code {
    /// Of the code itself, in bits; 0 where there is none.
    length: u8,
    /// With the bits that follow it: as many as the lower half of its value says.
    whole: u8,
    /// By how many coefficients it goes on: the run of zeros in the upper half of its value, and the one
    /// behind it; 64, all of them, for the end of a block.
    pub(super) step: u8,
}

impl Code {
    fn new(length: u8, value: u8) -> Self {
        let (run, size) = (value >> 4, value & 15);
        let step = match (run, size) {
            (15, 0) => 16,
            (_, 0) => 64,
            _ => run + 1,
        };
        Self { length, whole: length + size, step }
    }
}

/// Codes in a row, with what they announce.
#[derive(Clone, Copy, Default)]
struct Run {
    /// Of all of them; 0 where the first has more than there are.
    bits: u8,
    /// By how many coefficients they go on together.
    step: u8,
    /// The same without the last of them.
    before: u8,
}

/// The codes of one Huffman table.
pub(super) struct Table {
    /// By the next [`QUICK`] bits.
    quick: Box<[Code; 1 << QUICK]>,
    /// By the next [`FAR`] bits.
    far: Box<[Run; 1 << FAR]>,
    /// Of each longer length: the first code, aligned to 16 bits, and the codes in their order.
    long: Vec<(u8, u32, Vec<Code>)>,
}

impl Table {
    /// From sixteen counts, of codes of 1 to 16 bits, and the values. None if there are too many.
    pub(super) fn new(definition: &[u8]) -> Option<Self> {
        let (counts, values) = definition.split_at_checked(16)?;
        let mut quick = Vec::with_capacity(1 << QUICK);
        let mut long = Vec::new();
        let mut values = values.iter();
        // The next code, aligned to 16 bits.
        let mut next = 0_u32;
        for (length, count) in (1..=16_u8).zip(counts) {
            let codes: Vec<Code> =
                values.by_ref().take(usize::from(*count)).map(|v| Code::new(length, *v)).collect();
            if codes.len() != usize::from(*count) {
                return None;
            }
            let first = next;
            next += u32::from(*count) << (16 - length);
            if next > 1 << 16 {
                return None;
            }
            match QUICK.checked_sub(usize::from(length)) {
                // Each stands for all its continuations.
                Some(free) => {
                    codes.iter().for_each(|code| quick.resize(quick.len() + (1 << free), *code));
                }
                None => long.push((length, first, codes)),
            }
        }
        quick.resize(1 << QUICK, Code::default());
        let far: Vec<Run> = (0..1 << FAR).map(|next| Self::run(&quick, next)).collect();
        let far = far.into_boxed_slice().try_into().ok()?;
        Some(Self { quick: quick.into_boxed_slice().try_into().ok()?, far, long })
    }

    /// What `next`, [`FAR`] bits, hold whole, to the end of a block at most.
    fn run(quick: &[Code], next: usize) -> Run {
        let mut run = Run::default();
        while run.step < 64 {
            let rest = next << run.bits & ((1 << FAR) - 1);
            let Some(code) = quick.get(rest >> (FAR - QUICK)) else { break };
            if code.length == 0 || usize::from(run.bits + code.whole) > FAR {
                break;
            }
            run = Run { bits: run.bits + code.whole, step: run.step + code.step, before: run.step };
        }
        run
    }

    /// The code that `next`, 16 bits, start with, if it is longer than [`QUICK`].
    fn long(&self, next: u32) -> Option<Code> {
        self.long.iter().find_map(|(length, first, codes)| {
            let at = next.checked_sub(*first)? >> (16 - length);
            codes.get(usize::try_from(at).ok()?).copied()
        })
    }
}

/// Bits of entropy-coded data, stuffed zeros left out. Stops at a marker.
pub(super) struct Bits<'a> {
    rest: &'a [u8],
    /// The next bits, from the top. Below `count` of them may stand some of what follows.
    held: u64,
    count: u8,
}

impl<'a> Bits<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { rest: data, held: 0, count: 0 }
    }

    /// Holds a code and its bits, which are at most 31, unless the data end.
    #[inline]
    fn ready(&mut self) {
        if self.count < 32 {
            self.fill();
        }
    }

    /// To more than 56 bits, unless the data end.
    #[inline]
    fn fill(&mut self) {
        if let Some(next) = self.rest.first_chunk() {
            let next = u64::from_be_bytes(*next);
            // No byte of 0xff, neither a marker nor a stuffed one: a subtraction borrows from no byte.
            let ones = 0x0101_0101_0101_0101;
            if (!next).wrapping_sub(ones) & next & (ones << 7) == 0 {
                self.held |= next >> self.count;
                let bytes = (64 - self.count) / 8;
                self.count += bytes * 8;
                self.rest = self.rest.get(usize::from(bytes)..).unwrap_or_default();
                return;
            }
        }
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

    /// Leaves out the next code and the bits that it announces.
    #[inline]
    pub(super) fn skip(&mut self, table: &Table) -> Result<Code, End> {
        let code = self.next(table)?;
        self.take(code.whole);
        Ok(code)
    }

    /// Leaves out what is left of a block from coefficient `at` on.
    pub(super) fn skip_block(&mut self, table: &Table, mut at: usize) -> Result<(), End> {
        while at < 64 {
            self.ready();
            let next = usize::try_from(self.held >> (64 - FAR)).unwrap_or_default();
            at += match table.far.get(next) {
                // Behind the last coefficient another block begins, with codes of another table.
                Some(run)
                    if run.bits > 0
                        && run.bits <= self.count
                        && at + usize::from(run.before) < 64 =>
                {
                    self.take(run.bits);
                    usize::from(run.step)
                }
                _ => usize::from(self.skip(table)?.step),
            };
        }
        Ok(())
    }

    /// The next code and the number that its bits mean (T.81, F.2.2.1, "EXTEND"); 0 where it announces none.
    #[inline]
    pub(super) fn number(&mut self, table: &Table) -> Result<(Code, i16), End> {
        let code = self.next(table)?;
        let size = code.whole - code.length;
        // One by one: a shift by 64 is none.
        let bits = (self.held << code.length) >> 1 >> (63 - size);
        self.take(code.whole);
        // At most 15 bits; without a leading one they count up from the least.
        let bits = u16::try_from(bits).unwrap_or_default().cast_signed();
        let below = (1_i16 << size).wrapping_sub(1);
        let negative = bits <= below >> 1 && size > 0;
        Ok((code, if negative { bits.wrapping_sub(below) } else { bits }))
    }

    /// The next code, of which the data hold all bits that it announces.
    #[inline]
    fn next(&mut self, table: &Table) -> Result<Code, End> {
        self.ready();
        let next = usize::try_from(self.held >> (64 - QUICK)).unwrap_or_default();
        match table.quick.get(next) {
            Some(code) if code.length > 0 && code.whole <= self.count => Ok(*code),
            _ => self.next_rare(table, next),
        }
    }

    #[cold]
    fn next_rare(&self, table: &Table, next: usize) -> Result<Code, End> {
        let quick = table.quick.get(next).copied().filter(|code| code.length > 0);
        let sixteen = u32::try_from(self.held >> 48).unwrap_or_default();
        match quick.or_else(|| table.long(sixteen)) {
            Some(code) if code.whole <= self.count => Ok(code),
            Some(_) => Err(End::Data),
            None if self.count < 16 => Err(End::Data),
            None => Err(End::NoCode),
        }
    }

    #[inline]
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
    use proptest::prelude::*;

    /// A table of codes of these lengths and values.
    fn table(codes: &[(u8, u8)]) -> Table {
        let mut definition = vec![0; 16];
        for (length, value) in codes {
            definition[usize::from(*length) - 1] += 1;
            definition.push(*value);
        }
        Table::new(&definition).unwrap()
    }

    /// Codes 0, 10 and 110, which announce 0, 3 and 9 bits.
    fn short() -> Table {
        table(&[(1, 0x00), (2, 0x23), (3, 0x19)])
    }

    fn steps(bits: &mut Bits<'_>, table: &Table, count: usize) -> Vec<Result<u8, End>> {
        (0..count).map(|_| bits.skip(table).map(|code| code.step)).collect()
    }

    #[test]
    fn codes_are_left_out_with_their_bits_until_the_data_end() {
        // 10 111, 0, 110 101010101, 0, and the next without its bits.
        let mut bits = Bits::new(&[0b1011_1011, 0b0101_0101, 0b0101_1010]);
        let found = steps(&mut bits, &short(), 5);
        assert_eq!(found, [Ok(3), Ok(64), Ok(2), Ok(64), Err(End::Data)]);
    }

    #[test]
    fn numbers_are_those_of_the_standard() {
        // Category 3: 000 is -7, 011 is -4, 100 is 4, 111 is 7 (T.81, table F.1).
        let table = table(&[(1, 0x00), (2, 0x03)]);
        let mut bits = Bits::new(&[0b1000_0100, 0b1110_1001, 0b0111_0000]);
        let mut number = || bits.number(&table).map(|(_, number)| number);
        assert_eq!([number(), number(), number(), number()], [Ok(-7), Ok(-4), Ok(4), Ok(7)]);
        assert_eq!(number(), Ok(0));
    }

    #[test]
    fn long_codes_are_found_too() {
        let long = table(&[(1, 0xf0), (9, 0x11), (12, 0x21), (16, 0x3f)]);
        // 0; 1 followed by zeros; the next codes count up from there.
        let bits = |code: u32, length: u32| (code << (32 - length)).to_be_bytes();
        for (code, length, step) in [
            (0, 1, 16),
            (0b1_0000_0000, 9, 2),
            (0b1000_0000_1000, 12, 3),
            (0b1000_0000_1001_0000, 16, 4),
        ] {
            let found = Bits::new(&bits(code, length)).skip(&long).map(|code| code.step);
            assert_eq!(found, Ok(step), "{code:b}");
        }
        assert_eq!(Bits::new(&[0xfe; 4]).skip(&long), Err(End::NoCode));
    }

    #[test]
    fn bits_that_are_no_code_are_not_taken_for_an_end() {
        assert_eq!(Bits::new(&[0xff, 0, 0xff, 0, 0xff, 0]).skip(&short()), Err(End::NoCode));
    }

    #[test]
    fn a_restart_marker_stops_and_is_stepped_over() {
        let mut bits = Bits::new(&[0b0111_0000, 0xff, 0xd3, 0b0111_1111]);
        assert_eq!(steps(&mut bits, &short(), 2), [Ok(64), Err(End::Data)]);
        assert!(bits.restart());
        assert_eq!(steps(&mut bits, &short(), 1), [Ok(64)]);
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

    proptest! {
        #[test]
        fn a_block_is_left_out_code_by_code_and_many_at_once_alike(
            data: Vec<u8>,
            first in 1..64_usize,
            mut codes in proptest::collection::vec((4..=16_u8, any::<u8>()), 1..16),
        ) {
            codes.sort_unstable();
            let table = table(&codes);
            let one_by_one = |bits: &mut Bits<'_>| {
                let mut at = first;
                while at < 64 {
                    at += usize::from(bits.skip(&table)?.step);
                }
                Ok(())
            };
            let (mut bits, mut same) = (Bits::new(&data), Bits::new(&data));
            let mut ended = Ok(());
            while ended.is_ok() {
                ended = one_by_one(&mut bits);
                prop_assert_eq!(same.skip_block(&table, first), ended);
            }
        }

        /// Against bits taken one at a time.
        #[test]
        fn eight_bytes_at_once_are_the_same_as_one_by_one(
            data in proptest::collection::vec(prop_oneof![3 => any::<u8>(), 1 => Just(0xff_u8)], 0..60),
        ) {
            let stuffed: Vec<u8> =
                data.iter().flat_map(|byte| if *byte == 0xff { vec![0xff, 0] } else { vec![*byte] }).collect();
            let codes: Vec<(u8, u8)> = (1..=15).map(|length| (length, 0x10 | (length & 7))).collect();
            let table = table(&codes);
            let plain: Vec<bool> = data.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect();
            let (mut at, mut bits) = (0, Bits::new(&stuffed));
            while let Ok(code) = bits.skip(&table) {
                let ones = plain[at..].iter().take_while(|one| **one).count();
                prop_assert_eq!(usize::from(code.length), ones + 1);
                at += ones + 1 + (usize::from(code.length) & 7);
                prop_assert!(at <= plain.len());
            }
        }
    }
}
