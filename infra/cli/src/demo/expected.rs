//! What the photographs must become.
//!
//! Deals with: the photographs beside `expected.json`, and holding thumbnails against it. Does not deal
//! with: making thumbnails, nor with computing their sizes as the function does.

use std::collections::BTreeMap;
use std::path::Path;

use super::header;
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

/// The setting that asks for both formats of thumbnails, and the endings of their names.
pub(crate) const FORMATS: (&str, &str) = ("IMAGE_FORMATS", "jpeg,webp");
const ENDINGS_MADE: [&str; 2] = ["jpg", "webp"];

/// The names of a photograph's thumbnails behind its own.
pub(crate) fn names(photo: &Photo) -> Vec<String> {
    let of_width = |(width, _): &(u32, u32)| ENDINGS_MADE.map(|ending| format!("{width}.{ending}"));
    photo.thumbnails.iter().flat_map(of_width).collect()
}

/// The photograph that is clear in places: its WebPs must be, too. Of others nothing is said.
const CLEAR: &str = "coffee-alpha.png";

/// What a row shows where all thumbnails are as they must be: the widths, that each is a WebP too, and
/// that the WebPs of [`CLEAR`] have alpha.
pub(crate) fn widths(photo: &Photo) -> String {
    if photo.thumbnails.is_empty() {
        return format!("an entry in {TABLE}");
    }
    let widths = photo.thumbnails.iter().map(|(width, _)| width.to_string()).collect();
    shown(widths, photo.thumbnails.len(), photo.name == CLEAR)
}

/// Thumbnails as a row shows them: the keys, narrowest first, with what lies there.
pub(crate) fn judged<'a>(
    photo: &Photo,
    files: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> String {
    let (mut words, mut webps, mut alpha) = (Vec::new(), 0, photo.name == CLEAR);
    for (key, bytes) in files {
        match judged_alone(photo, key, bytes) {
            Ok((_, Some(clear))) => {
                webps += 1;
                alpha &= clear;
            }
            Ok((width, None)) => words.push(width.to_string()),
            Err(wrong) => words.push(wrong),
        }
    }
    shown(words, webps, alpha)
}

fn shown(mut words: Vec<String>, webps: usize, alpha: bool) -> String {
    let all = webps == words.len();
    words.push(if all { "+webp".to_owned() } else { format!("{webps} webp") });
    words.extend(alpha.then(|| "alpha".to_owned()));
    words.join(" ")
}

/// Its width, and of a WebP whether it is clear in places; else what is wrong. `key` ends in
/// `/{width}.jpg` or `/{width}.webp`; a height may be a pixel off, since rounding is the function's own.
fn judged_alone(photo: &Photo, key: &str, bytes: &[u8]) -> Result<(u32, Option<bool>), String> {
    let file = key.rsplit('/').next().unwrap_or(key);
    let (stem, found) = match file.rsplit_once('.') {
        Some((stem, "jpg")) => (stem, header::jpeg(bytes).map(|size| (size, None))),
        Some((stem, "webp")) => {
            (stem, header::webp(bytes).map(|(size, clear)| (size, Some(clear))))
        }
        _ => (file, None),
    };
    let Some(((width, height), clear)) = found else { return Err(format!("{file} is none")) };
    let wanted = photo.thumbnails.iter().find(|(wanted, _)| stem == wanted.to_string());
    match wanted {
        Some((w, h)) if *w == width && h.abs_diff(height) <= 1 => Ok((width, clear)),
        _ => Err(format!("{file} is {width}x{height}")),
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
        let bytes = rocket.bytes.clone();
        let one = |rocket: &Photo, key| judged(rocket, [(key, &bytes[..])].into_iter());
        assert_eq!(
            judged(&rocket, [("a/128.jpg", &b""[..])].into_iter()),
            "128.jpg is none 0 webp"
        );
        assert_eq!(one(&rocket, "a/128.webp"), "128.webp is none 0 webp");
        assert_eq!(one(&rocket, "a/512.jpg"), "512.jpg is 640x427 0 webp");
        rocket.thumbnails = vec![(640, 428)];
        assert_eq!(one(&rocket, "a/640.jpg"), "640 0 webp");
        rocket.thumbnails = vec![(640, 429)];
        assert_eq!(one(&rocket, "a/640.jpg"), "640.jpg is 640x427 0 webp");
    }

    #[test]
    fn a_webp_beside_each_jpeg_makes_the_row_right() {
        let mut hubble =
            photos(&own()).unwrap().into_iter().find(|p| p.name == "hubble.webp").unwrap();
        let webp = hubble.bytes.clone();
        let jpeg = std::fs::read(own().join("rocket-progressive.jpg")).unwrap();
        hubble.thumbnails = vec![(640, 427), (1000, 872)];
        assert_eq!(names(&hubble), ["640.jpg", "640.webp", "1000.jpg", "1000.webp"]);
        let found = [("a/640.jpg", &jpeg[..]), ("a/1000.webp", &webp)];
        assert_eq!(judged(&hubble, found.into_iter()), "640 +webp");
        hubble.thumbnails = vec![(640, 427)];
        assert_eq!(judged(&hubble, found.into_iter()), "640 1000.webp is 1000x872 0 webp");
        assert_eq!(widths(&hubble), "640 +webp");
        hubble.name = CLEAR.to_owned();
        assert_eq!(widths(&hubble), "640 +webp alpha");
        hubble.thumbnails = vec![(640, 427), (1000, 872)];
        assert_eq!(judged(&hubble, found.into_iter()), "640 +webp");
    }
}
