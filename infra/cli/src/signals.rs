//! SIGINT and SIGTERM: the two ways in which a person or a supervisor says stop.
//!
//! Deals with: catching them. Does not deal with: what is done then.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::fault::Fault;

/// Both signals, caught from now on.
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Starts catching them.
    pub(crate) fn catch() -> Result<Self, Fault> {
        let caught = |kind| {
            signal(kind).map_err(|io| Fault::failed(format!("signals cannot be caught: {io}")))
        };
        Ok(Self {
            interrupt: caught(SignalKind::interrupt())?,
            terminate: caught(SignalKind::terminate())?,
        })
    }

    /// Returns once either came.
    pub(crate) async fn stop(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
