//! What stays out: no network while an app is listed, no crate of ours beneath the runtime.
//!
//! Deals with: `BINARY manifest` under strace, the dependency trees of `anyfn` and `anyfn-services`.
//! Does not deal with: what a manifest says.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::machine::binary;

#[test]
fn a_listing_opens_no_socket_and_needs_no_environment() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["webhook", "image-processing"] {
        let trace = folder.path().join(name);
        let mut command = Command::new("env");
        command.args(["-i", "strace", "-f", "-e", "trace=network", "-o"]).arg(&trace);
        let output = command.arg(binary(name)).arg("manifest").output().unwrap();
        assert!(output.status.success(), "{name}: {output:?}");
        let manifest: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(manifest["app"], name);
        let calls = std::fs::read_to_string(trace).unwrap();
        assert!(calls.contains("+++ exited with 0 +++"), "strace saw the end: {calls}");
        let seen: Vec<&str> = calls.lines().filter(|line| line.contains('(')).collect();
        assert!(seen.is_empty(), "{name} manifest: {seen:?}");
    }
}

#[test]
fn the_runtime_and_the_services_stand_on_no_crate_of_ours() {
    for package in ["anyfn", "anyfn-services"] {
        let mut command = Command::new(env!("CARGO"));
        command.args(["tree", "--offline", "--locked", "--prefix", "none", "-e", "normal", "-p"]);
        let output = command
            .arg(package)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let tree = String::from_utf8(output.stdout).unwrap();
        let mut lines = tree.lines();
        assert!(lines.next().unwrap().starts_with(&format!("{package} v")), "{tree}");
        let ours: Vec<&str> =
            lines.filter(|line| line.starts_with("anyfn-") || line.starts_with("anyfn ")).collect();
        assert!(ours.is_empty(), "{package}: {ours:?}");
    }
}
