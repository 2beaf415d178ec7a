//! Works on the messages of the queue `my-app`.
//!
//! Deals with: the whole application; this page shows it. Does not deal with: the work (`work.rs`).

pub mod work;

use anyfn::{App, Error, Settings, queue};

/// What all messages share: clients, settings. Nothing so far.
pub struct State;

impl State {
    /// Opens what the messages need. Runs once, before the first one.
    ///
    /// # Errors
    /// None so far; a setting that is wrong belongs here, so that it is told at the start.
    pub async fn from_env(_settings: Settings) -> Result<Self, Error> {
        Ok(Self)
    }
}

/// The application.
pub fn app() -> App<State> {
    App::new("my-app", State::from_env)
        .on("my-app", queue::messages::<work::Order>("my-app"), work::run)
        .dead_letters(anyfn_services::dead_letters)
}
