//! Deals with: signed webhooks: recorded once, queued, archived.
//! Does not deal with: what a webhook says.

pub mod providers;
pub mod record;
