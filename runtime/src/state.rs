//! The app's shared state: built once, at the first need, by the author's function.
//!
//! Deals with: building it once however many calls wait for it, and again where building failed. Does
//! not deal with: whether a failure ends the process (the host's decision).

use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use tokio::sync::OnceCell;

use crate::config::Settings;
use crate::error::{Error, Kind};

type Init<S> = Box<dyn Fn(Settings) -> BoxFuture<'static, Result<S, Error>> + Send + Sync>;

pub(crate) struct State<S> {
    init: Init<S>,
    settings: OnceLock<Settings>,
    built: OnceCell<Arc<S>>,
}

impl<S> State<S> {
    pub(crate) fn new(init: Init<S>) -> Self {
        Self { init, settings: OnceLock::new(), built: OnceCell::new() }
    }

    /// The first settings stay.
    pub(crate) fn configure(&self, settings: Settings) {
        let _ = self.settings.set(settings);
    }

    /// Skips the author's function; a state that is already there stays.
    pub(crate) fn set(&self, state: S) {
        let _ = self.built.set(Arc::new(state));
    }

    pub(crate) async fn get(&self) -> Result<Arc<S>, Error> {
        let build = async || {
            let settings = self.settings.get().cloned().unwrap_or_default();
            (self.init)(settings).await.map(Arc::new).map_err(blameless)
        };
        self.built.get_or_try_init(build).await.map(Arc::clone)
    }
}

/// A state that cannot be built is no fault of the event that waits for it: the event is neither
/// rejected nor answered with the status of a client's mistake.
fn blameless(error: Error) -> Error {
    match error.kind() {
        Kind::Retry | Kind::Config => error,
        Kind::Reject | Kind::Status(_) => {
            Error::retry(format!("the app's state could not be built: {error}"))
        }
    }
}
