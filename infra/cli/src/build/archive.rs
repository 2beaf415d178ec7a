//! Zips that are the same byte for byte wherever and whenever they are made.
//!
//! Deals with: the order, times and modes of entries. Does not deal with: what a cloud wants in them
//! (`zips`), nor with reading one (`dev`).

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

/// A file in a zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Relative, with slashes.
    pub(crate) path: String,
    /// Unix permissions, such as `0o755`.
    pub(crate) mode: u32,
    pub(crate) contents: Vec<u8>,
}

/// Each byte of a package is loaded over a network at a cold start; packing is done once.
const LEVEL: i64 = 9;

/// A zip of `entries`, sorted by path, all made by Unix on the first day that a zip knows.
///
/// # Errors
/// Two entries have one path, or one is too large for the format.
pub(crate) fn zip(mut entries: Vec<Entry>) -> Result<Vec<u8>, String> {
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for Entry { path, mode, contents } in entries {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(DateTime::DEFAULT)
            .system(System::Unix)
            .unix_permissions(mode);
        let fault = |why: String| format!("{path} does not go into a zip: {why}");
        zip.start_file(path.as_str(), options).map_err(|error| fault(error.to_string()))?;
        zip.write_all(&contents).map_err(|io| fault(io.to_string()))?;
    }
    Ok(zip.finish().map_err(|error| error.to_string())?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use zip::ZipArchive;

    fn entry(path: &str, mode: u32, contents: &str) -> Entry {
        Entry { path: path.to_owned(), mode, contents: contents.into() }
    }

    #[test]
    fn order_times_and_modes_do_not_depend_on_anything() {
        let (a, b) = (entry("b/x.json", 0o666, "{}"), entry("a", 0o777, &"code ".repeat(999)));
        let first = zip(vec![a.clone(), b.clone()]).unwrap();
        assert_eq!(first, zip(vec![b, a]).unwrap());
        let mut archive = ZipArchive::new(Cursor::new(&first)).unwrap();
        let mut seen = Vec::new();
        for index in 0..archive.len() {
            let mut file = archive.by_index(index).unwrap();
            let name = file.name().unwrap().into_owned();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            assert_eq!(file.last_modified(), Some(DateTime::DEFAULT));
            assert_eq!(
                (file.system(), file.extra_data()),
                (System::Unix, None),
                "no user's number"
            );
            seen.push((name, file.external_attributes() >> 16, text.len()));
        }
        assert_eq!(
            seen,
            [("a".to_owned(), 0o100_777, 4995), ("b/x.json".to_owned(), 0o100_666, 2)]
        );
    }

    #[test]
    fn one_path_is_not_written_twice() {
        let twice = zip(vec![entry("a", 0o644, "1"), entry("a", 0o644, "2")]);
        assert!(twice.unwrap_err().contains('a'));
    }
}
