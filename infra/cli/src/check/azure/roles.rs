//! What Azure's roles may do, as far as storage goes.
//!
//! Deals with: the built-in roles of blobs and queues as data actions, what a need means in them. Does not
//! deal with: assignments (`grants.rs`). Source: Azure's page on built-in roles for storage.

use anyfn::manifest::Access;

/// Begins every action of a container and its blobs.
pub(super) const BLOB: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";
/// Begins every action of a queue and its messages.
pub(super) const QUEUE: &str = "Microsoft.Storage/storageAccounts/queueServices/queues";

/// The actions of a built-in role, each after [`BLOB`] or [`QUEUE`].
const BUILT_IN: [(&str, &str, &[&str]); 7] = [
    ("Storage Blob Data Reader", BLOB, &["/read", "/blobs/read"]),
    (
        "Storage Blob Data Contributor",
        BLOB,
        &[
            "/read",
            "/write",
            "/delete",
            "/blobs/read",
            "/blobs/write",
            "/blobs/delete",
            "/blobs/move/action",
            "/blobs/add/action",
        ],
    ),
    ("Storage Blob Data Owner", BLOB, &["/*", "/blobs/*"]),
    ("Storage Queue Data Reader", QUEUE, &["/read", "/messages/read"]),
    ("Storage Queue Data Message Sender", QUEUE, &["/messages/add/action"]),
    (
        "Storage Queue Data Message Processor",
        QUEUE,
        &["/messages/read", "/messages/process/action"],
    ),
    (
        "Storage Queue Data Contributor",
        QUEUE,
        &[
            "/read",
            "/write",
            "/delete",
            "/messages/read",
            "/messages/write",
            "/messages/delete",
            "/messages/add/action",
            "/messages/process/action",
        ],
    ),
];

/// The actions of the built-in role called `name`; `None` for one that is not of storage.
pub(super) fn built_in(name: &str) -> Option<Vec<String>> {
    let (_, before, actions) =
        BUILT_IN.iter().find(|(known, _, _)| known.eq_ignore_ascii_case(name))?;
    Some(actions.iter().map(|action| format!("{before}{action}")).collect())
}

/// What a need lets the code do: each action, and whether the need is void without it.
pub(super) fn actions(access: Access) -> Vec<(String, bool)> {
    let (before, actions): (&str, &[(&str, bool)]) = match access {
        Access::Read | Access::List => (BLOB, &[("/blobs/read", true), ("/read", false)]),
        Access::Write => (BLOB, &[("/blobs/write", true), ("/blobs/add/action", false)]),
        // Azure asks for the container's write of who sends a batch of deletions.
        Access::Delete => (BLOB, &[("/blobs/delete", true), ("/write", false)]),
        Access::Send => (QUEUE, &[("/messages/add/action", true)]),
        Access::Receive => (
            QUEUE,
            &[
                ("/messages/read", true),
                ("/messages/process/action", true),
                ("/messages/write", false),
                ("/messages/delete", false),
            ],
        ),
    };
    actions.iter().map(|(action, needed)| (format!("{before}{action}"), *needed)).collect()
}
