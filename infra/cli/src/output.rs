//! Where text goes: data to stdout, everything else to stderr.
//!
//! Deals with: writing whole lines, colour where a person looks. Does not deal with: logs (`logs.rs`).
//! A reader that went away is no failure.

use std::io::{IsTerminal, Write, stderr, stdout};

/// Data for whoever called.
pub(crate) fn data(text: &str) {
    let _ = writeln!(stdout().lock(), "{}", text.trim_end_matches('\n'));
}

/// Bytes for whoever called, as they are.
pub(crate) fn bytes(bytes: &[u8]) {
    let _ = stdout().lock().write_all(bytes);
}

/// A line for the person at the terminal.
pub(crate) fn note(text: &str) {
    let _ = writeln!(stderr().lock(), "{text}");
}

/// Whether stderr shows colours (<https://no-color.org>).
pub(crate) fn colourful() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    stderr().is_terminal() && !refused
}
