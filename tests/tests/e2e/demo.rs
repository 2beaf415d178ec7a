//! `anyfn demo` as a process of its own.
//!
//! Deals with: what it prints, that it fails where a photograph does, signals, no way out of this machine.
//! Does not deal with: building the apps first, nor with how a row is found out (the command's own tests).

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::emulator::gone_within_a_second;
use crate::machine::binary;
use crate::process::{Process, children, ended};
use crate::stage::{Cloud, photo, until};

/// What is shown of each host, however many photographs there are.
const STEPS: [(&str, &str); 10] = [
    ("thumbnail", "photo"),
    ("thumbnail", "corrupt"),
    ("thumbnail", "total"),
    ("receive", "good"),
    ("receive", "repeated"),
    ("receive", "forged"),
    ("archive", "filed"),
    ("sweep", "swept"),
    ("sweep", "guarded"),
    ("sweep", "report"),
];

/// The processes that the demo keeps warm: each function's on Lambda, each app's on Azure.
const PROCESSES: usize = 5;

/// `command` with the demo's arguments, in a clone; whatever it leaves, it leaves in `folder`. The
/// proxies are nobody's, so that a request that goes through one fails.
fn demo(mut command: Command, folder: &Path) -> Command {
    let bins = binary("anyfn");
    command.args(["demo", "--json", "--bins"]).arg(bins.parent().unwrap());
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    let temporary = folder.join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    command.env("TMPDIR", temporary).env("CARGO_TARGET_DIR", folder.join("target"));
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        command.env(name, "http://127.0.0.1:9").env(name.to_uppercase(), "http://127.0.0.1:9");
    }
    command.env_remove("no_proxy").env_remove("NO_PROXY");
    command
}

fn left_in(folder: &Path) -> usize {
    std::fs::read_dir(folder.join("tmp")).unwrap().count()
}

#[tokio::test]
async fn every_step_of_both_hosts_is_as_expected_and_nothing_leaves_this_machine() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "--seccomp-bpf", "-e", "trace=connect", "-o"]).arg(&trace);
    strace.arg(binary("anyfn"));
    let output = ended(demo(strace, folder.path())).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");

    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], true);
    let mut seen = BTreeSet::new();
    for row in report["rows"].as_array().unwrap() {
        let row = row.as_object().unwrap();
        let names: Vec<&str> = row.keys().map(String::as_str).collect();
        let promised =
            ["expected", "function", "got", "host", "input", "ms", "ok", "peak_kb", "step"];
        assert_eq!(BTreeSet::from_iter(names), BTreeSet::from(promised));
        assert!(row["ok"] == true && row["expected"] == row["got"], "{row:?}");
        assert!(row["ms"].is_u64() && row["peak_kb"].as_u64().unwrap() > 1000, "{row:?}");
        let text = |name| row[name].as_str().unwrap();
        seen.insert((text("host"), text("function"), text("step")));
    }
    for cloud in Cloud::BOTH {
        for (function, step) in STEPS {
            let step = (cloud.host(), function, step);
            assert!(seen.contains(&step), "{step:?} is not in {seen:?}");
        }
    }

    let calls = std::fs::read_to_string(&trace).unwrap();
    let calls: Vec<&str> = calls.lines().filter(|line| line.contains("connect(")).collect();
    let here = |line: &&&str| line.contains("inet_addr(\"127.0.0.1\")");
    assert!(calls.iter().filter(here).count() > 10, "strace saw the requests: {calls:?}");
    let local = |line: &&str| here(&line) || line.contains("AF_UNIX");
    let away: Vec<&str> = calls.iter().copied().filter(|line| !local(line)).collect();
    assert!(away.is_empty(), "{away:?}");
    assert_eq!(left_in(folder.path()), 0, "temporary state");
}

#[tokio::test]
async fn an_empty_photograph_makes_it_fail_and_the_rows_of_both_hosts_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    std::fs::copy(photo("rocket-progressive.jpg"), photos.join("whole.jpg")).unwrap();
    std::fs::write(photos.join("emptied.jpg"), "").unwrap();
    let expected = r#"{"emptied.jpg": [[128, 128]], "whole.jpg": [[128, 85], [512, 342]]}"#;
    std::fs::write(photos.join("expected.json"), expected).unwrap();
    let mut command = demo(Command::new(binary("anyfn")), folder.path());
    command.arg("--photos").arg(&photos);
    let output = ended(command).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");

    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["ok"], false);
    let rows = report["rows"].as_array().unwrap();
    for cloud in Cloud::BOTH {
        let of = |step: &str, input: &str| {
            let is_it = |row: &&Value| {
                let input = row["input"].as_str().unwrap().starts_with(input);
                row["host"] == cloud.host() && row["step"] == step && input
            };
            rows.iter().find(is_it).unwrap()
        };
        assert_eq!(of("photo", "whole.jpg")["ok"], true);
        let emptied = of("photo", "emptied.jpg");
        assert_eq!((&emptied["expected"], &emptied["ok"]), (&"128 +webp".into(), &false.into()));
        let got = emptied["got"].as_str().unwrap();
        assert!(got.starts_with("rejected: the file is empty"), "{got}");
        assert_eq!(of("total", "2 photos")["got"], "4 in all");
        let told =
            format!("{} thumbnail, photo emptied.jpg: expected 128 +webp, got rej", cloud.host());
        assert!(said.contains(&told), "{said}");
    }
}

#[tokio::test]
async fn a_signal_ends_it_and_all_that_it_started_within_a_second() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Process::spawn(&mut demo(Command::new(binary("anyfn")), folder.path()));
        let own = u64::from(process.child().id());
        let started = until("the functions' processes", async || {
            let started = children(own);
            (started.len() >= PROCESSES).then_some(started)
        })
        .await;
        kill(Pid::from_raw(i32::try_from(own).unwrap()), signal).unwrap();
        gone_within_a_second(&[&[own][..], &started].concat()).await;
        assert_eq!(process.child().wait().unwrap().code(), Some(1), "it was not done");
        assert_eq!(left_in(folder.path()), 0, "temporary state");
    }
}
