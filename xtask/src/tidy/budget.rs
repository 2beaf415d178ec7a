//! File budgets: a reader holds one file in the head at a time.
//!
//! Deals with: the longest file, with and without its tests, and the median of all files.
//! Does not deal with: the length of functions.

use super::{Finding, source::Source};

const CODE: usize = 300;
const WITH_TESTS: usize = 450;
const MEDIAN: usize = 120;

/// A file that is too long by itself.
pub(crate) fn file(source: &Source) -> Vec<Finding> {
    let (code, all) = source.code_lines();
    let mut found = Vec::new();
    if code > CODE {
        let what = format!(
            "{code} lines of code, at most {CODE}; give its second concept a file of its own"
        );
        found.push(Finding::new(&source.path, 1, what));
    }
    if all > WITH_TESTS {
        let what = format!(
            "{all} lines with its tests, at most {WITH_TESTS}; move a group of tests or a concept to its own file"
        );
        found.push(Finding::new(&source.path, 1, what));
    }
    found
}

/// The median over all files.
pub(crate) fn median(sources: &[Source]) -> Option<Finding> {
    let size = |source: &Source| match source.code_lines() {
        (0, tests) => tests,
        (code, _) => code,
    };
    let mut sizes: Vec<usize> = sources.iter().map(size).collect();
    sizes.sort_unstable();
    let median = *sizes.get(sizes.len() / 2)?;
    let what = || {
        format!(
            "the median file has {median} lines of code, it must stay under {MEDIAN}; split the files that grew last"
        )
    };
    (median >= MEDIAN).then(|| Finding::new(".", 1, what()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_its_budget_is_found() {
        let long = "let a = 1;\n".repeat(CODE + 1);
        assert_eq!(file(&Source::new("a.rs", &long)).len(), 1);
        assert_eq!(file(&Source::new("a.rs", &long.replacen("let a = 1;", "// why", 1))), []);
        assert_eq!(file(&Source::new("a/tests.rs", &long)), []);
        assert_eq!(file(&Source::new("a/tests.rs", &long.repeat(2))).len(), 1);
    }

    #[test]
    fn a_median_over_its_budget_is_found() {
        let files = |lines: usize| {
            ["a.rs", "b.rs", "c.rs"].map(|path| Source::new(path, &"x;\n".repeat(lines)))
        };
        assert_eq!(median(&files(MEDIAN - 1)), None);
        assert!(median(&files(MEDIAN)).is_some());
    }
}
