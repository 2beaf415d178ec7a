//! What a queue in SQS takes, whichever client speaks to it.
//!
//! Deals with: the provider's limits, the group of what names none. Does not deal with: calls.

use std::time::Duration;

use super::Capability;

/// `SendMessage`: "The maximum size is 1 MiB or 1,048,576 bytes"; attributes count. `DelaySeconds`:
/// "Valid values: 0 to 900". Batches: "up to ten messages".
const PLAIN: Capability = Capability {
    max_bytes: 1024 * 1024,
    any_bytes: false,
    max_messages: 10,
    max_batch: 10,
    max_delay: Duration::from_secs(900),
    peek: false,
    groups: false,
};
/// "When you set FifoQueue, you can't set DelaySeconds per message."
const FIFO: Capability = Capability { max_delay: Duration::ZERO, groups: true, ..PLAIN };

/// The one group of what is sent to a FIFO queue without another.
pub(super) const GROUP: &str = "anyfn";

pub(super) fn capability(fifo: bool) -> Capability {
    if fifo { FIFO } else { PLAIN }
}
