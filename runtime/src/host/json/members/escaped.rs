//! The text of a JSON string.
//!
//! Deals with: taking escapes out, or looking for the end only, as many bytes at a time as a vector register
//! holds. Does not deal with: what is around a string (`members`).
//!
//! A message that is JSON itself arrives as a string with an escape every few bytes. A reader that looks
//! for each from anew takes longer over that than over the message.

use std::borrow::Cow;

use wide::u8x16;

/// How many bytes are looked at together.
const WIDTH: usize = 16;
/// How many bytes of the text are made at a time. Each must be set before it is written to: of so many,
/// all are still in the nearest cache then.
const STRETCH: usize = 2048;
/// How many pieces are read in a row, the ends of what there is being asked for once.
const PIECES: usize = 4;
/// The most bytes that so many are, an escape behind each.
const AHEAD: usize = PIECES * (WIDTH + 2);
/// The most bytes of text that they become, and room for one letter more.
const ROOM: usize = PIECES * WIDTH + 4;
/// The bytes of `\uXXXX`.
const UNIT: usize = 6;

/// The text from the opening quote's successor up to the closing quote, and how many bytes that took with
/// the closing quote. `None` where JSON has no such string.
pub(super) fn text(json: &[u8]) -> Option<(Cow<'_, [u8]>, usize)> {
    let plain = plain(json)?;
    match json[plain] {
        b'"' => return Some((Cow::Borrowed(&json[..plain]), plain + 1)),
        b'\\' => {}
        _ => return None,
    }
    // No escape is shorter than what it stands for.
    let mut out = Vec::with_capacity(json.len() + STRETCH);
    let mut rest = json;
    while *rest.first()? != b'"' {
        let begin = out.len();
        out.resize(begin + STRETCH, 0);
        let (taken, written) = stretch(rest, &mut out[begin..])?;
        out.truncate(begin + written);
        rest = &rest[taken..];
    }
    out.shrink_to_fit();
    let taken = json.len() - rest.len();
    printable(&json[..taken]).then_some((Cow::Owned(out), taken + 1))
}

/// How many bytes a string takes that nobody reads, with its closing quote. `None` where JSON has no such
/// string; as for serde, halves of a pair of `\uXXXX` may stand alone in one.
pub(super) fn length(json: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += plain(json.get(at..)?)?;
        at += match json[at] {
            b'"' => return Some(at + 1),
            b'\\' if SHORT[usize::from(*json.get(at + 1)?)] != 0 => 2,
            // A control character is no unit either.
            _ => unit(&json[at..]).map(|_| UNIT)?,
        };
    }
}

/// Writes text to `out` up to the closing quote, or as long as there is room. How many bytes that took
/// of `json` and of `out`.
fn stretch(json: &[u8], out: &mut [u8]) -> Option<(usize, usize)> {
    let (size, mut rest, mut free) = (out.len(), json, out);
    while let Some(room) = free.first_chunk_mut() {
        // So near the end of everything it goes a letter at a time.
        let (taken, written, all) =
            rest.first_chunk().map_or((0, 0, false), |ahead| pieces(ahead, room));
        (rest, free) = (&rest[taken..], &mut free[written..]);
        if all {
            continue;
        }
        let (taken, written) = match *rest.first()? {
            b'"' => break,
            b'\\' => {
                let (letter, taken) = match SHORT[usize::from(*rest.get(1)?)] {
                    0 => letter(rest)?,
                    short => (char::from(short), 2),
                };
                (taken, letter.encode_utf8(free).len())
            }
            plain => {
                *free.first_mut()? = plain;
                (1, 1)
            }
        };
        (rest, free) = (&rest[taken..], &mut free[written..]);
    }
    Some((json.len() - rest.len(), size - free.len()))
}

