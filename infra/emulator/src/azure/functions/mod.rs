//! The emulated Azure Functions host with a custom handler: one host, one worker process an app.
//!
//! Deals with: running an app from its folder (host.json, NAME/function.json) and its settings alone.
//! Does not deal with: the storage account it listens on (`crate::queues`), making that folder.
//!
//! Where it is kinder than the real host, on purpose: a success without a body fails at once instead of
//! hanging (`reply`); what a killed host held becomes visible at once (`held`); redirects are only
//! followed to the worker (`wire`).

mod admin;
mod app;
mod by_hand;
mod envelope;
mod files;
mod function_json;
mod generation;
mod host;
mod host_json;
mod http;
mod http_reply;
#[cfg(test)]
mod http_tests;
mod http_trigger;
mod invoke;
mod launch;
mod outputs;
mod passthrough;
mod queue_listener;
#[cfg(test)]
mod replace_tests;
mod reply;
mod route;
mod schedule;
mod section;
mod settings;
#[cfg(test)]
mod test_host;
mod timer;
mod wire;
mod worker;

pub use app::{App, Deps, FunctionInfo, HostError, Input};
pub use files::FileError;
pub use host::{FunctionsHost, Prepared};
pub use invoke::Outcome;

/// The tables of this room: what timers remember (`timer`).
pub const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS azure_timer (
    app TEXT NOT NULL, function TEXT NOT NULL, schedule TEXT NOT NULL,
    last_ms INTEGER, next_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
    PRIMARY KEY (app, function)) WITHOUT ROWID;
";
