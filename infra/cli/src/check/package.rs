//! The zips that are deployed, against the code.
//!
//! Deals with: Lambda's `bootstrap`, the Functions host's `host.json`, folders and executable, hashes, the
//! processor of the executable. Does not deal with: making zips (`build/`), nor with which zip a plan
//! deploys.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use anyfn::host::azure;
use anyfn::manifest::Manifest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use super::finding::Found;
use crate::fault::Fault;

/// More of a file than any `function.json` or ELF header has.
const HEAD: u64 = 256 * 1024;

/// Lambda's name for the executable of a custom runtime.
const BOOTSTRAP: &str = "bootstrap";

/// A zip.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) path: PathBuf,
    sha256: [u8; 32],
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    mode: Option<u32>,
    /// Its beginning.
    head: Vec<u8>,
}

impl Package {
    /// Reads a zip that `anyfn build` wrote.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let fault = |why: String| {
            Fault::usage(format!(
                "the package {}: {why}; a right one: dist/NAME/aws-arm64.zip, by anyfn build -p NAME --target aws",
                path.display()
            ))
        };
        let bytes = std::fs::read(path).map_err(|io| fault(io.to_string()))?;
        Self::read(path, &bytes).map_err(fault)
    }

    fn read(path: &Path, bytes: &[u8]) -> Result<Self, String> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| error.to_string())?;
        let mut entries = BTreeMap::new();
        for index in 0..archive.len() {
            let file = archive.by_index(index).map_err(|error| error.to_string())?;
            let name = file.name().map_err(|error| error.to_string())?.into_owned();
            let mode = file.unix_mode();
            let mut head = Vec::new();
            file.take(HEAD).read_to_end(&mut head).map_err(|io| format!("{name}: {io}"))?;
            entries.insert(name, Entry { mode, head });
        }
        Ok(Self { path: path.to_owned(), sha256: Sha256::digest(bytes).into(), entries })
    }

    pub(super) fn is_aws(&self) -> bool {
        self.entries.contains_key(BOOTSTRAP)
    }

    /// As Terraform's `filebase64sha256`.
    pub(super) fn sha256_base64(&self) -> String {
        STANDARD.encode(self.sha256)
    }

    /// As Terraform's `filesha256`.
    pub(super) fn sha256_hex(&self) -> String {
        hex::encode(self.sha256)
    }

    /// Lambda's name of the processor that the executable is for; `None` where it is no ELF file of either.
    pub(super) fn architecture(&self) -> Option<&'static str> {
        let name = if self.is_aws() { BOOTSTRAP } else { azure::EXECUTABLE };
        let head = &self.entries.get(name)?.head;
        // ELF, 64 bit, little endian; `e_machine` is at 18.
        match (head.get(..6)?, head.get(18..20)?) {
            (b"\x7fELF\x02\x01", [0x3e, 0]) => Some("x86_64"),
            (b"\x7fELF\x02\x01", [0xb7, 0]) => Some("arm64"),
            _ => None,
        }
    }

    /// What is in it against the code.
    pub(super) fn compare(&self, manifest: &Manifest, found: &mut Found) {
        let name = if self.is_aws() { BOOTSTRAP } else { azure::EXECUTABLE };
        self.executable(name, found);
        if self.is_aws() {
            return;
        }
        if let Some(built) = self.architecture()
            && !found.holds(built == "x86_64")
        {
            found.drift(
                self.place(name),
                format!("the executable is for {built}, and Azure Functions runs x86_64 only"),
            );
        }
        let files = match azure::files(manifest) {
            Ok(files) => files,
            Err(why) => return found.drift(self.path.display().to_string(), why),
        };
        for file in &files {
            match self.entries.get(&file.path) {
                None => found.drift(self.place(&file.path), "the code has this file, the package has not; build it again: anyfn build --target azure"),
                Some(entry) if !found.holds(entry.head == file.contents.as_bytes()) => {
                    found.drift(self.place(&file.path), "it says something else than the code; build it again: anyfn build --target azure");
                }
                Some(_) => {}
            }
        }
        let extra = self.entries.keys().filter(|path| path.ends_with("/function.json"));
        for path in extra.filter(|path| !files.iter().any(|file| file.path == **path)) {
            found.drift(
                self.place(path),
                "the code has no such function; build it again: anyfn build --target azure",
            );
        }
    }

    fn executable(&self, name: &str, found: &mut Found) {
        match self.entries.get(name) {
            None => found.drift(self.place(name), format!("the executable is missing: the zip is neither Lambda's (`{BOOTSTRAP}`) nor Azure's (`host.json` and `{}`)", azure::EXECUTABLE)),
            Some(entry) => {
                if !found.holds(entry.mode.is_some_and(|mode| mode & 0o111 != 0)) {
                    found.drift(self.place(name), "its mode does not let anyone run it; a right one: 0755");
                }
            }
        }
    }

    fn place(&self, inside: &str) -> String {
        format!("{} {inside}", self.path.display())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::Write;

    use proptest::prelude::{any, proptest};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    /// A package of `files`: path, mode, contents.
    pub(in crate::check) fn package(name: &str, files: &[(&str, u32, &[u8])]) -> Package {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, mode, contents) in files {
            let options = SimpleFileOptions::default().unix_permissions(*mode);
            zip.start_file(*path, options).unwrap();
            zip.write_all(contents).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        Package::read(Path::new(name), &bytes).unwrap()
    }

    /// An ELF header for a machine.
    pub(in crate::check) fn elf(machine: u8) -> Vec<u8> {
        let mut head = b"\x7fELF\x02\x01".to_vec();
        head.resize(18, 0);
        head.extend([machine, 0]);
        head
    }

    fn says(package: &Package, manifest: &Manifest) -> Vec<String> {
        let mut found = Found::default();
        package.compare(manifest, &mut found);
        found.faults.iter().map(|(_, said)| format!("{}: {}", said.place, said.says)).collect()
    }

    #[test]
    fn a_package_that_is_as_the_code_passes_and_every_change_is_named() {
        let manifest = crate::check::tests::webhook();
        let files = azure::files(&manifest).unwrap();
        let handler = elf(0x3e);
        let mut parts: Vec<(&str, u32, &[u8])> = files
            .iter()
            .map(|file| (file.path.as_str(), 0o666, file.contents.as_bytes()))
            .collect();
        parts.push(("handler", 0o777, &handler));
        assert_eq!(says(&package("a.zip", &parts), &manifest), Vec::<String>::new());

        let arm = elf(0xb7);
        let mut changed = parts.clone();
        changed[0].2 = b"{}";
        changed.remove(1);
        changed.pop();
        changed.push(("handler", 0o666, &arm));
        changed.push(("other/function.json", 0o666, b"{}"));
        let said = says(&package("a.zip", &changed), &manifest).join("\n");
        for part in [
            "a.zip host.json: it says something else",
            "archive/function.json: the code has this file",
            "other/function.json: the code has no such function",
            "handler: its mode",
            "for arm64",
        ] {
            assert!(said.contains(part), "{part} is not in\n{said}");
        }
        let aws = package("b.zip", &[("bootstrap", 0o755, &arm)]);
        assert_eq!((aws.is_aws(), aws.architecture()), (true, Some("arm64")));
        assert!(says(&aws, &manifest).is_empty());
        let neither = says(&package("c.zip", &[("x", 0o644, b"")]), &manifest).join("\n");
        assert!(neither.contains("the executable is missing"), "{neither}");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = Package::read(Path::new("x"), &bytes);
        }
    }
}
