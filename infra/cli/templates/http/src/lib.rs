//! Greets whoever calls `GET /hello/{name}`.
//!
//! Deals with: the whole application; this page shows it. Does not deal with: greeting (`hello.rs`).

pub mod hello;

use anyfn::{App, Error, Settings, config::optional, http};

/// What all calls share.
pub struct State {
    /// Comes before the name.
    pub greeting: String,
}

impl State {
    /// Reads what the app declares below. Runs once, before the first call.
    ///
    /// # Errors
    /// None so far; a setting that is wrong belongs here, so that it is told at the start.
    pub async fn from_env(settings: Settings) -> Result<Self, Error> {
        Ok(Self { greeting: settings.get("GREETING")?.to_owned() })
    }
}

/// The application.
pub fn app() -> App<State> {
    App::new("my-app", State::from_env)
        .on("my-app", http::get("/hello/{name}").public(), hello::run)
        .config("GREETING", optional("Hello"))
}
