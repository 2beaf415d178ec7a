//! The variables that bindings and credentials are read from.
//!
//! Deals with: looking up in the process's environment, or in a made-up one, and who shares what with whom.
//! Does not deal with: what any variable means, what is shared (`access`).

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::access::Access;
use crate::error::{Error, ErrorKind, Result};

/// Environment variables.
///
/// [`Environment::process`] is what a function runs with; [`Environment::of`] lets a test open a
/// store with keys of its own without touching the process.
///
/// Stores and queues that are opened with the same variables share connections and credentials: those of
/// the process, or those of one [`Environment::of`] and its clones.
#[derive(Clone, Default)]
pub struct Environment {
    variables: Variables,
    access: Access,
}

#[derive(Clone)]
enum Variables {
    Process,
    Given(Arc<BTreeMap<String, String>>),
}

/// None at all.
impl Default for Variables {
    fn default() -> Self {
        Self::Given(Arc::default())
    }
}

impl Environment {
    /// The variables of this process, each read when it is asked for: a copy of all would take a start longer
    /// than opening its stores. One that is not valid Unicode counts as unset.
    ///
    /// A connection lives on the tokio runtime that made it. Tests that have one each, and call the same
    /// server, open their stores with an [`Environment::of`] each.
    #[must_use]
    pub fn process() -> Self {
        Self { variables: Variables::Process, access: Access::process() }
    }

    /// Exactly these variables.
    pub fn of<N: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        let own = variables.into_iter().map(|(n, v)| (n.into(), v.into()));
        Self { variables: Variables::Given(Arc::new(own.collect())), access: Access::default() }
    }

    /// The variable's value; `None` where it is unset or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let value = match &self.variables {
            Variables::Process => std::env::var(name).ok(),
            Variables::Given(given) => given.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// The name and value of the variable that binds `name`, e.g. `ANYFN_BLOB_PHOTOS`.
    pub(crate) fn binding(
        &self,
        what: &'static str,
        name: &str,
        example: &str,
    ) -> Result<(String, String)> {
        let variable = format!("ANYFN_{what}_{}", variable_part(name)?);
        let Some(value) = self.get(&variable) else {
            let text =
                format!("the variable {variable} is not set; set it to a URL such as {example}");
            return Err(Error::new(ErrorKind::Config, "open", text));
        };
        Ok((variable, value))
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.variables {
            Variables::Process => f.write_str("the process's"),
            Variables::Given(given) => f.debug_set().entries(given.keys()).finish(),
        }
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
        assert_eq!((&*variable, &*value), ("ANYFN_BLOB_PHOTOS_IN", "memory://x"));
    }

    #[test]
    fn the_process_is_asked_for_each_and_what_it_lacks_or_a_name_cannot_be_is_unset() {
        let process = Environment::process();
        assert_eq!(process.get("PATH"), std::env::var("PATH").ok());
        for none in ["ANYFN_NOT_SET", "", "A=B", "A\0B"] {
            assert_eq!(process.get(none), None, "{none:?}");
        }
        assert_eq!(Environment::of([("A", "")]).get("A"), None);
        assert!(!format!("{process:?}").contains("PATH"));
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
