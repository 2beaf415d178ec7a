//! The variables that bindings and credentials are read from.
//!
//! Deals with: taking a snapshot of the process's environment, or a made-up one, and looking up.
//! Does not deal with: what any variable means.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::error::{Error, ErrorKind, Result};

/// A snapshot of environment variables.
///
/// [`Environment::process`] is what a function runs with; [`Environment::of`] lets a test open a
/// store with keys of its own without touching the process.
#[derive(Clone, Default)]
pub struct Environment(Arc<BTreeMap<String, String>>);

impl Environment {
    /// The variables of this process, as they were when this was called first: a start opens many stores,
    /// and each would copy them all. One that is not valid Unicode is left out.
    pub fn process() -> Self {
        static PROCESS: OnceLock<Environment> = OnceLock::new();
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        PROCESS.get_or_init(|| Self::of(std::env::vars_os().filter_map(text))).clone()
    }

    /// Exactly these variables.
    pub fn of<N: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let own = variables.into_iter().map(|(n, v)| (n.into(), v.into()));
        Self(Arc::new(own.collect()))
    }

    /// The variable's value; `None` where it is unset or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// The name and value of the variable that binds `name`, e.g. `ANYFN_BLOB_PHOTOS`.
    pub(crate) fn binding(
        &self,
        what: &'static str,
        name: &str,
        example: &str,
    ) -> Result<(String, &str)> {
        let variable = format!("ANYFN_{what}_{}", variable_part(name)?);
        let set = self.get(&variable).map(|value| (variable.clone(), value));
        set.ok_or_else(|| {
            let text =
                format!("the variable {variable} is not set; set it to a URL such as {example}");
            Error::new(ErrorKind::Config, "open", text)
        })
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn variable_part(name: &str) -> Result<String> {
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    let holds = name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
    if !starts || !holds || name.contains("--") || !(2..=40).contains(&name.len()) {
        let text = format!(
            "{name:?} is no name: 2 to 40 of a-z, 0-9 and single hyphens, a letter first, such as \"photos\""
        );
        return Err(Error::new(ErrorKind::Config, "open", text));
    }
    Ok(name.to_ascii_uppercase().replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_its_variable() {
        let env = Environment::of([("ANYFN_BLOB_PHOTOS_IN", "memory://x")]);
        let (variable, value) = env.binding("BLOB", "photos-in", "").unwrap();
        assert_eq!((variable.as_str(), value), ("ANYFN_BLOB_PHOTOS_IN", "memory://x"));
    }

    #[test]
    fn a_missing_variable_is_named_and_a_right_one_shown() {
        let error =
            Environment::default().binding("QUEUE", "deliveries", "sqs://r/a/n").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains("ANYFN_QUEUE_DELIVERIES"), "{error}");
        assert!(error.to_string().contains("sqs://r/a/n"), "{error}");
    }

    #[test]
    fn a_name_that_no_variable_can_carry_is_refused() {
        for bad in ["", "a", "Photos", "a--b", "1a", "a_b"] {
            assert!(Environment::default().binding("BLOB", bad, "").is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_output_holds_no_value() {
        let text = format!("{:?}", Environment::of([("AZURE_STORAGE_KEY", "hush")]));
        assert!(text.contains("AZURE_STORAGE_KEY") && !text.contains("hush"));
    }
}
