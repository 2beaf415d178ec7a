//! Does its work every night at three, UTC.
//!
//! Deals with: the whole application; this page shows it. Does not deal with: the night's work (`nightly.rs`).

pub mod nightly;

use anyfn::{App, Error, Settings, config::optional, schedule};

/// What all ticks share.
pub struct State {
    /// Days after which something is old.
    pub keep_days: u32,
}

impl State {
    /// Reads what the app declares below. Runs once, before the first tick.
    ///
    /// # Errors
    /// `KEEP_DAYS` is no number.
    pub async fn from_env(settings: Settings) -> Result<Self, Error> {
        Ok(Self { keep_days: settings.parse("KEEP_DAYS", "30")? })
    }
}

/// The application.
pub fn app() -> App<State> {
    App::new("my-app", State::from_env)
        .on("my-app", schedule::cron("0 3 * * *"), nightly::run)
        .config("KEEP_DAYS", optional("30"))
}
