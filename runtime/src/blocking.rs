//! CPU work off the async threads.
//!
//! Deals with: running a closure where it may take long. Does not deal with: stopping it; a closure
//! that has begun runs to its end, and holds its place in the in-flight cap until then.
//!
//! What it logs belongs to the invocation, as what the handler logs does.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use tracing::Span;

tokio::task_local! {
    /// The place that the running call takes in the in-flight cap.
    pub(crate) static PLACE: Arc<OwnedSemaphorePermit>;
}

/// Runs `work` on a thread where blocking harms nobody, and returns what it returned.
///
/// A panic in `work` goes on in the caller, where the host counts it as a failed attempt.
pub async fn blocking<T, F>(work: F) -> T
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let place = PLACE.try_with(Arc::clone).ok();
    let span = Span::current();
    let task = tokio::task::spawn_blocking(move || {
        let _held = place;
        span.in_scope(work)
    });
    match task.await {
        Ok(value) => value,
        Err(failure) => match failure.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that shuts down cancels: the caller is about to be dropped with it.
            Err(_) => std::future::pending().await,
        },
    }
}
