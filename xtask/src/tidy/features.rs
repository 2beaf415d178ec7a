//! `cfg(feature)` stands on `mod` lines only, so that a file is there or not, and never half there.
//!
//! Deals with: `#[cfg]`, `#[cfg_attr]` and `cfg!` that name a feature.
//! Does not deal with: other configuration, such as `cfg(test)` or the target.

use super::{
    Finding,
    source::{Source, closing, line_of, words},
};

/// Feature gates on anything but a `mod` line.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let code = &source.code;
    let gates = ["cfg", "cfg_attr"].into_iter().flat_map(|word| words(code, word));
    let wrong = gates.filter(|at| {
        let Some(open) = code[*at..].find('(').map(|n| at + n) else { return false };
        let end = closing(code, open);
        let names_feature = words(&code[open..end], "feature").next().is_some();
        names_feature && !(code[..*at].ends_with("#[") && gates_a_module(&code[end..]))
    });
    let what = "a feature gate on something else than a `mod` line; put what it gates into a module of its own";
    wrong.map(|at| Finding::new(&source.path, line_of(code, at), what)).collect()
}

/// `rest` begins behind the attribute's condition.
fn gates_a_module(rest: &str) -> bool {
    let mut rest = rest.trim_start().trim_start_matches([']', ')']).trim_start();
    while rest.starts_with("#[") {
        rest = rest[closing(rest, 1)..].trim_start();
    }
    if let Some(public) = rest.strip_prefix("pub") {
        let scope = public.trim_start();
        rest = if scope.starts_with('(') { scope[closing(scope, 0)..].trim_start() } else { scope };
    }
    rest.starts_with("mod ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        check(&Source::new("a.rs", text)).iter().map(|found| found.line).collect()
    }

    #[test]
    fn a_gate_on_a_module_is_right() {
        assert_eq!(lines("#[cfg(feature = \"azure\")]\nmod azure;"), [0; 0]);
        assert_eq!(
            lines(
                "#[cfg(not(feature = \"azure\"))]\n/// Doc.\n#[path = \"b.rs\"]\npub(crate) mod azure;"
            ),
            [0; 0]
        );
        assert_eq!(lines("#[cfg(test)]\nfn feature() {}"), [0; 0]);
    }

    #[test]
    fn a_gate_on_anything_else_is_found() {
        assert_eq!(lines("\n#[cfg(feature = \"azure\")]\nuse azure::Host;"), [2]);
        assert_eq!(lines("if cfg!(feature = \"azure\") { mod a; }"), [1]);
        assert_eq!(lines("#![cfg(feature = \"azure\")]\nmod a;"), [1]);
        assert_eq!(lines("#[cfg_attr(feature = \"azure\", derive(Debug))]\nstruct A;"), [1]);
    }
}
