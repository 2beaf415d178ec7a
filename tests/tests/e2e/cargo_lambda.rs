//! Our runtime under `cargo lambda watch`, a Lambda host that nobody here wrote.
//!
//! Deals with: the webhook's two functions, called by `cargo lambda invoke` with the events that AWS
//! sends. Does not deal with: building; the binary is the one the other tests run.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::machine::{binary, peer};
use crate::process::bindings;
use crate::stage::{Cloud, SECRET, Stage, until};

/// What cargo needs to say that a package of no dependencies has none.
const MACHINE: [&str; 5] = ["PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];

/// The host: the Runtime API and the front door, for functions that are started by hand.
struct Watch {
    port: u16,
    folder: tempfile::TempDir,
    host: Child,
    functions: Vec<Child>,
}

/// A process that ends with the test.
fn start(command: &mut Command, log: &Path) -> Child {
    let log = std::fs::File::create(log).unwrap();
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
    command.kill_on_drop(true).spawn().unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Watch {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // The host knows functions by the binaries of a package.
        let bin = |name| format!("[[bin]]\nname = \"{name}\"\npath = \"src/main.rs\"\n");
        let package = "[package]\nname = \"watched\"\nedition = \"2024\"\n[workspace]\n";
        let manifest = [package.to_owned(), bin("receive"), bin("archive")].concat();
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("src/main.rs"), "fn main() {}\n").unwrap();
        let port = free_port();
        let mut command = Command::new(peer("cargo-lambda"));
        command.args(["lambda", "watch", "--only-lambda-apis", "--invoke-address", "127.0.0.1"]);
        command.args(["--invoke-port", &port.to_string()]).current_dir(folder.path()).env_clear();
        command.envs(MACHINE.iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
        command.env("CARGO_NET_OFFLINE", "true");
        let mut host = start(&mut command, &folder.path().join("watch.log"));
        until("cargo lambda watch", async || {
            assert_eq!(host.try_wait().unwrap(), None, "cargo lambda watch has ended");
            TcpStream::connect(("127.0.0.1", port)).await.ok().map(drop)
        })
        .await;
        Self { port, folder, host, functions: Vec::new() }
    }

    /// Runs one function of the webhook, with what the host tells its functions and `variables`.
    fn run(&mut self, function: &str, variables: &[(String, String)]) {
        let mut command = Command::new(binary("webhook"));
        command.env_clear().envs([
            ("AWS_LAMBDA_RUNTIME_API", &*format!("http://127.0.0.1:{}/.rt/{function}", self.port)),
            ("AWS_LAMBDA_FUNCTION_NAME", function),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "4096"),
            ("_HANDLER", function),
        ]);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        self.functions.push(start(&mut command, &self.log(function)));
    }

    fn log(&self, function: &str) -> PathBuf {
        self.folder.path().join(format!("{function}.log"))
    }

    /// What the function has logged, to explain a failure.
    fn said(&self, function: &str) -> String {
        std::fs::read_to_string(self.log(function)).unwrap_or_default()
    }

    /// What `cargo lambda invoke` prints.
    async fn invoke(&self, function: &str, event: &Value) -> Value {
        let file = self.folder.path().join("event.json");
        std::fs::write(&file, event.to_string()).unwrap();
        let mut command = Command::new(peer("cargo-lambda"));
        command.args(["lambda", "invoke", "--invoke-address", "127.0.0.1"]);
        command.args(["--invoke-port", &self.port.to_string(), "--data-file"]).arg(file);
        command.arg(function).env_clear().env("HOME", self.folder.path()).kill_on_drop(true);
        let output = tokio::time::timeout(Duration::from_secs(30), command.output());
        let output = output
            .await
            .unwrap_or_else(|_| panic!("no answer of {function}: {}", self.said(function)))
            .unwrap();
        assert!(output.status.success(), "{output:?}: {}", self.said(function));
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
    }

    async fn stop(mut self) {
        for function in &mut self.functions {
            assert_eq!(function.try_wait().unwrap(), None, "a function has ended");
            function.kill().await.unwrap();
        }
        self.host.kill().await.unwrap();
    }
}

fn delivery(body: &str, signature: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "$default", "rawPath": "/hooks/github", "rawQueryString": "",
        "headers": {
            "content-type": "application/json", "x-github-event": "ping",
            "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            "x-hub-signature-256": signature,
        },
        "requestContext": {
            "accountId": "anonymous", "apiId": "id", "domainName": "id.lambda-url.us-east-1.on.aws",
            "domainPrefix": "id", "requestId": "1", "routeKey": "$default", "stage": "$default",
            "time": "12/Mar/2020:19:03:58 +0000", "timeEpoch": 1_583_348_638_390_u64,
            "http": {
                "method": "POST", "path": "/hooks/github", "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": "GitHub-Hookshot/1",
            },
        },
        "body": body, "isBase64Encoded": false,
    })
}

fn record(id: &str, body: &str) -> Value {
    json!({
        "messageId": id, "receiptHandle": "receipt", "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1545082649185",
        },
        "messageAttributes": {}, "md5OfBody": "00000000000000000000000000000000",
        "eventSource": "aws:sqs", "awsRegion": "us-east-1",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:deliveries",
    })
}

fn dead_letters(stage: &Stage) -> String {
    let sqs = &stage.emulator.ready().aws.sqs;
    format!("sqs://us-east-1/000000000000/archive-dead-letter?endpoint={sqs}")
}

#[tokio::test]
async fn a_foreign_lambda_host_gets_http_answers_and_partial_batches() {
    let stage = Stage::start().await;
    let mut watch = Watch::start().await;
    let mut variables = bindings(&stage, Cloud::Aws);
    variables.push(("ANYFN_DEAD_LETTER_ARCHIVE".to_owned(), dead_letters(&stage)));
    watch.run("receive", &variables);
    watch.run("archive", &variables);

    let body = r#"{"zen":"Keep it logically awesome."}"#;
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let good = watch.invoke("receive", &delivery(body, &signature)).await;
    assert_eq!(good["statusCode"], 202, "{}", watch.said("receive"));
    assert_eq!(good["headers"]["content-type"], "application/json");
    assert_eq!((&good["cookies"], &good["isBase64Encoded"]), (&json!([]), &json!(false)));
    let answer: Value = serde_json::from_str(good["body"].as_str().unwrap()).unwrap();
    assert!(answer.to_string().contains("72d3162e-cc78-11e3-81ab-4c9367dc0958"), "{answer}");
    let forged = watch.invoke("receive", &delivery("{}", &signature)).await;
    assert_eq!(forged["statusCode"], 401, "{}", watch.said("receive"));

    // Without a record there is nothing to file, now or later: that one goes to the dead letters and is
    // done. The other comes back.
    let key = format!("github/{}", "0".repeat(64));
    let records = [record("first", &json!({"key": key}).to_string()), record("second", "no note")];
    let batch = watch.invoke("archive", &json!({ "Records": &records })).await;
    assert_eq!(batch, json!({"batchItemFailures": [{"itemIdentifier": "second"}]}));
    let queue = stage.queue(Cloud::Aws, "archive-dead-letter");
    let dead = queue.receive(10, Duration::from_secs(30));
    let dead: Vec<_> = dead.await.unwrap().into_iter().map(|message| message.body).collect();
    assert_eq!(dead.len(), 1, "{dead:?}");
    assert_eq!(dead[0], records[0]["body"].as_str().unwrap());
    watch.stop().await;
    stage.stop().await;
}
