//! Messages that a host of this emulator is at work on.
//!
//! Deals with: taking and noting it in one transaction, hiding what is held from every receiver however
//! far the clock moves, giving back what a host held that is gone.
//! Does not deal with: what happens to a message in between (`aws::lambda`, `azure::functions`).
//!
//! Providers only have a timeout for this: a host that is gone is noticed when it passes, and a call that
//! takes longer is given its message a second time. Here the host and the queue are one process, so it is
//! known who is at work. A message that was let go is visible when its timeout, counted from the receive,
//! has passed; one whose host is gone is visible at once, and that receive does not count.

use std::time::Duration;

use rusqlite::{Connection, params};

use super::{Message, QueueError, Queues, receive};
use crate::cloud::Cloud;

impl Queues {
    /// [`Queues::receive`] of messages that nobody else gets, whatever their timeout, until they are
    /// deleted, let go, or released.
    ///
    /// # Errors
    /// [`QueueError::NoQueue`].
    pub(crate) async fn hold(
        &self,
        cloud: Cloud,
        name: &str,
        holder: &str,
        max: usize,
        visibility: Option<Duration>,
    ) -> Result<Vec<Message>, QueueError> {
        self.take(cloud, name, Some(holder.to_owned()), max, visibility).await
    }

    /// Ends the hold on those messages of `ids` that are still there: from now on their visibility
    /// decides.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub(crate) async fn let_go(
        &self,
        cloud: Cloud,
        name: &str,
        ids: Vec<String>,
    ) -> Result<(), QueueError> {
        let owned = name.to_owned();
        self.write_and_wake(cloud, name, move |db, _| {
            let mut update = db.prepare_cached(
                "UPDATE queue_message SET holder = NULL WHERE cloud = ?1 AND queue = ?2 AND id = ?3",
            )?;
            for id in ids {
                update.execute(params![cloud.as_str(), owned, id])?;
            }
            Ok(())
        })
        .await
    }

    /// Makes everything visible that `holder`, which is gone, was at work on, as if it had not been
    /// received; returns how many messages that were.
    ///
    /// # Errors
    /// [`QueueError::Store`].
    pub(crate) async fn release(&self, cloud: Cloud, holder: &str) -> Result<usize, QueueError> {
        let (holder, all) = (holder.to_owned(), self.clone());
        let job = move |db: &Connection| {
            let mut update = db.prepare_cached(
                "UPDATE queue_message SET holder = NULL, visible_ms = min(visible_ms, received_ms),
                     receive_count = max(receive_count - 1, 0)
                 WHERE cloud = ?1 AND holder = ?2 RETURNING queue",
            )?;
            let rows = update.query_map(params![cloud.as_str(), holder], |row| row.get(0))?;
            Ok::<Vec<String>, QueueError>(rows.collect::<Result<_, _>>()?)
        };
        let wake = move |queues: &Vec<String>| {
            for queue in queues {
                all.arrived(cloud, queue);
            }
        };
        self.store.write_then(job, Box::new(wake)).await.map(|queues| queues.len())
    }

    pub(super) async fn take(
        &self,
        cloud: Cloud,
        name: &str,
        holder: Option<String>,
        max: usize,
        visibility: Option<Duration>,
    ) -> Result<Vec<Message>, QueueError> {
        let (name, clock, queues) = (name.to_owned(), self.clock.clone(), self.clone());
        let job = move |db: &Connection| {
            receive::receive(db, clock.now_ms(), cloud, &name, holder.as_deref(), max, visibility)
        };
        let wake = move |received: &receive::Received| {
            if let Some(dead_letter) = &received.dead_letter {
                queues.arrived(cloud, dead_letter);
            }
        };
        self.store.write_then(job, Box::new(wake)).await.map(|received| received.messages)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::clock::{Clock, instant};
    use crate::queues::{Counts, NewMessage, QueueSpec, SCHEMA};
    use crate::store::Store;

    const AWS: Cloud = Cloud::Aws;

    fn open(clock: &Clock, folder: &Arc<tempfile::TempDir>) -> Queues {
        Queues::new(Store::open(folder.path(), SCHEMA).unwrap(), clock.clone())
    }

    async fn held() -> (Queues, Clock, Message, Arc<tempfile::TempDir>) {
        let clock = Clock::virtual_at(instant(1_700_000_000_000));
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let queues = open(&clock, &folder);
        let spec = QueueSpec { fifo: true, content_dedup: true, ..QueueSpec::new(AWS) };
        queues.create(AWS, "q", spec).await.unwrap();
        for body in ["1", "2"] {
            let message = NewMessage { group: Some("g".to_owned()), ..NewMessage::text(body) };
            queues.send(AWS, "q", message).await.unwrap();
        }
        let first = queues.hold(AWS, "q", "host", 1, None).await.unwrap().remove(0);
        (queues, clock, first, folder)
    }

    async fn received(queues: &Queues) -> Vec<(String, u32)> {
        let messages = queues.receive(AWS, "q", 10, None).await.unwrap();
        messages.into_iter().map(|message| (message.body, message.receive_count)).collect()
    }

    #[tokio::test]
    async fn what_is_held_is_nobody_elses_after_its_timeout_and_can_still_be_deleted() {
        let (queues, clock, first, _folder) = held().await;
        clock.advance(Duration::from_secs(3600)).unwrap();
        assert!(received(&queues).await.is_empty(), "it holds its group, too");
        assert!(queues.peek(AWS, "q", 1).await.unwrap()[0].body == "2");
        assert_eq!(queues.counts(AWS, "q").await.unwrap().in_flight, 1);
        queues.delete(AWS, "q", &first.receipt).await.unwrap();
        assert_eq!(received(&queues).await, [("2".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn what_was_let_go_waits_for_its_timeout_counted_from_its_receive() {
        let (queues, clock, first, _folder) = held().await;
        clock.advance(Duration::from_secs(20)).unwrap();
        queues.let_go(AWS, "q", vec![first.id]).await.unwrap();
        clock.advance(Duration::from_secs(9)).unwrap();
        assert!(received(&queues).await.is_empty());
        clock.advance(Duration::from_secs(1)).unwrap();
        assert_eq!(received(&queues).await, [("1".to_owned(), 2), ("2".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn what_was_released_is_there_at_once_as_if_it_had_not_been_received() {
        let (queues, _clock, _first, _folder) = held().await;
        assert_eq!(queues.release(AWS, "another host").await.unwrap(), 0);
        assert_eq!(queues.release(AWS, "host").await.unwrap(), 1);
        assert_eq!(received(&queues).await, [("1".to_owned(), 1), ("2".to_owned(), 1)]);
    }

    #[tokio::test]
    async fn nobody_holds_anything_when_the_store_is_opened_again() {
        let (queues, clock, _first, folder) = held().await;
        drop(queues);
        let queues = open(&clock, &folder);
        let counts = queues.counts(AWS, "q").await.unwrap();
        assert_eq!(counts, Counts { visible: 2, in_flight: 0, delayed: 0 });
        assert_eq!(received(&queues).await, [("1".to_owned(), 1), ("2".to_owned(), 1)]);
    }
}
