//! Permissions, and the set of them that an app has.
//!
//! Deals with: what can be permitted, deriving an app's permissions from its manifest.
//! Does not deal with: who the app is.

use std::collections::BTreeSet;

use anyfn::manifest::{Access, Manifest, Need, NeedKind};

/// One permission. Blob actions name the store (bucket, container), queue actions the queue without
/// SQS's `.fifo`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Read a blob and its properties.
    BlobRead(String),
    /// Write a blob.
    BlobWrite(String),
    /// Delete a blob.
    BlobDelete(String),
    /// List a store's blobs.
    BlobList(String),
    /// Put a message.
    QueueSend(String),
    /// Receive, delete and postpone messages.
    QueueReceive(String),
    /// Call a function.
    Invoke(String),
}

/// What one app may do; everything else is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// The app's name.
    pub app: String,
    /// Its permissions.
    pub allowed: BTreeSet<Action>,
}

impl Grant {
    /// A grant of `actions` to `app`.
    #[must_use]
    pub fn new(app: &str, actions: impl IntoIterator<Item = Action>) -> Self {
        Self { app: app.to_owned(), allowed: actions.into_iter().collect() }
    }
    /// What `manifest` declares, and the app's own dead-letter queues on AWS. On Azure the host puts
    /// dead letters by an output binding, with its own identity.
    #[must_use]
    pub fn of_manifest(manifest: &Manifest) -> Self {
        let needs = manifest.needs.iter().flat_map(actions);
        let dead_letters = manifest
            .functions
            .iter()
            .filter(|function| function.trigger.has_dead_letters())
            .map(|function| Action::QueueSend(format!("{}-dead-letter", function.name)));
        Self::new(&manifest.app, needs.chain(dead_letters))
    }
}

fn actions(need: &Need) -> Vec<Action> {
    let name = || need.name.clone();
    let mut actions = Vec::new();
    for access in &need.access {
        match (need.kind, access) {
            (NeedKind::Blob, Access::Read) => actions.push(Action::BlobRead(name())),
            (NeedKind::Blob, Access::Write) => actions.push(Action::BlobWrite(name())),
            (NeedKind::Blob, Access::Delete) => actions.push(Action::BlobDelete(name())),
            (NeedKind::Blob, Access::List) => actions.push(Action::BlobList(name())),
            (NeedKind::Queue, Access::Send) => actions.push(Action::QueueSend(name())),
            (NeedKind::Queue, Access::Receive) => actions.push(Action::QueueReceive(name())),
            (NeedKind::Blob, Access::Send | Access::Receive)
            | (NeedKind::Queue, Access::Read | Access::Write | Access::Delete | Access::List) => {}
        }
    }
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_grants_its_needs_and_the_dead_letters_of_its_functions() {
        let manifest = Manifest::from_json(
            br#"{"anyfn":1,"app":"webhook","functions":[
              {"name":"archive","trigger":{"type":"queue","queue":"deliveries","fifo":false},"event":{}},
              {"name":"sweep","trigger":{"type":"schedule","cron":"0 3 * * *"},"event":{}}],
             "needs":[{"kind":"blob","name":"photos","access":["read","list"]},
                      {"kind":"queue","name":"deliveries","access":["send"]}],
             "config":[]}"#,
        )
        .unwrap();
        let grant = Grant::of_manifest(&manifest);
        let expected = [
            Action::BlobRead("photos".to_owned()),
            Action::BlobList("photos".to_owned()),
            Action::QueueSend("archive-dead-letter".to_owned()),
            Action::QueueSend("deliveries".to_owned()),
        ];
        assert_eq!(grant, Grant::new("webhook", expected));
    }
}
