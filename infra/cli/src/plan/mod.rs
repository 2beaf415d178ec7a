//! Terraform plans as data: what `terraform show -json` prints.
//!
//! Deals with: the resources that will exist after the plan, with their address, provider, attributes and
//! what is unknown until apply. Does not deal with: what a resource means (`check/`, `idle/`), nor with
//! how to get at one attribute (`resource.rs`) or at what the configuration refers to (`references.rs`).
//!
//! Whatever a newer Terraform adds is passed over. The JSON of a state (`terraform show -json` without
//! a plan) is read too: there nothing is unknown.

mod read;
mod references;
mod resource;
#[cfg(test)]
pub(crate) mod tests;

use std::path::Path;

use crate::fault::Fault;

pub(crate) use references::{References, without_indexes};
pub(crate) use resource::{Field, Resource};

/// How to get such a file: what every error shows.
pub(crate) const HINT: &str =
    "terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json";

/// What will be there once the plan is applied.
#[derive(Debug)]
pub(crate) struct Plan {
    /// By address, without data sources.
    pub(crate) resources: Vec<Resource>,
    /// What the configuration's expressions refer to.
    pub(crate) references: References,
}

impl Plan {
    /// Reads a plan or a state.
    ///
    /// # Errors
    /// It is neither, of an unknown version, or of a plan that failed; a sentence with the JSON path.
    pub(crate) fn from_json(text: &[u8]) -> Result<Self, String> {
        read::plan(text)
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// As [`Plan::from_json`], with the path.
    pub(crate) fn open(path: &Path) -> Result<Self, Fault> {
        let bytes = std::fs::read(path).map_err(|io| {
            Fault::usage(format!("the plan {}: {io}; a right one: {HINT}", path.display()))
        })?;
        Self::from_json(&bytes)
            .map_err(|why| Fault::usage(format!("the plan {}: {why}", path.display())))
    }

    /// The resources of a type such as `aws_lambda_function`.
    pub(crate) fn of_type<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources.iter().filter(move |resource| resource.kind == kind)
    }

    /// Whether the expression of `attribute` of `from` names `to`: for values that are unknown before apply.
    /// Both are in one module, and of each, where both have an index, it is the same.
    pub(crate) fn refers(&self, from: &Resource, attribute: &str, to: &Resource) -> bool {
        let index = |one: &Resource| one.address.find('[').map(|_| one.index().to_owned());
        let same = match (index(from), index(to)) {
            (Some(a), Some(b)) => a.is_empty() || b.is_empty() || a == b,
            _ => true,
        };
        let name = without_indexes(&to.address);
        let name = name.rsplitn(3, '.').take(2).collect::<Vec<_>>();
        let [last, kind] = name.as_slice() else { return false };
        let wanted = format!("{kind}.{last}");
        let names = |text: &&str| {
            text.strip_prefix(wanted.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        same && from.module == to.module
            && self.references.of(&from.address, attribute).iter().any(names)
    }
}
