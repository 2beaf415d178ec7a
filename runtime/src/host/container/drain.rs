//! Requests that are being answered, and the end of taking new ones.
//!
//! Deals with: counting them, waiting for the last. Does not deal with: connections (`host::http`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;

#[derive(Default)]
pub(super) struct Drain {
    running: watch::Sender<usize>,
    closing: AtomicBool,
}

/// One request that is being answered, until this is dropped.
pub(super) struct Running(Arc<Drain>);

impl Drain {
    /// Begins a request; `None` once it is time to stop.
    pub(super) fn enter(self: &Arc<Self>) -> Option<Running> {
        // Counted before it is asked, so that whoever closes sees every request that was let in.
        self.running.send_modify(|running| *running += 1);
        let running = Running(Arc::clone(self));
        (!self.is_closing()).then_some(running)
    }

    pub(super) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Lets no further request begin; returns when the running ones have ended, or after `bound`.
    pub(super) async fn close(&self, bound: Duration) {
        self.closing.store(true, Ordering::SeqCst);
        let mut running = self.running.subscribe();
        let left = *running.borrow();
        tracing::info!(running = left, "stopping: no new requests are taken");
        let idle = running.wait_for(|running| *running == 0);
        if tokio::time::timeout(bound, idle).await.is_err() {
            tracing::error!("requests were still running when the time to stop was over");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.send_modify(|running| *running -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn closing_waits_for_what_runs_and_lets_nothing_else_begin() {
        let drain = Arc::new(Drain::default());
        let (one, other) = (drain.enter().unwrap(), drain.enter().unwrap());
        let closing = Arc::clone(&drain);
        let closed = tokio::spawn(async move { closing.close(Duration::from_secs(60)).await });
        drop(one);
        tokio::time::sleep(Duration::from_secs(59)).await;
        assert!(drain.is_closing() && !closed.is_finished());
        assert!(drain.enter().is_none());
        drop(other);
        tokio::time::timeout(Duration::from_millis(1), closed).await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_end_is_waited_for_within_the_bound() {
        let drain = Arc::new(Drain::default());
        let _running = drain.enter().unwrap();
        let begun = tokio::time::Instant::now();
        drain.close(Duration::from_secs(60)).await;
        assert_eq!(begun.elapsed().as_secs(), 60);
    }
}
