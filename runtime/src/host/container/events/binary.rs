//! Binary content mode: attributes as headers.
//!
//! Deals with: `ce-` headers, their quotes and percent signs. Does not deal with: which attributes an
//! event must have (`cloud_event`).
//!
//! The rules are those of the HTTP binding, section 3.1.3.2
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>):
//! quotes around a value are taken off first (older senders), then percent signs are decoded once.

use ::http::{HeaderMap, HeaderValue};
use percent_encoding::percent_decode_str;

use super::cloud_event::{Attributes, READ};

/// The attributes that are read here. A header of another attribute is in nobody's way.
pub(super) fn attributes(headers: &HeaderMap) -> Result<Attributes, String> {
    let mut found = Attributes::new();
    for name in READ {
        let header = format!("ce-{name}");
        let mut values = headers.get_all(&header).iter();
        let Some(value) = values.next() else { continue };
        if values.next().is_some() {
            return Err(format!("the header {header} is there more than once"));
        }
        let text = decode(value).map_err(|why| format!("the header {header} {why}"))?;
        found.insert(name.to_owned(), text);
    }
    Ok(found)
}

fn decode(value: &HeaderValue) -> Result<String, String> {
    let text = value.to_str().map_err(|_| {
        "has characters beyond printable ASCII; encode them with percent signs, such as %C3%A9"
            .to_owned()
    })?;
    let text = text.trim();
    let quoted = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let plain = quoted.map_or_else(|| text.to_owned(), unescaped);
    let decoded = percent_decode_str(&plain).decode_utf8();
    let decoded = decoded.map_err(|_| format!("is `{text}`, which is not UTF-8 once decoded"))?;
    match decoded.chars().any(char::is_control) {
        true => Err(format!("is `{text}`, which has control characters")),
        false => Ok(decoded.into_owned()),
    }
}

/// A quoted string without its backslashes: each stands for the character after it.
fn unescaped(quoted: &str) -> String {
    let mut plain = String::with_capacity(quoted.len());
    let mut characters = quoted.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    /// What a sender must encode, besides all that is not ASCII.
    const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%');

    fn id(value: &str) -> Result<String, String> {
        let mut headers = HeaderMap::new();
        headers.insert("ce-id", HeaderValue::from_bytes(value.as_bytes()).unwrap());
        attributes(&headers).map(|mut found| found.remove("id").unwrap())
    }

    #[test]
    fn values_are_unquoted_and_then_decoded_once() {
        for (value, text) in [
            ("plain", "plain"),
            ("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"),
            ("%e2%82%ac", "€"),
            ("%2525", "%25"),
            ("%41", "A"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("  spaced  ", "spaced"),
            (r#""a b""#, "a b"),
            (r#""say \"hi\" \\ %20""#, r#"say "hi" \  "#),
            (r#"""#, r#"""#),
            (r#""""#, ""),
            (r#"a "b" c"#, r#"a "b" c"#),
        ] {
            assert_eq!(id(value).unwrap(), text, "{value}");
        }
    }

    #[test]
    fn what_is_not_utf8_or_not_printable_is_refused_by_the_headers_name() {
        for (value, why) in [
            ("%C0%A0", "not UTF-8"),
            ("%ff", "not UTF-8"),
            ("é", "%C3%A9"),
            ("a%0Ab", "control"),
            ("%7F", "control"),
        ] {
            let fault = id(value).unwrap_err();
            assert!(fault.starts_with("the header ce-id ") && fault.contains(why), "{fault}");
        }
        let mut headers = HeaderMap::new();
        headers.append("ce-id", HeaderValue::from_static("a"));
        headers.append("ce-id", HeaderValue::from_static("a"));
        assert!(attributes(&headers).unwrap_err().contains("more than once"));
    }

    #[test]
    fn an_attribute_that_nobody_reads_is_in_nobodys_way() {
        let mut headers = HeaderMap::new();
        headers.insert("ce-comexampleother", HeaderValue::from_static("%ff"));
        headers.insert("x-other", HeaderValue::from_static("1"));
        assert!(attributes(&headers).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn what_a_sender_encodes_comes_back(text in "\\PC{0,40}") {
            let encoded = utf8_percent_encode(&text, ENCODED).to_string();
            prop_assert_eq!(id(&encoded).unwrap(), text);
        }

        #[test]
        fn what_an_older_sender_quotes_comes_back(text in "[ -~&&[^%]]{0,40}") {
            let quoted = text.replace('\\', "\\\\").replace('"', "\\\"");
            prop_assert_eq!(id(&format!("\"{quoted}\"")).unwrap(), text);
        }

        #[test]
        fn no_header_makes_it_panic(value in prop::collection::vec(any::<u8>(), 0..80), at in 0usize..9) {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                let mut headers = HeaderMap::new();
                let name = format!("ce-{}", READ[at]);
                headers.insert(::http::HeaderName::try_from(name).unwrap(), value);
                let _ = super::super::cloud_event::read(&headers, bytes::Bytes::new());
            }
        }
    }
}
