//! The emulator killed and started again.
//!
//! Deals with: what it has acknowledged, the processes it leaves, its state folder. Does not deal with:
//! functions killed under a living emulator (`retries.rs`).

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::sync::Mutex;

use crate::delivery::Delivery;
use crate::emulator::{Dev, command, gone_within_a_second, is_alive};
use crate::machine::peer;
use crate::process::{Process, children, ended};
use crate::stage::{Cloud, until};

/// Enough for the promise, and for every order of kill and write to come up.
const KILLS: u64 = 50;

fn pid(of: u64) -> Pid {
    Pid::from_raw(i32::try_from(of).unwrap())
}

/// Sends one message with boto3; returns when SQS has acknowledged it.
async fn send_by_boto3(dev: &Dev, body: String) {
    let script = "import boto3, os, sys\n\
        sqs = boto3.client('sqs', endpoint_url=os.environ['AT'])\n\
        url = sqs.get_queue_url(QueueName='deliveries')['QueueUrl']\n\
        print(sqs.send_message(QueueUrl=url, MessageBody=sys.argv[1])['MessageId'])";
    let mut command = Command::new(peer("python"));
    command.args(["-c", script, &body]).env("AT", dev.at("/aws/sqs"));
    command.env("AWS_ACCESS_KEY_ID", dev.at("/aws/access_key_id"));
    command.env("AWS_SECRET_ACCESS_KEY", dev.at("/aws/secret_access_key"));
    command.env("AWS_DEFAULT_REGION", dev.at("/aws/region")).env("NO_PROXY", "*");
    let output = ended(command).await;
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn a_message_acknowledged_to_boto3_survives_kill_9_and_is_processed_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let mut dev = Dev::start(&state).await;
    let delivery = Delivery::new("by-boto3");
    let record = delivery.record("2024-02-29T23:59:59Z");
    dev.store("deliveries").put(&delivery.key(), record).await.unwrap();
    // Frozen, the function can take the message and never finish with it.
    let archive = dev.function(Cloud::Aws, "archive")["pid"].as_u64().unwrap();
    kill(pid(archive), Signal::SIGSTOP).unwrap();
    send_by_boto3(&dev, delivery.note()).await;
    dev.process.kill();
    gone_within_a_second(&dev.pids()).await;

    let dev = Dev::start(&state).await;
    let filed = until("the archived payload", async || {
        dev.store("archive").list("").await.unwrap().into_iter().next()
    })
    .await;
    assert_eq!(filed.key, "github/2024/02/29/by-boto3.json");
}

#[tokio::test]
async fn after_a_signal_and_after_kill_9_every_process_is_gone_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGKILL] {
        let mut dev = Dev::start(&state).await;
        let pids = dev.pids();
        assert!(pids.len() >= 6 && pids.iter().all(|pid| is_alive(*pid)), "{pids:?}");
        kill(pid(pids[0]), signal).unwrap();
        gone_within_a_second(&pids).await;
        let status = dev.process.child().wait().unwrap();
        let killed = signal == Signal::SIGKILL;
        assert_eq!(status.code(), if killed { None } else { Some(0) }, "{status}");
        // Whoever reads it finds an emulator there, or none.
        assert_eq!(state.join("ready.json").exists(), killed);
    }
}

#[tokio::test]
async fn an_emulator_that_is_told_to_stop_while_it_starts_leaves_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Process::spawn(&mut command(&folder.path().join("state")));
    let own = u64::from(dev.child().id());
    let started = until("a first process of its own", async || {
        let started = children(own);
        (!started.is_empty()).then_some(started)
    })
    .await;
    kill(pid(own), Signal::SIGTERM).unwrap();
    gone_within_a_second(&[&[own][..], &started].concat()).await;
    assert_eq!(dev.child().wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_second_emulator_on_the_same_state_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let dev = Dev::start(&state).await;
    let output = ended(command(&state)).await;
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("another emulator uses it") && said.contains("--state"), "{said}");
    assert!(is_alive(dev.pids()[0]), "the first is not disturbed");
}

/// Posts delivery after delivery to `receive` on the host of `cloud` until the emulator is gone; notes
/// those that were answered with 202.
async fn load(dev: Arc<Dev>, cloud: Cloud, round: u64, accepted: Arc<Mutex<BTreeSet<String>>>) {
    let url = dev.function(cloud, "receive")["url"].as_str().unwrap().to_owned();
    for number in 0.. {
        let delivery = Delivery::new(format!("{}-{round}-{number}", cloud.host()));
        match delivery.post(&url).await {
            Ok(202) => accepted.lock().await.insert(delivery.id),
            Ok(status) => panic!("{status}"),
            Err(_) => return,
        };
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_kills_under_load_lose_no_accepted_delivery() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let accepted = Arc::new(Mutex::new(BTreeSet::new()));
    for round in 0..KILLS {
        let dev = Arc::new(Dev::start(&state).await);
        let loads = Cloud::BOTH
            .map(|cloud| tokio::spawn(load(dev.clone(), cloud, round, accepted.clone())));
        until("a delivery of this round", async || {
            let number = format!("-{round}-");
            accepted.lock().await.iter().any(|id: &String| id.contains(&number)).then_some(())
        })
        .await;
        // Spread over what a delivery takes, so that the kill falls into every step of some.
        tokio::time::sleep(Duration::from_millis(round * 37 % 160)).await;
        let pids = dev.pids();
        kill(pid(pids[0]), Signal::SIGKILL).unwrap();
        for load in loads {
            load.await.unwrap();
        }
        let dev = Arc::into_inner(dev).unwrap();
        drop(dev);
        gone_within_a_second(&pids).await;
    }
    let dev = Dev::start(&state).await;
    let accepted = accepted.lock().await;
    assert!(accepted.len() >= usize::try_from(KILLS).unwrap(), "some load: {}", accepted.len());
    until("all that was accepted", async || {
        // What a killed function held is hidden for a while.
        dev.advance("11m").await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        let filed = dev.store("archive").list("").await.unwrap();
        let filed: BTreeSet<String> = filed
            .into_iter()
            .map(|entry| entry.key.rsplit('/').next().unwrap().replace(".json", ""))
            .collect();
        accepted.is_subset(&filed).then_some(())
    })
    .await;
}
