//! The text of a JSON string.
//!
//! Deals with: taking escapes out, a word at a time. Does not deal with: what is around a string
//! (`members`).
//!
//! A message that is JSON itself arrives as a string with an escape every few bytes. A reader that looks
//! for each from anew takes longer over that than over the message.

use std::borrow::Cow;

/// How many bytes are looked at together.
const WIDTH: usize = 8;

/// The text from the opening quote's successor up to the closing quote, and how many bytes that took with
/// the closing quote. `None` where JSON has no such string.
pub(super) fn text(json: &[u8]) -> Option<(Cow<'_, [u8]>, usize)> {
    let plain = plain(json)?;
    if json[plain] == b'"' {
        return printable(&json[..plain]).then_some((Cow::Borrowed(&json[..plain]), plain + 1));
    }
    // No escape is shorter than what it stands for.
    let mut out = vec![0; json.len() + WIDTH];
    let (mut from, mut to) = (0, 0);
    loop {
        let piece = piece(json.get(from..)?);
        let clean = clean(piece);
        // The whole piece, since a copy of known length is a single instruction.
        out.get_mut(to..to + WIDTH)?.copy_from_slice(&piece);
        from += clean;
        to += clean;
        if clean == WIDTH {
            continue;
        }
        if *json.get(from)? == b'"' {
            break;
        }
        match SHORT[usize::from(*json.get(from + 1)?)] {
            0 => {
                let (letter, taken) = letter(json.get(from..)?)?;
                to += letter.encode_utf8(out.get_mut(to..)?).len();
                from += taken;
            }
            short => {
                *out.get_mut(to)? = short;
                to += 1;
                from += 2;
            }
        }
    }
    out.truncate(to);
    out.shrink_to_fit();
    printable(&json[..from]).then_some((Cow::Owned(out), from + 1))
}

/// Where the first quote or backslash is.
fn plain(json: &[u8]) -> Option<usize> {
    let mut plain = 0;
    loop {
        let clean = clean(piece(json.get(plain..)?));
        plain += clean;
        if clean < WIDTH {
            return (plain < json.len()).then_some(plain);
        }
    }
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
    !text.iter().fold(false, |any, byte| any | (*byte < 0x20))
}

/// The next bytes; quotes where there are no more.
fn piece(json: &[u8]) -> [u8; WIDTH] {
    json.first_chunk().copied().unwrap_or_else(|| {
        let mut piece = [b'"'; WIDTH];
        piece[..json.len()].copy_from_slice(json);
        piece
    })
}

/// The letter that `\uXXXX`, or two of them, stand for, and how many bytes they are.
fn letter(json: &[u8]) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let (escape, digits) = json.get(at..at + 6)?.split_first_chunk()?;
        let digit = |sum, byte: &u8| Some(sum << 4 | char::from(*byte).to_digit(16)?);
        (escape == b"\\u").then(|| digits.iter().try_fold(0, digit))?
    };
    let first = unit(0)?;
    match char::from_u32(first) {
        Some(letter) => Some((letter, 6)),
        None => {
            let units = [first, unit(6)?].map(u16::try_from);
            let mut letters = char::decode_utf16(units.into_iter().flatten());
            Some((letters.next()?.ok()?, 12))
        }
    }
}

/// Where the plain stretch at the beginning of `piece` ends, in bytes.
fn clean(piece: [u8; WIDTH]) -> usize {
    const ONES: u64 = u64::from_le_bytes([0x01; WIDTH]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; WIDTH]);
    let word = u64::from_le_bytes(piece);
    // The lowest byte that is zero has the lowest bit of all that are set here.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let is = |byte: u8| zeros(word ^ (ONES * u64::from(byte)));
    (is(b'"') | is(b'\\')).trailing_zeros() as usize / 8
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

    proptest! {
        #[test]
        fn any_text_comes_back_and_any_bytes_can_be_looked_at(
            sent in r#"([a-c"\\ü😀\n\x00]|[a-z]{0,40})*"#, bytes: Vec<u8>
        ) {
            let json = serde_json::to_string(&sent).unwrap();
            prop_assert_eq!(read(&json.as_bytes()[1..]), Some((sent, json.len() - 1)));
            let _ = text(&bytes);
        }

        #[test]
        fn what_is_read_is_what_serde_json_reads(inner in r#"([a\\"unb]|\\u[dD][8cC]00|[ -~ü\x01]){0,30}"#) {
            let json = format!("\"{inner}\"");
            // As much of it as is one string.
            let mut stream = serde_json::Deserializer::from_str(&json).into_iter::<String>();
            let told = stream.next().and_then(Result::ok).map(|text| (text, stream.byte_offset() - 1));
            prop_assert_eq!(read(&json.as_bytes()[1..]), told);
        }
    }
}
