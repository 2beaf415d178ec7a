//! Deals with: one message. Does not deal with: batches, retries, dead letters; the host has them.

use crate::State;
use anyfn::{Context, Error};
use serde::Deserialize;

/// What a message holds.
#[derive(Debug, Deserialize)]
pub struct Order {
    /// Which one.
    pub id: u64,
    /// How many pieces.
    pub pieces: u32,
}

/// Works on one order. A message may come twice: what is done here must bear that.
///
/// # Errors
/// Rejects an order of nothing: it is dead-lettered at once. Any other error is tried again first.
pub async fn run(order: Order, _cx: Context<State>) -> Result<(), Error> {
    let Order { id, pieces } = order;
    if pieces == 0 {
        return Err(Error::reject(format!("order {id} is of nothing")));
    }
    tracing::info!(id, pieces, "done");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyfn::Kind;

    #[tokio::test]
    async fn an_order_is_worked_on() {
        run(Order { id: 1, pieces: 2 }, Context::test(State)).await.unwrap();
    }

    #[tokio::test]
    async fn an_order_of_nothing_is_rejected_with_a_reason() {
        let error = run(Order { id: 1, pieces: 0 }, Context::test(State)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Reject);
        assert_eq!(error.to_string(), "order 1 is of nothing");
    }
}
