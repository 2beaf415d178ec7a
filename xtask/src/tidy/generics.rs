//! A public item has at most three generic parameters: more is plumbing that its users must read.
//!
//! Deals with: functions, structs, enums, unions, traits and type aliases that are `pub`.
//! Does not deal with: lifetimes, `impl Trait` arguments, private items.

use super::{
    Finding,
    source::{Source, line_of, words},
};

const MOST: usize = 3;
const ITEMS: [&str; 6] = ["fn", "struct", "enum", "union", "trait", "type"];

/// Public items with too many generic parameters.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let code = &source.code;
    let items = words(code, "pub").filter_map(|at| {
        let (name, count) = parameters(&code[at + 3..])?;
        let what = format!("`{name}` has {count} generic parameters, at most {MOST}; take data or a boxed trait instead");
        (count > MOST).then(|| Finding::new(&source.path, line_of(code, at), what))
    });
    items.collect()
}

/// The item's name and how many type and constant parameters it has.
fn parameters(behind_pub: &str) -> Option<(&str, usize)> {
    let mut rest = behind_pub;
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        let (word, behind) = rest.split_at(end);
        rest = behind;
        if ITEMS.contains(&word) {
            break;
        }
        let modifier = matches!(word, "const" | "async" | "unsafe" | "extern");
        if !modifier {
            return None;
        }
        // The name of an ABI.
        rest = rest.trim_start().trim_start_matches('"');
    }
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    let (name, list) = rest.split_at(end);
    Some((name, list.trim_start().strip_prefix('<').map_or(0, count)))
}

/// Counts the parameters of a list whose opening `<` is gone.
fn count(list: &str) -> usize {
    let (mut depth, mut before, mut one, mut all) = (0_usize, ' ', String::new(), Vec::new());
    for c in list.chars() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            '>' if before == '-' => {}
            '>' if depth == 0 => break,
            '>' | ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => all.push(std::mem::take(&mut one)),
            _ => one.push(c),
        }
        before = c;
    }
    all.push(one);
    all.iter().filter(|one| !one.trim().is_empty() && !one.trim().starts_with('\'')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> usize {
        check(&Source::new("a.rs", text)).len()
    }

    #[test]
    fn a_fourth_parameter_is_found() {
        assert_eq!(found("pub struct A<B, C, D, E>(B, C, D, E);"), 1);
        assert_eq!(found("pub async fn a<B, C: Fn(B) -> Vec<D>, D, const N: usize>() {}"), 1);
    }

    #[test]
    fn lifetimes_and_what_is_inside_of_a_bound_do_not_count() {
        assert_eq!(found("pub fn a<'a, 'b, B: Into<Map<C, D, E>>, F, G>() {}"), 0);
        assert_eq!(found("pub struct A { pub b: Map<C, D, E, F> }"), 0);
        assert_eq!(found("fn a<B, C, D, E>() {}"), 0);
    }
}
