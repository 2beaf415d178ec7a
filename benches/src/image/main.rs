//! `drive-image PHOTOS PACKED RELEASE SHARP SCRIPT WORK`: thumbnails of large photographs, beside sharp.
//!
//! Deals with: which figures there are and what they should be; interleaved runs, each in a process of its
//! own, on one core. Does not deal with: shrinking (`shrink.rs`, `shrink.mjs`), or building the programs.

mod pictures;

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};

use anyfn_benches::{Goal, Row, median};
use serde::Deserialize;

/// Ways to write it with sharp; what counts is the best of them.
const FORMS: [&str; 3] = ["star", "chain", "pipeline"];
const ROUNDS: usize = 5;
/// How long one process works, in milliseconds: its first runs are slower, while its memory grows.
const WORK_MS: f64 = 1000.0;

/// What one process measured.
#[derive(Deserialize)]
struct Said {
    ms: Vec<f64>,
    peak_kb: f64,
}

/// A program that makes thumbnails, and what it said.
struct Side {
    command: Vec<String>,
    ms: Vec<f64>,
    peak_mb: Vec<f64>,
}

impl Side {
    fn new(command: &[&str]) -> Self {
        let command = command.iter().map(|word| (*word).to_owned()).collect();
        Self { command, ms: Vec::new(), peak_mb: Vec::new() }
    }

    fn run(&mut self, file: &str, formats: &str) -> Result<(), Box<dyn Error>> {
        let first = said(&self.command, file, 1, formats)?;
        let once = median(first.ms).max(1.0);
        let count = (1..20).find(|count| f64::from(*count) * once > WORK_MS).unwrap_or(20);
        let said = said(&self.command, file, count, formats)?;
        self.ms.extend(said.ms);
        self.peak_mb.push(said.peak_kb / 1024.0);
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [photos, packed, release, sharp, script, work] = &words[..] else {
        return Err("usage: drive-image PHOTOS PACKED RELEASE SHARP SCRIPT WORK".into());
    };
    let files = pictures::made(Path::new(photos), Path::new(work))?;
    for ((name, ..), file) in pictures::PICTURES.iter().zip(&files) {
        let file = file.to_str().ok_or("a path that is not UTF-8")?;
        // The goals are for the common case; the rest is told.
        let strict = !name.contains("progressive");
        compared(name, file, "jpeg", strict, [packed, release], [sharp, script])?;
    }
    let file = files[1].to_str().ok_or("a path that is not UTF-8")?;
    let name = format!("{} +WebP", pictures::PICTURES[1].0);
    compared(&name, file, "jpeg,webp", false, [packed, release], [sharp, script])
}

fn compared(
    name: &str,
    file: &str,
    formats: &str,
    strict: bool,
    [packed, release]: [&str; 2],
    [sharp, script]: [&str; 2],
) -> Result<(), Box<dyn Error>> {
    let mut ours = [Side::new(&[packed]), Side::new(&[release])];
    let mut theirs = FORMS.map(|form| Side::new(&["node", script, sharp, form]));
    for _ in 0..ROUNDS {
        for side in ours.iter_mut().chain(&mut theirs) {
            side.run(file, formats)?;
        }
    }
    let least = |figure: fn(&Side) -> f64| theirs.iter().map(figure).fold(f64::MAX, f64::min);
    let (time, peak) =
        (|side: &Side| median(side.ms.clone()), |side: &Side| median(side.peak_mb.clone()));
    let (peer_ms, peer_mb) = (least(time), least(peak));
    for (side, (build, goal)) in ours.iter().zip([("packaged", 0.80), ("default", 1.2)]) {
        let case = format!("{name}, {build}");
        let row = Row {
            case: &case,
            metric: "time",
            unit: "ms",
            ours: time(side),
            peer: "sharp",
            peer_value: peer_ms,
            goal: strict.then_some(Goal::AtMost(goal)),
        };
        row.print()?;
        let goal = strict.then_some(Goal::AtMost(1.0 / 3.0));
        Row {
            metric: "peak memory",
            unit: "MB",
            ours: peak(side),
            peer_value: peer_mb,
            goal,
            ..row
        }
        .print()?;
    }
    Ok(())
}

/// Runs a program on one core, after which it has said how long each of `count` times took.
fn said(command: &[String], file: &str, count: u32, formats: &str) -> Result<Said, Box<dyn Error>> {
    // The same core for everybody, where there is a way to ask for it.
    let pinned = Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok();
    let mut words: Vec<&str> = if pinned { vec!["taskset", "-c", "0"] } else { Vec::new() };
    words.extend(command.iter().map(String::as_str));
    let (program, rest) = words.split_first().ok_or("no program")?;
    let output = Command::new(program)
        .args(rest)
        .args([file, &count.to_string(), formats])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{words:?} {file}: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
