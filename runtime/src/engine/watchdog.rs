//! Calls that do not let go when they are given up.
//!
//! Deals with: telling the outcome of a call that blocks the very task which would tell it, and ending the
//! process where a place is never given back. Does not deal with: calls that await something; those are
//! dropped when their time is over (`engine`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::select;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::{Instant, sleep_until};

use super::{Fatal, Relief, outcome};
use crate::context::Call;
use crate::error::Error;
use crate::lock::lock;

/// How long a call that was given up may take to let go before the process is ended.
const GRACE: Duration = Duration::from_millis(100);
/// Within this time a call that awaits something has been dropped, and has told of it itself.
const PATIENCE: Duration = Duration::from_millis(10);

/// The place of a call, and whether it still has it.
pub(super) type Place = Weak<OwnedSemaphorePermit>;

pub(super) struct Watchdog {
    calls: Mutex<Calls>,
    earlier: Notify,
    timers: Handle,
    fatal: Fatal,
}

#[derive(Default)]
struct Calls {
    begun: bool,
    count: u64,
    /// By the time to look at them.
    watched: BTreeMap<Key, Watched>,
    /// The next time that the watchdog looks by itself.
    looks: Option<Instant>,
}

type Key = (Instant, u64);

struct Watched {
    call: Arc<Call>,
    begun: Instant,
    place: Place,
    relief: Relief,
}

/// A call under watch, until this is dropped.
pub(super) struct Watching<'a> {
    watchdog: &'a Watchdog,
    key: Key,
}

impl Watching<'_> {
    /// Ends the watch, and says whether the call may tell its own end: not if somebody did already.
    pub(super) fn end(self) -> bool {
        self.watchdog.calls().watched.remove(&self.key).is_some()
    }
}

impl Drop for Watching<'_> {
    fn drop(&mut self) {
        self.watchdog.calls().watched.remove(&self.key);
    }
}

impl Watchdog {
    pub(super) fn new(timers: Handle, fatal: Fatal) -> Arc<Self> {
        Arc::new(Self { calls: Mutex::default(), earlier: Notify::new(), timers, fatal })
    }

    /// Watches `call`, which runs on the task of whoever waits for it. Where it is still under watch when
    /// its time is over, its failure is logged and told by `relief`.
    pub(super) fn watch(
        self: &Arc<Self>,
        call: Arc<Call>,
        begun: Instant,
        place: Place,
        relief: Relief,
    ) -> Watching<'_> {
        let at = call.give_up + PATIENCE;
        let mut calls = self.calls();
        calls.count += 1;
        let key = (at, calls.count);
        calls.watched.insert(key, Watched { call, begun, place, relief });
        // Most calls have the same time, so that later ones are due later: nobody is woken for them.
        if calls.looks.is_none_or(|looks| at < looks) {
            calls.looks = Some(at);
            if calls.begun {
                self.earlier.notify_one();
            } else {
                calls.begun = true;
                self.timers.spawn(Arc::clone(self).run());
            }
        }
        Watching { watchdog: self, key }
    }

    async fn run(self: Arc<Self>) {
        loop {
            let (due, next) = self.due(Instant::now());
            for watched in due {
                self.relieve(watched);
            }
            let Some(next) = next else {
                self.earlier.notified().await;
                continue;
            };
            select! {
                () = sleep_until(next) => {}
                () = self.earlier.notified() => {}
            }
        }
    }

    /// The calls whose time is over, and when to look for the next.
    fn due(&self, now: Instant) -> (Vec<Watched>, Option<Instant>) {
        let mut calls = self.calls();
        let mut due = Vec::new();
        while let Some(first) = calls.watched.first_entry().filter(|first| first.key().0 <= now) {
            due.push(first.remove());
        }
        let next = calls.watched.first_key_value().map(|((at, _), _)| *at);
        // Where all have ended it sleeps on: the next call would only wake it.
        calls.looks = next.or(calls.looks.filter(|looks| *looks > now));
        (due, calls.looks)
    }

    fn relieve(&self, watched: Watched) {
        let Watched { call, begun, place, relief } = watched;
        let late = late();
        relief(&late);
        let late = Err(late);
        call.span().in_scope(|| outcome::tell(&late, begun.elapsed()));
        self.expect(&call.function, place, call.give_up);
    }

    /// A call that holds on to its place after it was given up, by itself or by blocking work that it
    /// began, keeps it for good: only a new process helps.
    pub(super) fn expect(&self, function: &Arc<str>, place: Place, give_up: Instant) {
        let fatal = Arc::clone(&self.fatal);
        let name = Arc::clone(function);
        self.timers.spawn(async move {
            sleep_until(give_up + GRACE).await;
            if place.strong_count() > 0 {
                fatal(&format!(
                    "function `{name}` does not let go after its deadline; a long computation needs \
                     an `.await` now and then, work in `anyfn::blocking` must end by itself in time"
                ));
            }
        });
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        lock(&self.calls)
    }
}

/// How a call ends whose time is over.
pub(super) fn late() -> Error {
    Error::retry("the deadline came before the call could end")
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    fn watchdog() -> Arc<Watchdog> {
        Watchdog::new(Handle::current(), Arc::new(|_: &str| ()))
    }

    /// A call of so many seconds, and what hears of its end in its place.
    fn watch(watchdog: &Arc<Watchdog>, seconds: u64) -> (Watching<'_>, UnboundedReceiver<String>) {
        let give_up = Instant::now() + Duration::from_secs(seconds);
        let call = Arc::new(Call { give_up, ..Call::test("work".into()) });
        let (tell, told) = unbounded_channel();
        let relief: Relief = Box::new(move |error| tell.send(error.to_string()).unwrap());
        (watchdog.watch(call, Instant::now(), Weak::new(), relief), told)
    }

    #[tokio::test(start_paused = true)]
    async fn calls_that_end_in_time_wake_it_once_in_the_time_they_have() {
        let watchdog = watchdog();
        let ends = async || {
            let (watching, mut told) = watch(&watchdog, 60);
            assert!(watching.end());
            tokio::task::yield_now().await;
            assert_eq!(told.recv().await, None);
            watchdog.calls().looks
        };
        let first = ends().await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!((ends().await, first.is_some()), (first, true));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert_eq!(watchdog.calls().looks, None);
        assert!(ends().await > first);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_hangs_is_told_of_whenever_it_looks_next() {
        for seconds in [1, 90] {
            let watchdog = watchdog();
            assert!(watch(&watchdog, 60).0.end());
            tokio::task::yield_now().await;
            let begun = Instant::now();
            let (watching, mut told) = watch(&watchdog, seconds);
            assert!(told.recv().await.unwrap().contains("the deadline came"));
            let more = begun.elapsed() - Duration::from_secs(seconds);
            assert!(more < 2 * PATIENCE, "{more:?}");
            assert!(!watching.end());
        }
    }
}
