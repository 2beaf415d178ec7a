//! What is known of an app's month, and from where.

use anyfn::manifest::Manifest;
use anyfn_emulator::measured::Measured;
use clap::Parser;
use serde_json::json;

use super::{Args, Calls, Decimal, Fault, Operation, Run, Source, Workload, workload};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

pub(in super::super) fn args(line: &str) -> Result<Args, clap::Error> {
    let words = ["cost"].into_iter().chain(line.split_whitespace());
    Line::try_parse_from(words).map(|line| line.args)
}

pub(in super::super) fn shop() -> Manifest {
    let function = |name, trigger| json!({"name": name, "trigger": trigger, "event": {}});
    let need = |kind, name, access| json!({"kind": kind, "name": name, "access": access});
    let manifest = json!({
        "anyfn": 1,
        "app": "shop",
        "functions": [
            function("order", json!({"type": "http", "methods": [], "path": "/", "public": true})),
            function("pack", json!({"type": "queue", "queue": "packets", "fifo": true})),
            function("scan", json!({"type": "blob", "store": "photos", "change": "created", "prefix": "", "suffix": ""})),
            function("sweep", json!({"type": "schedule", "cron": "0 0 1 * *"})),
        ],
        "needs": [
            need("blob", "photos", json!(["read"])),
            need("queue", "packets", json!(["send"])),
            need("queue", "post", json!(["send"])),
        ],
        "config": [],
    });
    serde_json::from_value(manifest).unwrap()
}

fn of(line: &str, measured: Option<&Measured>) -> Result<Workload, Fault> {
    workload(&args(&format!("-r 1M {line}")).unwrap(), &shop(), measured)
}

pub(in super::super) fn measured(host: &str, app: &str) -> Measured {
    serde_json::from_value(json!({"functions": [{
        "app": app, "name": "order", "host": host, "calls": 3, "mean_ms": 12.5, "p50_ms": 12.0,
        "p95_ms": 14.0, "init_ms": 7.25, "max_memory_mb": 23,
    }]}))
    .unwrap()
}

#[test]
fn the_manifest_says_where_calls_come_from_and_what_they_do_to_stores() {
    let load = of("", None).unwrap();
    let calls: Vec<_> = load.functions.iter().map(|one| (one.source, one.calls)).collect();
    let right = [
        (Source::Http, Calls::EachRequest),
        (Source::Queue { fifo: true }, Calls::EachRequest),
        (Source::Blob, Calls::EachRequest),
        (Source::Schedule, Calls::Month(Decimal::ONE)),
    ];
    assert_eq!(calls, right);
    assert_eq!(load.sent_only, ["post"]);
    // Nobody in the app writes the photos that call `scan`; somebody pays for it all the same.
    let stores: Vec<_> = load.stores.iter().map(|used| (&*used.store, used.operation)).collect();
    assert_eq!(stores, [("photos", Operation::Read), ("photos", Operation::Write)]);
}

#[test]
fn what_is_told_goes_before_what_was_measured_and_that_before_a_default() {
    let seen = measured("lambda", "shop");
    let order = |line: &str, seen| of(line, seen).unwrap().functions.remove(0);
    let text = |run: Run| format!("{} {} {}", run.duration_ms, run.init_ms, run.used_mb);
    assert_eq!(text(order("", None).aws), "100 50 512");
    assert_eq!(text(order("--memory-mb 256", None).aws), "100 50 256");
    assert_eq!(text(order("", Some(&seen)).aws), "12.5 7.25 23");
    // What one host has shown stands for the other that did not run.
    assert_eq!(text(order("", Some(&seen)).azure), "12.5 7.25 23");
    assert_eq!(text(order("--duration-ms order=9", Some(&seen)).aws), "9 7.25 23");
    assert_eq!(text(order("--duration-ms pack=9", Some(&seen)).aws), "12.5 7.25 23");
}

#[test]
fn calls_and_operations_can_be_told_by_the_month() {
    let load = of("--calls pack=30 --operations photos.read=5k", None).unwrap();
    assert_eq!(load.functions[1].calls, Calls::Month(30.into()));
    assert_eq!(load.operations(1_000_000, Operation::Read), 5000.into());
    assert_eq!(load.operations(1_000_000, Operation::Write), 1_000_000.into());
}

#[test]
fn the_stores_of_an_app_that_only_runs_by_the_clock_see_it_as_often_as_it_runs() {
    let mut manifest = shop();
    manifest.functions.retain(|function| function.name == "sweep");
    let load = workload(&args("-r 1M").unwrap(), &manifest, None).unwrap();
    assert_eq!(load.operations(1_000_000, Operation::Read), Decimal::ONE);
}

#[test]
fn a_name_that_fits_nothing_is_told_with_those_that_do() {
    for (line, why) in [
        (
            "--memory-mb ordr=5",
            "--memory-mb ordr=: the app shop has no function `ordr`; it has order, pack",
        ),
        ("--calls x=5", "--calls x=: the app shop has no function `x`"),
        (
            "--operations 5",
            "--operations: which store's? a right one: --operations photos.read=100000",
        ),
        ("--operations photos=5", "which store's?"),
        (
            "--operations photos.delete=5",
            "photos.delete: the app shop does no such thing; it does photos.read, photos.write",
        ),
    ] {
        let fault = of(line, None).unwrap_err().to_string();
        assert!(fault.contains(why), "{fault}");
    }
}

#[test]
fn a_wrong_number_is_refused_with_right_ones() {
    for (line, why) in [
        ("-p shop", "--requests-per-month"),
        ("-r 1e6", "right ones: 1000000, 1_000_000, 250k, 1M"),
        ("-r 1M --memory-mb big", "right ones: 100, 0.5"),
        ("-r 1M --memory-mb order=big", "order: it is no number"),
        ("-r 1M --batch-size 11", "1..=10"),
        ("-r 1M --json --lines", "cannot be used with"),
        ("-r 1M -p shop --bin target/debug/shop", "cannot be used with"),
    ] {
        let Err(error) = args(line) else { panic!("{line}") };
        assert!(error.to_string().contains(why), "{error}");
    }
}
