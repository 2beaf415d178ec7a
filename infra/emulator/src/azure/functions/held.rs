//! Which queue messages the host holds, kept with the queues themselves.
//!
//! Deals with: taking messages and noting it in one transaction, giving back what a host held that is
//! gone.
//! Does not deal with: what happens to a message in between (`queue_listener`).
//!
//! Azure would let such a message wait out its ten minutes, because another host might still be at
//! work on it. Here there is one host, so once it is gone nobody is.

use std::time::Duration;

use rusqlite::{Connection, params};

use crate::cloud::Cloud;
use crate::queues::{self, Message, QueueError, Queues};
use crate::store::Store;

/// One listener's hold on one queue.
#[derive(Clone)]
pub(crate) struct Held {
    pub(crate) store: Store,
    pub(crate) queues: Queues,
    pub(crate) app: String,
    pub(crate) queue: String,
}

impl Held {
    /// Takes up to `max` messages for `visibility`, and forgets those of the ids in `finished`.
    pub(crate) async fn take(
        &self,
        max: usize,
        visibility: Duration,
        finished: Vec<String>,
    ) -> Result<Vec<Message>, QueueError> {
        let (app, queue) = (self.app.clone(), self.queue.clone());
        let clock = self.queues.clock().clone();
        self.store
            .write(move |db| {
                for id in finished {
                    db.prepare_cached(
                        "DELETE FROM azure_held WHERE app = ?1 AND queue = ?2 AND id = ?3",
                    )?
                    .execute(params![app, queue, id])?;
                }
                let now = clock.now_ms();
                let taken = queues::take(db, now, Cloud::Azure, &queue, max, Some(visibility))?;
                for message in &taken {
                    note(db, &app, &queue, message.id.as_str(), &message.receipt)?;
                }
                Ok(taken)
            })
            .await
    }

    /// Notes the receipt that a renewed message has now.
    pub(crate) async fn renewed(&self, id: &str, receipt: &str) -> Result<(), QueueError> {
        let (app, queue) = (self.app.clone(), self.queue.clone());
        let (id, receipt) = (id.to_owned(), receipt.to_owned());
        self.store.write(move |db| Ok(note(db, &app, &queue, &id, &receipt)?)).await
    }

    /// Makes every message visible that an earlier host of this app held; returns how many.
    pub(crate) async fn release(&self) -> Result<usize, QueueError> {
        let (app, queue) = (self.app.clone(), self.queue.clone());
        let receipts: Vec<String> = self
            .store
            .write(move |db| {
                let mut held = db.prepare_cached(
                    "DELETE FROM azure_held WHERE app = ?1 AND queue = ?2 RETURNING receipt",
                )?;
                let rows = held.query_map([&app, &queue], |row| row.get(0))?;
                Ok::<_, QueueError>(rows.collect::<Result<_, _>>()?)
            })
            .await?;
        let mut released = 0;
        for receipt in receipts {
            let visible =
                self.queues.change_visibility(Cloud::Azure, &self.queue, &receipt, Duration::ZERO);
            // Deleted, or in other hands by now.
            released += usize::from(visible.await.is_ok());
        }
        Ok(released)
    }
}

fn note(
    db: &Connection,
    app: &str,
    queue: &str,
    id: &str,
    receipt: &str,
) -> Result<(), rusqlite::Error> {
    db.prepare_cached("INSERT OR REPLACE INTO azure_held VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![app, queue, id, receipt])?;
    Ok(())
}
