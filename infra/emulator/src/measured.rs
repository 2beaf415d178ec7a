//! What a run has shown of each function: how often it was called, how long that took, how much memory.
//!
//! Deals with: counting, percentiles, the form in which `anyfn cost --measured` reads it. Does not deal with:
//! measuring a duration (the hosts) or memory (`process`).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::cloud::Cloud;
use crate::status::FunctionStatus;

/// Percentiles are those of a function's latest calls, so that a long run does not grow.
const LATEST: usize = 100_000;

/// A run's measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Every function on every host that called it at least once.
    pub functions: Vec<FunctionMeasured>,
}

/// One function on one host. Durations are milliseconds, as this machine took them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FunctionMeasured {
    /// The app.
    pub app: String,
    /// The function.
    pub name: String,
    /// `lambda` or `azure`.
    pub host: String,
    /// How often it was called, failures included; on Lambda a batch is one call.
    pub calls: u64,
    /// The mean over all calls.
    pub mean_ms: f64,
    /// The median of the latest 100,000 calls.
    pub p50_ms: f64,
    /// What 95 in 100 of them did not exceed.
    pub p95_ms: f64,
    /// The mean time that a new process took until it asked for its first event; Lambda only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_ms: Option<f64>,
    /// The largest resident set of any of its processes, in MB of 2^20 bytes, rounded up; 0 where the
    /// system does not tell. On Azure all functions of an app share a process.
    pub max_memory_mb: u64,
}

/// Counts while functions run. A cheap handle; all clones share one.
#[derive(Clone, Default)]
pub struct Measurements(Arc<Mutex<BTreeMap<(Cloud, String), Seen>>>);

#[derive(Default)]
struct Seen {
    calls: u64,
    total: Duration,
    latest: VecDeque<Duration>,
    starts: u32,
    starting: Duration,
}

impl Measurements {
    /// A call of `function` ended after `duration`.
    pub fn called(&self, cloud: Cloud, function: &str, duration: Duration) {
        self.note(cloud, function, |seen| {
            seen.calls += 1;
            seen.total += duration;
            if seen.latest.len() == LATEST {
                seen.latest.pop_front();
            }
            seen.latest.push_back(duration);
        });
    }

    /// A process of `function` was ready after `duration`.
    pub fn started(&self, cloud: Cloud, function: &str, duration: Duration) {
        self.note(cloud, function, |seen| {
            seen.starts = seen.starts.saturating_add(1);
            seen.starting += duration;
        });
    }

    fn note(&self, cloud: Cloud, function: &str, change: impl FnOnce(&mut Seen)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry((cloud, function.to_owned())).or_default());
    }

    /// What was seen of those `functions` that were called.
    #[must_use]
    pub fn of(&self, functions: &[FunctionStatus]) -> Measured {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let one = |status: &FunctionStatus| {
            let cloud = if status.host == "lambda" { Cloud::Aws } else { Cloud::Azure };
            let seen = all.get(&(cloud, status.name.clone()))?;
            let mut sorted: Vec<Duration> = seen.latest.iter().copied().collect();
            sorted.sort_unstable();
            Some(FunctionMeasured {
                app: status.app.clone(),
                name: status.name.clone(),
                host: status.host.to_owned(),
                calls: seen.calls,
                mean_ms: ms(seen.total.as_secs_f64() / whole(seen.calls)?),
                p50_ms: ms(percentile(&sorted, 50)?.as_secs_f64()),
                p95_ms: ms(percentile(&sorted, 95)?.as_secs_f64()),
                init_ms: whole(seen.starts.into())
                    .map(|starts| ms(seen.starting.as_secs_f64() / starts)),
                max_memory_mb: status.peak_kb.div_ceil(1024),
            })
        };
        Measured { functions: functions.iter().filter_map(one).collect() }
    }
}

/// To the microsecond: more is noise.
fn ms(seconds: f64) -> f64 {
    (seconds * 1e6).round() / 1e3
}

/// A divisor.
fn whole(count: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "2^53 calls are out of reach")]
    let count = count as f64;
    (count > 0.0).then_some(count)
}

/// The smallest of `sorted` that `percent` in 100 do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> Option<Duration> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use anyfn::manifest::TriggerSpec;

    pub(crate) fn status(name: &str, host: &'static str) -> FunctionStatus {
        FunctionStatus {
            app: "shop".to_owned(),
            name: name.to_owned(),
            host,
            pid: None,
            pids: Vec::new(),
            url: None,
            admin: None,
            key: None,
            log: "orders.log".into(),
            peak_kb: 10_241,
            trigger: TriggerSpec::Schedule { cron: "0 3 * * *".to_owned() },
        }
    }

    #[test]
    fn calls_are_counted_for_each_host_and_what_was_not_called_is_left_out() {
        let measurements = Measurements::default();
        for millis in 1..=100 {
            measurements.called(Cloud::Aws, "orders", Duration::from_millis(millis));
        }
        measurements.started(Cloud::Aws, "orders", Duration::from_millis(4));
        measurements.started(Cloud::Aws, "orders", Duration::from_millis(5));
        measurements.called(Cloud::Azure, "orders", Duration::from_micros(1234));
        measurements.started(Cloud::Aws, "idle", Duration::from_millis(4));
        let all = [status("orders", "lambda"), status("idle", "lambda"), status("orders", "azure")];
        let Measured { functions } = measurements.of(&all);
        let [lambda, azure] = functions.as_slice() else { panic!("{functions:?}") };
        assert_eq!((lambda.calls, lambda.mean_ms), (100, 50.5));
        assert_eq!((lambda.p50_ms, lambda.p95_ms, lambda.init_ms), (50.0, 95.0, Some(4.5)));
        assert_eq!(lambda.max_memory_mb, 11);
        assert_eq!((azure.calls, azure.mean_ms, azure.init_ms), (1, 1.234, None));
    }

    #[test]
    fn a_long_run_keeps_its_mean_and_forgets_its_first_calls() {
        let measurements = Measurements::default();
        measurements.called(Cloud::Aws, "orders", Duration::from_secs(100));
        for _ in 0..LATEST {
            measurements.called(Cloud::Aws, "orders", Duration::ZERO);
        }
        let orders = measurements.of(&[status("orders", "lambda")]).functions.remove(0);
        assert_eq!((orders.calls, orders.p95_ms), (100_001, 0.0));
        assert_eq!(orders.mean_ms, 1.0);
    }
}
