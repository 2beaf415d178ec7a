//! Runtimes that nobody here wrote, on the emulated hosts.
//!
//! Deals with: AWS's own Python client of the Runtime API; Node's own HTTP server as a custom handler of
//! Azure Functions. Does not deal with: our runtime, foreign hosts (`cargo_lambda.rs`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyfn_emulator::aws::lambda::{self, FunctionSpec, Lambda, LambdaDeps, Runtime, Trigger};
use anyfn_emulator::azure::functions::{self, FunctionsHost, Input};
use anyfn_emulator::clock::Clock;
use anyfn_emulator::cloud::Cloud;
use anyfn_emulator::identity::Identity;
use anyfn_emulator::measured::Measurements;
use anyfn_emulator::process::Spawner;
use anyfn_emulator::queues::{self, NewMessage, QueueSpec, Queues};
use anyfn_emulator::store::Store;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::machine::{path_to_node, peer};
use crate::stage::{http, until};

/// The rooms that one host stands on.
struct Ground {
    folder: tempfile::TempDir,
    store: Store,
    clock: Clock,
    queues: Queues,
}

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let schema = [lambda::SCHEMA, functions::SCHEMA, queues::SCHEMA].concat();
        let store = Store::open(folder.path(), &schema).unwrap();
        let clock = Clock::real();
        Self { queues: Queues::new(store.clone(), clock.clone()), store, clock, folder }
    }

    fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    async fn logged(&self, name: &str, text: &str) {
        until(text, async || self.log(name).contains(text).then_some(())).await;
    }

    async fn send(&self, cloud: Cloud, queue: &str, body: String) {
        self.queues.send(cloud, queue, NewMessage::text(body)).await.unwrap();
    }

    /// Takes the next message of an Azure queue, decoded.
    async fn take(&self, queue: &str) -> Vec<u8> {
        let body = until(queue, async || {
            let taken = self.queues.receive(Cloud::Azure, queue, 1, None).await.ok()?;
            taken.into_iter().next().map(|message| message.body)
        });
        STANDARD.decode(body.await).unwrap()
    }

    async fn python(&self) -> Lambda {
        let spec = |name: &str| {
            let runtime = Runtime::Process {
                program: peer("python"),
                args: ["-m", "awslambdaric", &format!("app.{name}")].map(str::to_owned).to_vec(),
                cwd: Some(peers().join("python")),
            };
            let env = [("PYTHONDONTWRITEBYTECODE", "1"), ("GREETING", "good morning")];
            FunctionSpec {
                handler: format!("app.{name}"),
                env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
                ..FunctionSpec::new("python", name, runtime)
            }
        };
        let trigger = Trigger::Queue { queue: "orders".to_owned(), batch: 10 };
        let specs = vec![
            spec("answer"),
            spec("refuse"),
            spec("leave"),
            spec("nowhere"),
            FunctionSpec { trigger, ..spec("batch") },
        ];
        let deps = LambdaDeps {
            store: self.store.clone(),
            clock: self.clock.clone(),
            queues: self.queues.clone(),
            identity: Identity::new(),
            spawner: Spawner::start().unwrap(),
            measured: Measurements::default(),
            logs: self.folder.path().to_owned(),
            warm: false,
        };
        Lambda::start(deps, specs).await.unwrap()
    }

    async fn node(&self) -> FunctionsHost {
        let settings = BTreeMap::from([
            ("AzureWebJobsStorage".to_owned(), "UseDevelopmentStorage=true".to_owned()),
            ("PATH".to_owned(), path_to_node()),
        ]);
        let deps = functions::Deps {
            store: self.store.clone(),
            clock: self.clock.clone(),
            queues: self.queues.clone(),
            spawner: Spawner::start().unwrap(),
            measured: Measurements::default(),
        };
        let app = functions::App {
            name: "node".to_owned(),
            folder: peers().join("node"),
            settings,
            log: self.folder.path().join("node.log"),
            function_key: "the-key".to_owned(),
            port: 0,
            restart_after: None,
        };
        let host = FunctionsHost::start(deps, app).await.unwrap();
        host.ready().await.unwrap();
        host
    }
}

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

async fn invoke(lambda: &Lambda, name: &str, event: Value) -> (Value, bool) {
    let invoked = lambda.invoke(name, event.to_string().into()).await.unwrap();
    (serde_json::from_slice(&invoked.payload).unwrap(), invoked.failed)
}

