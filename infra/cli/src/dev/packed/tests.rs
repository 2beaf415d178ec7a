//! Deals with: packages as they come from `anyfn build`, and those that are none. Does not deal with: zips that
//! are dangerous (`unzip`).

use std::io::{Cursor, Write};
use std::os::unix::fs::PermissionsExt;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::build::executable::sample;

const X86: u16 = 62;
const ARM: u16 = 183;
const NONE: &BTreeMap<String, String> = &BTreeMap::new();

/// Name, mode and contents of each.
type Entries<'a> = &'a [(&'a str, u32, &'a [u8])];

fn manifest(app: &str) -> String {
    format!(r#"{{"anyfn":1,"app":"{app}","needs":[],"config":[],"functions":[]}}"#)
}

/// A zip in a folder of its own, with a manifest beside it.
fn package(folder: &Path, app: &str, name: &str, entries: Entries<'_>) -> PathBuf {
    let folder = folder.join(app);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(MANIFEST), manifest(app)).unwrap();
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode, contents) in entries {
        zip.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode)).unwrap();
        zip.write_all(contents).unwrap();
    }
    let path = folder.join(name);
    fs::write(&path, zip.finish().unwrap().into_inner()).unwrap();
    path
}

fn host(executable: &str) -> String {
    format!(
        r#"{{"version":"2.0","customHandler":{{"description":{{"defaultExecutablePath":"{executable}"}}}}}}"#
    )
}

fn machine() -> u16 {
    if cfg!(target_arch = "aarch64") { ARM } else { X86 }
}

fn unpacked(zips: &[PathBuf], state: &Path) -> Result<(Vec<PackedApp>, Hosts), String> {
    unpack(zips, state, NONE, Hosts::BOTH).map_err(|fault| fault.to_string())
}

#[test]
fn names_and_zips_are_told_apart_and_not_mixed() {
    let all = |wanted: &[&str]| {
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        zips(&wanted, Path::new("/w")).map_err(|fault| fault.to_string())
    };
    assert_eq!(all(&["shop", "mail"]).unwrap(), [] as [PathBuf; 0]);
    assert_eq!(all(&["a.zip", "/b.zip"]).unwrap(), [Path::new("/w/a.zip"), Path::new("/b.zip")]);
    let fault = all(&["a.zip", "shop"]).unwrap_err();
    assert!(fault.contains("a.zip") && fault.contains("anyfn build -p shop"), "{fault}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_packages_of_one_app_are_one_app_on_their_clouds() {
    let folder = tempfile::tempdir().unwrap();
    let (code, state) = (sample(machine(), &[]), folder.path().join("state"));
    let aws = package(folder.path(), "shop", "aws.zip", &[("bootstrap", 0o755, &code)]);
    let host = host("handler");
    let entries: [(&str, u32, &[u8]); 2] =
        [("handler", 0o777, &code), ("host.json", 0o666, host.as_bytes())];
    let azure = package(folder.path(), "shop", "azure.zip", &entries);
    let (apps, hosts) = unpacked(&[aws.clone(), azure.clone()], &state).unwrap();
    assert_eq!((apps.len(), hosts), (1, Hosts::BOTH));
    let entry = apps[0].lambda.clone().unwrap();
    assert_eq!((&entry.program, &entry.args), (&entry.folder.join("bootstrap"), &vec![]));
    assert_eq!(entry.program.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    assert!(apps[0].azure.clone().unwrap().join("host.json").is_file());

    let (_, hosts) = unpacked(std::slice::from_ref(&azure), &state).unwrap();
    assert_eq!(hosts, Hosts { lambda: false, azure: true });
    let fault = unpacked(&[aws.clone(), aws.clone()], &state).unwrap_err();
    assert!(fault.contains("`shop` has a package for this cloud already"), "{fault}");
    let other = package(&folder.path().join("other"), "shop", "azure.zip", &entries);
    fs::write(other.with_file_name(MANIFEST), manifest("shop").replace("[]}", "[] }")).unwrap();
    assert!(unpacked(&[aws.clone(), other.clone()], &state).is_ok(), "spaces make no difference");
    let needs = r#""needs":[{"kind":"blob","name":"photos","access":["read"]}]"#;
    fs::write(other.with_file_name(MANIFEST), manifest("shop").replace(r#""needs":[]"#, needs))
        .unwrap();
    let fault = unpacked(&[aws, other], &state).unwrap_err();
    assert!(fault.contains("another manifest.json"), "{fault}");
}

#[test]
fn what_no_cloud_could_start_is_told_before_anything_is_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let (code, state) = (sample(machine(), &[]), folder.path().join("state"));
    let (dotted, right) = (host("./handler"), host("handler"));
    let cases: [(Entries<'_>, &str); 6] = [
        (&[("readme", 0o644, b"")], "neither `bootstrap`"),
        (&[("bootstrap", 0o644, &code)], "its mode is 644, a right one is 755"),
        (&[("bootstrap", 0o755, b"#!/bin/sh")], "no executable for Linux"),
        (&[("host.json", 0o666, b"{}"), ("handler", 0o777, &code)], "names no customHandler"),
        (
            &[("host.json", 0o666, dotted.as_bytes()), ("handler", 0o777, &code)],
            "the very name `./handler`",
        ),
        (&[("host.json", 0o666, right.as_bytes()), ("handler", 0o666, &code)], "its mode is 666"),
    ];
    for (entries, why) in cases {
        let zip = package(folder.path(), "shop", "shop.zip", entries);
        let fault = unpacked(&[zip], &state).unwrap_err();
        assert!(fault.contains("shop.zip: ") && fault.contains(why), "{fault}");
        assert!(!state.join("packages/0").exists());
    }
    let zip = package(folder.path(), "shop", "shop.zip", &[("bootstrap", 0o755, &code)]);
    fs::remove_file(zip.with_file_name(MANIFEST)).unwrap();
    let fault = unpacked(&[zip], &state).unwrap_err();
    assert!(fault.contains("its manifest is to lie beside it"), "{fault}");
}

#[test]
fn another_processor_is_run_through_qemu_where_that_is() {
    let folder = tempfile::tempdir().unwrap();
    let arm = Executable { arch: Arch::Arm64, dynamic: false };
    let path = folder.path().as_os_str();
    let here = Some(Arch::X86);
    assert_eq!(runner(arm, Some(Arch::Arm64), path), Ok(None));
    let fault = runner(arm, here, path).unwrap_err();
    assert!(fault.contains("is for arm64") && fault.contains("qemu-user-static"), "{fault}");
    assert!(runner(arm, None, path).unwrap_err().contains("another system"));
    for name in ["qemu-aarch64", "qemu-aarch64-static"] {
        fs::write(folder.path().join(name), "").unwrap();
        assert_eq!(runner(arm, here, path), Ok(Some(folder.path().join(name))));
    }
}
