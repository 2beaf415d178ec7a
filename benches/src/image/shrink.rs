//! Our side of the bench of pictures: `shrink-picture FILE COUNT FORMATS` -> `{"ms": […], "peak_kb": n}`.
//!
//! Deals with: calling what the function `thumbnail` calls, as often as it is told, after once for
//! warming up. Does not deal with: stores, events; they are no part of the peer either.
#![expect(clippy::print_stdout, reason = "a bench talks to its caller through stdout")]

use std::error::Error;
use std::fs;
use std::time::Instant;

use bytes::Bytes;
use image_processing::{formats::Formats, shrink::shrink};
use serde_json::json;

const MAX_PIXELS: u64 = 100_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, count, formats] = &words[..] else {
        return Err("usage: shrink-picture FILE COUNT FORMATS".into());
    };
    let formats: Formats = formats.parse()?;
    // In memory, as a function gets it.
    let file = Bytes::from(fs::read(file)?);
    let mut ms = Vec::new();
    for _ in 0..=count.parse::<usize>()? {
        let begun = Instant::now();
        let made = shrink(file.clone(), MAX_PIXELS, &formats)?;
        ms.push(begun.elapsed().as_secs_f64() * 1e3);
        if made.is_empty() {
            return Err("no thumbnail".into());
        }
    }
    ms.remove(0);
    println!("{}", json!({ "ms": ms, "peak_kb": peak_kb()? }));
    Ok(())
}

/// The most memory that this process ever had.
fn peak_kb() -> Result<u64, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches("kB").trim().parse()?)
}
