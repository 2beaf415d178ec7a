//! The one queue engine behind SQS and Azure queue storage, a namespace per cloud.
//!
//! Deals with: durable messages, visibility, delay, expiry, receipts, redrive, FIFO order, waiting. All time
//! is the emulator's clock. Does not deal with: protocols, limits and permissions of a provider's API.

mod arrivals;
mod error;
mod held;
mod message;
mod receive;
mod send;
mod spec;
mod table;
#[cfg(test)]
mod tests;

use std::time::{Duration, SystemTime};

use rusqlite::Connection;

use self::arrivals::Arrivals;
pub use self::error::QueueError;
pub use self::message::{Message, NewMessage, message_of_receipt};
pub(crate) use self::send::insert;
pub use self::spec::{QueueSpec, Redrive};
pub use self::table::{Counts, QueueInfo, SCHEMA};
use crate::clock::{Clock, instant};
use crate::cloud::Cloud;
use crate::store::Store;

/// All queues of both clouds. A cheap handle; what a call has answered is committed.
#[derive(Clone)]
pub struct Queues {
    store: Store,
    clock: Clock,
    arrivals: Arrivals,
}

impl Queues {
    /// The queues of `store`, which must have been opened with this module's schema.
    #[must_use]
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, arrivals: Arrivals::default() }
    }

    /// The clock that every visibility and age is read from.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection, i64) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, QueueError> {
        let clock = self.clock.clone();
        self.store.write(move |db| job(db, clock.now_ms())).await
    }

    /// [`Queues::write`] that wakes who waits for the queue, whatever becomes of the caller.
    async fn write_and_wake<T: Send + 'static>(
        &self,
        cloud: Cloud,
        name: &str,
        job: impl FnOnce(&Connection, i64) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, QueueError> {
        let (clock, queues, name) = (self.clock.clone(), self.clone(), name.to_owned());
        let job = move |db: &Connection| job(db, clock.now_ms());
        self.store.write_then(job, Box::new(move |_| queues.arrived(cloud, &name))).await
    }

    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection, i64) -> Result<T, QueueError> + Send + 'static,
    ) -> Result<T, QueueError> {
        let clock = self.clock.clone();
        self.store.read(move |db| query(db, clock.now_ms())).await
    }

    /// Makes a queue; `false` where it exists with the very same settings.
    ///
    /// # Errors
    /// [`QueueError::Exists`] where it exists with others.
    pub async fn create(
        &self,
        cloud: Cloud,
        name: &str,
        spec: QueueSpec,
    ) -> Result<bool, QueueError> {
        let name = name.to_owned();
        self.write(move |db, now| table::create(db, now, cloud, &name, &spec)).await
    }

    /// A queue's settings.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub async fn spec(&self, cloud: Cloud, name: &str) -> Result<QueueSpec, QueueError> {
        self.info(cloud, name).await.map(|info| info.spec)
    }

    /// A queue's settings and when they were made.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub async fn info(&self, cloud: Cloud, name: &str) -> Result<QueueInfo, QueueError> {
        let name = name.to_owned();
        self.read(move |db, _| table::info(db, cloud, &name)).await
    }

    /// Replaces a queue's settings.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub async fn set_spec(
        &self,
        cloud: Cloud,
        name: &str,
        spec: QueueSpec,
    ) -> Result<(), QueueError> {
        let name = name.to_owned();
        self.write(move |db, now| table::set_spec(db, now, cloud, &name, &spec)).await
    }

    /// Removes a queue and all it holds.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub async fn remove(&self, cloud: Cloud, name: &str) -> Result<(), QueueError> {
        let owned = name.to_owned();
        self.write_and_wake(cloud, name, move |db, _| table::remove(db, cloud, &owned)).await
    }

    /// The names of a cloud's queues that begin with `prefix`, sorted.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub async fn list(&self, cloud: Cloud, prefix: &str) -> Result<Vec<String>, QueueError> {
        let prefix = prefix.to_owned();
        self.read(move |db, _| table::list(db, cloud, &prefix)).await
    }

    /// Drops every message, hidden ones too; returns how many.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub async fn clear(&self, cloud: Cloud, name: &str) -> Result<usize, QueueError> {
        let name = name.to_owned();
        self.write(move |db, _| table::clear(db, cloud, &name)).await
    }

    /// How many messages there are, by what hides them.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub async fn counts(&self, cloud: Cloud, name: &str) -> Result<Counts, QueueError> {
        let name = name.to_owned();
        self.read(move |db, now| table::counts(db, now, cloud, &name)).await
    }

    /// Sends a message; it is durable when this returns. A repeated FIFO id stores nothing and returns the
    /// first message's id and sequence.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`], [`QueueError::TooLarge`].
    pub async fn send(
        &self,
        cloud: Cloud,
        name: &str,
        message: NewMessage,
    ) -> Result<Message, QueueError> {
        let owned = name.to_owned();
        self.write_and_wake(cloud, name, move |db, now| insert(db, now, cloud, &owned, message))
            .await
    }

    /// Takes up to `max` messages and hides them for `visibility` (the queue's own where `None`). Never
    /// waits. Messages received too often go to the dead-letter queue instead.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub async fn receive(
        &self,
        cloud: Cloud,
        name: &str,
        max: usize,
        visibility: Option<Duration>,
    ) -> Result<Vec<Message>, QueueError> {
        self.take(cloud, name, None, max, visibility).await
    }

    /// The first visible messages, not received.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub async fn peek(
        &self,
        cloud: Cloud,
        name: &str,
        max: usize,
    ) -> Result<Vec<Message>, QueueError> {
        let name = name.to_owned();
        self.read(move |db, now| table::peek(db, now, cloud, &name, max)).await
    }

    /// Deletes the message of a receipt.
    ///
    /// # Errors
    /// [`QueueError::MessageGone`], [`QueueError::ReceiptStale`], [`QueueError::ReceiptExpired`],
    /// [`QueueError::ReceiptMalformed`], [`QueueError::NoQueue`].
    pub async fn delete(&self, cloud: Cloud, name: &str, receipt: &str) -> Result<(), QueueError> {
        let (owned, receipt) = (name.to_owned(), receipt.to_owned());
        // The next message of a FIFO group may then be had.
        self.write_and_wake(cloud, name, move |db, now| {
            receive::delete(db, now, cloud, &owned, &receipt)
        })
        .await
    }

    /// Hides the message of a receipt for `visibility` from now on; returns the receipt that holds from now
    /// on (a new one on Azure).
    ///
    /// # Errors
    /// As [`Queues::delete`], and [`QueueError::NotInFlight`], [`QueueError::HiddenTooLong`] on SQS.
    pub async fn change_visibility(
        &self,
        cloud: Cloud,
        name: &str,
        receipt: &str,
        visibility: Duration,
    ) -> Result<String, QueueError> {
        self.update(cloud, name, receipt, visibility, None).await.map(|message| message.receipt)
    }

    /// [`Queues::change_visibility`] that also replaces the body where one is given (Azure).
    ///
    /// # Errors
    /// As [`Queues::change_visibility`].
    pub async fn update(
        &self,
        cloud: Cloud,
        name: &str,
        receipt: &str,
        visibility: Duration,
        body: Option<String>,
    ) -> Result<Message, QueueError> {
        let (owned, receipt) = (name.to_owned(), receipt.to_owned());
        self.write_and_wake(cloud, name, move |db, now| {
            receive::update(db, now, cloud, &owned, &receipt, visibility, body.as_deref())
        })
        .await
    }

    /// Wakes who waits for this queue. Only after a commit that `insert` was part of.
    pub fn arrived(&self, cloud: Cloud, name: &str) {
        self.arrivals.notify(cloud, name);
    }

    /// Returns when a receive may yield something, or when the clock shows `until`. Cancel-safe. Several
    /// waiters may wake for one message.
    ///
    /// # Errors
    /// [`QueueError::Store`]. A queue that does not exist yet is waited for.
    pub async fn wait(
        &self,
        cloud: Cloud,
        name: &str,
        until: SystemTime,
    ) -> Result<(), QueueError> {
        loop {
            let mut arrivals = self.arrivals.subscribe(cloud, name);
            let owned = name.to_owned();
            let next =
                self.read(move |db, now| receive::next_yield(db, now, cloud, &owned)).await?;
            let now = self.clock.now();
            let wake = next.map_or(until, |ms| instant(ms).min(until));
            if wake <= now {
                return Ok(());
            }
            tokio::select! {
                _ = arrivals.changed() => {}
                () = self.clock.sleep_until(wake) => {}
            }
        }
    }
}
