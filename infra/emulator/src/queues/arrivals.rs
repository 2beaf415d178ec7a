//! Who waits for which queue.
//!
//! Deals with: one counter a queue that moves when something arrived or was let go. Does not deal with:
//! time: what becomes visible by itself is the waiter's to compute.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::cloud::Cloud;

type Counters = HashMap<(Cloud, String), watch::Sender<u64>>;

#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(Arc<Mutex<Counters>>);

impl Arrivals {
    /// Subscribe before looking into the queue: an arrival in between is then still seen.
    pub(super) fn subscribe(&self, cloud: Cloud, name: &str) -> watch::Receiver<u64> {
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counters
            .entry((cloud, name.to_owned()))
            .or_insert_with(|| watch::Sender::new(0))
            .subscribe()
    }

    pub(super) fn notify(&self, cloud: Cloud, name: &str) {
        let counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = counters.get(&(cloud, name.to_owned())) {
            counter.send_modify(|count| *count = count.wrapping_add(1));
        }
    }
}
