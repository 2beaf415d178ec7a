//! Work that goes on when nobody waits for it any more.
//!
//! Deals with: a request whose client goes away. Does not deal with: work that takes too long (`engine`).

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

/// Ends as the future within does, with `None` where that panics; dropped before, it goes on as a task of
/// its own. A task from the start would cost every request two wakes.
pub(super) struct Outliving<T: Send + 'static>(Option<BoxFuture<'static, Option<T>>>);

impl<T: Send + 'static> Outliving<T> {
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(AssertUnwindSafe(work).catch_unwind().map(Result::ok).boxed()))
    }
}

impl<T: Send + 'static> Future for Outliving<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(work) = &mut self.0 else { return Poll::Ready(None) };
        let ended = work.as_mut().poll(context);
        if ended.is_ready() {
            self.0 = None;
        }
        ended
    }
}

impl<T: Send + 'static> Drop for Outliving<T> {
    fn drop(&mut self) {
        if let (Some(work), Ok(here)) = (self.0.take(), Handle::try_current()) {
            here.spawn(work);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_that_is_dropped_goes_on_and_is_done_once() {
        let (go, waits) = oneshot::channel::<()>();
        let (done, told) = oneshot::channel();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let mut work = Outliving::new(async move {
            counted.fetch_add(1, Ordering::Relaxed);
            let _ = waits.await;
            let _ = done.send(());
        });
        assert!(futures_util::poll!(&mut work).is_pending());
        drop(work);
        go.send(()).unwrap();
        told.await.unwrap();
        assert_eq!(runs.load(Ordering::Relaxed), 1, "it went on, not began again");
    }

    #[tokio::test]
    async fn work_that_ends_is_over_and_a_panic_of_it_is_nobodys_else() {
        assert_eq!(Outliving::new(async { 7 }).await, Some(7));
        assert_eq!(Outliving::new(async { panic!("broken") }).await, None::<u8>);
    }
}
