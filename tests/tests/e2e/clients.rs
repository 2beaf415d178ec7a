//! The clouds' own clients, as people have them.
//!
//! Deals with: the AWS CLI, boto3, azure-storage-blob, azure-storage-queue and curl, with nothing of this
//! machine's environment; what an app's own credentials open. Does not deal with: our own clients.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::emulator::{Dev, gone_within_a_second};
use crate::machine::peer;
use crate::stage::{Cloud, SECRET, Stage, http, photo, until};

const WIDTHS: [u32; 3] = [128, 512, 1024];

/// What a client is told: endpoints and credentials of both clouds. Nothing else reaches it, no proxy
/// either.
fn environment(ready: &Value, home: &Path) -> Vec<(&'static str, String)> {
    let text = |pointer| ready.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
    vec![
        ("HOME", home.display().to_string()),
        ("LANG", "C.UTF-8".to_owned()),
        ("AWS_ACCESS_KEY_ID", text("/aws/access_key_id")),
        ("AWS_SECRET_ACCESS_KEY", text("/aws/secret_access_key")),
        ("AWS_DEFAULT_REGION", text("/aws/region")),
        ("AWS_ENDPOINT_URL_S3", text("/aws/s3")),
        ("AWS_ENDPOINT_URL_SQS", text("/aws/sqs")),
        ("AWS_ENDPOINT_URL_LAMBDA", text("/aws/lambda")),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AZURE_STORAGE_CONNECTION_STRING", text("/azure/connection_string")),
    ]
}

fn ready(stage: &Stage) -> Value {
    serde_json::to_value(stage.emulator.ready()).unwrap()
}

