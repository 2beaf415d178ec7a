//! The one clock of the emulator: real, or virtual and moved by a control call.
//!
//! Deals with: now, waiting until an instant. Visibility timeouts, retries, schedules and ages read it.
//! Does not deal with: a function's own deadline and the age of a signature, which stay in real time
//! because the process on the other side has no other.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

/// A cheap handle; all clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Real,
    Virtual(watch::Sender<SystemTime>),
}

/// Why a clock could not be moved.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClockError {
    /// Only a virtual clock can be moved.
    #[error("the clock is real and cannot be advanced; start the emulator with --clock virtual")]
    Real,
    /// Time runs forward only.
    #[error("the clock cannot go back; it is already past the instant that was asked for")]
    Backwards,
}

impl Clock {
    /// The machine's own clock.
    #[must_use]
    pub fn real() -> Self {
        Self(Arc::new(Kind::Real))
    }

    /// A clock that stands at `start` until it is advanced.
    #[must_use]
    pub fn virtual_at(start: SystemTime) -> Self {
        Self(Arc::new(Kind::Virtual(watch::Sender::new(start))))
    }

    /// Whether [`Clock::advance`] works.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        matches!(*self.0, Kind::Virtual(_))
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        match &*self.0 {
            Kind::Real => SystemTime::now(),
            Kind::Virtual(time) => *time.borrow(),
        }
    }

    /// Milliseconds since the Unix epoch: how the store keeps instants.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        millis(self.now())
    }

    /// Returns once the clock shows `until` or later. Cancel-safe.
    pub async fn sleep_until(&self, until: SystemTime) {
        match &*self.0 {
            Kind::Real => {
                if let Ok(left) = until.duration_since(SystemTime::now()) {
                    tokio::time::sleep(left).await;
                }
            }
            Kind::Virtual(time) => {
                let mut seen = time.subscribe();
                // The sender lives in `self`, so this only ends when the time has come.
                let _ = seen.wait_for(|now| *now >= until).await;
            }
        }
    }

    /// Returns once `duration` has passed on this clock. Cancel-safe.
    pub async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.now() + duration).await;
    }

    /// Moves a virtual clock forward by `by`; returns the new time.
    ///
    /// # Errors
    /// [`ClockError::Real`] on a real clock.
    pub fn advance(&self, by: Duration) -> Result<SystemTime, ClockError> {
        self.advance_to(self.now() + by)
    }

    /// Moves a virtual clock forward to `to`; returns the new time.
    ///
    /// # Errors
    /// [`ClockError::Real`] on a real clock, [`ClockError::Backwards`] where `to` is past.
    pub fn advance_to(&self, to: SystemTime) -> Result<SystemTime, ClockError> {
        let Kind::Virtual(time) = &*self.0 else { return Err(ClockError::Real) };
        let moved = time.send_if_modified(|now| {
            let forward = to >= *now;
            if forward {
                *now = to;
            }
            forward
        });
        if moved { Ok(to) } else { Err(ClockError::Backwards) }
    }
}

/// Milliseconds from the Unix epoch to `time`; negative before it.
#[must_use]
pub fn millis(time: SystemTime) -> i64 {
    let whole = |d: Duration| i64::try_from(d.as_millis()).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => whole(after),
        Err(before) => -whole(before.duration()),
    }
}

/// The instant `ms` milliseconds after the Unix epoch; the epoch itself for a negative number.
#[must_use]
pub fn instant(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_virtual_sleeper_wakes_when_the_clock_is_moved_and_not_before() {
        let clock = Clock::virtual_at(SystemTime::UNIX_EPOCH);
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_secs(3600)).await }
        });
        // The sleeper reads the clock when it first runs.
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(3599)).unwrap();
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1)).unwrap();
        sleeper.await.unwrap();
    }

    #[test]
    fn time_neither_goes_back_nor_moves_by_hand_when_it_is_real() {
        let clock = Clock::virtual_at(SystemTime::UNIX_EPOCH + Duration::from_secs(9));
        assert_eq!(clock.advance_to(SystemTime::UNIX_EPOCH), Err(ClockError::Backwards));
        assert_eq!(Clock::real().advance(Duration::ZERO), Err(ClockError::Real));
    }
}
