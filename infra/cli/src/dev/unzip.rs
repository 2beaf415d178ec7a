//! What is in a zip that a cloud would unpack.
//!
//! Deals with: refusing what would leave its folder, modes, size. Does not deal with: what the files are for
//! (`packed`). No bytes make reading them panic.

use std::fs;
use std::io::{self, Cursor, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;

/// Bytes of all files together: Lambda's limit for an unpacked package.
const LARGEST: u64 = 250 * 1024 * 1024;
/// The bits of a mode that tell what kind of file it is, and the only kinds that are taken.
const KIND: u32 = 0o170_000;
const KINDS: [u32; 3] = [0, 0o100_000, 0o040_000];

/// A file of a zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Relative, within the folder.
    pub(super) path: PathBuf,
    /// Unix permissions.
    pub(super) mode: u32,
    pub(super) contents: Vec<u8>,
}

/// The files of a zip, without folders.
///
/// # Errors
/// It is none, it is damaged, or it has an entry that no package has: named, with what is wrong with it.
pub(super) fn files(zip: &[u8]) -> Result<Vec<File>, String> {
    let broken = |error: zip::result::ZipError| format!("it is no zip that can be read: {error}");
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(broken)?;
    if archive.has_duplicate_names() {
        return Err("two of its entries have one name".to_owned());
    }
    let mut files = Vec::new();
    let mut left = LARGEST;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(broken)?;
        let name = entry.name().map_err(broken)?.into_owned();
        let path = within(&name).ok_or_else(|| {
            format!("its entry `{name}` would leave the folder; a right one: receive/function.json")
        })?;
        let mode = entry.unix_mode().unwrap_or(0o644);
        if !KINDS.contains(&(mode & KIND)) {
            return Err(format!(
                "its entry `{name}` is a link or a device; a package has files only"
            ));
        }
        if entry.is_dir() {
            continue;
        }
        let mut contents = Vec::new();
        let read = entry.by_ref().take(left.saturating_add(1)).read_to_end(&mut contents);
        let read = read.map_err(|io| format!("its entry `{name}` cannot be unpacked: {io}"))?;
        left =
            u64::try_from(read).ok().and_then(|read| left.checked_sub(read)).ok_or_else(|| {
                format!(
                    "it unpacks to more than {} MB, which Lambda refuses",
                    LARGEST / 1024 / 1024
                )
            })?;
        files.push(File { path, mode: mode & 0o777, contents });
    }
    Ok(files)
}

/// The path that `name` means, if it stays where it is unpacked.
fn within(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    let odd = name.is_empty() || name.contains(['\\', '\0']) || name.starts_with('/');
    (plain && !odd).then(|| path.to_owned())
}

/// Writes `files` into `folder`. Nobody but the owner may write them: what the zip says of others matters to
/// a cloud, not here.
///
/// # Errors
/// The system's.
pub(super) fn write(files: &[File], folder: &Path) -> io::Result<()> {
    for File { path, mode, contents } in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(&path, contents)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode & 0o755))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zip(entries: &[(&str, u32)]) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, mode) in entries {
            let options = SimpleFileOptions::default().unix_permissions(*mode);
            zip.start_file(*name, options).unwrap();
            zip.write_all(name.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn files_come_out_with_their_modes() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_directory("receive", SimpleFileOptions::default()).unwrap();
        let folder = writer.finish().unwrap().into_inner();
        assert_eq!(files(&folder).unwrap(), []);
        let found = files(&zip(&[("handler", 0o777), ("receive/function.json", 0o666)])).unwrap();
        let folder = tempfile::tempdir().unwrap();
        write(&found, folder.path()).unwrap();
        for (path, mode) in [("handler", 0o755), ("receive/function.json", 0o644)] {
            let path = folder.path().join(path);
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, mode);
        }
        let text = fs::read_to_string(folder.path().join("receive/function.json")).unwrap();
        assert_eq!(text, "receive/function.json");
    }

    #[test]
    fn what_would_leave_the_folder_is_refused_by_name() {
        for bad in ["/etc/passwd", "../up", "a/../../up", "a/../b", "..", "a\\..\\b"] {
            let fault = files(&zip(&[("fine", 0o644), (bad, 0o644)])).unwrap_err();
            assert!(fault.contains(bad) && fault.contains("a right one"), "{bad}: {fault}");
        }
    }

    #[test]
    fn a_link_is_refused() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink("bootstrap", "/bin/sh", SimpleFileOptions::default()).unwrap();
        let fault = files(&writer.finish().unwrap().into_inner()).unwrap_err();
        assert!(fault.contains("`bootstrap` is a link"), "{fault}");
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_before_it_fills_the_memory() {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let zeros = vec![0; 1024 * 1024];
        for name in ["a", "b"] {
            writer
                .start_file(name, SimpleFileOptions::default().compression_level(Some(1)))
                .unwrap();
            for _ in 0..126 {
                writer.write_all(&zeros).unwrap();
            }
        }
        let fault = files(&writer.finish().unwrap().into_inner()).unwrap_err();
        assert!(fault.contains("more than 250 MB"), "{fault}");
    }

    proptest! {
        #[test]
        fn a_name_that_passes_stays_within(name in "[./a\\\\]{0,12}") {
            if let Some(path) = within(&name) {
                let mut depth = 0;
                for part in path.components() {
                    prop_assert!(matches!(part, Component::Normal(_)));
                    depth += 1;
                }
                prop_assert!(depth > 0 && path.is_relative());
            }
        }

        #[test]
        fn no_bytes_make_reading_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..300),
            places in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..5),
        ) {
            let _ = files(&bytes);
            let mut zip = zip(&[("host.json", 0o666), ("a/function.json", 0o666)]);
            for (place, byte) in places {
                let at = place.index(zip.len());
                zip[at] = byte;
            }
            if let Ok(files) = files(&zip) {
                for file in files {
                    prop_assert!(within(&file.path.to_string_lossy()).is_some());
                }
            }
        }
    }
}
