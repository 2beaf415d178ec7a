//! What was found.
//!
//! Deals with: findings, what could not be seen, notes. Does not deal with: printing (`report.rs`).

use serde::Serialize;

use crate::plan::Resource;

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    /// Code and plan say different things.
    Drift,
    /// The plan grants what the code does not declare.
    Grant,
    /// The code declares what the plan does not grant.
    Missing,
    /// Nothing provisions a trigger.
    Trigger,
    /// A function would call itself.
    Loop,
}

/// A sentence about a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct Said {
    /// A resource's address and attribute, a file, or something in the code.
    pub(super) place: String,
    /// What is wrong there, and a right one.
    pub(super) says: String,
}

/// Everything that was found.
#[derive(Debug, Default, Serialize)]
pub(super) struct Found {
    /// What makes the check fail.
    pub(super) faults: Vec<(Kind, Said)>,
    /// What Terraform learns only when it applies, so that it was not compared.
    pub(super) unknown: Vec<Said>,
    /// What is worth knowing.
    pub(super) notes: Vec<Said>,
    /// How many comparisons were made.
    pub(super) compared: usize,
}

impl Found {
    pub(super) fn fault(&mut self, kind: Kind, place: impl Into<String>, says: impl Into<String>) {
        self.faults.push((kind, Said { place: place.into(), says: says.into() }));
    }

    pub(super) fn drift(&mut self, place: impl Into<String>, says: impl Into<String>) {
        self.fault(Kind::Drift, place, says);
    }

    pub(super) fn unknown(&mut self, place: impl Into<String>, says: impl Into<String>) {
        self.unknown.push(Said { place: place.into(), says: says.into() });
    }

    pub(super) fn note(&mut self, place: impl Into<String>, says: impl Into<String>) {
        self.notes.push(Said { place: place.into(), says: says.into() });
    }

    /// Counts a comparison; gives whether it `holds`.
    pub(super) fn holds(&mut self, holds: bool) -> bool {
        self.compared += 1;
        holds
    }

    /// In one order, each once.
    pub(super) fn settle(&mut self) {
        self.faults.sort();
        self.faults.dedup();
        for said in [&mut self.unknown, &mut self.notes] {
            said.sort();
            said.dedup();
        }
    }
}

/// The attribute `path` of `resource`, for a person.
pub(super) fn at(resource: &Resource, path: &str) -> String {
    format!("{} {path}", resource.address)
}
