//! Deals with: one night's work. Does not deal with: when it is night.

use crate::State;
use anyfn::{Context, Error, schedule::Tick};
use std::time::{Duration, SystemTime};

/// Says what is old by now. A tick may come late, or twice: what is done here must bear that.
///
/// # Errors
/// The tick is before the year 1970. A failed tick is logged and not tried again; the next one comes.
pub async fn run(tick: Tick, cx: Context<State>) -> Result<(), Error> {
    let due = tick.scheduled_at.unwrap_or_else(SystemTime::now);
    let limit = limit(due, cx.keep_days)?;
    tracing::info!(keep_days = cx.keep_days, seconds = limit.as_secs(), "older than this goes");
    Ok(())
}

/// What was last touched before this, in time since 1970, is old.
fn limit(due: SystemTime, keep_days: u32) -> Result<Duration, Error> {
    let since_1970 = due.duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(since_1970.saturating_sub(Duration::from_secs(86_400 * u64::from(keep_days))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_lies_as_many_days_back_as_is_set() {
        let day = |days: u64| Duration::from_secs(86_400 * days);
        assert_eq!(limit(SystemTime::UNIX_EPOCH + day(40), 30).unwrap(), day(10));
        assert!(limit(SystemTime::UNIX_EPOCH - day(1), 30).is_err());
    }

    #[tokio::test]
    async fn a_tick_without_an_instant_means_now() {
        let tick = Tick { scheduled_at: None, past_due: false };
        run(tick, Context::test(State { keep_days: 30 })).await.unwrap();
    }
}
