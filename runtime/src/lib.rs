//! Write an event-driven function once; run the same binary on AWS Lambda, as an Azure Functions
//! custom handler, in a container and under a local emulator.
//!
//! Deals with: handlers, triggers, the app that ties them together, the hosts that run it.
//! Does not deal with: clients of any service (`anyfn-services`), the local cloud (`anyfn-emulator`).
//!
//! ```
//! use anyfn::{App, Context, Error, Settings, queue};
//!
//! #[derive(serde::Deserialize)]
//! struct Order {
//!     id: u64,
//! }
//!
//! struct Shop;
//!
//! impl Shop {
//!     async fn from_env(_settings: Settings) -> Result<Self, Error> {
//!         Ok(Self)
//!     }
//! }
//!
//! async fn ship(order: Order, cx: Context<Shop>) -> Result<(), Error> {
//!     println!("{} ships order {}", cx.invocation_id(), order.id);
//!     Ok(())
//! }
//!
//! fn app() -> App<Shop> {
//!     App::new("shop", Shop::from_env)
//!         .on("ship", queue::messages::<Order>("orders"), ship)
//!         .dead_letters(|_function, _body, _attributes| async { Ok(()) })
//! }
//! # app().manifest().unwrap();
//! ```

mod app;
mod blocking;
pub mod config;
#[cfg_attr(not(feature = "lambda"), allow(dead_code, reason = "each host needs other parts of it"))]
mod context;
#[cfg_attr(
    not(all(feature = "lambda", feature = "azure", feature = "container")),
    allow(dead_code, reason = "each host needs other parts of it")
)]
mod engine;
#[cfg_attr(
    not(all(feature = "lambda", feature = "container")),
    allow(dead_code, reason = "each host needs other parts of it")
)]
mod error;
mod handler;
pub mod host;
mod json;
mod lock;
pub mod manifest;
pub mod name;
mod need;
mod state;
pub mod trigger;

pub use app::{App, BoxError};
pub use blocking::blocking;
pub use config::Settings;
pub use context::{Context, TraceContext};
pub use error::{Error, Kind};
pub use handler::{Answers, Handler};
pub use host::main;
pub use trigger::{Event, Reply, Trigger, http, schedule};

/// What concerns blobs: the triggers [`created`](blob::created) and [`deleted`](blob::deleted), and
/// the declaration [`store`](blob::store) of what the app may do with a store.
pub mod blob {
    pub use crate::need::{BlobNeed, store};
    pub use crate::trigger::blob::{Blob, BlobEvent, created, deleted};
}

/// What concerns queues: the triggers [`messages`](queue::messages) and [`batch`](queue::batch()), and
/// the declaration [`named`](queue::named) of what the app may do with a queue.
pub mod queue {
    pub use crate::need::{QueueNeed, named};
    pub use crate::trigger::queue::{
        Batch, Batches, Failed, Item, Message, Messages, batch, messages,
    };
}
