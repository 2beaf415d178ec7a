//! A task's waker that knows whether its task is being polled.
//!
//! Deals with: wakes that a task gives itself, which it sees when it looks and which need no scheduler.
//! Does not deal with: what the task then does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake};

use futures_util::task::AtomicWaker;

/// So often a task may go on by its own wakes before others on its thread have their turn.
const MOST: usize = 8;

#[derive(Default)]
pub(super) struct Bell {
    task: AtomicWaker,
    polling: AtomicBool,
    rung: AtomicBool,
}

impl Bell {
    /// Polls until nothing rang meanwhile. `poll` gets a waker that stays the same for all times.
    pub(super) fn answer<T>(
        self: &Arc<Self>,
        context: &mut Context<'_>,
        mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.task.register(context.waker());
        let waker = Arc::clone(self).into();
        let mut within = Context::from_waker(&waker);
        for _ in 0..MOST {
            self.polling.store(true, SeqCst);
            // Read too, so that what was done before a ring is seen by this poll.
            self.rung.swap(false, SeqCst);
            let polled = poll(&mut within);
            self.polling.store(false, SeqCst);
            // Who rings from now on wakes the task.
            if polled.is_ready() || !self.rung.load(SeqCst) {
                return polled;
            }
        }
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, SeqCst);
        if !self.polling.load(SeqCst) {
            self.task.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::task::Waker;

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, SeqCst);
        }
    }

    /// How often it was polled while `poll` rang so often, and how often its task was woken from inside.
    fn rung(times: usize) -> (usize, usize, Arc<Count>, Waker) {
        let (bell, count) = (Arc::new(Bell::default()), Arc::new(Count::default()));
        let waker = Arc::clone(&count).into();
        let (mut polls, mut inner) = (0, Waker::noop().clone());
        let polled = bell.answer(&mut Context::from_waker(&waker), |context| {
            polls += 1;
            inner = context.waker().clone();
            if polls <= times {
                context.waker().wake_by_ref();
            }
            Poll::<()>::Pending
        });
        assert!(polled.is_pending());
        let woken = count.0.load(SeqCst);
        (polls, woken, count, inner)
    }

    #[test]
    fn a_task_that_wakes_itself_goes_on_and_is_not_scheduled() {
        let (polls, woken, count, inner) = rung(3);
        assert_eq!((polls, woken), (4, 0));
        // Nobody polls now: the next ring is for the scheduler.
        inner.wake();
        assert_eq!(count.0.load(SeqCst), 1);
    }

    #[test]
    fn a_task_that_always_wakes_itself_lets_others_have_their_turn() {
        let (polls, woken, ..) = rung(usize::MAX);
        assert_eq!((polls, woken), (MOST, 1));
    }

    #[test]
    fn a_task_that_is_done_is_not_polled_again() {
        let bell = Arc::new(Bell::default());
        let polled = bell.answer(&mut Context::from_waker(Waker::noop()), |context| {
            context.waker().wake_by_ref();
            Poll::Ready(7)
        });
        assert_eq!(polled, Poll::Ready(7));
    }
}
