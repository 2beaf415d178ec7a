//! Our binaries as processes of their own, outside of any emulator.
//!
//! Deals with: an environment of nothing but what is given, waiting for the port or the end, `kill -9`,
//! what a process has started, no process left behind. Does not deal with: `anyfn dev` (`emulator.rs`).

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tokio::net::TcpStream;

use crate::dead_letters;
use crate::machine::binary;
use crate::stage::{Cloud, SECRET, Stage, until};

/// A process that is killed and waited for when it goes out of sight.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(quiet.spawn().unwrap())
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    /// `kill -9`; returns when it is gone.
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs `command` to its end, which must come soon.
pub(crate) async fn ended(command: Command) -> Output {
    let text = format!("{command:?}");
    let mut command = tokio::process::Command::from(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(Duration::from_secs(60), command.output()).await;
    output.unwrap_or_else(|_| panic!("{text} runs on")).unwrap()
}

/// The processes that `parent` has started and that still run.
pub(crate) fn children(parent: u64) -> Vec<u64> {
    let pids = std::fs::read_dir("/proc").unwrap();
    let pids = pids.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u64| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        // Behind the name, which may hold anything: the state, the parent.
        let parent_of = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1));
        parent_of == Some(&*parent.to_string())
    })
    .collect()
}

/// A port that nobody listens on, for a process that is started at once.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The webhook's binary as a container, bound to stores and queues of `cloud` at the emulator.
pub(crate) struct Container {
    pub(crate) process: Process,
    pub(crate) url: String,
    /// Where events are pushed.
    pub(crate) events: String,
}

/// The variables that bind the webhook to `stage`, as its owner.
pub(crate) fn bindings(stage: &Stage, cloud: Cloud) -> Vec<(String, String)> {
    let ready = stage.emulator.ready();
    let (aws, azure) = (&ready.aws, &ready.azure);
    let blob = |name| match cloud {
        Cloud::Aws => format!("s3://{name}?region={}&endpoint={}", aws.region, aws.s3),
        Cloud::Azure => format!("azblob://{}/{name}?endpoint={}", azure.account, azure.blob),
    };
    let queue = |name| match cloud {
        Cloud::Aws => format!("sqs://{}/000000000000/{name}?endpoint={}", aws.region, aws.sqs),
        Cloud::Azure => format!("azqueue://{}/{name}?endpoint={}", azure.account, azure.queue),
    };
    let own = |(name, value): (&str, String)| (name.to_owned(), value);
    [
        ("ANYFN_BLOB_DELIVERIES", blob("deliveries")),
        ("ANYFN_BLOB_ARCHIVE", blob("archive")),
        ("ANYFN_QUEUE_DELIVERIES", queue("deliveries")),
        ("ANYFN_DEAD_LETTER_ARCHIVE", queue(dead_letters::queue(cloud, "archive"))),
        ("WEBHOOK_SECRET_GITHUB", SECRET.to_owned()),
        ("AWS_ACCESS_KEY_ID", aws.access_key_id.to_owned()),
        ("AWS_SECRET_ACCESS_KEY", aws.secret_access_key.to_owned()),
        ("AZURE_STORAGE_KEY", azure.key.to_owned()),
    ]
    .map(own)
    .into()
}

impl Container {
    pub(crate) async fn start(variables: &[(String, String)]) -> Self {
        let (port, events) = (free_port(), free_port());
        let mut command = Command::new(binary("webhook"));
        command.env_clear().envs(variables.iter().map(|(name, value)| (name, value)));
        command.env("ANYFN_HOST", "container").env("PORT", port.to_string());
        command.env("ANYFN_EVENT_PORT", events.to_string());
        let process = listening(&mut command, port).await;
        let url = |port| format!("http://127.0.0.1:{port}");
        Self { process, url: url(port), events: url(events) }
    }
}

/// A custom handler as the Functions host starts it, without the host.
pub(crate) struct Handler {
    pub(crate) process: Process,
    pub(crate) url: String,
}

impl Handler {
    pub(crate) async fn start(program: &Path, variables: &[(String, String)]) -> Self {
        let port = free_port();
        let mut command = Command::new(program);
        command.env_clear().envs(variables.iter().map(|(name, value)| (name, value)));
        command.env("FUNCTIONS_CUSTOMHANDLER_PORT", port.to_string());
        let process = listening(&mut command, port).await;
        Self { process, url: format!("http://127.0.0.1:{port}") }
    }
}

async fn listening(command: &mut Command, port: u16) -> Process {
    let process = Process::spawn(command);
    until("the process's port", async || {
        TcpStream::connect(("127.0.0.1", port)).await.ok().map(drop)
    })
    .await;
    process
}
