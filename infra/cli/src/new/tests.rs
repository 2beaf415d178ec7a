//! New packages, built and tested as their author would.
//!
//! Deals with: all four in one workspace, so that cargo runs once. Does not deal with: running them
//! under the emulator.

use std::fs;
use std::path::Path;

use clap::ValueEnum;

use super::*;

#[test]
fn a_name_that_something_cannot_bear_is_refused_with_a_right_one() {
    let folder = tempfile::tempdir().unwrap();
    for (name, part) in [
        ("Orders", "resize-photos"),
        ("a", "resize-photos"),
        ("../up", "resize-photos"),
        ("tokio", "my-tokio"),
        ("match", "my-match"),
    ] {
        let error = make(folder.path(), name, Trigger::Http, None).unwrap_err();
        assert!(error.contains(name) && error.contains(part), "{error}");
    }
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
}

#[test]
fn what_exists_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("orders")).unwrap();
    let error = make(folder.path(), "orders", Trigger::Queue, None).unwrap_err();
    assert!(error.contains("orders exists already"), "{error}");
    assert!(fs::read_dir(folder.path().join("orders")).unwrap().next().is_none());
}

#[test]
fn alone_it_keeps_what_tools_make_out_of_version_control() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(make(folder.path(), "orders", Trigger::Queue, None).unwrap(), None);
    let read = |path: &str| fs::read_to_string(folder.path().join("orders").join(path)).unwrap();
    assert_eq!(read(".gitignore"), "/target\n/.anyfn\n");
    assert!(read("Cargo.toml").contains("runtime\""));
}

/// The one slow test here: it compiles four small packages against what is built already.
#[test]
fn every_new_package_builds_and_passes_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    // The same profiles and versions, so that nothing is built twice.
    let ours = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let profiles = &ours[ours.find("[profile.dev]").unwrap()..];
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = []\n\n{profiles}");
    fs::write(folder.path().join("Cargo.toml"), workspace).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    for trigger in Trigger::value_variants() {
        let name = format!("new-{}", trigger.to_possible_value().unwrap().get_name());
        let told = make(folder.path(), &name, *trigger, Some(&root)).unwrap().unwrap();
        assert!(told.contains(&name), "{told}");
    }
    let output = crate::packages::cargo(folder.path())
        .args(["test", "--offline", "--quiet", "--lib", "--bins"])
        .env("CARGO_TARGET_DIR", root.join("target/new-packages"))
        .output()
        .unwrap();
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}\n{}", said(&output.stderr), said(&output.stdout));
}
