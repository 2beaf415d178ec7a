//! What must not land: unfinished code and switched-off tests.
//!
//! Deals with: `todo!`, `unimplemented!`, `dbg!` and `#[ignore]`, in tests too.
//! Does not deal with: panics and prints (clippy).

use super::{
    Finding,
    source::{Source, line_of, words},
};

/// Each word with what must follow it, and what to do about it.
const MARKS: [(&str, &str, &str); 4] = [
    ("todo", "!", "finish it, or refuse the call with an error that says so"),
    ("unimplemented", "!", "finish it, or refuse the call with an error that says so"),
    ("dbg", "!", "remove it"),
    ("ignore", "", "make the test pass, or remove it"),
];

/// Marks of unfinished work.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let code = &source.code;
    let mut found = Vec::new();
    for (word, behind, advice) in MARKS {
        for at in words(code, word) {
            let macro_call = !behind.is_empty() && code[at + word.len()..].starts_with(behind);
            let attribute = behind.is_empty() && code[..at].ends_with("#[");
            if macro_call || attribute {
                let what = format!("`{word}{behind}` must not land; {advice}");
                found.push(Finding::new(&source.path, line_of(code, at), what));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unfinished_work_is_found() {
        for planted in
            ["todo!()", "unimplemented!(\"x\")", "dbg!(1)", "#[ignore = \"slow\"]\nfn a() {}"]
        {
            assert_eq!(check(&Source::new("a.rs", planted)).len(), 1, "{planted}");
        }
    }

    #[test]
    fn words_in_comments_strings_and_names_are_not() {
        assert_eq!(
            check(&Source::new("a.rs", "// todo!\nlet ignore = \"dbg!\"; todo(ignore);")),
            []
        );
    }
}
