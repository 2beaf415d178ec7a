//! A walk through objects and lists.
//!
//! Deals with: members and items in their order, for a reader that knows which of them it wants. Does not
//! deal with: what is wrong with JSON that is none; `None` stands for all of that, and whoever wants to
//! know reads it again with serde.

mod escaped;

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// JSON, and how far it was read.
pub(in crate::host) struct Json<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Json<'a> {
    pub(in crate::host) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// An object: `member` gets each one's name and must read its value.
    pub(in crate::host) fn members(
        &mut self,
        mut member: impl FnMut(&[u8], &mut Self) -> Option<()>,
    ) -> Option<()> {
        self.list(b'{', b'}', |json| {
            let name = json.text()?;
            json.take(b':')?;
            member(&name, json)
        })
    }

    /// A list: `item` must read each item.
    pub(in crate::host) fn items(
        &mut self,
        item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.list(b'[', b']', item)
    }

    /// A string's text, which is as good as what it stands in: not looked at whether it is UTF-8.
    pub(in crate::host) fn text(&mut self) -> Option<Cow<'a, [u8]>> {
        self.take(b'"')?;
        let (text, taken) = escaped::text(self.bytes.get(self.at..)?)?;
        self.at += taken;
        Some(text)
    }

    /// Any value, as serde reads it.
    pub(in crate::host) fn value<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let rest = self.bytes.get(self.at..)?;
        let mut values = serde_json::Deserializer::from_slice(rest).into_iter();
        let value = values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(value)
    }

    /// Any value that nobody wants.
    pub(in crate::host) fn skip(&mut self) -> Option<()> {
        // Setting up serde's reader takes longer than most strings do, and most values are strings.
        if self.take(b'"').is_none() {
            return self.value().map(|IgnoredAny| ());
        }
        self.at += escaped::length(self.bytes.get(self.at..)?)?;
        Some(())
    }

    /// Nothing more is there.
    pub(in crate::host) fn end(mut self) -> Option<()> {
        self.next().is_none().then_some(())
    }

    fn list(
        &mut self,
        open: u8,
        close: u8,
        mut one: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.take(open)?;
        if self.take(close).is_some() {
            return Some(());
        }
        loop {
            one(self)?;
            if self.take(b',').is_none() {
                return self.take(close);
            }
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    /// The next byte that is no white space.
    fn next(&mut self) -> Option<u8> {
        let rest = self.bytes.get(self.at..)?;
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        let blanks = rest.iter().position(|byte| !blank(byte))?;
        self.at += blanks;
        rest.get(blanks).copied()
    }
}

/// A member that comes twice is an error to serde.
pub(in crate::host) fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Sums the numbers in lists in objects: `{"a": [1, 2], "b": null}`.
    fn sum(json: &[u8]) -> Option<u64> {
        let mut sum = 0;
        let mut json = Json::new(json);
        json.members(|name, json| match name {
            b"skipped" => json.skip(),
            _ => json.items(|json| json.value().map(|n: u8| sum += u64::from(n))),
        })?;
        json.end()?;
        Some(sum)
    }

    #[test]
    fn each_member_and_item_comes_once() {
        for (json, meant) in [
            (r#"{"a":[1,2],"skipped":{"b":[3,"]}"]},"c":[]}"#, 3),
            (" {\n\"a\" :\t[ 1 , 2 ]\r, \"\\u0061\" : [4] } ", 7),
            ("{}", 0),
        ] {
            assert_eq!(sum(json.as_bytes()), Some(meant), "{json}");
        }
    }

    #[test]
    fn what_is_no_json_is_nothing() {
        for json in [
            "",
            "[",
            "{",
            "{}x",
            "{,}",
            r#"{"a":[1,]}"#,
            r#"{"a":[1 2]}"#,
            r#"{"a":[1]"#,
            r#"{"a":[1],}"#,
            r#"{"a" [1]}"#,
            r#"{a:[1]}"#,
            r#"{"a":[x]}"#,
            r#"{"a":[1]]"#,
            r#"{"skipped":}"#,
            r#"{"a":["1"]}"#,
        ] {
            assert_eq!(sum(json.as_bytes()), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_looked_at(json in r#"[\[\]{}:,"a1 ]{0,20}"#, bytes: Vec<u8>) {
            let _ = sum(&bytes);
            if sum(json.as_bytes()).is_some() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
            }
        }
    }
}
