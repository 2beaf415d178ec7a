//! Packages as files.
//!
//! Deals with: their names in the folder of an app, writing them with modes that no umask changes. Does not
//! deal with: what is inside (`zips`, `image`), nor with building executables (`cross`).

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyfn::manifest::Manifest;
use serde::Serialize;

use super::image::{Image, Layout, layout, sha256};
use super::reproducible::Epoch;
use super::target::{Arch, Target};
use super::{dockerfile, zips};
use crate::fault::Fault;
use crate::packages::Package;

/// Lies beside every package: what runs or deploys it reads this.
pub(crate) const MANIFEST: &str = "manifest.json";

/// An app that is built.
#[derive(Clone, Debug)]
pub(crate) struct App {
    /// What its folder is called.
    pub(crate) name: String,
    pub(crate) manifest: Manifest,
    /// What its package says of itself, for an image's labels.
    pub(crate) labels: BTreeMap<String, String>,
    /// The package's version.
    pub(crate) version: Option<String>,
}

/// A package that is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Packed {
    /// The folder's name: the package in the workspace.
    pub(crate) package: String,
    /// The app in the manifest.
    pub(crate) app: String,
    pub(crate) target: Target,
    pub(crate) arch: Arch,
    /// The zip, or the folder of the image layout.
    pub(crate) path: PathBuf,
    /// Of the zip, or of all files of the layout.
    pub(crate) bytes: u64,
    /// Of the zip, or of the image's manifest, which is the image's own digest.
    pub(crate) sha256: String,
}

impl App {
    /// The app of a package of a workspace.
    pub(crate) fn of(package: &Package, manifest: Manifest) -> Self {
        let Package { name, version, description, license, repository, .. } = package;
        let known = [
            ("version", Some(version).filter(|version| !version.is_empty())),
            ("description", description.as_ref()),
            ("licenses", license.as_ref()),
            ("source", repository.as_ref()),
        ];
        let label = |(name, value): (&str, Option<&String>)| {
            Some((format!("org.opencontainers.image.{name}"), value?.clone()))
        };
        let labels = known.into_iter().filter_map(label).collect();
        let version = Some(version.clone()).filter(|version| !version.is_empty());
        Self { name: name.clone(), manifest, labels, version }
    }
}

/// Packs `executable`, which is `app` for `arch`, for `target`, into the app's folder in `out`.
///
/// # Errors
/// The target cannot run it, or a file cannot be written.
pub(crate) fn pack(
    out: &Path,
    app: &App,
    (target, arch): (Target, Arch),
    executable: Vec<u8>,
    epoch: Epoch,
) -> Result<Packed, Fault> {
    let folder = out.join(&app.name);
    let fault = |io: io::Error| {
        Fault::failed(format!("{}: {io}; another one: --out FOLDER", folder.display()))
    };
    let text = app.manifest.to_json();
    write(&folder.join(MANIFEST), text.as_bytes()).map_err(fault)?;
    let name = format!("{}-{}", target.name(), arch.name());
    let (path, bytes, sha256) = match target {
        Target::Aws | Target::Azure => {
            let zip = match target {
                Target::Aws => zips::aws(executable),
                _ => zips::azure(&app.manifest, executable),
            };
            let zip = zip.map_err(Fault::failed)?;
            let path = folder.join(format!("{name}.zip"));
            write(&path, &zip).map_err(fault)?;
            (path, zip.len(), sha256(&zip))
        }
        Target::Container => {
            let layout = layout(&image(app, arch, executable, epoch)).map_err(Fault::failed)?;
            let path = folder.join(&name);
            image_layout(&path, &layout).map_err(fault)?;
            let dockerfile = dockerfile::of(&layout, &name);
            write(&folder.join("Dockerfile"), dockerfile.as_bytes()).map_err(fault)?;
            (path, layout.files.values().map(Vec::len).sum(), layout.digest)
        }
    };
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    let (package, app) = (app.name.clone(), app.manifest.app.clone());
    Ok(Packed { package, app, target, arch, path, bytes, sha256 })
}

fn image(app: &App, arch: Arch, executable: Vec<u8>, epoch: Epoch) -> Image {
    let functions: Vec<&str> = app.manifest.functions.iter().map(|f| f.name.as_str()).collect();
    let mut labels = app.labels.clone();
    labels.insert("org.opencontainers.image.title".to_owned(), app.manifest.app.clone());
    labels.insert("anyfn.app".to_owned(), app.manifest.app.clone());
    labels.insert("anyfn.functions".to_owned(), functions.join(","));
    Image {
        executable,
        arch,
        labels,
        tag: app.version.clone().unwrap_or_else(|| "latest".to_owned()),
        created: epoch.text().unwrap_or_default(),
        modified: epoch.seconds,
    }
}

