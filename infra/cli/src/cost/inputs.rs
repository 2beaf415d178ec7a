//! An app's month, put together from what is known of it.
//!
//! Deals with: the command line before a measured run before the manifest's and our own defaults; names that
//! fit no function. Does not deal with: what it costs, what a measured run leaves open (`gaps`).

use anyfn::manifest::Manifest;
use anyfn_emulator::measured::{FunctionMeasured, Measured};
use rust_decimal::Decimal;

use super::Args;
use super::number::{self, Amount, Count, Setting};
use super::workload::{self, Calls, Function, Operation, Run, Source, StoreUse, Workload};
use crate::fault::Fault;

/// What Terraform's modules give a function unless told otherwise.
const MEMORY_MB: u32 = 512;
/// How long a call takes of which nothing is known.
pub(super) const DURATION_MS: u32 = 100;
const INIT_MS: u32 = 50;
const RESPONSE_BYTES: u32 = 1024;
/// The platform's own lines and the runtime's one.
const LOG_BYTES: u32 = 1000;

/// The workload of the app behind `manifest`.
///
/// # Errors
/// A schedule that is none, a name that no function has, a store operation that nothing declares.
pub(crate) fn workload(
    args: &Args,
    manifest: &Manifest,
    measured: Option<&Measured>,
) -> Result<Workload, Fault> {
    names(args, manifest)?;
    let functions = manifest.functions.iter().map(|function| {
        let name = &function.name;
        let place =
            |why: String| Fault::usage(format!("{}, function `{name}`: {why}", manifest.app));
        let (source, calls) = workload::calls(&function.trigger).map_err(place)?;
        let asked = number::of(&args.calls, name).map(|Count(calls)| Calls::Month(calls.into()));
        let memory_mb = number::of(&args.memory_mb, name).map_or(MEMORY_MB.into(), amount);
        let seen = |first: &str, second: &str| {
            let of = |host: &str| {
                let all = measured.map_or(&[][..], |measured| &measured.functions);
                all.iter()
                    .find(|one| one.app == manifest.app && one.name == *name && one.host == host)
            };
            of(first).or_else(|| of(second))
        };
        let bytes = |settings: &[Setting<Count>], standard: u32| {
            number::of(settings, name).map_or(standard.into(), |Count(bytes)| bytes.into())
        };
        Ok(Function {
            name: name.clone(),
            source,
            calls: asked.unwrap_or(calls),
            memory_mb,
            aws: run(args, name, memory_mb, seen("lambda", "azure"))?,
            azure: run(args, name, memory_mb, seen("azure", "lambda"))?,
            response_bytes: if source == Source::Http {
                bytes(&args.response_bytes, RESPONSE_BYTES)
            } else {
                Decimal::ZERO
            },
            log_bytes: bytes(&args.log_bytes, LOG_BYTES),
        })
    });
    let functions = functions.collect::<Result<Vec<_>, Fault>>()?;
    Ok(Workload {
        stores: stores(args, manifest, &functions)?,
        functions,
        sent_only: workload::sent_only(manifest),
        message_bytes: args.message_bytes.0.into(),
        object_bytes: args.object_bytes.0.into(),
        stored_gb: args.stored_gb.map(amount),
        batch: args.batch_size.into(),
        cold_percent: amount(args.cold_percent),
        concurrency: args.concurrency.into(),
    })
}

const fn amount(Amount(amount): Amount) -> Decimal {
    amount
}

fn run(
    args: &Args,
    name: &str,
    memory_mb: Decimal,
    seen: Option<&FunctionMeasured>,
) -> Result<Run, Fault> {
    let decimal = |ms: f64| {
        Decimal::try_from(ms).ok().filter(|ms| *ms >= Decimal::ZERO && *ms <= 1_000_000_000.into())
    };
    let known = |asked: &[Setting<Amount>], seen: Option<f64>, standard: u32| match (
        number::of(asked, name),
        seen,
    ) {
        (Some(asked), _) => Ok(amount(asked)),
        (None, Some(seen)) => decimal(seen).ok_or_else(|| {
            Fault::usage(format!("--measured: function `{name}`: {seen} ms is no duration"))
        }),
        (None, None) => Ok(standard.into()),
    };
    let used = seen.map(|seen| seen.max_memory_mb).filter(|mb| *mb > 0);
    Ok(Run {
        duration_ms: known(&args.duration_ms, seen.map(|seen| seen.mean_ms), DURATION_MS)?,
        init_ms: known(&args.init_ms, seen.and_then(|seen| seen.init_ms), INIT_MS)?,
        used_mb: used.map_or(memory_mb, |mb| Decimal::from(mb.min(1_000_000))),
    })
}

/// A schedule's app has no request to go with; what its stores see, they see with each of its calls.
fn stores(
    args: &Args,
    manifest: &Manifest,
    functions: &[Function],
) -> Result<Vec<StoreUse>, Fault> {
    let mut stores = workload::stores(manifest);
    let most = functions.iter().filter_map(|function| match function.calls {
        Calls::EachRequest => None,
        Calls::Month(calls) => Some(calls),
    });
    let most = most.max().unwrap_or_default();
    if functions.iter().all(|function| function.calls != Calls::EachRequest) {
        stores.iter_mut().for_each(|used| used.times = Calls::Month(most));
    }
    for asked in &args.operations {
        let right = "a right one: --operations photos.read=100000";
        let of = asked.name.as_deref().and_then(|name| name.split_once('.'));
        let Some((store, access)) = of else {
            return Err(Fault::usage(format!("--operations: which store's? {right}")));
        };
        let is_it = |used: &StoreUse| used.store == store && name(used.operation) == access;
        let Some(used) = stores.iter_mut().find(|used| is_it(used)) else {
            let known =
                stores.iter().map(|used| format!("{}.{}", used.store, name(used.operation)));
            let known = known.collect::<Vec<_>>().join(", ");
            return Err(Fault::usage(format!(
                "--operations {store}.{access}: the app {} does no such thing; it does {known}",
                manifest.app
            )));
        };
        used.times = Calls::Month(asked.value.0.into());
    }
    Ok(stores)
}

const fn name(operation: Operation) -> &'static str {
    match operation {
        Operation::Read => "read",
        Operation::Write => "write",
        Operation::List => "list",
        Operation::Delete => "delete",
    }
}

/// Every setting's name is a function's.
fn names(args: &Args, manifest: &Manifest) -> Result<(), Fault> {
    fn all<'a, T>(
        option: &'static str,
        settings: &'a [Setting<T>],
    ) -> impl Iterator<Item = (&'static str, &'a str)> {
        settings.iter().filter_map(move |setting| Some((option, setting.name.as_deref()?)))
    }
    let named = all("--memory-mb", &args.memory_mb)
        .chain(all("--duration-ms", &args.duration_ms))
        .chain(all("--init-ms", &args.init_ms))
        .chain(all("--calls", &args.calls))
        .chain(all("--response-bytes", &args.response_bytes))
        .chain(all("--log-bytes", &args.log_bytes));
    for (option, name) in named {
        if !manifest.functions.iter().any(|function| function.name == name) {
            let known: Vec<&str> = manifest.functions.iter().map(|one| &*one.name).collect();
            return Err(Fault::usage(format!(
                "{option} {name}=: the app {} has no function `{name}`; it has {}",
                manifest.app,
                known.join(", ")
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests;
