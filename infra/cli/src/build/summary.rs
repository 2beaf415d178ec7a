//! What `anyfn build` made.
//!
//! Deals with: a line a package, for a person and for a program. Does not deal with: printing it.

use std::fmt::Write;
use std::path::Path;

use super::packing::Packed;

const MEGABYTE: f64 = 1_000_000.0;

/// A table: path as seen from `here`, size, SHA-256.
pub(crate) fn text(packed: &[Packed], here: &Path) -> String {
    let paths: Vec<String> = packed
        .iter()
        .map(|one| one.path.strip_prefix(here).unwrap_or(&one.path).display().to_string())
        .collect();
    let width = paths.iter().map(String::len).max().unwrap_or(0);
    let mut text = String::new();
    for (path, one) in paths.iter().zip(packed) {
        #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
        let size = one.bytes as f64 / MEGABYTE;
        let _ = writeln!(text, "{path:<width$}  {size:>6.2} MB  sha256:{}", one.sha256);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::target::{Arch, Target};
    use super::*;

    #[test]
    fn a_line_tells_where_how_large_and_which() {
        let packed = |path: &str, bytes| Packed {
            package: "shop".to_owned(),
            app: "shop".to_owned(),
            target: Target::Aws,
            arch: Arch::Arm64,
            path: path.into(),
            bytes,
            sha256: "0123".to_owned(),
        };
        let all = [packed("/w/dist/shop/aws-arm64.zip", 2_345_678), packed("/o/a.zip", 999)];
        let expected = "\
            dist/shop/aws-arm64.zip    2.35 MB  sha256:0123\n\
            /o/a.zip                   0.00 MB  sha256:0123\n";
        assert_eq!(text(&all, Path::new("/w")), expected);
        let json = serde_json::to_value(&all[0]).unwrap();
        assert_eq!((&json["target"], &json["arch"]), (&"aws".into(), &"arm64".into()));
    }
}
