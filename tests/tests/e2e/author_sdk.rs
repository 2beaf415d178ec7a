//! An author's own AWS SDK, as it is, under both emulated hosts.
//!
//! Deals with: an app in Python whose `boto3.client("s3")` is given no endpoint and no key; what its
//! credentials open there. Does not deal with: SDKs outside of a function (`clients.rs`).

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyfn_emulator::AppSource;
use serde_json::{Value, json};

use crate::machine::peer;
use crate::stage::{Cloud, Stage, http};

/// The app as one executable, run by the Python that has its packages.
fn executable(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/python/sdk_app.py");
    let text =
        format!("#!{}\n{}", peer("python").display(), std::fs::read_to_string(source).unwrap());
    let path = folder.join("sdk_app.py");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn boto3_needs_no_endpoint_and_opens_what_the_app_declared() {
    let folder = tempfile::tempdir().unwrap();
    let executable = executable(folder.path());
    let app = AppSource { executable, settings: BTreeMap::new() };
    let stage = Stage::with(|options| options.apps = vec![app]).await;
    let lambda = &stage.emulator.ready().aws.lambda;
    for cloud in Cloud::BOTH {
        let text = format!("from {}", cloud.host());
        let url = stage.function(cloud, "note").url.unwrap();
        let answer = http().post(format!("{url}/note")).body(text.clone()).send().await.unwrap();
        let said = answer.text().await.unwrap();
        let said: Value = serde_json::from_str(&said)
            .unwrap_or_else(|_| panic!("{said}: {}", stage.log(cloud, "note")));
        let expected = json!({
            "read": text,
            "delete undeclared": "AccessDenied",
            "receive undeclared": "AccessDenied",
            "elsewhere": lambda,
            "lambda": lambda,
        });
        assert_eq!(said, expected, "{cloud:?}");
        let kept = stage.store(Cloud::Aws, "notes").get(&text).await.unwrap();
        assert_eq!(kept.bytes, text.as_bytes());
        let queue = stage.queue(Cloud::Aws, "jobs");
        let sent = queue.receive(10, Duration::from_secs(30)).await.unwrap();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(sent[0].body, text.as_bytes());
    }
    stage.stop().await;
}
