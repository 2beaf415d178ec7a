//! Every night at 03:00 UTC: deletes what expired, by rules, and files a report.
//!
//! Deals with: the whole application; this page shows it. Does not deal with: the rules' format, which
//! is in the package's README and in [`rules`].
//!
//! `sweep` runs at three; each rule of `CLEANUP_RULES` lists its prefix page by page and deletes in
//! batches. What does not fit into one call goes on in `continue`, by one message in the queue
//! `cleanups`. The report is `{yyyy}/{mm}/{dd}/{run}.json` in the store `reports`.
//!
//! | setting | meaning |
//! |---|---|
//! | `CLEANUP_RULES` | the rules, a JSON array: `[{"store": "photos", "prefix": "tmp/", "older_than": "30d"}]` |
//! | `CLEANUP_CALL_TIME` | a call hands over after so long even if its deadline is far: `5m`. Default: only its deadline counts |

pub mod count;
pub mod follow;
pub mod newest;
pub mod prune;
pub mod report;
pub mod rest;
pub mod resume;
pub mod rules;
pub mod selection;
mod state;
pub mod sweep;
pub mod tally;
#[cfg(test)]
mod tests;
pub mod turn;

pub use state::Cleanup;

use anyfn::config::{optional, required};
use anyfn::{App, blob, queue, schedule};
use rest::Rest;

/// The stores that rules may name. To clean another one, add its name here: the app then needs
/// `ANYFN_BLOB_<NAME>`, and its role may list and delete in it.
pub const STORES: [&str; 2] = ["photos", "thumbnails"];

/// The application.
pub fn app() -> App<Cleanup> {
    let app = App::new("cron-cleanup", Cleanup::from_env)
        .on("sweep", schedule::cron("0 3 * * *"), sweep::run)
        .on("continue", queue::messages::<Rest>("cleanups"), resume::run)
        .needs(blob::store("reports").read().write())
        .needs(queue::named("cleanups").send())
        .config("CLEANUP_RULES", required())
        .config("CLEANUP_CALL_TIME", optional(state::CALL_TIME))
        .dead_letters(anyfn_services::dead_letters);
    STORES.iter().fold(app, |app, store| app.needs(blob::store(*store).list().delete()))
}
