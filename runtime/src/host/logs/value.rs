//! One field of a line, as JSON.
//!
//! Deals with: text of any bytes, numbers, errors with their causes. Does not deal with: which fields a
//! line has (`lines`).

use std::error::Error;
use std::fmt::{self, Debug, Write};

use serde::Serialize;

/// Appends `text` as a JSON string.
pub(super) fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    escape(out, text);
    out.push(b'"');
}

/// Appends what `value` says of itself as a JSON string.
pub(super) fn debug(out: &mut Vec<u8>, value: &dyn Debug) {
    written(out, format_args!("{value:?}"));
}

/// Appends `error` and everything beneath it, joined by `: `, as a JSON string.
pub(super) fn error(out: &mut Vec<u8>, error: &(dyn Error + 'static)) {
    out.push(b'"');
    let mut cause = Some(error);
    while let Some(error) = cause {
        let _ = write!(Escaped(out), "{error}");
        cause = error.source();
        if cause.is_some() {
            out.extend_from_slice(b": ");
        }
    }
    out.push(b'"');
}

/// Appends a number or a truth; what JSON has no word for becomes `null`.
pub(super) fn plain<T: Serialize>(out: &mut Vec<u8>, value: &T) {
    // Numbers, truths and a vector: writing them cannot fail.
    let _ = serde_json::to_writer(out, value);
}

fn written(out: &mut Vec<u8>, arguments: fmt::Arguments<'_>) {
    out.push(b'"');
    let _ = Escaped(out).write_fmt(arguments);
    out.push(b'"');
}

struct Escaped<'a>(&'a mut Vec<u8>);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text);
        Ok(())
    }
}

fn escape(out: &mut Vec<u8>, text: &str) {
    // Most text needs no escape: looked at as a whole, that is seen in a fraction of the time.
    for piece in text.as_bytes().chunks(32) {
        let odd = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
        if piece.iter().fold(false, |any, byte| any | odd(*byte)) {
            piece.iter().for_each(|byte| escape_byte(out, *byte));
        } else {
            out.extend_from_slice(piece);
        }
    }
}

fn escape_byte(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0..=0x1f => {
            let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
            return out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
        }
        _ => return out.push(byte),
    };
    out.extend_from_slice(&[b'\\', short]);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read<T: serde::de::DeserializeOwned>(write: impl Fn(&mut Vec<u8>)) -> T {
        let mut out = Vec::new();
        write(&mut out);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn an_error_is_told_with_its_causes() {
        let inner = std::io::Error::other("disk \"full\"");
        let outer = std::io::Error::other(inner);
        assert_eq!(read::<String>(|out| error(out, &outer)), "disk \"full\"");
        let number = "x".parse::<u8>().unwrap_err();
        assert_eq!(read::<String>(|out| error(out, &number)), "invalid digit found in string");
    }

    #[test]
    fn what_is_no_number_is_null() {
        assert_eq!(read::<Option<f64>>(|out| plain(out, &f64::NAN)), None);
        assert_eq!(read::<u128>(|out| plain(out, &u128::MAX)), u128::MAX);
        assert!(read::<bool>(|out| plain(out, &true)));
    }

    proptest! {
        #[test]
        fn any_text_comes_back(sent in ".*", odd in any::<Vec<u8>>()) {
            let odd = String::from_utf8_lossy(&odd).into_owned();
            for sent in [sent, odd] {
                prop_assert_eq!(&read::<String>(|out| text(out, &sent)), &sent);
                let said = format!("{sent:?}");
                prop_assert_eq!(read::<String>(|out| debug(out, &sent)), said);
            }
        }
    }
}
