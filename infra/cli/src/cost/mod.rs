//! `anyfn cost`: what an app costs a month, on either cloud and in containers.
//!
//! Deals with: arguments, the order of steps. Does not deal with: what an app does in a month (`inputs`,
//! `workload`), what a measured run leaves open (`gaps`), the clouds' bills (`options`), showing them (`text`, `json`, `picture`).

mod azure;
mod bill;
mod container;
mod gaps;
mod inputs;
mod json;
mod lambda;
mod number;
mod options;
mod picture;
mod prices;
mod schedule;
mod text;
mod workload;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyfn::manifest::Manifest;
use anyfn_emulator::measured::Measured;

use self::bill::Bill;
use self::gaps::Gaps;
use self::number::{Amount, Count, Setting};
use self::options::{BreakEven, Choice, break_even};
use self::prices::Prices;
use self::workload::Workload;
use crate::fault::Fault;
use crate::{manifest, output};

/// Say what an app costs a month, on either cloud and in containers that always run
///
/// Reads the manifest for triggers, stores and queues. How often functions are called, how long they take
/// and with how much memory is told here, or measured by `anyfn dev --measured`. docs/cost.md explains each
/// line.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The package; may be left out where there is one app
    #[arg(short, long, value_name = "PACKAGE")]
    package: Option<String>,
    /// An executable of the app that is built already, instead of building one
    #[arg(long, value_name = "EXECUTABLE", conflicts_with = "package")]
    bin: Option<PathBuf>,
    /// How often every function that is no schedule is called a month: 1000000, 1_000_000, 250k, 1M
    #[arg(short, long, value_name = "NUMBER")]
    requests_per_month: Count,
    /// Durations and memory of a run: `anyfn dev --measured FILE` writes it
    #[arg(long, value_name = "FILE")]
    measured: Option<PathBuf>,
    /// Prices that replace ours, by meter; `--json` prints ours
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Reckon without what is free: something else has used it up
    #[arg(long)]
    no_free_tier: bool,
    /// Calls of a function a month instead: sweep=30
    #[arg(long, value_name = "FUNCTION=NUMBER")]
    calls: Vec<Setting<Count>>,
    /// Memory that functions are given; FUNCTION=MB for one. Default: 512
    #[arg(long, value_name = "MB")]
    memory_mb: Vec<Setting<Amount>>,
    /// How long a call takes on average; FUNCTION=MS for one. Default: 100
    #[arg(long, value_name = "MS")]
    duration_ms: Vec<Setting<Amount>>,
    /// How long the start of a process takes; FUNCTION=MS for one. Default: 50
    #[arg(long, value_name = "MS")]
    init_ms: Vec<Setting<Amount>>,
    /// How many calls in a hundred start a process
    #[arg(long, value_name = "PERCENT", default_value = "1")]
    cold_percent: Amount,
    /// Bytes of a message
    #[arg(long, value_name = "BYTES", default_value = "1024")]
    message_bytes: Count,
    /// How many messages are delivered together, where the provider can
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10))]
    batch_size: u32,
    /// Bytes of an HTTP answer; FUNCTION=BYTES for one. Default: 1024
    #[arg(long, value_name = "BYTES")]
    response_bytes: Vec<Setting<Count>>,
    /// Bytes of a blob that is written
    #[arg(long, value_name = "BYTES", default_value = "100_000")]
    object_bytes: Count,
    /// GB in all stores on average. Default: what the month's writes leave
    #[arg(long, value_name = "GB")]
    stored_gb: Option<Amount>,
    /// What a store sees a month, instead of one a request: photos.read=100000
    #[arg(long, value_name = "STORE.ACCESS=NUMBER")]
    operations: Vec<Setting<Count>>,
    /// Bytes of log a call; FUNCTION=BYTES for one. Default: 1000
    #[arg(long, value_name = "BYTES")]
    log_bytes: Vec<Setting<Count>>,
    /// How many calls an instance of Flex Consumption or a container is at work on at once
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    concurrency: u32,
    /// Draw cost against traffic there, with the points from which on a container is cheaper
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Show each line with its quantity and meter
    #[arg(long, conflicts_with = "json")]
    lines: bool,
    /// Print it as JSON, with every quantity and price
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  anyfn cost -p webhook --requests-per-month 1M
  anyfn cost -p webhook --requests-per-month 1M --memory-mb 256 --duration-ms receive=20 --lines
  anyfn dev -p webhook --measured run.json     call it, then Ctrl-C; and:
  anyfn cost -p webhook --requests-per-month 1M --measured run.json
  anyfn cost --bin target/release/webhook --requests-per-month 1M
  anyfn cost -p webhook --requests-per-month 1M --svg cost.svg
  anyfn cost -p cron-cleanup --requests-per-month 0 --operations photos.delete=100k
  anyfn cost -p webhook --requests-per-month 1M --json | jq '.options[] | {name, usd}'";

/// What was reckoned.
struct Report<'a> {
    app: &'a str,
    requests: u64,
    load: &'a Workload,
    prices: &'a Prices,
    /// Each choice's bill, or why it cannot run the app.
    bills: Vec<(Choice, Result<Bill, Fault>)>,
    break_even: Vec<BreakEven>,
    /// What a measured run leaves open; absent where there is none.
    gaps: Option<Gaps>,
}

pub(crate) async fn run(args: &Args) -> Result<ExitCode, Fault> {
    // Before a build that may take long.
    let prices = Prices::load(args.prices.as_deref())?;
    let prices = if args.no_free_tier { prices.without_free() } else { prices };
    let measured = args.measured.as_deref().map(read).transpose()?;
    let manifest: Manifest = match &args.bin {
        Some(executable) => manifest::printed(executable).await?,
        None => manifest::of(args.package.as_deref()).await?,
    };
    let load = inputs::workload(args, &manifest, measured.as_ref())?;
    let gaps = measured.map(|measured| gaps::of(args, &measured, &manifest)).transpose()?;
    let requests = args.requests_per_month.0;
    let report = Report { gaps, ..reckon(&manifest.app, requests, &load, &prices) };
    if let Some(path) = &args.svg {
        std::fs::write(path, picture::of(&report)?).map_err(|io| {
            Fault::failed(format!("--svg {}: {io}; another one: --svg cost.svg", path.display()))
        })?;
    }
    let shown = if args.json { json::of(&report)? } else { text::of(&report, args.lines) };
    output::data(&shown);
    Ok(ExitCode::SUCCESS)
}

fn reckon<'a>(app: &'a str, requests: u64, load: &'a Workload, prices: &'a Prices) -> Report<'a> {
    let bill = |choice: Choice| (choice, choice.bill(load, prices, requests));
    let bills = Choice::ALL.into_iter().map(bill).collect();
    let break_even = break_even(load, prices);
    Report { app, requests, load, prices, bills, break_even, gaps: None }
}

/// What `anyfn dev --measured` wrote.
fn read(path: &Path) -> Result<Measured, Fault> {
    let fault = |why: String| {
        Fault::usage(format!(
            "--measured {}: {why}; make one: anyfn dev --measured {}",
            path.display(),
            path.display()
        ))
    };
    let bytes = std::fs::read(path).map_err(|io| fault(io.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|why| fault(why.to_string()))
}

#[cfg(test)]
mod tests;
