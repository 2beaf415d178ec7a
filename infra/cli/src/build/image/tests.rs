//! Deals with: a layout as whoever runs images reads it. Does not deal with: a foreign reader, skopeo, which
//! `cargo xtask packages` runs.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::Value;

use super::*;

fn image() -> Image {
    let label = |name: &str| (name.to_owned(), format!("value of {name}"));
    Image {
        executable: b"code".to_vec(),
        arch: Arch::Arm64,
        labels: ["z", "b", "a", "m", "k"].into_iter().map(label).collect(),
        tag: "1.2.3".to_owned(),
        created: "1980-01-01T00:00:00Z".to_owned(),
        modified: 315_532_800,
    }
}

fn json(layout: &Layout, path: &str) -> Value {
    serde_json::from_slice(&layout.files[path]).unwrap()
}

/// The blob that `descriptor` means, once its size and digest are right.
fn followed<'a>(layout: &'a Layout, descriptor: &Value) -> &'a [u8] {
    let digest = descriptor["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    let blob = &layout.files[&format!("blobs/sha256/{digest}")];
    assert_eq!(sha256(blob), digest);
    assert_eq!(descriptor["size"], blob.len());
    blob
}

#[test]
fn from_the_index_every_digest_leads_to_its_bytes() {
    let layout = layout(&image()).unwrap();
    assert_eq!(json(&layout, "oci-layout"), json!({"imageLayoutVersion": "1.0.0"}));
    let index = json(&layout, "index.json");
    let named = &index["manifests"][0];
    assert_eq!(named["annotations"]["org.opencontainers.image.ref.name"], "1.2.3");
    assert_eq!(named["platform"], json!({"architecture": "arm64", "os": "linux"}));
    assert_eq!(named["digest"], format!("sha256:{}", layout.digest));
    let manifest: Value = serde_json::from_slice(followed(&layout, named)).unwrap();
    let config: Value = serde_json::from_slice(followed(&layout, &manifest["config"])).unwrap();
    let packed = followed(&layout, &manifest["layers"][0]);
    assert_eq!(packed, layout.files[&layout.layer]);
    let mut tar = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut tar).unwrap();
    assert_eq!(config["rootfs"]["diff_ids"], json!([format!("sha256:{}", sha256(&tar))]));
    // The index, the layout's version, and three blobs: nothing that nobody names.
    assert_eq!(layout.files.len(), 5);
}

#[test]
fn what_runs_is_no_root_and_has_a_health_check() {
    let layout = layout(&image()).unwrap();
    let files = layout.files.values();
    let all = files.filter_map(|file| serde_json::from_slice::<Value>(file).ok());
    let config = all.into_iter().find(|file| file.get("rootfs").is_some()).unwrap();
    assert_eq!((&config["os"], &config["architecture"]), (&json!("linux"), &json!("arm64")));
    assert_eq!(config["created"], "1980-01-01T00:00:00Z");
    let run = &config["config"];
    assert_eq!(run["User"], "65532:65532");
    assert_eq!(run["Entrypoint"], json!(["/app"]));
    assert_eq!(run["Healthcheck"]["Test"], json!(["CMD", "/app", "health"]));
    assert_eq!(run["ExposedPorts"], json!({"8080/tcp": {}}));
    assert_eq!(run["Labels"]["m"], "value of m");
}

#[test]
fn the_layer_holds_the_executable_and_its_certificates_alone() {
    let layout = layout(&image()).unwrap();
    let mut tar = tar::Archive::new(GzDecoder::new(&layout.files[&layout.layer][..]));
    let mut seen = Vec::new();
    for entry in tar.entries().unwrap() {
        let entry = entry.unwrap();
        let header = entry.header();
        let owner = (header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap());
        assert_eq!(owner, (0, 0, 315_532_800));
        assert_eq!((header.username().unwrap(), header.groupname().unwrap()), (Some(""), Some("")));
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        seen.push((path, header.mode().unwrap()));
    }
    let expected = [
        ("app", 0o755),
        ("etc/", 0o755),
        ("etc/ssl/", 0o755),
        ("etc/ssl/certs/", 0o755),
        ("etc/ssl/certs/ca-certificates.crt", 0o644),
    ];
    assert_eq!(seen, expected.map(|(path, mode)| (path.to_owned(), mode)));
}

#[test]
fn the_same_image_is_the_same_bytes() {
    // Maps without an order have another one each time they are made.
    let first = layout(&image()).unwrap();
    for _ in 0..20 {
        assert_eq!(layout(&image()).unwrap(), first);
    }
}
