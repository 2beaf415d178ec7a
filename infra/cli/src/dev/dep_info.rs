//! The files that went into an executable, as cargo lists them beside it.
//!
//! Deals with: the format of make, as far as cargo writes it. Does not deal with: files of other people's
//! crates, which cargo leaves out.

use std::path::{Path, PathBuf};

/// The sources of `executable`; none where there is no list.
pub(super) fn of(executable: &Path) -> Vec<PathBuf> {
    std::fs::read_to_string(executable.with_extension("d"))
        .map_or_else(|_| Vec::new(), |d| parse(&d))
}

/// What stands behind the first colon of each line. A space in a name is written `\ `.
fn parse(text: &str) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for line in text.lines() {
        let Some((_, list)) = line.split_once(": ") else { continue };
        let mut name = String::new();
        let mut chars = list.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if chars.peek() == Some(&' ') => name.extend(chars.next()),
                ' ' => paths.push(PathBuf::from(std::mem::take(&mut name))),
                other => name.push(other),
            }
        }
        paths.push(PathBuf::from(name));
    }
    paths.retain(|path| path.is_absolute());
    paths
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_with_spaces_are_whole() {
        let text = "/t/debug/shop: /w/a\\ b/main.rs /w/lib.rs  /w/c\\d.txt\n\n# comment\n";
        let expected = ["/w/a b/main.rs", "/w/lib.rs", "/w/c\\d.txt"].map(PathBuf::from);
        assert_eq!(parse(text), expected);
        assert_eq!(of(Path::new("/nowhere/shop")), [] as [PathBuf; 0]);
    }

    proptest! {
        #[test]
        fn no_list_makes_reading_panic(text in any::<String>()) {
            let _ = parse(&text);
        }
    }
}
