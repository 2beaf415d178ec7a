//! All messages that a provider delivers together, in one call.
//!
//! Deals with: the batch as its handler sees it, which of its messages failed. Does not deal with: the
//! order within a group, dead letters and reporting (the host's).
//!
//! A batch is worth it where ten messages cost little more than one: rows written in one statement, a
//! lock taken once. Where every message is work of its own, [`messages`](super::messages) is better: its
//! messages run side by side, each with its own failure, and one that panics takes no other with it.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::DeserializeOwned;

use super::super::{Event, Reply, Trigger};
use super::read;
use crate::error::Error;
use crate::manifest::TriggerSpec;

/// Messages delivered together, in the provider's order: never none, at most as many as the platform is
/// told to deliver (SQS: 10 unless set, up to 10,000; Azure storage queues: always one a call).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch<T> {
    items: Vec<Item<T>>,
    /// What did not read as `T`.
    unread: Failed,
}

/// One message of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<T> {
    /// The provider's id, unique in its batch: what [`Failed`] takes.
    pub id: String,
    /// The body.
    pub body: T,
    /// Which attempt at this message it is, from 1; `None` where the host does not say.
    pub attempt: Option<u32>,
    /// The group within which order is kept; `None` without `.fifo()`.
    pub group: Option<String>,
}

impl<T> Batch<T> {
    /// A batch for a unit test: bodies with the ids `1`, `2`, …, first attempt, no group.
    pub fn test(bodies: impl IntoIterator<Item = T>) -> Self {
        let item =
            |(id, body): (u32, T)| Item { id: id.to_string(), body, attempt: Some(1), group: None };
        (1..).zip(bodies).map(item).collect()
    }
}

impl<T> FromIterator<Item<T>> for Batch<T> {
    fn from_iter<I: IntoIterator<Item = Item<T>>>(items: I) -> Self {
        Self { items: items.into_iter().collect(), unread: Failed::default() }
    }
}

impl<T> Deref for Batch<T> {
    type Target = [Item<T>];

    fn deref(&self) -> &[Item<T>] {
        &self.items
    }
}

