//! Packages: made by `anyfn build`, run by `anyfn dev --package`.
//!
//! Deals with: the very zips on both hosts, handling real events; packing that does not depend on who packs, where
//! and when. Does not deal with: what is in a package, tested beside its code; executables for other machines,
//! which take minutes to build: `cargo xtask packages` builds them and names their folder in
//! `ANYFN_TEST_PACKAGES`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::delivery::Delivery;
use crate::emulator::Dev;
use crate::machine::binary;
use crate::process::ended;
use crate::stage::{Cloud, SECRET, photo, until_within};

/// Under qemu a picture takes seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Packages of one app that run together.
struct Deployment {
    app: &'static str,
    zips: Vec<PathBuf>,
    clouds: &'static [Cloud],
}

/// `anyfn build --bin` of the webhook as it is built for these tests; what it printed.
async fn packed(out: &Path, targets: &[&str]) -> Vec<Value> {
    let mut command = Command::new(binary("anyfn"));
    command.args(["build", "--json", "--bin"]).arg(binary("webhook")).arg("--out").arg(out);
    command.args(targets.iter().flat_map(|target| ["--target", target]));
    packs(command).await
}

/// Runs a command that packs. What is built for tests is large, and so is what packs it slow.
async fn packs(command: Command) -> Vec<Value> {
    let mut command = tokio::process::Command::from(command);
    let output = tokio::time::timeout(5 * PATIENCE, command.kill_on_drop(true).output());
    let output = output.await.expect("anyfn build ends").unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn paths(packed: &[Value]) -> Vec<PathBuf> {
    packed.iter().map(|one| one["path"].as_str().unwrap().into()).collect()
}

/// What is deployed: packages of this machine's own webhook, or all that lie in `ANYFN_TEST_PACKAGES`.
async fn deployments(folder: &Path) -> Vec<Deployment> {
    let Some(all) = std::env::var_os("ANYFN_TEST_PACKAGES").map(PathBuf::from) else {
        // There is no Azure on ARM.
        let both = cfg!(target_arch = "x86_64");
        let (targets, clouds): (&[&str], &'static [Cloud]) =
            if both { (&["aws", "azure"], &Cloud::BOTH) } else { (&["aws"], &[Cloud::Aws]) };
        let zips = paths(&packed(folder, targets).await);
        return vec![Deployment { app: "webhook", zips, clouds }];
    };
    let mut deployments = Vec::new();
    for app in ["webhook", "image-processing"] {
        let at = |name: &str| all.join(app).join(name);
        let zips = vec![at("aws-x86_64.zip"), at("azure-x86_64.zip")];
        deployments.push(Deployment { app, zips, clouds: &Cloud::BOTH });
        deployments.push(Deployment {
            app,
            zips: vec![at("aws-arm64.zip")],
            clouds: &[Cloud::Aws],
        });
    }
    deployments
}

/// `anyfn dev` of nothing but `zips`.
async fn dev(state: &Path, zips: &[PathBuf]) -> Dev {
    let settings = state.with_extension("env");
    fs::write(&settings, format!("WEBHOOK_SECRET_GITHUB=\"{SECRET}\"\n")).unwrap();
    let mut command = Command::new(binary("anyfn"));
    command.args(["dev", "--port", "0", "--state"]).arg(state).arg("--env-file").arg(settings);
    for zip in zips {
        command.arg("--package").arg(zip);
    }
    Dev::of(state, command).await
}

/// A delivery comes in over HTTP, goes through a queue and ends in the archive.
async fn delivers(dev: &Dev, cloud: Cloud) {
    let delivery = Delivery::new(format!("packed-{}", cloud.host()));
    let url = dev.function(cloud, "receive")["url"].as_str().unwrap();
    assert_eq!(delivery.post(url.trim_end_matches('/')).await.unwrap(), 202);
    until_within(PATIENCE, "the archived payload", async || {
        let entries = dev.store("archive").list("").await.unwrap();
        entries.into_iter().find(|entry| entry.key.contains(&delivery.id))
    })
    .await;
}

/// A photograph becomes thumbnails. A write goes to the cloud whose API it came through, which is S3 here.
async fn shrinks(dev: &Dev) {
    let bytes = fs::read(photo("retina.jpg")).unwrap();
    dev.store("photos").put("retina.jpg", bytes).await.unwrap();
    until_within(PATIENCE, "a thumbnail", async || {
        dev.store("thumbnails").list("").await.unwrap().into_iter().next()
    })
    .await;
}

#[tokio::test]
async fn the_very_zips_handle_real_events_on_their_hosts() {
    let folder = tempfile::tempdir().unwrap();
    for (number, deployment) in deployments(&folder.path().join("out")).await.iter().enumerate() {
        let Deployment { app, zips, clouds } = deployment;
        let state = folder.path().join(format!("state{number}"));
        let dev = dev(&state, zips).await;
        let functions = dev.ready["functions"].as_array().unwrap();
        let hosts: Vec<&str> = functions.iter().map(|f| f["host"].as_str().unwrap()).collect();
        assert!(clouds.iter().all(|cloud| hosts.contains(&cloud.host())), "{hosts:?}");
        assert!(hosts.iter().all(|host| clouds.iter().any(|cloud| cloud.host() == *host)));
        // What runs is what was unpacked, not what it was packed from.
        let unpacked = state.canonicalize().unwrap().join("packages");
        for function in functions {
            let line = fs::read(format!("/proc/{}/cmdline", function["pid"])).unwrap();
            let line = String::from_utf8_lossy(&line);
            assert!(line.contains(&*unpacked.to_string_lossy()), "{line}");
        }
        match *app {
            "webhook" => {
                for cloud in *clouds {
                    delivers(&dev, *cloud).await;
                }
            }
            _ => shrinks(&dev).await,
        }
    }
}

/// Every file below `folder`, with its mode and bytes.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(next) = rest.pop() {
        let mode = next.metadata().unwrap().permissions().mode();
        let name = next.strip_prefix(folder).unwrap().to_owned();
        if next.is_dir() {
            rest.extend(fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()));
            found.insert(name, (mode, Vec::new()));
        } else {
            found.insert(name, (mode, fs::read(next).unwrap()));
        }
    }
    found
}

