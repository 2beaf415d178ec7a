//! The one clock of the emulator: real, or virtual and moved by a control call.
//!
//! Deals with: now, waiting until an instant. Visibility timeouts, retries, schedules and ages read it.
//! Does not deal with: a function's own deadline and the age of a signature, which stay in real time
//! because the process on the other side has no other.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::watch;

/// In the state folder: milliseconds since the Unix epoch.
const FILE: &str = "clock";

/// 9999-12-31T23:59:59Z.
const LAST_MS: i64 = 253_402_300_799_000;

/// A cheap handle; all clones show the same time.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Real,
    Virtual {
        time: watch::Sender<SystemTime>,
        /// Where the instant is kept for the next start.
        kept: Option<PathBuf>,
    },
}

/// Why a clock could not be moved.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ClockError {
    /// Only a virtual clock can be moved.
    #[error("the clock is real and cannot be advanced; start the emulator with --clock virtual")]
    Real,
    /// Instants end with the year 9999, which is as far as RFC 3339 reaches.
    #[error("the clock cannot go past the year 9999")]
    Beyond,
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
        Self(Arc::new(Kind::Virtual { time: watch::Sender::new(start), kept: None }))
    }

    /// A virtual clock that goes on where one with the same state folder stood: what it holds is dated
    /// by that clock. It stands at `start` where there was none or it stood earlier.
    #[must_use]
    pub fn virtual_in(state: &Path, start: SystemTime) -> Self {
        let stood = Self::stood_in(state).unwrap_or(start);
        let kept = Some(state.join(FILE));
        Self(Arc::new(Kind::Virtual { time: watch::Sender::new(stood.max(start)), kept }))
    }

    /// Where the last virtual clock of this state folder stood.
    #[must_use]
    pub fn stood_in(state: &Path) -> Option<SystemTime> {
        let text = std::fs::read_to_string(state.join(FILE)).ok()?;
        text.trim().parse().ok().map(instant)
    }

    /// Whether [`Clock::advance`] works.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        matches!(*self.0, Kind::Virtual { .. })
    }

    /// The present instant.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        match &*self.0 {
            Kind::Real => SystemTime::now(),
            Kind::Virtual { time, .. } => *time.borrow(),
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
            Kind::Virtual { time, .. } => {
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
    /// [`ClockError::Real`] on a real clock, [`ClockError::Beyond`].
    pub fn advance(&self, by: Duration) -> Result<SystemTime, ClockError> {
        self.advance_to(self.now().checked_add(by).ok_or(ClockError::Beyond)?)
    }

    /// Moves a virtual clock forward to `to`; returns the new time.
    ///
    /// # Errors
    /// [`ClockError::Real`] on a real clock, [`ClockError::Backwards`] where `to` is past,
    /// [`ClockError::Beyond`].
    pub fn advance_to(&self, to: SystemTime) -> Result<SystemTime, ClockError> {
        let Kind::Virtual { time, kept } = &*self.0 else { return Err(ClockError::Real) };
        if millis(to) > LAST_MS {
            return Err(ClockError::Beyond);
        }
        let moved = time.send_if_modified(|now| {
            let forward = to >= *now;
            if forward {
                *now = to;
            }
            forward
        });
        if !moved {
            return Err(ClockError::Backwards);
        }
        if let Some(Err(error)) =
            kept.as_ref().map(|file| std::fs::write(file, millis(to).to_string()))
        {
            tracing::warn!(%error, "the virtual clock cannot be kept for the next start");
        }
        Ok(to)
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
    fn a_virtual_clock_goes_on_where_it_stood() {
        let state = tempfile::tempdir().unwrap();
        let (early, late) = (instant(1_000), instant(90_000));
        Clock::virtual_in(state.path(), early).advance_to(late).unwrap();
        assert_eq!(Clock::virtual_in(state.path(), early).now(), late);
        assert_eq!(Clock::virtual_in(state.path(), instant(99_000)).now(), instant(99_000));
        assert_eq!(Clock::stood_in(state.path()), Some(late));
    }

    #[test]
    fn time_neither_goes_back_nor_moves_by_hand_when_it_is_real() {
        let clock = Clock::virtual_at(SystemTime::UNIX_EPOCH + Duration::from_secs(9));
        assert_eq!(clock.advance_to(SystemTime::UNIX_EPOCH), Err(ClockError::Backwards));
        assert_eq!(Clock::real().advance(Duration::ZERO), Err(ClockError::Real));
        for years in [9000, 300_000_000_000] {
            let by = Duration::from_secs(years * 31_557_600);
            assert_eq!(clock.advance(by), Err(ClockError::Beyond));
        }
        assert_eq!(millis(clock.now()), 9000, "a refused move moves nothing");
    }
}
