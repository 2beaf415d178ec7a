//! Names of apps, functions, stores and queues, and the variables that carry their bindings.
//!
//! Deals with: the one rule all of them obey, so that every cloud accepts them as they are. Does not
//! deal with: a cloud's own resource names, which are Terraform's business.

/// What is wrong with `name`, or `None` for `[a-z][a-z0-9-]{1,39}` without a double hyphen and
/// without one at the end.
#[must_use]
pub fn fault(kind: &str, name: &str) -> Option<String> {
    let first = name.chars().next().is_some_and(|c| c.is_ascii_lowercase());
    let rest = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let good = (2..=40).contains(&name.len())
        && first
        && rest
        && !name.contains("--")
        && !name.ends_with('-');
    (!good).then(|| {
        format!(
            "{kind} name `{name}` must be 2 to 40 characters of a-z, 0-9 and single hyphens, starting \
             with a letter, such as `resize-photos`"
        )
    })
}

/// The environment variable that binds `name`: `variable("ANYFN_BLOB", "my-photos")` is
/// `ANYFN_BLOB_MY_PHOTOS`.
#[must_use]
pub fn variable(prefix: &str, name: &str) -> String {
    format!("{prefix}_{}", name.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_every_cloud_takes_pass_and_others_are_told_why() {
        for good in ["ab", "a1", "resize-photos", &"a".repeat(40)] {
            assert_eq!(fault("function", good), None, "{good}");
        }
        for bad in ["", "a", "1a", "-a", "a-", "a--b", "A", "ä", "a_b", "a b", &"a".repeat(41)] {
            let text = fault("function", bad).unwrap();
            assert!(text.contains(&format!("`{bad}`")) && text.contains("resize-photos"), "{text}");
        }
    }

    #[test]
    fn a_variable_is_upper_case_with_underscores() {
        assert_eq!(variable("ANYFN_BLOB", "my-photos"), "ANYFN_BLOB_MY_PHOTOS");
    }
}
