//! What counts as text for a queue that carries only text.
//!
//! Deals with: the characters of XML 1.0, as SQS names them for `SendMessage`.

/// The body as text, or what is wrong with it.
pub(crate) fn of(body: &[u8]) -> Result<&str, &'static str> {
    let text = std::str::from_utf8(body).map_err(|_| "is not UTF-8")?;
    if text.is_empty() {
        return Err("is empty");
    }
    if text.chars().all(is_allowed) { Ok(text) } else { Err("contains a control character") }
}

/// Whether SQS keeps the character as it is.
pub(crate) fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
