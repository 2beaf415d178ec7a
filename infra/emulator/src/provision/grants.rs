//! Who may do what: the union of an app's needs, and its own dead letters.
//!
//! Deals with: grants. Does not deal with: enforcing them (each API's door).

use anyfn::manifest::{Access, NeedKind};

use super::names;
use crate::apps::{App, queues};
use crate::cloud::Cloud;
use crate::identity::{Action, Grant};

/// What `app` may do; `all` are the apps that run beside it.
#[must_use]
pub fn of(app: &App, all: &[App]) -> Grant {
    let kinds = queues(all);
    let mut actions = Vec::new();
    for need in &app.manifest.needs {
        let fifo = kinds.get(&need.name).copied().unwrap_or_default();
        for access in &need.access {
            let name = need.name.clone();
            let queue = |action: fn(String) -> Action| {
                Cloud::ALL.map(|cloud| action(names::queue(cloud, &need.name, fifo)))
            };
            match (need.kind, access) {
                (NeedKind::Blob, Access::Read) => actions.push(Action::BlobRead(name)),
                (NeedKind::Blob, Access::Write) => actions.push(Action::BlobWrite(name)),
                (NeedKind::Blob, Access::Delete) => actions.push(Action::BlobDelete(name)),
                (NeedKind::Blob, Access::List) => actions.push(Action::BlobList(name)),
                (NeedKind::Queue, Access::Send) => actions.extend(queue(Action::QueueSend)),
                (NeedKind::Queue, Access::Receive) => actions.extend(queue(Action::QueueReceive)),
                // No builder makes these; a hand-written manifest grants nothing by them.
                _ => {}
            }
        }
    }
    for function in &app.manifest.functions {
        let letters = |cloud| names::dead_letter(cloud, &function.name, &function.trigger);
        actions.extend(Cloud::ALL.into_iter().filter_map(letters).map(Action::QueueSend));
    }
    Grant::new(&app.manifest.app, actions)
}
