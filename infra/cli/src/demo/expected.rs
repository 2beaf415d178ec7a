//! What the photographs must become.
//!
//! Deals with: the photographs beside `expected.json`, and holding thumbnails against it. Does not deal
//! with: making thumbnails, nor with computing their sizes as the function does.

use std::collections::BTreeMap;
use std::path::Path;

use super::jpeg;
use crate::fault::Fault;

/// Where the photographs are, below the workspace.
pub(crate) const PHOTOS: &str = "functions/image-processing/photos";
const TABLE: &str = "expected.json";
const RIGHT_TABLE: &str =
    r#"a right one holds each photograph's thumbnails: {"cat.jpg": [[128, 85], [512, 341]]}"#;
const ENDINGS: [&str; 5] = ["jpg", "jpeg", "png", "webp", "gif"];

/// A photograph and its thumbnails' widths and heights, narrowest first; none: it is not in the table.
#[derive(Debug)]
pub(crate) struct Photo {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) thumbnails: Vec<(u32, u32)>,
}

/// Every photograph in `folder`, by name. One that the table names and nobody finds is a fault.
pub(crate) fn photos(folder: &Path) -> Result<Vec<Photo>, Fault> {
    let fault = |name: &str, why: &dyn std::fmt::Display| {
        Fault::usage(format!("{}: {why}", folder.join(name).display()))
    };
    let of_table = |why: &dyn std::fmt::Display| fault(TABLE, &format!("{why}; {RIGHT_TABLE}"));
    let table = std::fs::read(folder.join(TABLE)).map_err(|io| of_table(&io))?;
    let mut table: BTreeMap<String, Vec<(u32, u32)>> =
        serde_json::from_slice(&table).map_err(|json| of_table(&json))?;
    let mut photos = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|io| fault("", &io))? {
        let path = entry.map_err(|io| fault("", &io))?.path();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)) {
            let bytes = std::fs::read(&path).map_err(|io| fault(name, &io))?;
            let thumbnails = table.remove(name).unwrap_or_default();
            photos.push(Photo { name: name.to_owned(), bytes, thumbnails });
        }
    }
    match table.keys().next() {
        Some(missing) => Err(fault(missing, &format!("{TABLE} names it, but it is not there"))),
        None => {
            photos.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(photos)
        }
    }
}

/// The widths, as a row shows them.
pub(crate) fn widths(photo: &Photo) -> String {
    if photo.thumbnails.is_empty() {
        return format!("an entry in {TABLE}");
    }
    photo.thumbnails.iter().map(|(width, _)| width.to_string()).collect::<Vec<_>>().join(" ")
}

/// One thumbnail as a row shows it: its width alone where all is as it must be, else what is wrong.
/// `key` ends in `/{width}.jpg`; a height may be a pixel off, since rounding is the function's own.
pub(crate) fn judged(photo: &Photo, key: &str, bytes: &[u8]) -> String {
    let file = key.rsplit('/').next().unwrap_or(key);
    let Some((width, height)) = jpeg::size(bytes) else { return format!("{file} is no JPEG") };
    let wanted = photo.thumbnails.iter().find(|(wanted, _)| file == format!("{wanted}.jpg"));
    match wanted {
        Some((w, h)) if *w == width && h.abs_diff(height) <= 1 => width.to_string(),
        _ => format!("{file} is {width}x{height}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(PHOTOS)
    }

    #[test]
    fn every_photograph_has_its_line_in_the_table() {
        let photos = photos(&own()).unwrap();
        assert!(photos.len() >= 7);
        for photo in photos {
            assert!(!photo.thumbnails.is_empty(), "{}", photo.name);
            assert!(photo.thumbnails.is_sorted(), "{}", photo.name);
        }
    }

    #[test]
    fn a_photograph_without_a_line_and_a_line_without_a_photograph_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path();
        std::fs::write(below.join("A.JPG"), "").unwrap();
        std::fs::write(below.join(TABLE), "{}").unwrap();
        let found = photos(below).unwrap();
        assert_eq!(widths(&found[0]), "an entry in expected.json");
        std::fs::write(below.join(TABLE), r#"{"b.jpg": [[128, 1]]}"#).unwrap();
        assert!(photos(below).unwrap_err().to_string().contains("b.jpg"));
    }

    #[test]
    fn a_table_that_is_missing_or_none_is_told_with_a_right_one() {
        let folder = tempfile::tempdir().unwrap();
        for table in [None, Some("[]")] {
            if let Some(table) = table {
                std::fs::write(folder.path().join(TABLE), table).unwrap();
            }
            let error = photos(folder.path()).unwrap_err().to_string();
            let right = r#"{"cat.jpg": [[128, 85], [512, 341]]}"#;
            assert!(error.contains("expected.json: ") && error.ends_with(right), "{error}");
        }
    }

    #[test]
    fn a_thumbnail_is_judged_by_its_own_header() {
        let rocket = photos(&own()).unwrap().into_iter().find(|p| p.name.starts_with("rocket"));
        let mut rocket = rocket.unwrap();
        assert_eq!(judged(&rocket, "a/128.jpg", b""), "128.jpg is no JPEG");
        let bytes = rocket.bytes.clone();
        assert_eq!(judged(&rocket, "a/512.jpg", &bytes), "512.jpg is 640x427");
        rocket.thumbnails = vec![(640, 428)];
        assert_eq!(judged(&rocket, "a/640.jpg", &bytes), "640");
        rocket.thumbnails = vec![(640, 429)];
        assert_eq!(judged(&rocket, "a/640.jpg", &bytes), "640.jpg is 640x427");
    }
}
