//! `anyfn demo`: photographs and webhooks through both emulated clouds.
//!
//! Deals with: the order of steps, progress, the exit code. Does not deal with: the steps themselves.

mod cleanup;
mod dead_letters;
mod expected;
mod header;
mod photos;
mod row;
mod stage;
mod table;
mod webhooks;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyfn_emulator::{AppSource, Emulator, Options};
use indicatif::{ProgressBar, ProgressStyle};

use self::expected::{FORMATS, PHOTOS, Photo};
use self::photos::Gallery;
use self::row::{Report, Row, Step};
use self::stage::Stage;
use self::webhooks::{Hooks, SECRET};
use crate::build::build;
use crate::fault::Fault;
use crate::output;
use crate::packages::{Workspace, here};
use crate::signals::Signals;

const APPS: [&str; 3] = ["image-processing", "webhook", cleanup::APP];
const HOSTS: [&str; 2] = ["lambda", "azure"];
/// Steps beside the photographs, for each host.
const OTHER_STEPS: usize = 6;
/// The logs outlive the demo there, below the target folder.
const LOGS: &str = "anyfn-demo";

/// Show all of it at work, from a clone of anyfn
///
/// Builds three apps, starts the emulator on free ports with temporary state, and on AWS Lambda and on
/// Azure Functions alike uploads photographs and waits for their thumbnails, then posts webhooks: a
/// good one, the same again, a forged one, and moves a clock to three in the morning, when old objects
/// are deleted. Prints a table with a row for each host and step. The exit
/// code is 0 only if every expectation held. Needs no network once built.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Print {"ok", "rows": [{"host", "function", "step", "input", "expected", "got", "ok", "ms",
    /// "peak_kb"}]} instead of the table
    #[arg(long)]
    json: bool,
    /// Your own photographs instead of the clone's: a folder, with an expected.json beside them that
    /// holds the width and height of each one's thumbnails: {"cat.jpg": [[128, 85], [512, 341]]}
    #[arg(long, value_name = "FOLDER")]
    photos: Option<PathBuf>,
    /// The folder of apps that are built already, such as target/release, instead of building them
    #[arg(long, value_name = "FOLDER")]
    bins: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  cargo run -- demo
  cargo run -- demo --json | jq '.rows[] | select(.ok | not)'
  cargo run -- demo --photos ~/pictures
  cargo run -- demo --bins target/release      what the functions take when they are optimised";

pub(crate) async fn run(args: &Args) -> Result<ExitCode, Fault> {
    let root = clone_around(&here()?)?;
    let photos = expected::photos(args.photos.as_deref().unwrap_or(&root.join(PHOTOS)))?;
    let workspace = Workspace::around(&root)?;
    let executables = match &args.bins {
        Some(folder) => APPS.map(|app| folder.join(app)).into(),
        None => build(&workspace, &workspace.apps(&APPS.map(str::to_owned), &root)?)?,
    };
    let state =
        tempfile::tempdir().map_err(|io| Fault::failed(format!("a temporary folder: {io}")))?;

    let mut signals = Signals::catch()?;
    let logs = workspace.target.join(LOGS);
    let rows = tokio::select! {
        rows = steps(state.path(), executables, &photos, &logs) => rows?,
        () = signals.stop() => return Err(Fault::failed("stopped by a signal")),
    };
    let report = Report::new(rows);
    if args.json {
        let json = serde_json::to_string_pretty(&report);
        output::data(&json.map_err(|fault| Fault::failed(fault.to_string()))?);
    } else {
        output::data(&table::of(&report, &here()?));
    }
    if !report.ok {
        output::note(&table::failures(&report));
    }
    Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs all steps, and keeps the logs.
async fn steps(
    state: &Path,
    mut executables: Vec<PathBuf>,
    photos: &[Photo],
    logs: &Path,
) -> Result<Vec<Row>, Fault> {
    // The last one of [`APPS`]: it has its own clock.
    let sweeper = executables.pop().unwrap_or_default();
    let settings = [SECRET, FORMATS].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let app = |executable| AppSource { executable, settings: settings.clone().into() };
    let options = Options::new(state, executables.into_iter().map(app).collect());
    let emulator =
        Emulator::start(options).await.map_err(|error| Fault::failed(error.to_string()))?;
    let progress = progress(HOSTS.len() * (photos.len() + OTHER_STEPS + cleanup::STEPS));
    let mut rows = Vec::new();
    for host in HOSTS {
        let stage = Stage::new(&emulator, host);
        let mut done = |step: Step| {
            let row = stage.row(step);
            progress.inc(1);
            progress.set_message(format!("{host}: {} {}", row.step, row.input));
            rows.push(row);
        };
        let mut gallery = Gallery::open(&stage).map_err(Fault::failed)?;
        for photo in photos {
            done(gallery.photo(photo).await);
        }
        done(gallery.broken().await);
        let hooks = Hooks::open(&stage).map_err(Fault::failed)?;
        done(hooks.good().await);
        done(hooks.filed().await);
        done(hooks.repeated().await);
        done(hooks.forged().await);
        done(gallery.total(photos).await);
    }
    emulator.stop().await;
    for host in HOSTS {
        progress.set_message(format!("{host}: a night of the cleanup"));
        let state = state.join(format!("{}-{host}", cleanup::APP));
        let night = cleanup::night(&state, sweeper.clone(), host).await;
        rows.extend(night.map_err(Fault::failed)?);
        progress.inc(cleanup::STEPS as u64);
    }
    progress.finish_and_clear();
    keep(&mut rows, logs);
    Ok(rows)
}

/// On a terminal a bar, elsewhere nothing.
fn progress(steps: usize) -> ProgressBar {
    let bar = ProgressBar::new(steps as u64);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {bar:30} {pos}/{len}  {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Copies the rows' logs out of the temporary state; where that fails, they say so when read.
fn keep(rows: &mut [Row], folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    let _ = fs::create_dir_all(folder);
    for row in rows {
        let Some(name) = row.log.file_name() else { continue };
        let kept = folder.join(name);
        if !kept.exists() {
            let _ = fs::copy(&row.log, &kept);
        }
        row.log = kept;
    }
}

/// The clone of anyfn around `folder`: the demo's apps and photographs come from there.
fn clone_around(folder: &Path) -> Result<PathBuf, Fault> {
    let found = folder.ancestors().find(|above| above.join(PHOTOS).is_dir());
    found.map(Path::to_owned).ok_or_else(|| {
        Fault::usage(format!(
            "the demo runs in a clone of anyfn, and {} is in none (there is no {PHOTOS} above it); \
             hint: cd into the clone, then cargo run -- demo",
            folder.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clone_is_found_from_any_folder_of_it() {
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = clone_around(&own.join("src/demo")).unwrap();
        assert!(root.join(PHOTOS).join("retina.jpg").is_file());
        let error = clone_around(Path::new("/")).unwrap_err().to_string();
        assert!(error.contains("clone") && error.contains("cargo run -- demo"), "{error}");
    }
}
