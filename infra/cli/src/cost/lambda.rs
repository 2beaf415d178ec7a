//! AWS Lambda's bill.
//!
//! Deals with: calls, GB-seconds with their rounding, queues and their pollers, and what every app on AWS
//! buys besides. Does not deal with: what does not depend on the app (provisioned concurrency, VPCs).
//!
//! Facts: durations are rounded up to a millisecond, memory is what is configured; the initialisation of a
//! cold start is billed (provided runtimes always, all others since 2025-08-01); an event source mapping
//! polls a queue with five pollers, each waiting up to 20 s, and each poll is a request of SQS; a request of
//! SQS is up to 64 KB; notifications of S3 are free, the send into the queue is not.

use rust_decimal::Decimal;

use super::bill::{Bill, Item};
use super::prices::Prices;
use super::workload::{Function, MONTH_SECONDS, Operation, Source, Workload, gib};
use crate::fault::Fault;

/// What an event source mapping keeps open while there is nothing to do.
const POLLERS: u32 = 5;
/// Seconds that a poll waits for a message.
const POLL_SECONDS: u32 = 20;
/// Bytes that one request of SQS carries.
const REQUEST_BYTES: u32 = 64 * 1024;
/// MB-ms in a GB-s.
const GB_SECOND: u32 = 1024 * 1000;

/// Which processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Architecture {
    Arm64,
    X86_64,
}

/// The bill of a month with so many `requests`.
pub(crate) fn bill(
    load: &Workload,
    prices: &Prices,
    requests: u64,
    architecture: Architecture,
) -> Result<Bill, Fault> {
    let mut bill = Bill::default();
    let calls: Decimal = load.functions.iter().map(|one| invocations(one, load, requests)).sum();
    bill.charge(prices, "aws.lambda.requests", &[(Item::Requests, calls)])?;
    let mb_ms: Decimal = load.functions.iter().map(|one| mb_ms(one, load, requests)).sum();
    let meter = match architecture {
        Architecture::Arm64 => "aws.lambda.arm64",
        Architecture::X86_64 => "aws.lambda.x86_64",
    };
    bill.charge(prices, meter, &[(Item::Compute, mb_ms / Decimal::from(GB_SECOND))])?;
    queues(&mut bill, load, prices, requests, POLLERS)?;
    besides(&mut bill, load, prices, requests)?;
    Ok(bill)
}

/// A queue's messages come in batches, and a batch is one call.
fn invocations(function: &Function, load: &Workload, requests: u64) -> Decimal {
    let calls = function.calls.at(requests);
    if function.has_queue() { (calls / load.batch).ceil() } else { calls }
}

/// A batch is reckoned as its messages one after the other.
fn mb_ms(function: &Function, load: &Workload, requests: u64) -> Decimal {
    let invocations = invocations(function, load, requests);
    let batch = if function.has_queue() { load.batch } else { Decimal::ONE };
    let warm = invocations * (function.aws.duration_ms * batch).ceil();
    let cold = invocations * load.cold_percent / Decimal::from(100) * function.aws.init_ms.ceil();
    (warm + cold) * function.memory_mb
}

/// Messages and empty polls, with `pollers` at each queue.
pub(crate) fn queues(
    bill: &mut Bill,
    load: &Workload,
    prices: &Prices,
    requests: u64,
    pollers: u32,
) -> Result<(), Fault> {
    let polls = Decimal::from(pollers) * Decimal::from(MONTH_SECONDS / POLL_SECONDS);
    let chunks = |bytes: Decimal| (bytes / Decimal::from(REQUEST_BYTES)).ceil().max(Decimal::ONE);
    let (send, receive) = (chunks(load.message_bytes), chunks(load.message_bytes * load.batch));
    let (mut standard, mut fifo) = ([Decimal::ZERO; 2], [Decimal::ZERO; 2]);
    for function in load.functions.iter().filter(|function| function.has_queue()) {
        let messages = function.calls.at(requests);
        let batches = (messages / load.batch).ceil();
        let is_fifo = function.source == Source::Queue { fifo: true };
        let kind = if is_fifo { &mut fifo } else { &mut standard };
        // Sent one by one, received and deleted by the batch.
        kind[0] += messages * send + batches * receive + batches;
        kind[1] += polls;
    }
    for _ in &load.sent_only {
        standard[0] += Decimal::from(requests) * send;
    }
    let items =
        |[messages, polls]: [Decimal; 2]| [(Item::Messages, messages), (Item::IdlePolls, polls)];
    bill.charge(prices, "aws.sqs.standard", &items(standard))?;
    // One million is free for both kinds together.
    let free = prices.of("aws.sqs.standard")?.free - standard[0] - standard[1];
    bill.charge_but(prices, "aws.sqs.fifo", &items(fifo), free.max(Decimal::ZERO))
}

/// Stores, logs and answers.
pub(crate) fn besides(
    bill: &mut Bill,
    load: &Workload,
    prices: &Prices,
    requests: u64,
) -> Result<(), Fault> {
    let times = |operation| load.operations(requests, operation);
    bill.charge(prices, "aws.s3.storage", &[(Item::Storage, load.gigabytes(requests))])?;
    let writes = times(Operation::Write) + times(Operation::List);
    bill.charge(prices, "aws.s3.write", &[(Item::StoreOperations, writes)])?;
    bill.charge(prices, "aws.s3.read", &[(Item::StoreOperations, times(Operation::Read))])?;
    bill.charge(prices, "aws.logs", &[(Item::Logs, gib(load.logged(requests)))])?;
    bill.charge(prices, "aws.egress", &[(Item::Egress, gib(load.answered(requests)))])
}
