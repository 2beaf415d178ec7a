//! An OCI image layout, made without Docker.
//!
//! Deals with: the layer, the configuration, the manifest, their digests. Does not deal with: writing
//! them to the disk (`packing`), certificates (`certificates`).
//!
//! <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>. The health check is Docker's
//! addition to the configuration, which Docker reads and Kubernetes and Podman do not.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use oci_spec::image::{
    Arch as OciArch, ConfigBuilder, Descriptor, DescriptorBuilder, HistoryBuilder,
    ImageConfigurationBuilder, ImageIndexBuilder, ImageManifestBuilder, MediaType,
    OciLayoutBuilder, Os, PlatformBuilder, RootFsBuilder, SCHEMA_VERSION, Sha256Digest,
};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

use super::certificates;
use super::target::Arch;

/// The executable in the image.
pub(crate) const EXECUTABLE: &str = "app";
/// Neither root nor anyone whom a machine knows; a number, since there is no list of names in the image.
pub(crate) const USER: &str = "65532:65532";
/// Where TLS libraries look that have no roots of their own.
const CERTIFICATES: &str = "etc/ssl/certs/ca-certificates.crt";
/// What the process finds set: that it is a container, wherever that runs.
pub(crate) const ENVIRONMENT: [&str; 2] =
    ["ANYFN_HOST=container", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"];
/// The default of `PORT`.
pub(crate) const PORT: u16 = 8080;
/// The gzip header's number for no system in particular.
const NO_SYSTEM: u8 = 255;
const NANOSECONDS: u64 = 1_000_000_000;

/// What is put into an image.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) executable: Vec<u8>,
    pub(crate) arch: Arch,
    /// By name.
    pub(crate) labels: BTreeMap<String, String>,
    /// What the image is called within its layout.
    pub(crate) tag: String,
    /// RFC 3339, UTC.
    pub(crate) created: String,
    /// Of every file, in seconds since 1970.
    pub(crate) modified: u64,
}

/// A layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// By path within its folder.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// SHA-256 of the image's manifest: what a registry and `docker run IMAGE@sha256:…` know it by.
    pub(crate) digest: String,
    /// The path of the layer, a gzipped tar.
    pub(crate) layer: String,
}

/// Lays out `image`: the same bytes for the same image.
///
/// # Errors
/// A part that the formats do not take.
pub(crate) fn layout(image: &Image) -> Result<Layout, String> {
    let mut files = BTreeMap::new();
    let tar = layer(image).map_err(|io| format!("the image's layer: {io}"))?;
    let packed = gzip(&tar).map_err(|io| format!("the image's layer: {io}"))?;
    let layer = blob(&mut files, MediaType::ImageLayerGzip, packed)?;
    let layer_path = path(&layer);
    let config = blob(&mut files, MediaType::ImageConfig, config(image, &sha256(&tar))?)?;
    let manifest = ImageManifestBuilder::default()
        .schema_version(SCHEMA_VERSION)
        .media_type(MediaType::ImageManifest)
        .config(config)
        .layers(vec![layer])
        .build()
        .map_err(text)?;
    let mut manifest = blob(&mut files, MediaType::ImageManifest, sorted(&manifest)?)?;
    let digest = manifest.digest().digest().to_owned();
    let platform = PlatformBuilder::default().os(Os::Linux).architecture(architecture(image.arch));
    manifest.set_platform(Some(platform.build().map_err(text)?));
    let name = ("org.opencontainers.image.ref.name".to_owned(), image.tag.clone());
    manifest.set_annotations(Some(HashMap::from([name])));
    let index = ImageIndexBuilder::default()
        .schema_version(SCHEMA_VERSION)
        .media_type(MediaType::ImageIndex)
        .manifests(vec![manifest])
        .build()
        .map_err(text)?;
    files.insert("index.json".to_owned(), sorted(&index)?);
    let version = OciLayoutBuilder::default().image_layout_version("1.0.0").build();
    files.insert("oci-layout".to_owned(), sorted(&version.map_err(text)?)?);
    Ok(Layout { files, digest, layer: layer_path })
}