/// Writes pieces of text, each up to an escaped quote, which is nearly every escape of JSON within JSON.
/// How many bytes that took of both, and whether it was all of them: otherwise another escape or the
/// closing quote is next.
fn pieces(json: &[u8; AHEAD], out: &mut [u8; ROOM]) -> (usize, usize, bool) {
    let (mut from, mut to) = (0, 0);
    for _ in 0..PIECES {
        let (Some(piece), Some(place)) = (json[from..].first_chunk(), out[to..].first_chunk_mut())
        else {
            return (from, to, false);
        };
        // All of it, since a copy of known length is a single instruction.
        *place = *piece;
        let marks = marks(*piece);
        if marks == 0 {
            (from, to) = (from + WIDTH, to + WIDTH);
            continue;
        }
        let clean = marks.trailing_zeros() as usize % WIDTH;
        (from, to) = (from + clean, to + clean);
        if [json[from], json[from + 1]] != *b"\\\"" {
            return (from, to, false);
        }
        out[to] = b'"';
        (from, to) = (from + 2, to + 1);
    }
    (from, to, true)
}

/// How many bytes stand for themselves: up to a quote, a backslash or a control character.
fn plain(json: &[u8]) -> Option<usize> {
    let (pieces, rest) = json.as_chunks();
    for (nth, piece) in pieces.iter().enumerate() {
        let odd = marks(*piece) | controls(*piece);
        if odd != 0 {
            return Some(nth * WIDTH + odd.trailing_zeros() as usize);
        }
    }
    let odd = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
    Some(pieces.len() * WIDTH + odd)
}

/// A bit for each control character, the first byte's the lowest.
fn controls(piece: [u8; WIDTH]) -> u32 {
    let piece = u8x16::new(piece);
    piece.min(u8x16::splat(b' ' - 1)).simd_eq(piece).to_bitmask()
}

/// A bit for each quote and each backslash, the first byte's the lowest.
fn marks(piece: [u8; WIDTH]) -> u32 {
    let piece = u8x16::new(piece);
    let is = |byte| piece.simd_eq(u8x16::splat(byte));
    (is(b'"') | is(b'\\')).to_bitmask()
}

/// What the letter after a backslash stands for; 0 for all that JSON has no short escape for.
const SHORT: [u8; 256] = {
    let mut table = [0; 256];
    let pairs = *b"\"\"\\\\//b\x08f\x0cn\nr\rt\t";
    let mut at = 0;
    while at < pairs.len() {
        table[pairs[at] as usize] = pairs[at + 1];
        at += 2;
    }
    table
};

/// Without the control characters that a JSON string must escape.
fn printable(text: &[u8]) -> bool {
    // All are looked at, which the compiler does many at a time.
    text.iter().fold(u8::MAX, |least, byte| least.min(*byte)) >= b' '
}

/// The letter that `\uXXXX`, or two of them, stand for, and how many bytes they are.
fn letter(json: &[u8]) -> Option<(char, usize)> {
    let first = unit(json)?;
    match char::from_u32(first) {
        Some(letter) => Some((letter, UNIT)),
        None => {
            let units = [first, unit(&json[UNIT..])?].map(u16::try_from);
            let mut letters = char::decode_utf16(units.into_iter().flatten());
            Some((letters.next()?.ok()?, 2 * UNIT))
        }
    }
}

