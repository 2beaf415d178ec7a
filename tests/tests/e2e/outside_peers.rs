//! Our own clients against servers that nobody here wrote.
//!
//! Deals with: moto (S3, SQS) and Azurite (Azure Blob, Azure Queue), each started on free ports, held to
//! the suite that the emulator passes, and stopped. Does not deal with: foreign clients (`clients.rs`).

use std::time::Duration;

use anyfn_emulator::process::{Child, Program, Spawner};
use anyfn_services::{Environment, behaviour, blob, queue};

use crate::clients::{python, run};
use crate::emulator::{gone_within_a_second, is_alive};
use crate::machine::{module, path_to_node, peer};
use crate::stage::until_within;

/// Azurite's account and its key: any base64.
const ACCOUNT: (&str, &str) = ("peer", "cGVlci1rZXk=");

/// Python and Node read hundreds of files before they listen.
const START: Duration = Duration::from_secs(90);

/// A server as a process that ends with the test, however that ends.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
}

impl Server {
    async fn start(name: &str, program: std::path::PathBuf, args: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let env = [
            ("HOME", folder.path().display().to_string()),
            ("PATH", path_to_node()),
            ("AZURITE_ACCOUNTS", format!("{}:{}", ACCOUNT.0, ACCOUNT.1)),
        ];
        let program = Program {
            name: name.to_owned(),
            program,
            args: args.to_vec(),
            env: env.map(|(name, value)| (name.to_owned(), value)).to_vec(),
            cwd: Some(folder.path().to_owned()),
            log: folder.path().join("log"),
        };
        let child = Spawner::start().unwrap().spawn(program).await.unwrap();
        Self { child, folder }
    }

    async fn moto() -> Self {
        let args = ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"].map(str::to_owned);
        Self::start("moto", peer("python"), &args).await
    }

    async fn azurite() -> Self {
        let script = module("azurite/dist/src/azurite.js").display().to_string();
        let flags =
            ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"];
        let mut args = vec![script];
        args.extend(flags.map(str::to_owned));
        for service in ["blob", "queue", "table"] {
            args.extend([format!("--{service}Host=127.0.0.1"), format!("--{service}Port=0")]);
        }
        Self::start("azurite", "node".into(), &args).await
    }

    /// The URL that the server prints behind `mark` once it listens.
    async fn url(&self, mark: &str) -> String {
        let log = self.folder.path().join("log");
        let url = until_within(START, mark, async || {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(self.child.is_running(), "the server ended: {text}");
            let (_, rest) = text.split_once(mark)?;
            // A line that is still being written has no end yet.
            let (line, _) = rest.split_once('\n')?;
            Some(line.trim().to_owned())
        });
        let url = url.await;
        assert!(url.starts_with("http://127.0.0.1:"), "{url}");
        url
    }

    async fn stop(self) {
        let pid = u64::from(self.child.pid());
        assert!(is_alive(pid), "it serves until it is told to end");
        self.child.kill();
        self.child.exited().await;
        gone_within_a_second(&[pid]).await;
    }
}

#[tokio::test]
async fn our_clients_of_s3_and_sqs_keep_their_promises_on_moto() {
    let server = Server::moto().await;
    let url = server.url("Running on ").await;
    let keys = [("AWS_ACCESS_KEY_ID", "peer"), ("AWS_SECRET_ACCESS_KEY", "peer")];
    let mut env = keys.map(|(name, value)| (name, value.to_owned())).to_vec();
    env.extend([("AWS_DEFAULT_REGION", "us-east-1".to_owned()), ("AWS_ENDPOINT_URL", url.clone())]);
    run(python("prepare.py").arg("aws"), &env, "").await;
    let environment = Environment::of(keys);

    let bucket = format!("s3://suite?region=us-east-1&endpoint={url}");
    let store = blob::open_in(&bucket, &environment).unwrap();
    let mut capability = store.capability();
    // moto 5.2.5 deletes many without looking at the ETag of each.
    capability.conditional_delete_many = false;
    behaviour::blob(&store, capability).await.unwrap();

    for name in ["suite", "suite.fifo"] {
        let address = format!("sqs://us-east-1/123456789012/{name}?endpoint={url}");
        let queue = queue::open_in(&address, &environment).unwrap();
        let capability = queue.capability();
        let kept = behaviour::queue(&queue, capability, tokio::time::sleep).await;
        kept.unwrap_or_else(|broken| panic!("{name}: {broken}"));
    }
    server.stop().await;
}

#[tokio::test]
async fn our_clients_of_azure_storage_keep_their_promises_on_azurite() {
    let server = Server::azurite().await;
    let blobs = server.url("Blob service is successfully listening at ").await;
    let queues = server.url("Queue service is successfully listening at ").await;
    let (account, key) = ACCOUNT;
    let connection = format!(
        "DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};\
         BlobEndpoint={blobs}/{account};QueueEndpoint={queues}/{account};"
    );
    let env = [("AZURE_STORAGE_CONNECTION_STRING", connection)];
    run(python("prepare.py").arg("azure"), &env, "").await;
    let environment = Environment::of([("AZURE_STORAGE_KEY", key)]);

    let container = format!("azblob://{account}/suite?endpoint={blobs}");
    let store = blob::open_in(&container, &environment).unwrap();
    let capability = store.capability();
    behaviour::blob(&store, capability).await.unwrap();

    let address = format!("azqueue://{account}/suite?endpoint={queues}");
    let queue = queue::open_in(&address, &environment).unwrap();
    let capability = queue.capability();
    behaviour::queue(&queue, capability, tokio::time::sleep).await.unwrap();
    server.stop().await;
}