/// The words of the health check: the executable asks the one that runs beside it.
pub(crate) fn health() -> [String; 2] {
    [format!("/{EXECUTABLE}"), "health".to_owned()]
}

fn config(image: &Image, layer: &str) -> Result<Vec<u8>, String> {
    let labels: HashMap<_, _> = image.labels.clone().into_iter().collect();
    let config = ConfigBuilder::default()
        .user(USER)
        .entrypoint(vec![format!("/{EXECUTABLE}")])
        .env(ENVIRONMENT.map(str::to_owned))
        .exposed_ports(vec![format!("{PORT}/tcp")])
        .working_dir("/")
        .stop_signal("SIGTERM")
        .labels(labels);
    let rootfs = RootFsBuilder::default().typ("layers").diff_ids(vec![format!("sha256:{layer}")]);
    let history = HistoryBuilder::default().created(&*image.created).created_by("anyfn build");
    let config = ImageConfigurationBuilder::default()
        .created(&*image.created)
        .architecture(architecture(image.arch))
        .os(Os::Linux)
        .config(config.build().map_err(text)?)
        .rootfs(rootfs.build().map_err(text)?)
        .history(vec![history.build().map_err(text)?])
        .build()
        .map_err(text)?;
    let mut config = serde_json::to_value(config).map_err(text)?;
    let [program, word] = health();
    if let Some(run) = config.get_mut("config").and_then(|config| config.as_object_mut()) {
        let check = json!({
            "Test": ["CMD", program, word], "Interval": 30 * NANOSECONDS,
            "Timeout": 10 * NANOSECONDS, "StartPeriod": 10 * NANOSECONDS, "Retries": 3,
        });
        run.insert("Healthcheck".to_owned(), check);
    }
    sorted(&config)
}

/// Everything belongs to root and is nobody's to write.
fn layer(image: &Image) -> io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut put = |path: &str, kind, mode, contents: &[u8]| {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(image.modified);
        header.set_size(contents.len().try_into().map_err(io::Error::other)?);
        tar.append_data(&mut header, path, contents)
    };
    put(EXECUTABLE, EntryType::Regular, 0o755, &image.executable)?;
    for folder in ["etc/", "etc/ssl/", "etc/ssl/certs/"] {
        put(folder, EntryType::Directory, 0o755, b"")?;
    }
    put(CERTIFICATES, EntryType::Regular, 0o644, certificates::pem().as_bytes())?;
    tar.into_inner()
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let header = GzBuilder::new().mtime(0).operating_system(NO_SYSTEM);
    let mut gzip = header.write(Vec::new(), Compression::best());
    gzip.write_all(bytes)?;
    gzip.finish()
}

/// Adds a blob and describes it.
fn blob(
    files: &mut BTreeMap<String, Vec<u8>>,
    kind: MediaType,
    contents: Vec<u8>,
) -> Result<Descriptor, String> {
    let digest: Sha256Digest = sha256(&contents).parse().map_err(text)?;
    let size = u64::try_from(contents.len()).map_err(text)?;
    let described = DescriptorBuilder::default()
        .media_type(kind)
        .digest(digest)
        .size(size)
        .build()
        .map_err(text)?;
    files.insert(path(&described), contents);
    Ok(described)
}

fn path(blob: &Descriptor) -> String {
    format!("blobs/sha256/{}", blob.digest().digest())
}

/// JSON with its keys in order: the library keeps labels in maps that have none.
fn sorted(value: &impl Serialize) -> Result<Vec<u8>, String> {
    serde_json::to_value(value).and_then(|value| serde_json::to_vec(&value)).map_err(text)
}

fn architecture(arch: Arch) -> OciArch {
    match arch {
        Arch::Arm64 => OciArch::ARM64,
        Arch::X86 => OciArch::Amd64,
    }
}

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
fn text(fault: impl ToString) -> String {
    fault.to_string()
}

#[cfg(test)]
#[path = "image/tests.rs"]
mod tests;
