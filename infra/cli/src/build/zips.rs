//! The zips that the clouds take.
//!
//! Deals with: which files are in them, under which names and modes. Does not deal with: the format
//! (`archive`), nor with what `host.json` and `function.json` say (the crate `anyfn`).

use anyfn::host::azure;
use anyfn::manifest::Manifest;

use super::archive::{Entry, zip};

/// Lambda's name for the executable of a custom runtime.
pub(crate) const BOOTSTRAP: &str = "bootstrap";

/// A zip for Lambda: the executable, which whoever unpacks it may read and run.
///
/// # Errors
/// It does not go into a zip.
pub(crate) fn aws(executable: Vec<u8>) -> Result<Vec<u8>, String> {
    zip(vec![Entry { path: BOOTSTRAP.to_owned(), mode: 0o755, contents: executable }])
}

/// A zip for the Functions host, with the modes that Core Tools gives: all may write, since the host mounts
/// it read-only and runs as whom it likes; the executable alone may be run.
///
/// # Errors
/// What Azure cannot express, or what does not go into a zip.
pub(crate) fn azure(manifest: &Manifest, executable: Vec<u8>) -> Result<Vec<u8>, String> {
    let files = azure::files(manifest)?.into_iter();
    let mut entries: Vec<Entry> = files
        .map(|file| Entry { path: file.path, mode: 0o666, contents: file.contents.into_bytes() })
        .collect();
    let path = azure::EXECUTABLE.to_owned();
    entries.push(Entry { path, mode: 0o777, contents: executable });
    zip(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};
    use zip::ZipArchive;

    fn listed(zip: &[u8]) -> Vec<(String, u32)> {
        let mut archive = ZipArchive::new(Cursor::new(zip)).unwrap();
        let names = 0..archive.len();
        names
            .map(|index| {
                let file = archive.by_index(index).unwrap();
                (file.name().unwrap().into_owned(), file.unix_mode().unwrap())
            })
            .collect()
    }

    #[test]
    fn lambda_gets_a_bootstrap_and_nothing_else() {
        let zip = aws(b"code".to_vec()).unwrap();
        assert_eq!(listed(&zip), [(BOOTSTRAP.to_owned(), 0o100_755)]);
        assert_eq!(zip, aws(b"code".to_vec()).unwrap());
    }

    #[test]
    fn azure_gets_an_executable_under_the_very_name_in_host_json() {
        let json = br#"{"anyfn":1,"app":"shop","needs":[],"config":[],"functions":[{"name":"ship",
            "trigger":{"type":"queue","queue":"orders","fifo":false},"event":{}}]}"#;
        let manifest = Manifest::from_json(json).unwrap();
        let zip = azure(&manifest, b"code".to_vec()).unwrap();
        let mut archive = ZipArchive::new(Cursor::new(&zip)).unwrap();
        let mut host = String::new();
        archive.by_name("host.json").unwrap().read_to_string(&mut host).unwrap();
        let host: serde_json::Value = serde_json::from_str(&host).unwrap();
        let name = host["customHandler"]["description"]["defaultExecutablePath"].as_str().unwrap();
        let expected = [
            (name.to_owned(), 0o100_777),
            ("host.json".to_owned(), 0o100_666),
            ("ship/function.json".to_owned(), 0o100_666),
        ];
        assert_eq!(listed(&zip), expected);
        assert_eq!(zip, azure(&manifest, b"code".to_vec()).unwrap());
    }
}
