//! The images as programs that nobody here wrote see them.
//!
//! Deals with: skopeo on the layout, buildah on the Dockerfile. Does not deal with: running an image's
//! functions, which the end-to-end tests do with the executable itself.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::said;

/// What skopeo tells of an image.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    architecture: String,
    os: String,
    labels: std::collections::BTreeMap<String, String>,
}

/// A foreign reader follows every digest and finds what was declared.
pub(super) fn readable(layout: &Path, app: &str, arch: &str) -> Result<(), String> {
    let image = format!("oci:{}", layout.display());
    let answer = said("skopeo", &["inspect".as_ref(), image.as_ref()])?;
    let found: Inspected = serde_json::from_slice(&answer)
        .map_err(|error| format!("skopeo inspect {image}: {error}"))?;
    let label = found.labels.get("anyfn.app").map(String::as_str);
    if (found.os.as_str(), found.architecture.as_str(), label) != ("linux", arch, Some(app)) {
        let answer = String::from_utf8_lossy(&answer);
        return Err(format!("{image} is not {app} for linux/{arch}: {answer}"));
    }
    // Copying reads all blobs; inspecting does not.
    let copy = layout.with_extension("copied");
    let _ = fs::remove_dir_all(&copy);
    let to = format!("dir:{}", copy.display());
    let words = ["--insecure-policy", "copy", "--quiet", &image, &to].map(OsStr::new);
    said("skopeo", &words)?;
    fs::remove_dir_all(&copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    println!("{image}: skopeo reads {app} for linux/{arch}");
    Ok(())
}

/// The folder's Dockerfile becomes an image without a daemon, and the image's program says the very
/// manifest that lies beside it.
pub(super) fn built_from_dockerfile(folder: &Path, scratch: &Path) -> Result<(), String> {
    let storage =
        ["--root".as_ref(), scratch.as_os_str(), "--storage-driver".as_ref(), "vfs".as_ref()];
    let buildah = |words: &[&OsStr]| {
        said("buildah", &[storage.as_slice(), words].concat())
            .map(|said| String::from_utf8_lossy(&said).trim().to_owned())
    };
    let image = buildah(&[
        "bud".as_ref(),
        "--quiet".as_ref(),
        "--isolation".as_ref(),
        "chroot".as_ref(),
        // Without it buildah makes an image of a kind that knows no health check, and says so.
        "--format".as_ref(),
        "docker".as_ref(),
        folder.as_os_str(),
    ])?;
    let container = buildah(&["from", "--pull=never", &image].map(OsStr::new))?;
    let run = ["run", "--isolation", "chroot", &container, "--", "/app", "manifest"];
    let manifest = buildah(&run.map(OsStr::new))?;
    let place = folder.join("manifest.json");
    let packed =
        fs::read_to_string(&place).map_err(|error| format!("{}: {error}", place.display()))?;
    buildah(&["rm", &container].map(OsStr::new))?;
    buildah(&["rmi", &image].map(OsStr::new))?;
    if manifest != packed.trim() {
        return Err(format!("{}: its image says another manifest: {manifest}", folder.display()));
    }
    println!("{}: buildah makes an image of its Dockerfile that runs", folder.display());
    Ok(())
}
