//! `timed-cargo`: cargo, for who finds it by `CARGO`, and how long each call of it took.
//!
//! Deals with: the call that is handed on, its line in a file. Does not deal with: what follows from the
//! figures. Its own start and end are not cargo's time.

use std::error::Error;
use std::fs::File;
use std::io::Write as _;
use std::process::{Command, ExitCode};
use std::time::Instant;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let set = |name: &str| std::env::var_os(name).ok_or_else(|| format!("{name} is not set"));
    let mut calls = File::options().append(true).open(set("TIMED_CARGO_CALLS")?)?;
    let mut cargo = Command::new(set("TIMED_CARGO")?);
    // Build scripts are told of it, and we are none that they could call.
    cargo.env_remove("CARGO").args(std::env::args_os().skip(1));
    let begun = Instant::now();
    let ended = cargo.status()?;
    let micros = begun.elapsed().as_micros();
    // In one piece: somebody may be reading.
    calls.write_all(format!("{micros} {}\n", ended.success()).as_bytes())?;
    let code = ended.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}
