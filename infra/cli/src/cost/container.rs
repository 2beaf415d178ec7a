//! What the same app costs in containers that always run.
//!
//! Deals with: the smallest instance with enough memory, as many as have work all of the month, one at
//! least; on AWS Fargate (arm64) and on Azure Container Apps. Does not deal with: load balancers, registries,
//! scaling to zero.

use rust_decimal::Decimal;

use super::bill::{Bill, Item};
use super::prices::Prices;
use super::workload::{MONTH_SECONDS, Source, Workload};
use super::{azure, lambda};
use crate::fault::Fault;

/// The hundredths of a vCPU, and the MB: pairs that both providers have.
const SIZES: [(u32, u32); 5] = [(25, 512), (50, 1024), (100, 2048), (200, 4096), (400, 8192)];
const HOURS: u32 = MONTH_SECONDS / 3600;

/// vCPUs and GB of the instance that is large enough.
fn size(load: &Workload) -> Result<(Decimal, Decimal), Fault> {
    let wanted = load.memory_mb();
    let fits = SIZES.iter().find(|(_, mb)| Decimal::from(*mb) >= wanted);
    let (hundredths, mb) = fits.ok_or_else(|| {
        Fault::usage(format!("no instance has {wanted} MB; the largest here has {} MB", SIZES[4].1))
    })?;
    Ok((Decimal::new((*hundredths).into(), 2), Decimal::from(*mb) / Decimal::from(1024)))
}

/// Fargate's bill of a month with so many `requests`.
///
/// # Errors
/// No instance is as large as the functions want.
pub(crate) fn fargate(load: &Workload, prices: &Prices, requests: u64) -> Result<Bill, Fault> {
    let (vcpus, gb) = size(load)?;
    let instances = load.instances(load.busy_ms(requests, |function| function.aws));
    let hours = instances * Decimal::from(HOURS);
    let mut bill = Bill::default();
    bill.charge(prices, "aws.fargate.vcpu", &[(Item::Instances, hours * vcpus)])?;
    bill.charge(prices, "aws.fargate.memory", &[(Item::Instances, hours * gb)])?;
    bill.charge(prices, "aws.ipv4", &[(Item::Address, hours)])?;
    lambda::queues(&mut bill, load, prices, requests, 1)?;
    lambda::besides(&mut bill, load, prices, requests)?;
    Ok(bill)
}

/// Container Apps' bill of a month with so many `requests`: an instance that has nothing to do is billed at
/// the idle rate.
///
/// # Errors
/// No instance is as large as the functions want.
pub(crate) fn apps(load: &Workload, prices: &Prices, requests: u64) -> Result<Bill, Fault> {
    let (vcpus, gb) = size(load)?;
    let busy_ms = load.busy_ms(requests, |function| function.azure);
    let all = load.instances(busy_ms) * Decimal::from(MONTH_SECONDS);
    let busy = (busy_ms / Decimal::from(1000) / load.concurrency).min(all);
    let mut bill = Bill::default();
    let http = load.functions.iter().filter(|function| function.source == Source::Http);
    let calls: Decimal = http.map(|function| function.calls.at(requests)).sum();
    bill.charge(prices, "azure.container.requests", &[(Item::Requests, calls)])?;
    bill.charge(prices, "azure.container.vcpu_active", &[(Item::Instances, busy * vcpus)])?;
    bill.charge(prices, "azure.container.vcpu_idle", &[(Item::Instances, (all - busy) * vcpus)])?;
    bill.charge(prices, "azure.container.memory", &[(Item::Instances, all * gb)])?;
    azure::queues(&mut bill, load, prices, requests, None)?;
    azure::besides(&mut bill, load, prices, requests)?;
    Ok(bill)
}
