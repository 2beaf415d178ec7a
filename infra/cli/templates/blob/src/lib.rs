//! Counts the words of each text that arrives in the store `texts`, and files the count in the store
//! `counts`.
//!
//! Deals with: the whole application; this page shows it. Does not deal with: counting (`count.rs`).

pub mod count;

use anyfn::{App, Error, Settings, blob};
use anyfn_services::{Blob, blob::from_env};

/// What all calls share.
#[derive(Clone)]
pub struct State {
    /// Where texts arrive.
    pub texts: Blob,
    /// Where counts go.
    pub counts: Blob,
}

impl State {
    /// Opens both stores. Runs once, before the first call.
    ///
    /// # Errors
    /// A binding is missing or wrong.
    pub async fn from_env(_settings: Settings) -> Result<Self, Error> {
        let open = |name| from_env(name).map_err(Error::config);
        Ok(Self { texts: open("texts")?, counts: open("counts")? })
    }
}

/// The application.
pub fn app() -> App<State> {
    App::new("my-app", State::from_env)
        .on("my-app", blob::created("texts").suffix(".txt"), count::run)
        .needs(blob::store("texts").read())
        .needs(blob::store("counts").write())
        .dead_letters(anyfn_services::dead_letters)
}
