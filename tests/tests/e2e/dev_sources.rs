//! `anyfn new` and `anyfn dev` on packages that their author edits, with cargo and all.
//!
//! Deals with: each of the four triggers on both hosts; an edit, one that does not compile, and its
//! mending, while messages flow; an executable that is replaced. Does not deal with: what a reload does
//! to calls in flight (`reload.rs`).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyfn_services::{Environment, blob, queue};
use serde_json::Value;

use crate::emulator::{gone_within_a_second, is_alive};
use crate::machine::binary;
use crate::stage::{Cloud, http, until};

/// The first build may have to compile every dependency.
const PATIENCE: Duration = Duration::from_secs(900);
const TRIGGERS: [&str; 4] = ["http", "schedule", "queue", "blob"];

/// As [`until`], for what waits for cargo.
async fn slowly<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "still waiting for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// `anyfn dev`, ended with the test.
struct Dev {
    process: std::process::Child,
    folder: PathBuf,
    ready: Value,
}

impl Dev {
    /// Runs it in `folder` with the words of `line`; returns once it is ready.
    async fn start(folder: &Path, line: &str) -> Self {
        let mut command = Command::new(binary("anyfn"));
        command.args(["dev", "--port", "0", "--clock", "virtual", "--ready-file", "ready.json"]);
        command.args(line.split_whitespace());
        command
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target())
            .env("CARGO_NET_OFFLINE", "true");
        command.env_remove("RUSTFLAGS").stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(File::create(folder.join("stderr")).unwrap());
        let process = command.spawn().unwrap();
        let mut dev = Self { process, folder: folder.to_owned(), ready: Value::Null };
        dev.ready = slowly("the ready file", async || {
            let ended = dev.process.try_wait().unwrap();
            assert!(ended.is_none(), "anyfn dev ended: {ended:?}\n{}", dev.said());
            dev.read()
        })
        .await;
        dev
    }

    fn read(&self) -> Option<Value> {
        serde_json::from_slice(&fs::read(self.folder.join("ready.json")).ok()?).ok()
    }

    fn said(&self) -> String {
        fs::read_to_string(self.folder.join("stderr")).unwrap_or_default()
    }

    /// Waits until it has said `text` once more than at the last call.
    async fn says(&self, text: &str, times: usize) {
        slowly(text, async || (self.said().matches(text).count() >= times).then_some(())).await;
    }

    fn at(&self, pointer: &str) -> &str {
        self.ready.pointer(pointer).and_then(Value::as_str).unwrap()
    }

    fn url(&self, cloud: Cloud, function: &str) -> String {
        let all = self.ready["functions"].as_array().unwrap();
        let found = all.iter().find(|f| f["name"] == function && f["host"] == cloud.host());
        found.unwrap()["url"].as_str().unwrap().to_owned()
    }

    fn owner(&self) -> Environment {
        Environment::of([
            ("AWS_ACCESS_KEY_ID", self.at("/aws/access_key_id")),
            ("AWS_SECRET_ACCESS_KEY", self.at("/aws/secret_access_key")),
            ("AZURE_STORAGE_KEY", self.at("/azure/key")),
        ])
    }

    fn queue(&self, cloud: Cloud, name: &str) -> queue::Queue {
        let url = match cloud {
            Cloud::Aws => {
                format!("sqs://us-east-1/000000000000/{name}?endpoint={}", self.at("/aws/sqs"))
            }
            Cloud::Azure => {
                let account = self.at("/azure/account");
                format!("azqueue://{account}/{name}?endpoint={}", self.at("/azure/queue"))
            }
        };
        queue::open_in(&url, &self.owner()).unwrap()
    }

    fn store(&self, cloud: Cloud, name: &str) -> blob::Blob {
        let url = match cloud {
            Cloud::Aws => format!("s3://{name}?region=us-east-1&endpoint={}", self.at("/aws/s3")),
            Cloud::Azure => {
                let account = self.at("/azure/account");
                format!("azblob://{account}/{name}?endpoint={}", self.at("/azure/blob"))
            }
        };
        blob::open_in(&url, &self.owner()).unwrap()
    }

    async fn advance(&self, by: &str) {
        let url = format!("{}/_anyfn/clock/advance", self.at("/console"));
        let answer = http().post(url).body(format!(r#"{{"by":"{by}"}}"#)).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    }

    /// What the control port says of every function.
    async fn functions(&self) -> Value {
        let url = format!("{}/_anyfn/functions", self.at("/console"));
        let text = http().get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// The log of a function on the host of `cloud`.
    fn log(&self, cloud: Cloud, function: &str) -> String {
        let name = match cloud {
            Cloud::Aws => format!("{function}.log"),
            Cloud::Azure => format!("azure-{function}.log"),
        };
        fs::read_to_string(self.folder.join(".anyfn/logs").join(name)).unwrap_or_default()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Where the packages of `anyfn new` are built in other tests, too.
fn target() -> PathBuf {
    root().join("target/new-packages")
}

/// A workspace with the four packages of `anyfn new`, and the profiles and versions of ours, so that no
/// dependency is built twice.
fn workspace(folder: &Path) {
    let ours = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let profiles = &ours[ours.find("[profile.dev]").unwrap()..];
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = []\n\n{profiles}");
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    for trigger in TRIGGERS {
        let mut new = Command::new(binary("anyfn"));
        new.args(["new", &format!("new-{trigger}"), "--trigger", trigger, "--anyfn"]).arg(root());
        assert!(new.current_dir(folder).output().unwrap().status.success(), "{trigger}");
    }
}

async fn greeting(url: &str) -> String {
    let answer = http().get(format!("{url}/hello/Ada")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

/// Each kind of function once, on either cloud.
async fn all_triggers(dev: &Dev) {
    dev.advance("24h").await;
    for cloud in Cloud::BOTH {
        let url = dev.url(cloud, "new-http");
        assert_eq!(greeting(&url).await, r#"{"text":"Hello, Ada!"}"#);
        let key = format!("{}.txt", cloud.host());
        dev.store(cloud, "texts").put(&key, "to be or not to be").await.unwrap();
        let counts = dev.store(cloud, "counts");
        let words = format!("{key}/words");
        let counted = until(&words, async || counts.get(&words).await.ok()).await;
        assert_eq!(&counted.bytes[..], b"6");
        let ticked = || dev.log(cloud, "new-schedule").contains("older than this goes");
        until("the tick", async || ticked().then_some(())).await;
        let order = r#"{"id":1,"pieces":2}"#.to_owned();
        dev.queue(cloud, "new-queue").send(order).await.unwrap();
        until("the order", async || dev.log(cloud, "new-queue").contains("done").then_some(()))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_served_a_broken_one_is_told_and_no_message_is_lost_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    workspace(&folder);
    let mut dev = Dev::start(&folder, "--host both").await;
    all_triggers(&dev).await;
    let urls = Cloud::BOTH.map(|cloud| dev.url(cloud, "new-http"));
    let before = dev.ready.clone();

    let source = folder.join("new-http/src/hello.rs");
    let good = fs::read_to_string(&source).unwrap();
    let orders = folder.join("new-queue/src/work.rs");
    let work = fs::read_to_string(&orders).unwrap();
    let edited = good.replace("{}, {name}!", "{}, dear {name}!");
    assert_ne!(good, edited);
    let stop = std::cell::Cell::new(false);
    let flow = async {
        // Both kinds of work go on, whatever is built: none fails, none is lost.
        let mut sent = 0;
        while !stop.get() {
            sent += 1;
            for cloud in Cloud::BOTH {
                let order = format!(r#"{{"id":{},"pieces":2}}"#, 1000 + sent);
                dev.queue(cloud, "new-queue").send(order).await.unwrap();
            }
            for url in &urls {
                let text = greeting(url).await;
                assert!(text.contains("Ada!"), "{text}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        sent
    };
    let edits = async {
        fs::write(&source, &edited).unwrap();
        for url in &urls {
            slowly("the new answer", async || greeting(url).await.contains("dear").then_some(()))
                .await;
        }
        dev.says("new-http/src/hello.rs: reloaded new-http; cargo", 1).await;
        fs::write(&source, format!("{edited}\nnonsense!")).unwrap();
        dev.says("it does not build", 1).await;
        assert!(
            dev.said().contains("nonsense") && dev.said().contains("the old build keeps serving")
        );
        for url in &urls {
            assert!(greeting(url).await.contains("dear"));
        }
        fs::write(&source, &good).unwrap();
        for url in &urls {
            slowly("the mended answer", async || {
                (!greeting(url).await.contains("dear")).then_some(())
            })
            .await;
        }
        // Two apps at once, the one that works on the messages too.
        fs::write(&orders, work.replace("\"done\"", "\"done anew\"")).unwrap();
        fs::write(&source, &edited).unwrap();
        dev.says("reloaded new-http, new-queue; cargo", 1).await;
        stop.set(true);
    };
    let (sent, ()) = tokio::join!(flow, edits);

    for cloud in Cloud::BOTH {
        until("every order", async || {
            let log = dev.log(cloud, "new-queue");
            let seen = |n: usize| log.contains(&format!("\"id\":{}", 1000 + n));
            (1..=sent).all(seen).then_some(())
        })
        .await;
        let dead = match cloud {
            Cloud::Aws => "new-queue-dead-letter",
            Cloud::Azure => "new-queue-poison",
        };
        let dead = dev.queue(cloud, dead).receive(1, Duration::from_secs(1)).await.unwrap();
        assert!(dead.is_empty(), "{dead:?}");
        let order = r#"{"id":1,"pieces":2}"#.to_owned();
        dev.queue(cloud, "new-queue").send(order).await.unwrap();
        let anew = || dev.log(cloud, "new-queue").contains("done anew");
        until("the new build's work", async || anew().then_some(())).await;
    }
    let pid = |ready: &Value, name: &str| {
        let all = ready["functions"].as_array().unwrap().clone();
        let found: Vec<_> = all.into_iter().filter(|f| f["name"] == name).collect();
        found.iter().map(|f| f["pid"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let now = dev.read().unwrap();
    assert_ne!(pid(&now, "new-http"), pid(&before, "new-http"), "the ready file is written again");
    assert_eq!(
        pid(&now, "new-blob"),
        pid(&before, "new-blob"),
        "what did not change is left alone"
    );
    // One app is built, the other is not: neither is replaced, and who crashes is started as it was.
    fs::write(&source, good.replace("{}, {name}!", "{}, oh {name}!")).unwrap();
    fs::write(&orders, "nonsense!").unwrap();
    dev.says("it does not build", 2).await;
    for pid in pid(&now, "new-http") {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    }
    for url in &urls {
        // The call that finds the process dead may fail, as it would in the cloud.
        until("the old build", async || {
            let answer = http().get(format!("{url}/hello/Ada")).send().await.unwrap();
            (answer.text().await.unwrap() == r#"{"text":"Hello, dear Ada!"}"#).then_some(())
        })
        .await;
    }
    let now = dev.functions().await;
    for line in dev.said().lines().filter(|line| line.contains("; cargo ")) {
        println!("{line}");
    }
    let all: Vec<u64> = TRIGGERS.iter().flat_map(|t| pid(&now, &format!("new-{t}"))).collect();
    assert!(all.iter().all(|pid| is_alive(*pid)));
    dev.process.kill().unwrap();
    gone_within_a_second(&all).await;
}

#[tokio::test]
async fn an_executable_that_is_replaced_is_run_again_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().canonicalize().unwrap();
    let at = |name: &str| folder.join(name);
    // The build is told by the file's name, so the file that is run is a link to it.
    for build in ["v1", "v2", "broken"] {
        fs::copy(binary("anyfn-build"), at(build)).unwrap();
    }
    fs::copy(at("v1"), at("app")).unwrap();
    let dev = Dev::start(&folder, "--host both --bin app").await;
    let pids = || -> Vec<u64> {
        let ready = dev.read().unwrap();
        let all = ready["functions"].as_array().unwrap().clone();
        all.iter().map(|function| function["pid"].as_u64().unwrap()).collect()
    };
    let asked = async |cloud| {
        let answer = http().get(format!("{}/ask", dev.url(cloud, "ask"))).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    };
    let mut before = pids();
    let mut bytes = fs::read(at("v1")).unwrap();
    for (turn, way) in ["renamed", "written"].into_iter().enumerate() {
        // Another file with another end: debuggers and linkers leave what follows alone.
        bytes.extend_from_slice(way.as_bytes());
        if way == "renamed" {
            fs::write(at("app.new"), &bytes).unwrap();
            fs::set_permissions(at("app.new"), fs::metadata(at("v1")).unwrap().permissions())
                .unwrap();
            fs::rename(at("app.new"), at("app")).unwrap();
        } else {
            fs::write(at("app"), &bytes).unwrap();
        }
        dev.says("app: reloaded ask, stale, tick, work; swap", turn + 1).await;
        let now = pids();
        assert!(before.iter().zip(&now).all(|(before, now)| before != now), "{way}");
        before = now;
        for cloud in Cloud::BOTH {
            asked(cloud).await;
        }
    }
    fs::write(at("app"), "no program").unwrap();
    dev.says("the old build keeps serving", 1).await;
    assert_eq!(pids(), before);
    for cloud in Cloud::BOTH {
        asked(cloud).await;
    }
}
