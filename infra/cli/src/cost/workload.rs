//! What an app does in a month, whoever runs it.
//!
//! Deals with: how often each function is called, how long it takes, messages, blobs, bytes; where each of
//! these is known from (the command line, a measured run, the manifest, a default). Does not deal with:
//! what any cloud makes of it (`lambda`, `azure`, `container`).

use anyfn::manifest::{Access, Manifest, NeedKind, TriggerSpec};
use rust_decimal::Decimal;
use serde::Serialize;

/// A month of 730 hours, as the providers reckon, in seconds.
pub(crate) const MONTH_SECONDS: u32 = 730 * 3600;

/// An app's month as a function of the number of requests.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Workload {
    /// The functions, by name.
    pub(crate) functions: Vec<Function>,
    /// What is done with stores, in the order of the needs.
    pub(crate) stores: Vec<StoreUse>,
    /// Queues that are sent to and that no function of the app listens to, by name.
    pub(crate) sent_only: Vec<String>,
    /// Bytes of a message.
    pub(crate) message_bytes: Decimal,
    /// Bytes of a blob that is written.
    pub(crate) object_bytes: Decimal,
    /// What the stores hold on average; absent: what a month's writes leave.
    pub(crate) stored_gb: Option<Decimal>,
    /// How many messages are delivered together, where the provider can: 1 to 10.
    pub(crate) batch: Decimal,
    /// How many calls in a hundred start a process first.
    pub(crate) cold_percent: Decimal,
    /// How many calls an instance is at work on at once (Flex Consumption, containers).
    pub(crate) concurrency: Decimal,
}

/// One function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) source: Source,
    pub(crate) calls: Calls,
    /// The memory it is given, where it is given some.
    pub(crate) memory_mb: Decimal,
    /// On AWS, and in a container.
    pub(crate) aws: Run,
    /// On Azure.
    pub(crate) azure: Run,
    /// Bytes of an answer; only HTTP has one.
    pub(crate) response_bytes: Decimal,
    /// Bytes of log a call.
    pub(crate) log_bytes: Decimal,
}

/// What a call takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Run {
    /// The mean, in milliseconds, without the start of a process.
    pub(crate) duration_ms: Decimal,
    /// The start of a process.
    pub(crate) init_ms: Decimal,
    /// The memory that is really used.
    pub(crate) used_mb: Decimal,
}

/// Where calls come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Source {
    Http,
    Schedule,
    Queue {
        fifo: bool,
    },
    /// Through a queue.
    Blob,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Calls {
    /// Once a request.
    EachRequest,
    /// So often a month, however many requests there are.
    Month(Decimal),
}

/// What is done with a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct StoreUse {
    pub(crate) store: String,
    pub(crate) operation: Operation,
    pub(crate) times: Calls,
}

/// An operation on a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Operation {
    Read,
    Write,
    List,
    Delete,
}

impl Function {
    /// Whether its calls come through a queue.
    pub(crate) const fn has_queue(&self) -> bool {
        matches!(self.source, Source::Queue { .. } | Source::Blob)
    }
}

impl Calls {
    /// How often, where there are `requests` a month.
    pub(crate) fn at(self, requests: u64) -> Decimal {
        match self {
            Self::EachRequest => requests.into(),
            Self::Month(calls) => calls,
        }
    }
}

impl Workload {
    /// What all calls take together in milliseconds, process starts left out.
    pub(crate) fn busy_ms(&self, requests: u64, run: fn(&Function) -> Run) -> Decimal {
        let busy = |function: &Function| function.calls.at(requests) * run(function).duration_ms;
        self.functions.iter().map(busy).sum()
    }

    /// The largest memory that any function is given.
    pub(crate) fn memory_mb(&self) -> Decimal {
        self.functions.iter().map(|function| function.memory_mb).max().unwrap_or_default()
    }

    /// How many instances have work for all of the month, at least one.
    pub(crate) fn instances(&self, busy_ms: Decimal) -> Decimal {
        let month_ms = Decimal::from(MONTH_SECONDS) * Decimal::from(1000);
        (busy_ms / (month_ms * self.concurrency)).ceil().max(Decimal::ONE)
    }

    /// How often `operation` is done in a month.
    pub(crate) fn operations(&self, requests: u64, operation: Operation) -> Decimal {
        let those = self.stores.iter().filter(|used| used.operation == operation);
        those.map(|used| used.times.at(requests)).sum()
    }

    /// What the stores hold, in GB of 2^30 bytes.
    pub(crate) fn gigabytes(&self, requests: u64) -> Decimal {
        let written = self.operations(requests, Operation::Write) * self.object_bytes;
        self.stored_gb.unwrap_or_else(|| gib(written))
    }

    /// Bytes of log.
    pub(crate) fn logged(&self, requests: u64) -> Decimal {
        self.functions.iter().map(|function| function.calls.at(requests) * function.log_bytes).sum()
    }

    /// Bytes of answers.
    pub(crate) fn answered(&self, requests: u64) -> Decimal {
        let http = self.functions.iter().filter(|function| function.source == Source::Http);
        http.map(|function| function.calls.at(requests) * function.response_bytes).sum()
    }
}

/// GB of 2^30 bytes.
pub(crate) fn gib(bytes: Decimal) -> Decimal {
    bytes / Decimal::from(1_u64 << 30)
}

/// What of the manifest is the same for every cloud: where calls come from, and how often.
///
/// # Errors
/// A schedule that is none.
pub(crate) fn calls(trigger: &TriggerSpec) -> Result<(Source, Calls), String> {
    Ok(match trigger {
        TriggerSpec::Http { .. } => (Source::Http, Calls::EachRequest),
        TriggerSpec::Schedule { cron } => {
            (Source::Schedule, Calls::Month(super::schedule::calls_a_month(cron)?))
        }
        TriggerSpec::Queue { fifo, .. } => (Source::Queue { fifo: *fifo }, Calls::EachRequest),
        TriggerSpec::Blob { .. } => (Source::Blob, Calls::EachRequest),
    })
}

/// What an app does with stores: one operation a request for each access that it declares, and the write
/// that causes a blob event where somebody else makes it.
pub(crate) fn stores(manifest: &Manifest) -> Vec<StoreUse> {
    let mut all = Vec::new();
    let blobs = || manifest.needs.iter().filter(|need| need.kind == NeedKind::Blob);
    for need in blobs() {
        all.extend(need.access.iter().filter_map(|access| {
            let operation = match access {
                Access::Read => Operation::Read,
                Access::Write => Operation::Write,
                Access::List => Operation::List,
                Access::Delete => Operation::Delete,
                _ => return None,
            };
            Some(StoreUse { store: need.name.clone(), operation, times: Calls::EachRequest })
        }));
    }
    for function in &manifest.functions {
        let TriggerSpec::Blob { store, .. } = &function.trigger else { continue };
        let known = |used: &StoreUse| used.store == *store && used.operation == Operation::Write;
        if !all.iter().any(known) {
            let (store, operation) = (store.clone(), Operation::Write);
            all.push(StoreUse { store, operation, times: Calls::EachRequest });
        }
    }
    all
}

/// The queues that an app sends to and does not listen to itself.
pub(crate) fn sent_only(manifest: &Manifest) -> Vec<String> {
    let listens = |name: &str| {
        manifest.functions.iter().any(
            |function| matches!(&function.trigger, TriggerSpec::Queue { queue, .. } if queue == name),
        )
    };
    let sends = manifest.needs.iter().filter(|need| {
        need.kind == NeedKind::Queue && need.access.contains(&Access::Send) && !listens(&need.name)
    });
    sends.map(|need| need.name.clone()).collect()
}