/// The number in `\uXXXX`.
fn unit(json: &[u8]) -> Option<u32> {
    let (escape, digits) = json.get(..UNIT)?.split_first_chunk()?;
    let digit = |sum, byte: &u8| Some(sum << 4 | char::from(*byte).to_digit(16)?);
    (escape == b"\\u").then(|| digits.iter().try_fold(0, digit))?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &[u8]) -> Option<(String, usize)> {
        let (text, taken) = text(json)?;
        Some((String::from_utf8(text.into_owned()).unwrap(), taken))
    }

    #[test]
    fn every_escape_stands_for_its_letter() {
        for (json, meant) in [
            (r#"\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (r#"\u0041\u00e4\u20AC\u0000""#, "A\u{e4}\u{20ac}\0"),
            (r#"\ud83d\ude00!""#, "\u{1f600}!"),
            (r#"plain and with a blank""#, "plain and with a blank"),
            (r#"\u00e9 and \u1fF0""#, "\u{e9} and \u{1ff0}"),
            (r#"""#, ""),
            (r#"123456789012345\n""#, "123456789012345\n"),
            (r#"\n123456789012345678901234567890""#, "\n123456789012345678901234567890"),
        ] {
            assert_eq!(read(json.as_bytes()), Some((meant.to_owned(), json.len())), "{json}");
            let longer = format!("{json}, \"and\": \"more\\\"\"");
            assert_eq!(read(longer.as_bytes()), Some((meant.to_owned(), json.len())), "{json}");
        }
    }

    #[test]
    fn what_json_does_not_know_is_nothing() {
        for json in [
            "",
            "open",
            "\\",
            "\\\"",
            "\\x\"",
            "\\u12\"",
            "\\u12g4\"",
            "\\u+123\"",
            "\\ud83d\"",
            "\\ud83d\\n\"",
            "\\ud83dx12345\"",
            "\\ude00\\ud83d\"",
            "line\n\"",
            "two\nlines\n\"",
            "\\n\u{1}\"",
            "\\n12345678901234567890",
        ] {
            assert_eq!(read(json.as_bytes()), None, "{json:?}");
        }
    }

    #[test]
    fn a_text_of_several_stretches_is_whole_wherever_they_end() {
        for begin in 0..32 {
            let sent =
                "x".repeat(begin) + &"\"\u{e9}\n\\\u{1f600}\u{1}, twenty plain letters".repeat(200);
            assert!(sent.len() > 3 * STRETCH);
            let json = serde_json::to_string(&sent).unwrap();
            assert_eq!(read(&json.as_bytes()[1..]), Some((sent, json.len() - 1)), "{begin}");
        }
    }

    #[test]
    fn a_string_that_nobody_reads_is_still_one() {
        for (json, bytes) in [
            ("\"", Some(1)),
            ("plain\"", Some(6)),
            (r#"\"\u00e9\ud83d\\" and more""#, Some(17)),
            ("open", None),
            ("\\", None),
            ("\\x\"", None),
            ("\\u12\"", None),
            ("line\n\"", None),
        ] {
            assert_eq!(length(json.as_bytes()), bytes, "{json:?}");
        }
    }

    #[test]
    fn every_byte_is_plain_or_not_wherever_it_stands() {
        for (byte, place) in (0..=u8::MAX).flat_map(|byte| (0..40).map(move |at| (byte, at))) {
            let mut json = [b'x'; 41];
            (json[place], json[40]) = (byte, b'"');
            let end = match byte {
                b'"' => Some(place + 1),
                // What is escaped: the last quote, or a letter that no escape has.
                b'\\' | ..b' ' => None,
                _ => Some(41),
            };
            assert_eq!(length(&json), end, "{byte} at {place}");
            assert_eq!(text(&json).map(|(_, taken)| taken), end, "{byte} at {place}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_and_any_bytes_can_be_looked_at(
            sent in r#"([a-c"\\ü😀\n\x00]|[a-z]{0,40})*"#, bytes: Vec<u8>
        ) {
            let json = serde_json::to_string(&sent).unwrap();
            prop_assert_eq!(read(&json.as_bytes()[1..]), Some((sent, json.len() - 1)));
            let _ = (text(&bytes), length(&bytes));
        }

        #[test]
        fn what_is_read_is_what_serde_json_reads(inner in r#"([a\\"unb]|\\u[dD][8cC]00|[ -~ü\x01]){0,30}"#) {
            let json = format!("\"{inner}\"");
            // As much of it as is one string.
            let mut stream = serde_json::Deserializer::from_str(&json).into_iter::<String>();
            let told = stream.next().and_then(Result::ok).map(|text| (text, stream.byte_offset() - 1));
            prop_assert_eq!(read(&json.as_bytes()[1..]), told);
            let mut stream = serde_json::Deserializer::from_str(&json).into_iter::<serde::de::IgnoredAny>();
            let told = stream.next().and_then(Result::ok).map(|_| stream.byte_offset() - 1);
            prop_assert_eq!(length(&json.as_bytes()[1..]), told);
        }
    }
}
