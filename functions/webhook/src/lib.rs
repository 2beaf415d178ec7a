//! Signed webhooks: verified, recorded once, queued, archived.
//!
//! Deals with: the whole application; this page shows it. Does not deal with: what a webhook says.
//!
//! `POST /hooks/{provider}` -> a record in the store `deliveries` -> a message in the queue
//! `deliveries` -> the payload in the store `archive` under `{provider}/{yyyy}/{mm}/{dd}/{id}.json`.
//!
//! | setting | meaning |
//! |---|---|
//! | `WEBHOOK_SECRET_GITHUB`, `_STRIPE`, `_SLACK`, `_STANDARD` | secrets of the provider, separated by commas; any of them will do, so that one can be replaced without a gap. A provider without one answers 404. One of `_STANDARD` must be at least 24 bytes, once decoded. |

pub mod archive;
pub mod providers;
pub mod receive;
pub mod record;
mod state;
#[cfg(test)]
mod tests;

pub use state::Webhook;

use anyfn::{App, blob, config::optional, http, queue};
use record::Note;

/// The application.
pub fn app() -> App<Webhook> {
    App::new("webhook", Webhook::from_env)
        .on("receive", http::post("/hooks/{provider}").public(), receive::run)
        .on("archive", queue::messages::<Note>("deliveries"), archive::run)
        .needs(blob::store("deliveries").read().write())
        .needs(blob::store("archive").read().write())
        .needs(queue::named("deliveries").send())
        .config("WEBHOOK_SECRET_GITHUB", optional("").secret())
        .config("WEBHOOK_SECRET_STRIPE", optional("").secret())
        .config("WEBHOOK_SECRET_SLACK", optional("").secret())
        .config("WEBHOOK_SECRET_STANDARD", optional("").secret())
        .dead_letters(anyfn_services::dead_letters)
}
