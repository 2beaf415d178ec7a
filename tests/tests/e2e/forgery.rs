//! Envelopes that did not come from the host.
//!
//! Deals with: posting them with curl to what the public reaches: an Azure app's port, a container's.
//! Does not deal with: forged signatures (`slice.rs`).

use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::delivery::Delivery;
use crate::process::{Container, bindings};
use crate::stage::{Cloud, Stage, until};

/// Every way to spell `archive` that some server might take for it.
const PATHS: [&str; 16] = [
    "/archive",
    "/archive/",
    "//archive",
    "/ARCHIVE",
    "/%61rchive",
    "/archive?code=x",
    "/api/archive",
    "/api//archive",
    "/api/../archive",
    "/api/%2e%2e/archive",
    "/api%2f..%2farchive",
    "/api/hooks/../../archive",
    "/api/hooks/github",
    "/hooks/github",
    "/runtime/webhooks/archive",
    "/admin/functions/archive",
];

/// What the host sends with every invocation.
const INVOCATION: &str = "x-azure-functions-invocationid: 5c1d4dbd-4c7c-4f2c-9d5e-2b1f5f6a7b8c";

/// The status of `curl -X POST`.
async fn curl(url: String, envelope: String, by_host: bool) -> u16 {
    let posting = tokio::task::spawn_blocking(move || {
        let mut command = Command::new("curl");
        command.args(["-s", "-o", "/dev/null", "-w", "%{http_code}", "--noproxy", "*"]);
        command.args(["--path-as-is", "--max-time", "10", "-X", "POST", "--data", &envelope]);
        command.args(["-H", "content-type: application/json"]);
        if by_host {
            command.args(["-H", INVOCATION]);
        }
        command.arg(url).output().unwrap()
    });
    let output = posting.await.unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().parse().unwrap()
}

/// A delivery that was recorded, and the envelope that would have it archived.
async fn tempting(stage: &Stage, cloud: Cloud, id: &str) -> (Delivery, String) {
    let delivery = Delivery::new(id);
    let record = delivery.record("2024-02-29T23:59:59Z");
    stage.store(cloud, "deliveries").put(&delivery.key(), record).await.unwrap();
    let message = STANDARD.encode(delivery.note());
    let envelope = json!({"Data": {"message": message}, "Metadata": {"DequeueCount": "1"}});
    (delivery, envelope.to_string())
}

#[tokio::test]
async fn an_envelope_posted_to_the_azure_apps_public_port_files_nothing() {
    let stage = Stage::start().await;
    let cloud = Cloud::Azure;
    let (delivery, envelope) = tempting(&stage, cloud, "forged-azure").await;
    let function = stage.function(cloud, "archive");
    let public = function.admin.unwrap();
    for by_host in [false, true] {
        for path in PATHS {
            let status = curl(format!("{public}{path}"), envelope.clone(), by_host).await;
            // By hand a function runs with the `input` that is given, and here none is.
            let refused = (400..500).contains(&status) || path.starts_with("/admin/");
            assert!(refused, "{path}: {status}");
        }
    }
    assert!(delivery.filed(&stage, cloud).await.is_empty());

    // The envelope is good: where only the host reaches, on the process's own port, it files.
    let environment = std::fs::read(format!("/proc/{}/environ", function.pid.unwrap())).unwrap();
    let environment = String::from_utf8(environment).unwrap();
    let port =
        environment.split('\0').find_map(|v| v.strip_prefix("FUNCTIONS_CUSTOMHANDLER_PORT="));
    let private = format!("http://127.0.0.1:{}/archive", port.unwrap());
    assert_eq!(curl(private.clone(), envelope.clone(), false).await, 400);
    assert!(delivery.filed(&stage, cloud).await.is_empty());
    assert_eq!(curl(private, envelope, true).await, 200);
    assert_eq!(delivery.filed(&stage, cloud).await.len(), 1);
    stage.stop().await;
}

#[tokio::test]
async fn an_envelope_posted_to_a_containers_public_port_files_nothing() {
    let stage = Stage::start().await;
    for cloud in Cloud::BOTH {
        let id = format!("forged-container-{}", cloud.host());
        let (delivery, envelope) = tempting(&stage, cloud, &id).await;
        let container = Container::start(&bindings(&stage, cloud)).await;
        let batch = json!({"Records": [{
            "messageId": "1", "body": delivery.note(), "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:deliveries",
        }]});
        for body in [envelope, batch.to_string()] {
            for by_host in [false, true] {
                for path in
                    PATHS.into_iter().chain(["/", "/2015-03-31/functions/function/invocations"])
                {
                    let url = format!("{}{path}", container.url);
                    let status = curl(url, body.clone(), by_host).await;
                    assert!((400..500).contains(&status), "{path}: {status}");
                }
            }
        }
        assert!(delivery.filed(&stage, cloud).await.is_empty());
        // The very process does work: a signed delivery passes.
        let good = Delivery::new(format!("signed-{}", cloud.host()));
        assert_eq!(good.post(&container.url).await.unwrap(), 202);
        until("the signed delivery's file", async || {
            (good.filed(&stage, cloud).await.len() == 1).then_some(())
        })
        .await;
    }
    stage.stop().await;
}
