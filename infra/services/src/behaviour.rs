//! What every store and every queue must do, whichever provider is behind it.
//!
//! Deals with: one suite each, run against an empty one that the caller opened: in memory here,
//! against emulators and clouds by whoever has them. Does not deal with: wire formats.
//! Nothing here panics: the first promise that is not kept is returned as text.

mod blob;
mod queue;

pub use self::blob::blob;
pub use self::queue::queue;

use crate::error::{ErrorKind, Result};

/// `Ok`, or the sentence.
fn hold(kept: bool, promise: impl FnOnce() -> String) -> std::result::Result<(), String> {
    if kept { Ok(()) } else { Err(promise()) }
}

/// The value, or the step with its error.
fn done<T>(step: &str, result: Result<T>) -> std::result::Result<T, String> {
    result.map_err(|error| format!("{step}: {error:?}"))
}

/// `Ok` where the step failed as it should.
fn fails<T>(step: &str, result: Result<T>, kind: ErrorKind) -> std::result::Result<(), String> {
    match result {
        Err(error) if error.kind() == kind => Ok(()),
        Err(error) => Err(format!("{step}: expected {kind:?}, got {error:?}")),
        Ok(_) => Err(format!("{step}: expected {kind:?}, got success")),
    }
}
