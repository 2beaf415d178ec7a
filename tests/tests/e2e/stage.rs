//! A running emulator with the project's own functions, and the owner's clients to it.
//!
//! Deals with: starting it in this process on temporary state and free ports, opening stores and queues
//! on either cloud, waiting for what must come. Does not deal with: `anyfn dev` as a process of its own
//! (`emulator.rs`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyfn_emulator::clock::Clock;
use anyfn_emulator::{AppSource, Emulator, FunctionStatus, Options};
use anyfn_services::{Blob, Environment, Queue, blob, queue};

use crate::machine::binary;

/// The secret of GitHub's webhooks in every test.
pub(crate) const SECRET: &str = "it's a secret to everybody";

/// How long anything may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// One of the two clouds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cloud {
    Aws,
    Azure,
}

impl Cloud {
    pub(crate) const BOTH: [Self; 2] = [Self::Aws, Self::Azure];

    /// The host that runs functions there.
    pub(crate) fn host(self) -> &'static str {
        match self {
            Self::Aws => "lambda",
            Self::Azure => "azure",
        }
    }
}

pub(crate) struct Stage {
    pub(crate) emulator: Emulator,
    folder: tempfile::TempDir,
}

impl Stage {
    /// Both functions on both hosts, on the real clock.
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same on a clock that stands until it is moved.
    pub(crate) async fn frozen() -> Self {
        Self::with(|options| options.clock = Clock::virtual_at(std::time::SystemTime::now())).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = BTreeMap::from([
            ("WEBHOOK_SECRET_GITHUB".to_owned(), SECRET.to_owned()),
            ("IMAGE_MAX_PIXELS".to_owned(), "20000000".to_owned()),
        ]);
        let app = |name| AppSource { executable: binary(name), settings: settings.clone() };
        let apps = vec![app("image-processing"), app("webhook")];
        let mut options = Options::new(folder.path(), apps);
        change(&mut options);
        let emulator = Emulator::start(options).await.unwrap_or_else(|error| panic!("{error}"));
        Self { emulator, folder }
    }

    /// A store through the API of `cloud`, as the owner.
    pub(crate) fn store(&self, cloud: Cloud, name: &str) -> Blob {
        let ready = self.emulator.ready();
        let url = match cloud {
            Cloud::Aws => format!("s3://{name}?region=us-east-1&endpoint={}", ready.aws.s3),
            Cloud::Azure => {
                format!("azblob://{}/{name}?endpoint={}", ready.azure.account, ready.azure.blob)
            }
        };
        blob::open_in(&url, &self.owner(cloud)).unwrap()
    }

    /// A queue through the API of `cloud`, as the owner.
    pub(crate) fn queue(&self, cloud: Cloud, name: &str) -> Queue {
        let ready = self.emulator.ready();
        let url = match cloud {
            Cloud::Aws => {
                format!("sqs://us-east-1/000000000000/{name}?endpoint={}", ready.aws.sqs)
            }
            Cloud::Azure => {
                format!("azqueue://{}/{name}?endpoint={}", ready.azure.account, ready.azure.queue)
            }
        };
        queue::open_in(&url, &self.owner(cloud)).unwrap()
    }

    fn owner(&self, cloud: Cloud) -> Environment {
        let ready = self.emulator.ready();
        match cloud {
            Cloud::Aws => Environment::of([
                ("AWS_ACCESS_KEY_ID", ready.aws.access_key_id),
                ("AWS_SECRET_ACCESS_KEY", ready.aws.secret_access_key),
            ]),
            Cloud::Azure => Environment::of([("AZURE_STORAGE_KEY", ready.azure.key)]),
        }
    }

    /// The function `name` on the host of `cloud`, as it is now.
    pub(crate) fn function(&self, cloud: Cloud, name: &str) -> FunctionStatus {
        let all = self.emulator.functions();
        let found = all.into_iter().find(|f| f.name == name && f.host == cloud.host());
        found.unwrap_or_else(|| panic!("no function {name} on {}", cloud.host()))
    }

    /// What the function has logged.
    pub(crate) fn log(&self, cloud: Cloud, name: &str) -> String {
        std::fs::read_to_string(self.function(cloud, name).log).unwrap_or_default()
    }

    /// The state folder.
    pub(crate) fn state(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn stop(self) {
        self.emulator.stop().await;
    }
}

/// A client of plain HTTP that no proxy of this machine can lead astray.
pub(crate) fn http() -> reqwest::Client {
    // The client wants TLS to be possible, though nothing here uses it; a second call changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// The project's own photographs.
pub(crate) fn photo(name: &str) -> PathBuf {
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions/image-processing/photos");
    photos.join(name)
}

/// Asks again until the answer is there; fails with `what` once it has taken too long.
pub(crate) async fn until<T>(what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, ask).await
}

/// As [`until`], for what may take longer than anything of ours.
pub(crate) async fn until_within<T>(
    patience: Duration,
    what: &str,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < patience, "still waiting for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
