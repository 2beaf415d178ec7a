//! Why a command ends without having done what it was asked.
//!
//! Deals with: the message for a person and the exit code. Does not deal with: printing it.

use std::fmt;
use std::process::ExitCode;

/// A message (lower case, no full stop, names the thing, shows a right one) and an exit code.
#[derive(Debug)]
pub(crate) struct Fault {
    message: String,
    code: u8,
}

impl Fault {
    /// It was tried and did not work: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// It was not understood, or cannot be done here: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 2 }
    }

    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        self.code.into()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