impl<T> IntoIterator for Batch<T> {
    type Item = Item<T>;
    type IntoIter = std::vec::IntoIter<Item<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Batch<T> {
    type Item = &'a Item<T>;
    type IntoIter = std::slice::Iter<'a, Item<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

/// The messages of a batch that shall be tried again, by id. None: all are dealt with, which `()` says
/// as well.
///
/// An id that is not in the batch is a fault of the function: all of the batch comes again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failed(BTreeSet<String>);

impl Failed {
    /// One more.
    pub fn insert(&mut self, id: impl Into<String>) {
        self.0.insert(id.into());
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.0.contains(id)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl<I: Into<String>> FromIterator<I> for Failed {
    fn from_iter<A: IntoIterator<Item = I>>(ids: A) -> Self {
        Self(ids.into_iter().map(Into::into).collect())
    }
}

impl<I: Into<String>> From<Vec<I>> for Failed {
    fn from(ids: Vec<I>) -> Self {
        ids.into_iter().collect()
    }
}

impl From<()> for Failed {
    fn from((): ()) -> Self {
        Self::default()
    }
}

impl Extend<String> for Failed {
    fn extend<A: IntoIterator<Item = String>>(&mut self, ids: A) {
        self.0.extend(ids);
    }
}

impl IntoIterator for Failed {
    type Item = String;
    type IntoIter = std::collections::btree_set::IntoIter<String>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The trigger: batches of one queue's messages, each decoded from JSON as `T`.
#[must_use]
pub struct Batches<T> {
    queue: String,
    fifo: bool,
    body: PhantomData<fn() -> T>,
}

/// Runs for the messages of `queue` as the provider delivers them, all of them in one call. Each body is
/// JSON that reads as `T`.
///
/// The handler returns which messages failed ([`Failed`], or `()` for none); those come again. Where it
/// fails itself, or panics, all of them do. Where it fails with [`Error::reject`], every message goes to
/// the dead-letter queue. A message whose body does not read as `T` is a failed attempt by itself, as
/// with [`messages`](super::messages), and the handler gets the others.
///
/// ```
/// use anyfn::queue::{Batch, Failed};
/// use anyfn::{Context, Error};
///
/// async fn store(orders: Batch<u64>, _cx: Context<()>) -> Result<Failed, Error> {
///     Ok(orders.iter().filter(|order| order.body == 0).map(|order| order.id.as_str()).collect())
/// }
/// # let app = anyfn::App::new("shop", |_| async { Ok(()) })
/// #     .on("store", anyfn::queue::batch::<u64>("orders"), store);
/// ```
pub fn batch<T: DeserializeOwned + Send + 'static>(queue: impl Into<String>) -> Batches<T> {
    Batches { queue: queue.into(), fifo: false, body: PhantomData }
}

impl<T> Batches<T> {
    /// Messages of one group come in order. After the first failed one of a group the host counts the
    /// rest of that group as failed, whatever the handler says: a handler stops there by itself, or does
    /// that work again. Azure storage queues have no such thing: the listing for that target refuses it.
    pub fn fifo(self) -> Self {
        Self { fifo: true, ..self }
    }
}

impl<T: DeserializeOwned + Send + 'static> Trigger for Batches<T> {
    type Event = Batch<T>;
    type Reply = Failed;

    fn spec(&self) -> TriggerSpec {
        TriggerSpec::Queue { queue: self.queue.clone(), fifo: self.fifo, batch: true }
    }

    fn open(&self, event: Event) -> Result<Batch<T>, Error> {
        let Event::Batch(batch) = event else { return Err(event.not("a batch of queue messages")) };
        let mut unread = Failed::default();
        let mut first = None;
        let mut items = Vec::with_capacity(batch.len());
        for Item { id, body, attempt, group } in batch {
            match read::<T>(&body) {
                Ok(body) => items.push(Item { id, body, attempt, group }),
                Err(error) => {
                    tracing::error!(message_id = id, %error, "a message of the batch could not be read");
                    unread.insert(id);
                    first.get_or_insert(error);
                }
            }
        }
        match first {
            Some(error) if items.is_empty() => Err(error),
            _ => Ok(Batch { items, unread }),
        }
    }

    fn unread(&self, batch: &mut Batch<T>) -> Failed {
        std::mem::take(&mut batch.unread)
    }

    fn seal(&self, failed: Failed) -> Reply {
        Reply::Failed(failed)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn sent(bodies: &[&'static str]) -> Event {
        Event::Batch(Batch::test(bodies.iter().map(|body| Bytes::from(*body))))
    }

    #[test]
    fn what_does_not_read_fails_by_itself_and_the_rest_keeps_its_order() {
        let trigger = batch::<u32>("numbers");
        let mut batch = trigger.open(sent(&["3", "x", "1", "-1"])).unwrap();
        let unread = trigger.unread(&mut batch);
        let left: Vec<_> = batch.iter().map(|item| (item.id.clone(), item.body)).collect();
        assert_eq!(left, [("1".to_owned(), 3), ("3".to_owned(), 1)]);
        assert_eq!(unread, Failed::from(vec!["2", "4"]));
        assert_eq!(trigger.seal(().into()).and(unread.clone()).failed(), unread);
    }

    #[test]
    fn nothing_that_reads_is_nothing_for_the_handler() {
        let trigger = batch::<u32>("numbers");
        let error = trigger.open(sent(&["x", "-1"])).unwrap_err();
        assert!(error.is_unreadable() && error.to_string().contains("at `.`: expected"), "{error}");
        assert!(trigger.open(sent(&[])).unwrap().is_empty());
    }

    #[test]
    fn one_message_is_no_batch_and_a_batch_is_no_message() {
        let one = || Event::Message(super::super::Message { body: Bytes::from("1") });
        let fault = batch::<u32>("numbers").open(one()).unwrap_err().to_string();
        assert_eq!(fault, "this function takes a batch of queue messages, not a queue message");
        let fault = super::super::messages::<u32>("numbers").open(sent(&["1"])).unwrap_err();
        assert!(fault.to_string().ends_with("not a batch of queue messages"), "{fault}");
    }

    impl Reply {
        fn failed(self) -> Failed {
            match self {
                Self::Failed(failed) => failed,
                other => panic!("{other:?}"),
            }
        }
    }
}
