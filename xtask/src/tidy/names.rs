//! Names that say nothing: where anything may go in, nothing is found again.
//!
//! Deals with: names of files, folders and inline modules.
//! Does not deal with: names of functions and types.

use super::{
    Finding,
    source::{Source, line_of, words},
};

const EMPTY: [&str; 8] =
    ["util", "utils", "common", "helper", "helpers", "misc", "stuff", "shared"];

/// Forbidden names in the path and in `mod` lines.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let say = |line, name: &str| {
        Finding::new(
            &source.path,
            line,
            format!("`{name}` names no concept; name the module after what it deals with"),
        )
    };
    let parts = source.path.split('/').map(|part| part.trim_end_matches(".rs"));
    let in_path = parts.filter(|part| EMPTY.contains(part)).map(|part| say(1, part));
    let inline = words(&source.code, "mod").filter_map(|at| {
        let rest = source.code[at + 3..].trim_start();
        let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()?;
        EMPTY.contains(&name).then(|| say(line_of(&source.code, at), name))
    });
    in_path.chain(inline).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_named_after_nothing_is_found() {
        assert_eq!(check(&Source::new("runtime/src/utils.rs", "")).len(), 1);
        assert_eq!(check(&Source::new("runtime/src/helpers/a.rs", "")).len(), 1);
        assert_eq!(check(&Source::new("runtime/src/a.rs", "\npub mod common;"))[0].line, 2);
        assert_eq!(check(&Source::new("runtime/src/commonmark.rs", "mod utility;")), []);
    }
}
