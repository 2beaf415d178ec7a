//! The local cloud.
//!
//! Deals with: the emulated hosts, their event sources, storage and queue APIs, one durable store.
//! Does not deal with: building functions, watching sources, talking to a person (`anyfn-cli`).

pub mod apps;
pub mod aws;
pub mod azure;
pub mod blobs;
pub mod clock;
pub mod cloud;
pub mod control;
mod emulator;
mod error;
pub mod events;
pub mod identity;
mod listening;
pub mod measured;
mod options;
pub mod portable;
pub mod process;
pub mod provision;
pub mod queues;
mod ready;
mod reload;
mod start;
mod status;
pub mod store;

pub use emulator::Emulator;
pub use error::EmulatorError;
pub use options::{AppSource, Entrypoint, Hosts, Options, PackedApp, Ports};
pub use ready::Ready;
pub use reload::Reloaded;
pub use status::{FunctionStatus, Functions};
