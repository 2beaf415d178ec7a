//! What the resources of a function are called here.
//!
//! Deals with: names. Does not deal with: making anything of that name.

use anyfn::manifest::TriggerSpec;

use crate::cloud::Cloud;

/// A logical queue's name in `cloud`: SQS wants FIFO queues to say so.
#[must_use]
pub fn queue(cloud: Cloud, name: &str, fifo: bool) -> String {
    match (cloud, fifo) {
        (Cloud::Aws, true) => format!("{name}.fifo"),
        _ => name.to_owned(),
    }
}

/// The queue that the function listens on: its own for blob events; `None` where no queue calls it.
#[must_use]
pub fn source(cloud: Cloud, function: &str, trigger: &TriggerSpec) -> Option<String> {
    match trigger {
        TriggerSpec::Queue { queue: name, fifo, .. } => Some(queue(cloud, name, *fifo)),
        TriggerSpec::Blob { .. } => Some(format!("{function}-events")),
        TriggerSpec::Http { .. } | TriggerSpec::Schedule { .. } => None,
    }
}

/// The function's dead-letter queue. The Azure host has its own mind about the name.
#[must_use]
pub fn dead_letter(cloud: Cloud, function: &str, trigger: &TriggerSpec) -> Option<String> {
    let source = source(cloud, function, trigger)?;
    Some(match (cloud, trigger) {
        (Cloud::Azure, _) => format!("{source}-poison"),
        (Cloud::Aws, TriggerSpec::Queue { fifo: true, .. }) => {
            format!("{function}-dead-letter.fifo")
        }
        (Cloud::Aws, _) => format!("{function}-dead-letter"),
    })
}