/// Runs a client to its end and gives what it printed.
pub(crate) async fn run(
    command: &mut Command,
    env: &[(&'static str, String)],
    input: &str,
) -> String {
    use std::process::Stdio;
    command.env_clear().envs(env.iter().map(|(name, value)| (name, value))).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let shown = format!("{:?}", command.as_std());
    let work = async {
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{shown}: {error}"));
        child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
        child.wait_with_output().await.unwrap()
    };
    let output = tokio::time::timeout(Duration::from_secs(60), work).await;
    let output = output.unwrap_or_else(|_| panic!("{shown} runs on"));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}: {}\n{error}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

pub(crate) fn python(script: &str) -> Command {
    let mut command = Command::new(peer("python"));
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/python").join(script));
    command
}

fn signature(body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

async fn archived(stage: &Stage, id: &str) {
    until("the archived payload", async || {
        let entries = stage.store(Cloud::Aws, "archive").list("").await.unwrap();
        entries.into_iter().find(|entry| entry.key.ends_with(&format!("/{id}.json")))
    })
    .await;
}

/// What a function has logged, at the place that the control port tells.
async fn log(dev: &Dev, cloud: Cloud, name: &str) -> String {
    let url = format!("{}/_anyfn/functions", dev.at("/console"));
    let answer: Value = http().get(url).send().await.unwrap().json().await.unwrap();
    let functions = answer["functions"].as_array().unwrap();
    let found = functions.iter().find(|one| one["name"] == name && one["host"] == cloud.host());
    std::fs::read_to_string(found.unwrap()["log"].as_str().unwrap()).unwrap_or_default()
}

/// The ready file has what the command line's contract says and nothing more.
fn check_shape(dev: &mut Dev) {
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    let named = |names: &str| names.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
    let ready = &dev.ready;
    assert_eq!(keys(ready), named("console pid aws azure functions"));
    assert_eq!(ready["pid"], dev.process.child().id());
    let aws = "region access_key_id secret_access_key s3 sqs lambda";
    assert_eq!(keys(&ready["aws"]), named(aws));
    assert_eq!(keys(&ready["azure"]), named("account key blob queue connection_string"));
    let functions = ready["functions"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    for function in functions {
        let http = if function["name"] == "receive" { " url" } else { "" };
        assert_eq!(keys(function), named(&format!("app name host pid{http}")), "{function}");
        let text = |key: &str| function[key].as_str().unwrap().to_owned();
        seen.insert(format!("{} {} {}", text("host"), text("app"), text("name")));
    }
    let apps = ["image-processing thumbnail", "webhook archive", "webhook receive"];
    let all = ["azure", "lambda"].map(|host| apps.map(|app| format!("{host} {app}")));
    assert_eq!(seen, all.into_iter().flatten().collect());
    assert_eq!(functions.len(), seen.len());
}

#[tokio::test]
async fn each_clouds_client_reaches_its_own_host_of_anyfn_dev() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Dev::start(&folder.path().join("state")).await;
    check_shape(&mut dev);
    let env = environment(&dev.ready, folder.path());
    let exe = |cloud| format!("/proc/{}/exe", dev.function(cloud, "thumbnail")["pid"]);
    let mut sums = Command::new("sha256sum");
    let sums = run(sums.args(Cloud::BOTH.map(exe)), &env, "").await;
    let sums: BTreeSet<_> = sums.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(sums.len(), 1, "one file on both hosts: {sums:?}");

    let s3 = |from: &str, to: &str| {
        let mut aws = Command::new(peer("aws"));
        aws.args(["s3", "cp", from, to, "--endpoint-url", dev.at("/aws/s3"), "--no-progress"]);
        aws
    };
    let azure = |verb: &str, store: &str, key: &str, file: &str| {
        let mut python = python("azure_blob.py");
        python.args([verb, store, key, file]);
        python
    };
    let counts = async || {
        let (lambda, azure) =
            tokio::join!(log(&dev, Cloud::Aws, "thumbnail"), log(&dev, Cloud::Azure, "thumbnail"));
        (
            lambda.matches("START RequestId: ").count(),
            lambda.matches("REPORT RequestId: ").count(),
            azure.matches("Executing 'Functions.thumbnail'").count(),
            azure.matches("Executed 'Functions.thumbnail' (Succeeded").count(),
        )
    };
    let picture = photo("retina.jpg").display().to_string();
    run(&mut s3(&picture, "s3://photos/in/aws.jpg"), &env, "").await;
    until("the end of the lambda invocation", async || (counts().await.1 > 0).then_some(())).await;
    assert_eq!(counts().await, (1, 1, 0, 0));
    run(&mut azure("put", "photos", "in/azure.jpg", &picture), &env, "").await;
    until("the end of the azure invocation", async || (counts().await.3 > 0).then_some(())).await;
    assert_eq!(counts().await, (1, 1, 1, 1));

    let file = |name: String| folder.path().join(name).display().to_string();
    for width in WIDTHS {
        let [one, other] = [file(format!("{width}-a.jpg")), file(format!("{width}-b.jpg"))];
        let mut made = Vec::new();
        for origin in ["aws", "azure"] {
            let key = format!("in/{origin}.jpg/{width}.jpg");
            run(&mut azure("get", "thumbnails", &key, &one), &env, "").await;
            run(&mut s3(&format!("s3://thumbnails/{key}"), &other), &env, "").await;
            let bytes = std::fs::read(&one).unwrap();
            assert!(bytes.starts_with(b"\xff\xd8\xff"), "{key} is no JPEG");
            assert_eq!(bytes, std::fs::read(&other).unwrap(), "{key} through both clients");
            made.push(bytes);
        }
        assert_eq!(made[0], made[1], "{width} px, made on both hosts");
    }

    let body = r#"{"zen":"Half measures are as bad as nothing at all."}"#;
    for cloud in Cloud::BOTH {
        let url =
            format!("{}/hooks/github", dev.function(cloud, "receive")["url"].as_str().unwrap());
        for (signature, status) in [(signature(body), "202"), (signature("other"), "401")] {
            let mut curl = Command::new("curl");
            curl.args(["-sS", "-o", &file("answer".to_owned()), "-w", "%{http_code}"]);
            curl.args(["-H", &format!("X-Hub-Signature-256: {signature}"), "-d", body, &url]);
            curl.args(["-H", &format!("X-GitHub-Delivery: curl-{}", cloud.host())]);
            assert_eq!(run(&mut curl, &env, "").await, status, "{cloud:?}");
        }
    }
    let pids = dev.pids();
    kill(Pid::from_raw(i32::try_from(pids[0]).unwrap()), Signal::SIGTERM).unwrap();
    let ended = async || dev.process.child().try_wait().unwrap();
    let status = until("the end of anyfn dev", ended).await;
    assert!(status.success(), "{status}");
    gone_within_a_second(&pids).await;
}

#[tokio::test]
async fn boto3_invokes_functions_in_each_of_the_three_ways() {
    let stage = Stage::start().await;
    let body = r#"{"zen":"Anything added dilutes everything else."}"#;
    let call = |kind: &str, id: &str| {
        let event = json!({
            "version": "2.0", "rawPath": "/hooks/github", "rawQueryString": "",
            "headers": {"x-hub-signature-256": signature(body), "x-github-delivery": id},
            "requestContext": {"http": {"method": "POST", "path": "/hooks/github"}},
            "body": body, "isBase64Encoded": false,
        });
        json!({"function": "receive", "type": kind, "event": event})
    };
    let nonsense = json!({"function": "thumbnail", "type": "RequestResponse", "event": {"a": 1}});
    let nobody = json!({"function": "nobody", "type": "RequestResponse", "event": {}});
    let calls = json!([
        call("RequestResponse", "waited-for"),
        call("Event", "sent-off"),
        call("DryRun", "never"),
        nonsense,
        nobody,
    ]);
    let env = environment(&ready(&stage), stage.state());
    let said = run(&mut python("lambda_invoke.py"), &env, &calls.to_string()).await;
    let answers: Vec<Value> = serde_json::from_str(&said).unwrap();
    let status =
        |at: usize| (answers[at]["status"].as_u64().unwrap(), answers[at]["error"].as_str());
    assert_eq!(status(0), (200, None), "{said}");
    assert_eq!(answers[0]["payload"]["statusCode"], 202, "{said}");
    assert_eq!(status(1), (202, None));
    assert_eq!(status(2), (204, None));
    assert_eq!(status(3), (200, Some("Unhandled")), "{said}");
    assert!(answers[3]["payload"]["errorMessage"].is_string(), "{said}");
    assert_eq!(status(4), (404, Some("ResourceNotFoundException")));
    for id in ["waited-for", "sent-off"] {
        archived(&stage, id).await;
    }
    assert!(!stage.log(Cloud::Azure, "receive").contains("Executing"), "lambda's calls alone");
    stage.stop().await;
}

#[tokio::test]
async fn the_sdks_of_both_clouds_find_their_storage_and_queues() {
    let stage = Stage::start().await;
    let env = environment(&ready(&stage), stage.state());
    let (mut aws, mut azure) = (python("aws_storage.py"), python("azure_storage.py"));
    tokio::join!(run(&mut aws, &env, ""), run(&mut azure, &env, ""));
    stage.stop().await;
}

/// A variable of a running process.
fn variable(pid: u32, name: &str) -> String {
    let all = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
    let all = String::from_utf8(all).unwrap();
    let found = all.split('\0').find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("{name}: {all:?}")).to_owned()
}

#[tokio::test]
async fn an_apps_own_credentials_open_what_it_declared_and_nothing_else() {
    let stage = Stage::start().await;
    stage.store(Cloud::Aws, "photos").put("secret", b"no picture".to_vec()).await.unwrap();

    let pid = stage.function(Cloud::Aws, "receive").pid.unwrap();
    let mut env = environment(&ready(&stage), stage.state());
    env.retain(|(name, _)| !name.starts_with("AZURE"));
    for (name, value) in &mut env {
        if matches!(*name, "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY") {
            *value = variable(pid, name);
        }
    }
    let said = run(&mut python("aws_permitted.py"), &env, "").await;
    let said: Value = serde_json::from_str(&said).unwrap();
    let expected = json!({
        "write declared": "done",
        "read declared": "done",
        "delete declared": "403 AccessDenied",
        "list declared": "403 AccessDenied",
        "read undeclared": "403 AccessDenied",
        "write undeclared": "403 AccessDenied",
        "receive sent": "403 AccessDenied",
        "send undeclared": "403 AccessDenied",
    });
    assert_eq!(said, expected);

    // The SDK sends no token without TLS; these are the requests that it would send.
    let pid = stage.function(Cloud::Azure, "receive").pid.unwrap();
    let endpoint = variable(pid, "IDENTITY_ENDPOINT");
    let url = format!("{endpoint}?api-version=2019-08-01&resource=https://storage.azure.com/");
    let asked = http().get(url).header("X-IDENTITY-HEADER", variable(pid, "IDENTITY_HEADER"));
    let token: Value = asked.send().await.unwrap().json().await.unwrap();
    let token = token["access_token"].as_str().unwrap();
    let azure = &stage.emulator.ready().azure;
    let ask = async |method: &str, url: String| {
        let request = http().request(method.parse().unwrap(), url).bearer_auth(token);
        let request = request.header("x-ms-version", "2023-11-03");
        let response =
            request.header("x-ms-blob-type", "BlockBlob").body("1").send().await.unwrap();
        let code = response.headers().get("x-ms-error-code");
        let code = code.map(|code| code.to_str().unwrap().to_owned());
        (response.status().as_u16(), code.unwrap_or_default())
    };
    let refused = (403, "AuthorizationPermissionMismatch".to_owned());
    let done = |status| (status, String::new());
    assert_eq!(ask("PUT", format!("{}/archive/own", azure.blob)).await, done(201));
    assert_eq!(ask("GET", format!("{}/archive/own", azure.blob)).await, done(200));
    assert_eq!(ask("DELETE", format!("{}/archive/own", azure.blob)).await, refused);
    assert_eq!(ask("GET", format!("{}/photos/secret", azure.blob)).await, refused);
    assert_eq!(ask("PUT", format!("{}/photos/new", azure.blob)).await, refused);
    let messages = |queue: &str| format!("{}/{queue}/messages", azure.queue);
    assert_eq!(ask("GET", messages("deliveries")).await, refused);
    assert_eq!(ask("GET", messages("thumbnail-events")).await, refused);
    stage.stop().await;
}
