//! What a blob's key may be on every provider.
//!
//! Deals with: refusing keys that some provider, or a URL on the way to it, would change.
//! Does not deal with: prefixes of a binding.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The longest key in bytes of UTF-8: S3's limit, and below Azure's.
pub(crate) const MAX_BYTES: usize = 1024;

/// Everything but the unreserved characters and the slash, as both providers sign it.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Says what is wrong with a key, e.g. "has a part `..`, …".
pub(crate) fn check(key: &str) -> Result<(), &'static str> {
    if key.is_empty() {
        return Err("is empty");
    }
    if key.len() > MAX_BYTES {
        return Err("is longer than 1024 bytes");
    }
    if key.chars().any(char::is_control) {
        return Err("contains a control character");
    }
    if key.split('/').any(|part| part == "." || part == "..") {
        return Err("has a part `.` or `..`, which URLs resolve");
    }
    Ok(())
}

/// The key as a URL's path, without a leading slash.
pub(crate) fn encode(key: &str) -> String {
    utf8_percent_encode(key, ENCODED).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_a_url_would_change_are_refused() {
        for bad in ["", ".", "a/../b", "./a", "a\nb", "a\u{7f}", &"x".repeat(1025)] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "a/b.jpg", "..a/b..", "a//b", "/a", "ä ö+%2e?#\\", &"x".repeat(1024)] {
            assert!(check(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn an_encoded_key_survives_url_parsing() {
        let path = encode("/a//ä ö+%2e?#\\'(x)~");
        assert_eq!(path, "/a//%C3%A4%20%C3%B6%2B%252e%3F%23%5C%27%28x%29~");
        let url = url::Url::parse(&format!("http://127.0.0.1/b/{path}")).unwrap();
        assert_eq!(url.path(), format!("/b/{path}"));
    }
}
