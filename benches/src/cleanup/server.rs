//! The S3 server of both sides: the emulator, with the function under its Lambda.
//!
//! Deals with: starting it, objects that are old enough, nights. Does not deal with: the peer.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyfn_emulator::blobs::{Conditions, ListRequest, Properties, Write};
use anyfn_emulator::clock::Clock;
use anyfn_emulator::cloud::Cloud;
use anyfn_emulator::{AppSource, Emulator, Hosts, Options};
use bytes::Bytes;
use serde::Deserialize;

use super::Anything;

/// Writes under way at once while seeding: as many as the store commits together.
const AT_ONCE: usize = 256;
/// A whole number of days that makes what was seeded before old enough.
const MONTH: Duration = Duration::from_secs(31 * 86_400);
/// How long ago the clock begins: more than all nights of a run take.
const PAST_DAYS: u64 = 1_000;
/// The most that Lambda gives a call.
const TIMEOUT: Duration = Duration::from_secs(900);

pub(crate) struct Server {
    emulator: Emulator,
    _state: tempfile::TempDir,
}

/// The report, as far as it is looked at.
#[derive(Deserialize)]
pub(crate) struct Night {
    finished: bool,
    rules: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    counted: u64,
    deleted: u64,
    failed: u64,
    duration_ms: u64,
}

impl Server {
    /// Starts it with `function` and its rules, at a midnight of the past.
    pub(crate) async fn start(function: &Path, rules: &str) -> Anything<Self> {
        let state = tempfile::tempdir()?;
        let settings = BTreeMap::from([("CLEANUP_RULES".to_owned(), rules.to_owned())]);
        let app = AppSource { executable: function.to_owned(), settings };
        // s5cmd passes over what is dated after its own start.
        let days = SystemTime::UNIX_EPOCH.elapsed()?.as_secs() / 86_400 - PAST_DAYS;
        let midnight = SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400);
        let options = Options {
            hosts: Hosts { lambda: true, azure: false },
            clock: Clock::virtual_at(midnight),
            timeout: TIMEOUT,
            ..Options::new(state.path(), vec![app])
        };
        Ok(Self { emulator: Emulator::start(options).await?, _state: state })
    }

    /// Puts so many objects under `prefix`.
    pub(crate) async fn seed(&self, prefix: &str, count: usize) -> Anything<()> {
        for first in (0..count).step_by(AT_ONCE) {
            let put = |n: usize| {
                let write = Write {
                    cloud: Cloud::Aws,
                    store: "photos".to_owned(),
                    key: format!("{prefix}{:02x}/object-{n:08}.jpg", n % 251),
                    operation: "Put",
                    conditions: Conditions::default(),
                };
                let blobs = self.emulator.blobs().clone();
                let body = Bytes::from_static(b"a small object");
                tokio::spawn(async move { blobs.put(write, body, Properties::default()).await })
            };
            let puts: Vec<_> = (first..count.min(first + AT_ONCE)).map(put).collect();
            for put in puts {
                put.await??;
            }
        }
        Ok(())
    }

    /// Lets a month pass, and the function run at three in the morning of its last day.
    pub(crate) async fn night(&self) -> Anything<Night> {
        let now = self.emulator.clock().advance(MONTH + Duration::from_secs(3 * 3_600))?;
        let begun = Instant::now();
        let night = loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if let Some(night) = self.report().await?.filter(|night| night.finished) {
                break night;
            }
            if begun.elapsed() > TIMEOUT {
                return Err("the night does not end".into());
            }
        };
        // Midnight again, so that the next month ends at three.
        let seconds = now.duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let midnight = Duration::from_secs((seconds / 86_400 + 1) * 86_400 - seconds);
        self.emulator.clock().advance(midnight)?;
        Ok(night)
    }

    /// The last night's report.
    async fn report(&self) -> Anything<Option<Night>> {
        let request = ListRequest { limit: 1_000, ..ListRequest::default() };
        let page = self.emulator.blobs().list("reports", request).await?;
        let Some(anyfn_emulator::blobs::Entry::Blob(blob)) = page.entries.into_iter().last() else {
            return Ok(None);
        };
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(blob.created_ms)?);
        if at < self.emulator.clock().now() {
            return Ok(None);
        }
        let whole = |size| Ok::<_, anyfn_emulator::blobs::BlobError>(0..size);
        let blobs = self.emulator.blobs();
        let (_, _, bytes) = blobs.get("reports", &blob.key, Conditions::default(), whole).await?;
        Ok(Some(serde_json::from_slice(&bytes)?))
    }

    /// Objects under `prefix`, a page at most.
    pub(crate) async fn left(&self, prefix: &str) -> Anything<usize> {
        let request =
            ListRequest { prefix: prefix.to_owned(), limit: 1_000, ..ListRequest::default() };
        Ok(self.emulator.blobs().list("photos", request).await?.entries.len())
    }

    /// The most memory that the function's process has held, in MB (`VmHWM`).
    #[expect(clippy::cast_precision_loss, reason = "a process's memory in KiB fits")]
    pub(crate) fn peak_mb(&self) -> f64 {
        let peaks = self.emulator.functions().into_iter().map(|function| function.peak_kb);
        peaks.max().unwrap_or(0) as f64 * 1_024.0 / 1e6
    }

    /// The endpoint and the owner's credentials.
    pub(crate) fn client(&self) -> [(&'static str, String); 4] {
        let aws = &self.emulator.ready().aws;
        [
            ("S3_ENDPOINT_URL", aws.s3.clone()),
            ("AWS_ACCESS_KEY_ID", aws.access_key_id.to_string()),
            ("AWS_SECRET_ACCESS_KEY", aws.secret_access_key.to_string()),
            ("AWS_REGION", aws.region.to_string()),
        ]
    }

    pub(crate) async fn stop(self) {
        self.emulator.stop().await;
    }
}

impl Night {
    /// Objects that the rule `at` saw.
    pub(crate) fn listed(&self, at: usize) -> u64 {
        self.rules.get(at).map_or(0, |line| line.counted)
    }

    /// Objects that the rule `at` deleted in a second.
    ///
    /// # Errors
    /// It deleted another number of them, or failed at some.
    pub(crate) fn rate(&self, at: usize, deleted: usize) -> Anything<f64> {
        let line = self.rules.get(at).ok_or("no such rule")?;
        if line.failed > 0 || line.deleted != deleted as u64 {
            return Err(
                format!("rule {at}: {} deleted, {} failed", line.deleted, line.failed).into()
            );
        }
        Ok(rate(deleted, Duration::from_millis(line.duration_ms)))
    }
}

/// So many in so long, a second.
#[expect(clippy::cast_precision_loss, reason = "some million at most")]
pub(crate) fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}
