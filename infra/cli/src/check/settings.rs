//! Environment variables (Lambda) and app settings (Azure) against the code.
//!
//! Deals with: bindings of what the code needs, settings it requires, settings it does not know. Does not
//! deal with: what the platform's own settings mean.

use anyfn::manifest::{Manifest, Need, NeedKind};
use anyfn::name::variable;
use anyfn_services::Binding;

use super::finding::{Found, Kind};
use crate::plan::{Field, Resource};

/// A map of settings in a plan.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) resource: &'a Resource,
    /// Where the map is.
    pub(super) path: &'a [&'a str],
    /// Scheme of a store's and of a queue's binding, each with a right one.
    pub(super) schemes: [(&'a str, &'a str); 2],
    /// Beginnings of names that are the platform's or the runtime's own.
    pub(super) own: &'a [&'a str],
}

impl<'a> Settings<'a> {
    pub(super) fn get(&self, name: &str) -> Field<'a> {
        let mut path = self.path.to_vec();
        path.push(name);
        self.resource.field(&path)
    }

    pub(super) fn place(&self, name: &str) -> String {
        let path: Vec<&str> =
            self.path.iter().copied().filter(|part| part.parse::<usize>().is_err()).collect();
        format!("{} {}.{name}", self.resource.address, path.join("."))
    }

    fn is_own(&self, name: &str) -> bool {
        let common = [
            "RUST_LOG",
            "RUST_BACKTRACE",
            "TZ",
            "OTEL_",
            "ANYFN_LOG",
            "ANYFN_MAX_IN_FLIGHT",
            "ANYFN_TIMEOUT",
        ];
        common.iter().chain(self.own).any(|beginning| name.starts_with(beginning))
    }

    /// The binding in `name`, of the kind that the code wants there.
    pub(super) fn binding(&self, name: &str, kind: NeedKind, found: &mut Found) -> Option<Binding> {
        let place = self.place(name);
        let (scheme, example) = match kind {
            NeedKind::Blob => self.schemes[0],
            NeedKind::Queue => self.schemes[1],
        };
        let text = match self.get(name) {
            Field::Known(value) => value.as_str().unwrap_or_default(),
            Field::Unknown => {
                found.unknown(
                    place,
                    "the binding is known only after apply, and what hangs on it was not compared",
                );
                return None;
            }
            Field::Absent => {
                found.holds(false);
                found.drift(
                    place,
                    format!(
                        "the code needs this binding, and it is not set; a right one: {example}"
                    ),
                );
                return None;
            }
        };
        let read = Binding::parse(text).map_err(|fault| fault.to_string());
        match read {
            Ok(binding) if found.holds(text.starts_with(scheme)) => Some(binding),
            Ok(_) => {
                found.drift(
                    place,
                    format!("`{text}` is no {scheme} binding; a right one: {example}"),
                );
                None
            }
            Err(why) => {
                found.drift(place, format!("`{text}`: {why}"));
                None
            }
        }
    }
}

/// The variable that binds a need.
pub(super) fn variable_of(need: &Need) -> String {
    variable(prefix(need.kind), &need.name)
}

fn prefix(kind: NeedKind) -> &'static str {
    match kind {
        NeedKind::Blob => "ANYFN_BLOB",
        NeedKind::Queue => "ANYFN_QUEUE",
    }
}

/// Settings that the code requires or does not know, and bindings of what it does not need.
pub(super) fn compare(manifest: &Manifest, settings: &Settings<'_>, found: &mut Found) {
    for setting in manifest.config.iter().filter(|setting| setting.required) {
        let name = &setting.name;
        if found.holds(settings.get(name) != Field::Absent) {
            continue;
        }
        found.drift(
            settings.place(name),
            format!("the code requires the setting `{name}`, and it is not set; the app would not start. Set it in `config`"),
        );
    }
    let bindings: Vec<String> = manifest.needs.iter().map(variable_of).collect();
    let of_functions =
        |prefix| manifest.functions.iter().map(move |function| variable(prefix, &function.name));
    let letters: Vec<String> =
        of_functions("ANYFN_DEAD_LETTER").chain(of_functions("ANYFN_SOURCE")).collect();
    for name in settings.resource.keys(settings.path) {
        let declared = manifest.config.iter().any(|setting| setting.name == name)
            || bindings.iter().chain(&letters).any(|known| known == name);
        if found.holds(declared || settings.is_own(name)) {
            continue;
        }
        let place = settings.place(name);
        if name.starts_with("ANYFN_") {
            found.drift(place, format!("the code has nothing that `{name}` binds; take it away, or declare the need in code"));
        } else {
            found.drift(
                place,
                format!("the code declares no setting `{name}`; {}", declared_settings(manifest)),
            );
        }
    }
}

fn declared_settings(manifest: &Manifest) -> String {
    let names: Vec<&str> = manifest.config.iter().map(|setting| setting.name.as_str()).collect();
    match names.as_slice() {
        [] => "it declares none".to_owned(),
        some => format!("it declares {}", some.join(", ")),
    }
}

/// A need that nothing grants.
pub(super) fn not_granted(
    need: &Need,
    place: String,
    lacking: &str,
    right: &str,
    found: &mut Found,
) {
    let kind = match need.kind {
        NeedKind::Blob => "store",
        NeedKind::Queue => "queue",
    };
    found.fault(
        Kind::Missing,
        place,
        format!("the code's need of the {kind} `{}` is not granted: `{lacking}` on `{right}` is missing", need.name),
    );
}
