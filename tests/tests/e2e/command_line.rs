//! What `anyfn` prints and how it ends, as whoever calls it sees it.
//!
//! Deals with: exit codes, messages, stdout that holds nothing but data. Does not deal with: what runs
//! once `anyfn dev` is up (`kills.rs`), `anyfn demo` (`demo.rs`).

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use crate::delivery::Delivery;
use crate::emulator::Dev;
use crate::machine::binary;
use crate::process::ended;
use crate::stage::{Cloud, until};

/// How a call ended.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

/// `anyfn` with the words of `line`, called in `folder`.
async fn anyfn(folder: &Path, line: &str) -> Said {
    let mut command = Command::new(binary("anyfn"));
    command.args(line.split_whitespace()).current_dir(folder);
    // What is built here stays here.
    command.env("CARGO_TARGET_DIR", folder.join("target")).env_remove("CARGO_BUILD_BUILD_DIR");
    let output = ended(command).await;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    Said { code: output.status.code(), stdout, stderr }
}

/// Calls `anyfn`, which must end with `code`, say all of `parts`, and give no data.
async fn refused(folder: &Path, line: &str, code: i32, parts: &[&str]) {
    let said = anyfn(folder, line).await;
    assert_eq!((said.code, said.stdout.as_str()), (Some(code), ""), "{line}: {said:?}");
    for part in parts {
        assert!(said.stderr.contains(part), "{line}: {part} is not in {}", said.stderr);
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn a_wrong_command_line_ends_with_2_and_shows_a_right_one() {
    let folder = tempfile::tempdir().unwrap();
    for (line, parts) in [
        ("", ["Usage: anyfn <COMMAND>", "Commands:"]),
        ("devel", ["Usage: anyfn <COMMAND>", "'dev'"]),
        ("dev --host gcp", ["'gcp'", "[possible values: lambda, azure, both]"]),
        ("dev --port 65535", ["'65535'", "0..=65530"]),
        ("new orders", ["Usage: anyfn new --trigger", "--trigger <TRIGGER>"]),
        ("invoke archive", ["Usage: anyfn invoke --event", "--event <FILE>"]),
        ("demo --csv", ["Usage: anyfn demo", "'--csv'"]),
    ] {
        refused(folder.path(), line, 2, &parts).await;
    }
    let said = anyfn(folder.path(), "--version").await;
    assert_eq!((said.code, said.stderr.as_str()), (Some(0), ""));
    assert!(said.stdout.starts_with("anyfn "), "{said:?}");
}

#[tokio::test]
async fn what_an_emulator_cannot_start_with_is_named_with_a_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let webhook = format!("dev --bin {}", binary("webhook").display());

    let line = format!("{webhook} --env-file missing.env");
    refused(folder, &line, 2, &["error: missing.env: ", "a right line: "]).await;
    write(folder, "bad.env", "GOOD=1\nno equals sign\n");
    let line = format!("{webhook} --env-file bad.env");
    refused(folder, &line, 2, &["error: bad.env: ", "no equals sign", "a right line: "]).await;

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let line = format!("{webhook} --port {port}");
    let said = [&*format!("port {port} for the control port"), "another one: --port 0"];
    refused(folder, &line, 1, &said).await;

    refused(folder, "dev --bin no/such/app", 1, &["no/such/app has no manifest: "]).await;
    refused(folder, "dev --bin /bin/false", 1, &["/bin/false has no manifest: "]).await;
    let said = ["could not find `Cargo.toml`", "anyfn new orders --trigger queue"];
    refused(folder, "dev", 2, &said).await;
    refused(folder, "demo", 2, &["the demo runs in a clone of anyfn", "cargo run -- demo"]).await;
    write(folder, "thesis/thesis.tex", "");
    let line = format!("{webhook} --state thesis --fresh");
    refused(folder, &line, 2, &["it is not deleted", "--state FOLDER"]).await;
}

/// A workspace of its own with two apps, one package that is none, and one that does not compile. What
/// they depend on only has the runtime's name, so that it is built in no time; their listings are real.
fn workspace(folder: &Path) -> String {
    let output = Command::new(binary("webhook")).arg("manifest").output().unwrap();
    let manifest = String::from_utf8(output.stdout).unwrap();
    write(folder, "Cargo.toml", "[workspace]\nmembers = [\"*\"]\nexclude = [\"target\"]\n");
    let package = |name: &str, dependencies: &str, files: &[(&str, &str)]| {
        let toml = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
             [dependencies]\n{dependencies}"
        );
        write(folder, &format!("{name}/Cargo.toml"), &toml);
        for (file, text) in files {
            write(folder, &format!("{name}/src/{file}"), text);
        }
    };
    let uses = "anyfn = { path = \"../anyfn\" }\n";
    let lists = "fn main() { print!(\"{}\", include_str!(\"manifest.json\")) }\n";
    package("anyfn", "", &[("lib.rs", "")]);
    package("shop", uses, &[("main.rs", lists), ("manifest.json", &manifest)]);
    package("dumb", uses, &[("main.rs", "fn main() { println!(\"hello\") }\n")]);
    package("broken", uses, &[("main.rs", "fn main() { nothing }\n")]);
    manifest
}