/// What an earlier image left there goes: nothing would refer to it.
fn image_layout(folder: &Path, layout: &Layout) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    layout.files.iter().try_for_each(|(path, contents)| write(&folder.join(path), contents))
}

/// Writes a file that all may read, in folders that all may enter.
fn write(path: &Path, contents: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        folders(folder)?;
    }
    fs::write(path, contents)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o644))
}

fn folders(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.exists() {
        return Ok(());
    }
    folder.parent().map_or(Ok(()), folders)?;
    fs::create_dir(folder)?;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: &[u8] = br#"{"anyfn":1,"app":"shop","needs":[],"config":[],"functions":[
        {"name":"pack","trigger":{"type":"queue","queue":"parcels","fifo":false},"event":{}},
        {"name":"ship","trigger":{"type":"queue","queue":"orders","fifo":false},"event":{}}]}"#;

    fn app() -> App {
        let labels = BTreeMap::from([("org.opencontainers.image.licenses".into(), "MIT".into())]);
        let manifest = Manifest::from_json(SHOP).unwrap();
        App { name: "the-shop".to_owned(), manifest, labels, version: Some("1.0.0".to_owned()) }
    }

    /// Every file with its mode and contents.
    fn tree(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        let mut found = BTreeMap::new();
        let mut rest = vec![folder.to_owned()];
        while let Some(next) = rest.pop() {
            for entry in fs::read_dir(next).unwrap() {
                let path = entry.unwrap().path();
                let mode = path.metadata().unwrap().permissions().mode();
                let name = path.strip_prefix(folder).unwrap().to_owned();
                match path.is_dir() {
                    true => {
                        found.insert(name, (mode, Vec::new()));
                        rest.push(path);
                    }
                    false => drop(found.insert(name, (mode, fs::read(path).unwrap()))),
                }
            }
        }
        found
    }

    fn packed(out: &Path) -> Vec<Packed> {
        let epoch = Epoch::read(None).unwrap();
        let targets = [
            (Target::Aws, Arch::Arm64),
            (Target::Azure, Arch::X86),
            (Target::Container, Arch::Arm64),
        ];
        let one = |target| pack(out, &app(), target, b"code".repeat(99), epoch).unwrap();
        targets.map(one).into()
    }

    #[test]
    fn packing_twice_gives_the_same_names_modes_and_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("deep/er/other"));
        let first = packed(&one);
        let second = packed(&other);
        assert_eq!(tree(&one), tree(&other));
        for (first, second) in first.iter().zip(&second) {
            assert_eq!((&first.sha256, first.bytes), (&second.sha256, second.bytes));
        }
        let names: Vec<String> = tree(&one.join("the-shop"))
            .into_keys()
            .map(|path| path.display().to_string())
            .filter(|path| !path.contains('/'))
            .collect();
        let expected =
            ["Dockerfile", "aws-arm64.zip", "azure-x86_64.zip", "container-arm64", "manifest.json"];
        assert_eq!(names, expected);
        let modes: Vec<u32> = tree(&one).into_values().map(|(mode, _)| mode & 0o777).collect();
        assert!(modes.iter().all(|mode| [0o644, 0o755].contains(mode)), "{modes:?}");
    }

    #[test]
    fn what_is_told_of_a_package_is_what_lies_there() {
        let folder = tempfile::tempdir().unwrap();
        for packed in packed(folder.path()) {
            assert_eq!((packed.package.as_str(), packed.app.as_str()), ("the-shop", "shop"));
            if packed.target == Target::Container {
                let index = fs::read_to_string(packed.path.join("index.json")).unwrap();
                assert!(index.contains(&format!("sha256:{}", packed.sha256)), "{index}");
                let files = tree(&packed.path);
                let bytes: usize = files.values().map(|(_, contents)| contents.len()).sum();
                assert_eq!(packed.bytes, bytes as u64);
            } else {
                let zip = fs::read(&packed.path).unwrap();
                assert_eq!((packed.bytes, packed.sha256), (zip.len() as u64, sha256(&zip)));
            }
        }
    }

    #[test]
    fn an_earlier_image_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let epoch = Epoch::read(None).unwrap();
        let target = (Target::Container, Arch::X86);
        let pack = |code: &[u8]| pack(folder.path(), &app(), target, code.to_vec(), epoch).unwrap();
        pack(b"one");
        let blobs = pack(b"two").path.join("blobs/sha256");
        assert_eq!(fs::read_dir(blobs).unwrap().count(), 3);
    }
}
