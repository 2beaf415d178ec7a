//! A function that causes the event that calls it.
//!
//! Deals with: stores, whose events come back for as long as somebody pays; queues, as a note. Does not
//! deal with: loops through several apps, whose code this check does not have.
//!
//! `needs` belong to the app, so a write by any function of the app counts. For a store that is a fault
//! unless allowed by name. For a queue it is a note: sending to a queue that one's own app listens on is
//! how functions hand work on (webhook) and go on where they stopped (cron-cleanup), and the manifest
//! cannot tell that from a loop.

use std::collections::BTreeMap;

use anyfn::manifest::{Access, Change, Manifest, NeedKind, TriggerSpec};
use anyfn_services::Binding;

use super::finding::{Found, Kind};

/// Where the app's stores and queues are, by kind and the code's name.
pub(super) type Bindings = BTreeMap<(NeedKind, String), Binding>;

/// Finds loops; `bindings` are what one cloud's plan says.
pub(super) fn find(
    manifest: &Manifest,
    bindings: &Bindings,
    allowed: &[String],
    found: &mut Found,
) {
    for function in &manifest.functions {
        let name = &function.name;
        match &function.trigger {
            TriggerSpec::Blob { store, change, prefix, .. } if !allowed.contains(name) => {
                let (access, verb) = match change {
                    Change::Created => (Access::Write, "write"),
                    Change::Deleted => (Access::Delete, "delete"),
                };
                for need in &manifest.needs {
                    let same = need.kind == NeedKind::Blob && need.access.contains(&access);
                    let overlap = same && overlaps(bindings, store, prefix, &need.name);
                    if found.holds(!overlap) {
                        continue;
                    }
                    let also = if need.name == *store {
                        String::new()
                    } else {
                        format!(" (the store `{}` is bound to the same place)", need.name)
                    };
                    found.fault(
                        Kind::Loop,
                        format!("function `{name}`"),
                        format!(
                            "a blob {change} in `{store}` calls it, and the app may {verb} there{also}: each call would cause the next. \
                             Let it {verb} another store, or, if something else ends it, say --allow-loop {name}"
                        ),
                    );
                }
            }
            TriggerSpec::Queue { queue, .. } => {
                let sends = manifest.needs.iter().any(|need| {
                    need.kind == NeedKind::Queue
                        && need.name == *queue
                        && need.access.contains(&Access::Send)
                });
                if sends && !allowed.contains(name) {
                    found.note(
                        format!("function `{name}`"),
                        format!(
                            "the app sends to the queue `{queue}` that calls it; right for work that is handed on, a loop if `{name}` \
                             itself always sends. What is sent has to get less; the alarm on dollars an hour is the net"
                        ),
                    );
                }
            }
            _ => {}
        }
    }
}

fn overlaps(bindings: &Bindings, heard: &str, prefix: &str, written: &str) -> bool {
    if heard == written {
        return true;
    }
    let of = |name: &str| bindings.get(&(NeedKind::Blob, name.to_owned()));
    match (of(heard), of(written)) {
        (
            Some(Binding::S3 { bucket: a, prefix: x, .. }),
            Some(Binding::S3 { bucket: b, prefix: y, .. }),
        ) => {
            let heard = format!("{x}{prefix}");
            a == b && (heard.starts_with(y.as_str()) || y.starts_with(&heard))
        }
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}