#[tokio::test]
async fn a_manifest_is_what_the_built_app_says_and_nothing_else_is_on_stdout() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let manifest = workspace(folder);
    let said = anyfn(folder, "manifest -p shop").await;
    assert_eq!((said.code, said.stdout), (Some(0), manifest.clone()), "{}", said.stderr);
    assert_eq!(anyfn(&folder.join("shop/src"), "manifest").await.stdout, manifest);

    let several = ["there are several apps here", "name one: -p broken or -p dumb or -p shop"];
    refused(folder, "manifest", 2, &several).await;
    let missing = ["there is no package `shp`", "the apps here: broken, dumb, shop"];
    refused(folder, "manifest -p shp", 2, &missing).await;
    refused(folder, "dev -p shp", 2, &missing).await;
    let none = ["the package `anyfn` is no app: it does not depend on `anyfn`", "dumb, shop"];
    refused(folder, "manifest -p anyfn", 2, &none).await;
    let broken = ["cannot find value `nothing`", "error: broken did not build"];
    refused(folder, "manifest -p broken", 1, &broken).await;
    refused(folder, "manifest -p dumb", 1, &["error: dumb: "]).await;
}

#[tokio::test]
async fn a_call_of_an_emulator_that_does_not_run_says_how_to_start_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let line = "invoke archive --event event.json";
    let said = ["no emulator has written .anyfn/ready.json", "anyfn dev", "--state FOLDER"];
    refused(folder, line, 2, &said).await;
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ready = format!(
        r#"{{"console":"http://{closed}","aws":{{"region":"us-east-1","access_key_id":"a","secret_access_key":"s","lambda":"http://{closed}"}}}}"#
    );
    write(folder, ".anyfn/ready.json", &ready);
    refused(folder, line, 2, &["the emulator has stopped", "start it again: anyfn dev"]).await;
    write(folder, ".anyfn/ready.json", "{}");
    refused(folder, line, 2, &[".anyfn/ready.json is no ready file: "]).await;
}

#[tokio::test]
async fn a_call_is_answered_on_either_host_and_a_wrong_one_is_told_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let state = folder.join("state");
    let dev = Dev::start(&state).await;
    let call = async |line: &str| anyfn(folder, &format!("invoke --state state {line}")).await;
    let archived = async |id: &str| {
        until("the archived payload", async || {
            let filed = dev.store("archive").list("").await.unwrap();
            filed.iter().any(|entry| entry.key.contains(id)).then_some(())
        })
        .await;
    };
    let recorded = async |id: &str| {
        let delivery = Delivery::new(id);
        let record = delivery.record("2024-02-29T23:59:59Z");
        dev.store("deliveries").put(&delivery.key(), record).await.unwrap();
        delivery.note()
    };

    for cloud in Cloud::BOTH {
        let host = cloud.host();
        // The very same file for either host.
        let note = recorded(&format!("portable-{host}")).await;
        write(folder, "note.json", &format!(r#"{{"body": {note}}}"#));
        let said = call(&format!("archive --event note.json --host {host}")).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        let answer: serde_json::Value = serde_json::from_str(&said.stdout).unwrap();
        let expected = match cloud {
            Cloud::Aws => serde_json::json!({"batchItemFailures": []}),
            Cloud::Azure => {
                serde_json::json!({"host": "azure", "app": "webhook", "function": "archive", "outcome": "started"})
            }
        };
        assert_eq!(answer, expected);
        archived(&format!("portable-{host}")).await;

        let note = recorded(&format!("raw-{host}")).await;
        let raw = match cloud {
            Cloud::Aws => serde_json::json!({"Records": [{"messageId": "1", "body": note,
                "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:0:deliveries"}]}),
            Cloud::Azure => serde_json::from_str(&note).unwrap(),
        };
        write(folder, "raw.json", &raw.to_string());
        let said = call(&format!("archive --event raw.json --raw --host {host}")).await;
        assert_eq!(said.code, Some(0), "{said:?}");
        archived(&format!("raw-{host}")).await;

        write(folder, "hook.json", r#"{"path": "/hooks/github", "body": "unsigned"}"#);
        let said = call(&format!("receive --event hook.json --host {host}")).await;
        assert_eq!(said.code, Some(0), "refusing is an answer: {said:?}");
        let status = if cloud == Cloud::Aws { &said.stdout } else { &said.stderr };
        assert!(status.contains("401"), "{said:?}");

        let place = ["error: wrong.json: the event: ", "a right one: "];
        let call = format!("invoke --state state archive --event wrong.json --host {host}");
        write(folder, "wrong.json", r#"{"bdy": 1}"#);
        refused(folder, &call, 2, &[place[0], place[1], "`bdy`", "`body`"]).await;
        write(folder, "wrong.json", "{");
        refused(folder, &call, 2, &place).await;
        write(folder, "wrong.json", r#"{"path": "/", "headers": {"a": 1}}"#);
        let call = call.replace("archive", "receive");
        refused(folder, &call, 2, &["wrong.json: the event: at `headers.a`: ", place[1]]).await;
    }

    write(folder, "five.json", r#"{"body": 5}"#);
    let said = call("archive --event five.json").await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.stdout.contains("errorMessage"), "{said:?}");
    assert!(said.stderr.contains("the function failed; its log: "), "{said:?}");

    let call = "invoke --state state";
    let names = ["there is no function `archiv`", "there are: archive, receive, thumbnail"];
    refused(folder, &format!("{call} archiv --event five.json"), 2, &names).await;
    let missing = ["the event none.json: ", "--event event.json"];
    refused(folder, &format!("{call} archive --event none.json"), 2, &missing).await;
    let raw =
        ["an HTTP function on azure has no payload but the request", "curl http://127.0.0.1:"];
    let line = format!("{call} receive --event hook.json --raw --host azure");
    refused(folder, &line, 2, &raw).await;
    let bare = ["an emulator runs on ", "stop it first"];
    let webhook = binary("webhook");
    let line = format!("dev --bin {} --state state --fresh", webhook.display());
    refused(folder, &line, 2, &bare).await;
}
