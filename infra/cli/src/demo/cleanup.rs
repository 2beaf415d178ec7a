//! A night of the cleanup: old objects go, new ones stay.
//!
//! Deals with: an emulator of its own on a clock that is moved, so that it is three in the morning and
//! no other step notices. Does not deal with: all that a rule can say; the function's own tests do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use anyfn_emulator::clock::Clock;
use anyfn_emulator::{AppSource, Emulator, Hosts, Options};
use anyfn_services::Blob;
use serde::Deserialize;

use super::row::{Row, Step};
use super::stage::{Stage, wait};

pub(crate) const APP: &str = "cron-cleanup";
/// Steps for each host.
pub(crate) const STEPS: usize = 3;
const SWEEP: &str = "sweep";
const HOUR: Duration = Duration::from_secs(3_600);
const DAY: u64 = 86_400;
/// The second one would delete everything that is there, which no rule does unless told to.
const RULES: &str = r#"[
    {"store": "photos", "prefix": "tmp/", "older_than": "2h", "max_share": 0.6},
    {"store": "photos", "prefix": "albums/", "older_than": "2h"}]"#;
const OLD: [&str; 3] = ["tmp/old 1.jpg", "tmp/old 2.jpg", "tmp/old 3.jpg"];
const ALBUMS: [&str; 2] = ["albums/1.jpg", "albums/2.jpg"];
const NEW: [&str; 2] = ["tmp/new 1.jpg", "tmp/new 2.jpg"];

/// The night's report, as far as it is shown.
#[derive(Deserialize)]
struct Night {
    finished: bool,
    rules: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    counted: u64,
    deleted: u64,
    failed: u64,
    refused: Option<String>,
}

/// The rows of one night under `host`; `state` is a folder for this night alone.
pub(crate) async fn night(
    state: &Path,
    executable: PathBuf,
    host: &'static str,
) -> Result<Vec<Row>, String> {
    let since = SystemTime::UNIX_EPOCH.elapsed().map_err(|error| error.to_string())?;
    let midnight = SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs() / DAY * DAY);
    let settings = BTreeMap::from([("CLEANUP_RULES".to_owned(), RULES.to_owned())]);
    let options = Options {
        hosts: Hosts { lambda: host == "lambda", azure: host == "azure" },
        clock: Clock::virtual_at(midnight),
        ..Options::new(state, vec![AppSource { executable, settings }])
    };
    let emulator = Emulator::start(options).await.map_err(|error| error.to_string())?;
    let rows = rows(&emulator, host).await;
    emulator.stop().await;
    rows
}

async fn rows(emulator: &Emulator, host: &'static str) -> Result<Vec<Row>, String> {
    let stage = Stage::new(emulator, host);
    let (photos, reports) = (stage.store("photos")?, stage.store("reports")?);
    put(&photos, &OLD).await?;
    put(&photos, &ALBUMS).await?;
    pass(emulator, 2 * HOUR)?;
    put(&photos, &NEW).await?;
    let begun = Instant::now();
    pass(emulator, HOUR)?;
    let report = wait(|| report(&reports)).await?;
    let left = photos.list("").await.map_err(|error| error.to_string())?;
    let left =
        |keys: &[&str]| keys.iter().filter(|key| left.iter().any(|e| e.key == **key)).count();

    let swept = format!("{} old, {} new left", left(&OLD), left(&NEW));
    let swept = ("0 old, 2 new left".to_owned(), swept);
    let refused = |night: &Night| night.rules.get(1).is_some_and(|line| line.refused.is_some());
    let refused = if report.as_ref().is_some_and(refused) { "refused" } else { "not refused" };
    let guarded = ("refused, 2 left".to_owned(), format!("{refused}, {} left", left(&ALBUMS)));
    let filed = report.map_or("no report".to_owned(), |night| told(&night));
    let filed = ("3 of 5 deleted, 0 failed".to_owned(), filed);
    Ok([
        Step::done((SWEEP, "swept"), "3 old, 2 new, 03:00", swept, begun),
        Step::done((SWEEP, "guarded"), "all of 2 are old", guarded, begun),
        Step::done((SWEEP, "report"), "the same night", filed, begun),
    ]
    .map(|step| stage.row(step))
    .into())
}

async fn put(store: &Blob, keys: &[&str]) -> Result<(), String> {
    for key in keys {
        store.put(key, "a picture").await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn pass(emulator: &Emulator, by: Duration) -> Result<(), String> {
    emulator.clock().advance(by).map(|_| ()).map_err(|error| error.to_string())
}

/// The report, once the night is over.
async fn report(reports: &Blob) -> Result<Option<Night>, String> {
    let entries = reports.list("").await.map_err(|error| error.to_string())?;
    let Some(entry) = entries.last() else { return Ok(None) };
    let stored = reports.get(&entry.key).await.map_err(|error| error.to_string())?;
    let night: Night = serde_json::from_slice(&stored.bytes)
        .map_err(|fault| format!("the report {} is none: {fault}", entry.key))?;
    Ok(night.finished.then_some(night))
}

fn told(night: &Night) -> String {
    let Some(line) = night.rules.first() else { return "an empty report".to_owned() };
    format!("{} of {} deleted, {} failed", line.deleted, line.counted, line.failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_report_is_looked_at_once_the_night_is_over() {
        let reports = Blob::memory();
        assert!(report(&reports).await.unwrap().is_none());
        let line = r#"{"counted":5,"deleted":3,"failed":0}"#;
        for finished in [false, true] {
            let text = format!(r#"{{"finished":{finished},"rules":[{line}]}}"#);
            reports.put("2026/01/31/20260131T030000Z.json", text).await.unwrap();
            let night = report(&reports).await.unwrap();
            assert_eq!(night.is_some(), finished);
            assert!(night.is_none_or(|night| told(&night) == "3 of 5 deleted, 0 failed"));
        }
        reports.put("z", "{}").await.unwrap();
        assert!(report(&reports).await.err().unwrap().contains("the report z is none"));
    }
}
