//! Azure Functions: this process as a custom handler.
//!
//! Deals with: the host's envelope and forwarded HTTP (`server`), the files a deployment needs
//! ([`files`]). Does not deal with: storage accounts; dead letters leave through output bindings.

mod express;
mod files;
#[cfg(feature = "azure")]
mod server;
#[cfg(not(feature = "azure"))]
#[allow(clippy::duplicate_mod, reason = "stands in for each host that is left out")]
#[path = "../absent.rs"]
mod server;

pub use files::{DEAD_LETTER, EXECUTABLE, File, ROUTE_PREFIX, files};

use super::Environment;
pub(super) use server::serve;
