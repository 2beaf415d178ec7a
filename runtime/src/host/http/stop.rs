//! The signal to stop.
//!
//! Deals with: waiting for SIGTERM or an interrupt. Does not deal with: what happens to running calls.

use tokio::signal::unix::{SignalKind, signal};

/// Ends when the process is asked to stop: by SIGTERM or SIGINT.
///
/// # Errors
/// The signals cannot be listened to.
pub(in crate::host) fn termination() -> Result<impl Future<Output = ()>, String> {
    let watch = |kind| signal(kind).map_err(|fault| format!("signals cannot be watched: {fault}"));
    let mut terminate = watch(SignalKind::terminate())?;
    let mut interrupt = watch(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
