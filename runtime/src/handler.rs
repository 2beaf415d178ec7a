//! The trait behind an author's function.
//!
//! Deals with: one event, one reply. Does not deal with: batches, retries, panics (the engine's), nor
//! with where the event came from (the trigger's).

use crate::trigger::queue::Failed;
use crate::{Context, Error};

/// Runs one event of type `E` with shared state `S`.
///
/// Every `async fn(E, Context<S>) -> Result<R, Error>` is one; a struct may be one too, where a
/// function carries its own settings. A call may run more than once for one event, and several run at
/// once: a handler must be idempotent and keeps what it shares in `S`.
#[diagnostic::on_unimplemented(
    message = "this function cannot handle events of type `{E}` with state `{S}`",
    label = "expected an `async fn(event: {E}, cx: Context<{S}>) -> Result<_, anyfn::Error>`",
    note = "the trigger of the same `.on(…)` decides the event's type; `App::new` decides the state's"
)]
pub trait Handler<E, S>: Send + Sync + 'static {
    /// What the trigger of the same `.on(…)` wants back: `()` for all but HTTP and batches.
    type Reply;

    /// Handles one event. Dropped at an await point when the deadline nears.
    fn call(
        &self,
        event: E,
        cx: Context<S>,
    ) -> impl Future<Output = Result<Self::Reply, Error>> + Send;
}

#[diagnostic::do_not_recommend]
impl<E, S, F, R, Fut> Handler<E, S> for F
where
    F: Fn(E, Context<S>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<R, Error>> + Send,
{
    type Reply = R;

    fn call(&self, event: E, cx: Context<S>) -> impl Future<Output = Result<R, Error>> + Send {
        self(event, cx)
    }
}

/// What a handler returns is what its trigger wants: every type answers for itself, and `()` for a batch
/// of which nothing failed. A trait only so that the compiler can say it in those words.
#[diagnostic::on_unimplemented(
    message = "this function returns `{Self}`, but its trigger wants `{R}` back",
    note = "requests are answered by `anyfn::http::Response`, batches by `anyfn::queue::Failed` or `()`, \
            everything else by `()`"
)]
pub trait Answers<R> {
    /// Itself.
    fn answer(self) -> R;
}

impl<R> Answers<R> for R {
    fn answer(self) -> R {
        self
    }
}

#[diagnostic::do_not_recommend]
impl Answers<Failed> for () {
    fn answer(self) -> Failed {
        Failed::default()
    }
}
