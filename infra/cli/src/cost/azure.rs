//! Azure Functions' bill, on both plans that cost nothing while nothing happens.
//!
//! Deals with: executions, GB-seconds with their rounding and minimums, queues, and what every app on Azure
//! buys besides. Does not deal with: plans with always ready instances.
//!
//! Facts. Consumption: memory that is used, rounded up to 128 MB, at most 1,536 MB; time rounded up to a
//! millisecond, at least 100 ms a call. Flex Consumption, on demand: the memory of the instance (512, 2,048 or
//! 4,096 MB) for as long as it is at work, rounded up to 100 ms and at least 1,000 ms each time; calls in an
//! instance at the same time are not billed twice. An event of Event Grid is two operations, its arrival
//! and its delivery; a message is three of the queue: put, get, delete.

use rust_decimal::Decimal;

use super::bill::{Bill, Item};
use super::prices::Prices;
use super::workload::{Function, MONTH_SECONDS, Operation, Source, Workload, gib};
use crate::fault::Fault;

/// The instances of Flex Consumption, in MB.
const INSTANCES: [u32; 3] = [512, 2048, 4096];
/// The most that Consumption gives an app, in MB.
const MOST_MB: u32 = 1536;
/// Seconds between an idle host's looks into a queue once it has backed off (`maxPollingInterval`).
const HOST_POLL_SECONDS: u32 = 60;
/// Seconds between the looks of what decides how many instances run. No page says so; as known.
const SCALE_POLL_SECONDS: u32 = 10;
/// Put, get and delete.
const OPERATIONS_A_MESSAGE: u32 = 3;
/// MB-ms in a GB-s.
const GB_SECOND: u32 = 1024 * 1000;

/// Flex Consumption's bill of a month with so many `requests`.
///
/// # Errors
/// No instance is as large as the functions want.
pub(crate) fn flex(load: &Workload, prices: &Prices, requests: u64) -> Result<Bill, Fault> {
    let wanted = load.memory_mb();
    let fits = INSTANCES.iter().map(|mb| Decimal::from(*mb)).find(|mb| *mb >= wanted);
    let instance = fits.ok_or_else(|| {
        Fault::usage(format!("no instance has {wanted} MB; the largest has {} MB", INSTANCES[2]))
    })?;
    let mut bill = Bill::default();
    bill.charge(prices, "azure.flex.executions", &[(Item::Requests, calls(load, requests))])?;
    let apart: Decimal = load
        .functions
        .iter()
        .map(|function| function.calls.at(requests) * window_ms(function))
        .sum();
    // Where calls overlap all the time, whole instances are at work for all of the month.
    let instances = load.instances(load.busy_ms(requests, |function| function.azure));
    let together = instances * Decimal::from(MONTH_SECONDS) * Decimal::from(1000);
    let gb_seconds = apart.min(together) * instance / Decimal::from(GB_SECOND);
    bill.charge(prices, "azure.flex.gb_seconds", &[(Item::Compute, gb_seconds)])?;
    queues(&mut bill, load, prices, requests, Some(SCALE_POLL_SECONDS))?;
    besides(&mut bill, load, prices, requests)?;
    Ok(bill)
}

/// Consumption's bill of a month with so many `requests`.
///
/// # Errors
/// The functions want more than an app is given.
pub(crate) fn consumption(load: &Workload, prices: &Prices, requests: u64) -> Result<Bill, Fault> {
    let wanted = load.memory_mb();
    if wanted > Decimal::from(MOST_MB) {
        return Err(Fault::usage(format!("an app has {MOST_MB} MB at most, not {wanted} MB")));
    }
    let mut bill = Bill::default();
    let executions = [(Item::Requests, calls(load, requests))];
    bill.charge(prices, "azure.consumption.executions", &executions)?;
    let mb_ms: Decimal = load
        .functions
        .iter()
        .map(|function| function.calls.at(requests) * consumption_mb_ms(function))
        .sum();
    let gb_seconds = mb_ms / Decimal::from(GB_SECOND);
    bill.charge(prices, "azure.consumption.gb_seconds", &[(Item::Compute, gb_seconds)])?;
    queues(&mut bill, load, prices, requests, Some(SCALE_POLL_SECONDS))?;
    besides(&mut bill, load, prices, requests)?;
    Ok(bill)
}

fn calls(load: &Workload, requests: u64) -> Decimal {
    load.functions.iter().map(|function| function.calls.at(requests)).sum()
}

/// What a call costs that runs alone.
fn window_ms(function: &Function) -> Decimal {
    up_to(function.azure.duration_ms, 100).max(Decimal::from(1000))
}

fn consumption_mb_ms(function: &Function) -> Decimal {
    let memory = up_to(function.azure.used_mb, 128).max(Decimal::from(128));
    let time = function.azure.duration_ms.ceil().max(Decimal::from(100));
    memory.min(Decimal::from(MOST_MB)) * time
}

/// `value` rounded up to a multiple of `step`.
fn up_to(value: Decimal, step: u32) -> Decimal {
    (value / Decimal::from(step)).ceil() * Decimal::from(step)
}

/// Messages, looks that find nothing, events of blobs. `scaler`: seconds between the looks of what decides
/// about instances, beside the host's own.
pub(crate) fn queues(
    bill: &mut Bill,
    load: &Workload,
    prices: &Prices,
    requests: u64,
    scaler: Option<u32>,
) -> Result<(), Fault> {
    let (mut messages, mut polls, mut events) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for function in load.functions.iter().filter(|function| function.has_queue()) {
        let calls = function.calls.at(requests);
        messages += calls * Decimal::from(OPERATIONS_A_MESSAGE);
        polls += Decimal::from(MONTH_SECONDS / HOST_POLL_SECONDS);
        polls += scaler.map_or(Decimal::ZERO, |seconds| Decimal::from(MONTH_SECONDS / seconds));
        if function.source == Source::Blob {
            events += calls * Decimal::TWO;
        }
    }
    for _ in &load.sent_only {
        messages += Decimal::from(requests);
    }
    let items = [(Item::Messages, messages), (Item::IdlePolls, polls)];
    bill.charge(prices, "azure.queue.operations", &items)?;
    bill.charge(prices, "azure.eventgrid.operations", &[(Item::BlobEvents, events)])
}

/// Stores, logs and answers.
pub(crate) fn besides(
    bill: &mut Bill,
    load: &Workload,
    prices: &Prices,
    requests: u64,
) -> Result<(), Fault> {
    let times = |operation| load.operations(requests, operation);
    let operations = |operation| [(Item::StoreOperations, times(operation))];
    bill.charge(prices, "azure.blob.storage", &[(Item::Storage, load.gigabytes(requests))])?;
    bill.charge(prices, "azure.blob.write", &operations(Operation::Write))?;
    bill.charge(prices, "azure.blob.list", &operations(Operation::List))?;
    bill.charge(prices, "azure.blob.read", &operations(Operation::Read))?;
    // Azure Monitor's GB has 10^9 bytes.
    let logged = load.logged(requests) / Decimal::from(1_000_000_000);
    bill.charge(prices, "azure.logs", &[(Item::Logs, logged)])?;
    bill.charge(prices, "azure.egress", &[(Item::Egress, gib(load.answered(requests)))])
}