#[tokio::test]
async fn a_package_does_not_tell_who_packed_it_where_and_when() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("elsewhere/other"));
    let first = packed(&one, &["aws"]).await;
    // The same executable in another folder, written at another time.
    let copy = folder.path().join("copy");
    fs::copy(binary("webhook"), &copy).unwrap();
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let script = "umask 077; exec \"$0\" \"$@\"";
    let mut command = Command::new("sh");
    command.args(["-c", script]).arg(binary("anyfn")).args(["build", "--json", "--bin"]).arg(&copy);
    command.args(["--target", "aws", "--out"]).arg(&other);
    command.current_dir(&home).env("HOME", &home).env("TZ", "Pacific/Kiritimati");
    command.env("LC_ALL", "C").env_remove("SOURCE_DATE_EPOCH");
    let second = packs(command).await;
    let (one, other) = (tree(&one.join("webhook")), tree(&other.join("webhook")));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    let differs = one.iter().find(|(name, file)| other.get(*name) != Some(*file));
    assert!(differs.is_none(), "{:?} differs", differs.map(|(name, _)| name));
    assert_eq!(first[0]["sha256"], second[0]["sha256"]);
}

#[tokio::test]
async fn what_cannot_be_packed_is_refused_before_anything_is_built() {
    let folder = tempfile::tempdir().unwrap();
    let webhook = binary("webhook").display().to_string();
    for (line, parts) in [
        ("build", ["--target <TARGET>", "Usage: anyfn build"]),
        ("build --target azure --arch arm64", ["runs x86_64 only", "--arch x86_64"]),
        ("build --target aws --bin /bin/sh/no", ["/bin/sh/no: ", "error"]),
        ("build --target aws", ["could not find `Cargo.toml`", "anyfn new"]),
        ("dev --package a.zip -p webhook", ["run them apart", "anyfn build -p webhook"]),
        ("dev --package missing.zip", ["missing.zip: ", "error"]),
    ] {
        let mut command = Command::new(binary("anyfn"));
        command.args(line.split_whitespace()).current_dir(folder.path());
        let output = ended(command).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{line}: {said}");
        for part in parts {
            assert!(said.contains(part), "{line}: {part} is not in {said}");
        }
    }
    if cfg!(target_arch = "x86_64") {
        let mut command = Command::new(binary("anyfn"));
        command.args(["build", "--target", "aws", "--arch", "arm64", "--bin", &webhook]);
        command.current_dir(folder.path());
        let output = ended(command).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("is for x86_64; leave --arch out"), "{said}");
        assert!(!folder.path().join("dist").exists());
    }
}
