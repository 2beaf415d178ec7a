//! The wall between the functions under `anyfn dev` and everything else.
//!
//! Deals with: what of the person's own environment a function sees, where a function is pointed at, who
//! can reach what listens. Does not deal with: what a declared grant allows (`clients.rs`).

use std::collections::BTreeSet;

use crate::emulator::Dev;
use crate::stage::http;

/// What a person's shell may hold and no function may see.
const OWN: [&str; 10] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AZURE_CLIENT_SECRET",
    "AZURE_STORAGE_KEY",
    "GITHUB_TOKEN",
    "HTTPS_PROXY",
    "https_proxy",
    "LD_LIBRARY_PATH",
];
const SECRET: &str = "/of-the-person-alone";

/// What the process `pid` was started with: lines `NAME=value`.
fn environment(pid: u64) -> Vec<String> {
    let bytes = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

#[tokio::test]
async fn a_function_sees_nothing_of_the_persons_environment_and_is_pointed_at_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::with(&folder.path().join("state"), |command| {
        command.envs(OWN.map(|name| (name, SECRET)));
    })
    .await;
    let pids = dev.pids();
    let leaks = |pid: u64| environment(pid).into_iter().filter(|line| line.ends_with(SECRET));
    assert_eq!(leaks(pids[0]).count(), OWN.len(), "the emulator itself has them");
    for pid in &pids[1..] {
        let leaked: Vec<String> = leaks(*pid).collect();
        assert!(leaked.is_empty(), "{leaked:?}");
        let pointed: Vec<String> = environment(*pid)
            .into_iter()
            .map(|line| line.replace("%3A", ":").replace("%2F", "/"))
            .filter(|line| line.contains("://") && line.contains("http"))
            .collect();
        assert!(pointed.len() > 2, "{pointed:?}");
        for line in &pointed {
            let mut targets = line.split("http://").skip(1);
            assert!(targets.all(|target| target.starts_with("127.0.0.1:")), "{line}");
            assert!(!line.contains("https://"), "{line}");
        }
    }
}

/// The addresses in `/proc/net/NAME` where one of `inodes` listens, as they stand there.
fn listening(name: &str, inodes: &BTreeSet<String>) -> Vec<String> {
    let table = std::fs::read_to_string(format!("/proc/net/{name}")).unwrap_or_default();
    let rows = table.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
    // The local address, the state (0A: listening) and the inode.
    rows.filter(|row| row[3] == "0A" && inodes.contains(row[9]))
        .map(|row| row[1].to_owned())
        .collect()
}

#[tokio::test]
async fn whatever_listens_is_reached_from_this_machine_alone() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(&folder.path().join("state")).await;
    let mut inodes = BTreeSet::new();
    for pid in dev.pids() {
        for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
            let link = std::fs::read_link(entry.unwrap().path()).unwrap_or_default();
            let link = link.to_string_lossy().into_owned();
            let inode = link.strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'));
            inodes.extend(inode.map(str::to_owned));
        }
    }
    let four = listening("tcp", &inodes);
    // Control, S3, SQS, Lambda, Azure Blob, Azure Queue, identity; both Azure apps.
    assert!(four.len() >= 9, "{four:?}");
    assert!(four.iter().all(|address| address.starts_with("0100007F:")), "{four:?}");
    assert_eq!(listening("tcp6", &inodes), [""; 0]);
}

#[tokio::test]
async fn a_web_page_reaches_nothing_of_the_control_port() {
    let folder = tempfile::tempdir().unwrap();
    let dev = Dev::start(&folder.path().join("state")).await;
    let console = dev.at("/console");
    let functions = format!("{console}/_anyfn/functions");
    let status = async |name: &str, value: &str| {
        let request = http().get(&functions).header(name, value);
        request.send().await.unwrap().status().as_u16()
    };
    // A page of elsewhere; one whose name its owner lets point to this machine.
    assert_eq!(status("origin", "https://example.com").await, 403);
    assert_eq!(status("host", "rebound.example.com:9400").await, 403);
    for here in ["localhost:9400", "127.0.0.1", "[::1]:9400"] {
        assert_eq!(status("host", here).await, 200, "{here}");
    }
    let advance = http().post(format!("{console}/_anyfn/clock/advance")).body(r#"{"by":"1h"}"#);
    let answer = advance.header("origin", "null").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("web pages"));
}
