//! Every file opens with what it deals with and what it does not.
//!
//! Deals with: the `//!` lines at the top of a file.
//! Does not deal with: docstrings of items (rustc's `missing_docs`).

use super::{Finding, source::Source};

/// A file as short as this says all in its first sentence.
const SHORT: usize = 20;

/// A missing or incomplete header.
pub(crate) fn check(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().map_while(|line| line.strip_prefix("//!"));
    // A sentence may run over the end of a line.
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    let header = words.join(" ").to_lowercase();
    if header.is_empty() {
        let what = "no header; open the file with `//! ` and one sentence about what it is";
        return Some(Finding::new(&source.path, 1, what));
    }
    let missing =
        ["deals with", "does not deal with"].into_iter().find(|part| !header.contains(part))?;
    let what = || {
        format!(
            "the header does not say what the file {missing}; add `//! {}{}: …`",
            missing[..1].to_uppercase(),
            &missing[1..]
        )
    };
    (source.code_lines().0 > SHORT).then(|| Finding::new(&source.path, 1, what()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_header_is_found() {
        assert!(check(&Source::new("a.rs", "fn a() {}\n//! late")).is_some());
        assert!(check(&Source::new("a.rs", "//!\nfn a() {}")).is_some());
        assert_eq!(check(&Source::new("a.rs", "//! Entry point.\nfn main() {}")), None);
    }

    #[test]
    fn a_file_of_some_length_says_both_halves() {
        let code = "\nlet a = 1;".repeat(SHORT + 1);
        let one = format!("//! A clock.\n//! Deals with: now.{code}");
        assert!(
            check(&Source::new("a.rs", &one))
                .is_some_and(|found| found.what.contains("Does not deal with"))
        );
        let both =
            format!("//! A clock.\n//! Deals with: now. Does not\n//! deal with: zones.{code}");
        assert_eq!(check(&Source::new("a.rs", &both)), None);
    }
}