#[tokio::test]
async fn awslambdaric_answers_raises_and_comes_back_after_an_exit() {
    let ground = Ground::new();
    ground.queues.create(Cloud::Aws, "orders", QueueSpec::new(Cloud::Aws)).await.unwrap();
    let lambda = ground.python().await;

    let (answer, failed) = invoke(&lambda, "answer", json!({"word": "größe"})).await;
    assert!(!failed, "{answer}");
    assert_eq!(answer["word"], "größe");
    assert_eq!(answer["function"], "answer");
    assert_eq!(answer["arn"], "arn:aws:lambda:us-east-1:000000000000:function:answer");
    assert_eq!(answer["memory"], "512");
    assert_eq!(answer["greeting"], "good morning");
    assert_eq!(answer["home"], Value::Null, "nothing of the user's environment is there");
    let left = answer["left"].as_u64().unwrap();
    assert!((1..=30_000).contains(&left), "{left}");
    ground.logged("answer.log", "asked for größe").await;
    ground
        .logged("answer.log", &format!("REPORT RequestId: {}", answer["request"].as_str().unwrap()))
        .await;

    let (error, failed) = invoke(&lambda, "refuse", json!({"word": "entry"})).await;
    assert!(failed);
    assert_eq!(
        (&error["errorType"], &error["errorMessage"]),
        (&json!("ValueError"), &json!("no entry"))
    );
    assert!(error["stackTrace"][0].as_str().unwrap().contains("app.py"), "{error}");

    let (first, _) = invoke(&lambda, "leave", json!({})).await;
    let (error, failed) = invoke(&lambda, "leave", json!({"code": 3})).await;
    assert!(failed);
    assert_eq!(error["errorType"], "Runtime.ExitError");
    assert!(error["errorMessage"].as_str().unwrap().ends_with("exit status 3"), "{error}");
    let (second, failed) = invoke(&lambda, "leave", json!({})).await;
    assert!(!failed && second.is_u64(), "{second}");
    assert_ne!(first, second);

    let (error, failed) = invoke(&lambda, "nowhere", json!({})).await;
    assert!(failed);
    assert_eq!(error["errorType"], "Runtime.HandlerNotFound", "{error}");

    for body in ["good", "bad", "good"] {
        ground.send(Cloud::Aws, "orders", body.to_owned()).await;
    }
    until("two of three messages to be done", async || {
        let counts = ground.queues.counts(Cloud::Aws, "orders").await.ok()?;
        (counts.visible == 0 && counts.in_flight == 1).then_some(())
    })
    .await;
    let pids: Vec<u32> =
        lambda.functions().into_iter().flat_map(|function| function.pids).collect();
    assert!(pids.len() >= 4, "{pids:?}");
    lambda.stop().await;
    assert_gone(&pids);
}

#[tokio::test]
async fn a_node_handler_answers_copies_fails_crashes_and_comes_back() {
    let ground = Ground::new();
    for queue in ["orders", "orders-poison", "copies"] {
        ground.queues.create(Cloud::Azure, queue, QueueSpec::new(Cloud::Azure)).await.unwrap();
    }
    let host = ground.node().await;
    let first = host.pid().unwrap();
    assert!(host.peak_kb().is_none_or(|kb| kb > 1000));

    // Proxied: the function sees the caller's own request, bytes that are no text come back whole.
    let request = http().post(format!("{}/api/hello/you?x=1", host.url())).body("body");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["content-type"], "application/octet-stream");
    assert_eq!(response.headers()["x-saw"], "POST /api/hello/you?x=1");
    assert_eq!(&response.bytes().await.unwrap()[..], b"\x00\xffbody");

    ground.send(Cloud::Azure, "orders", STANDARD.encode(r#"{"text": "one"}"#)).await;
    // The real host, too, prints a JSON value of an output anew.
    assert_eq!(ground.take("copies").await, b"{\n  \"got\": \"one\"\n}");
    ground.logged("node.log", "copied one").await;
    ground.logged("node.log", "home undefined").await;

    let failing = r#"{"fail": true}"#;
    ground.send(Cloud::Azure, "orders", STANDARD.encode(failing)).await;
    assert_eq!(ground.take("orders-poison").await, failing.as_bytes());
    let failures = ground.log("node.log").matches("Executed 'Functions.copy' (Failed").count();
    assert_eq!(failures, 2, "as host.json has it");

    // By hand: given back at once, a message would crash it until the host stops the app.
    let crash = host.invoke("copy", Input::Text(r#"{"crash": true}"#.to_owned())).await.unwrap();
    crash.result.unwrap_err();
    ground.logged("node.log", "the worker ended: exit status 3").await;
    host.ready().await.unwrap();
    let last = host.pid().unwrap();
    assert_ne!(last, first);
    ground.send(Cloud::Azure, "orders", STANDARD.encode(r#"{"text": "two"}"#)).await;
    assert_eq!(ground.take("copies").await, b"{\n  \"got\": \"two\"\n}");
    host.stop().await;
    assert_gone(&[first, last]);
}

fn assert_gone(pids: &[u32]) {
    for pid in pids {
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "{pid} is left");
    }
}
