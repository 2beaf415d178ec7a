//! The newest objects under a prefix, however many there are.
//!
//! Deals with: their order, and holding only so many. Does not deal with: ages.

use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use time::OffsetDateTime;

/// Where an object stands among all of its prefix, oldest first: by its last write, then by its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// When it was last written.
    #[serde(with = "time::serde::rfc3339")]
    pub written: OffsetDateTime,
    /// Its key.
    pub key: String,
}

impl Mark {
    /// Whether the object `key` is older than the marked one.
    #[must_use]
    pub fn is_after(&self, written: OffsetDateTime, key: &str) -> bool {
        (written, key) < (self.written, self.key.as_str())
    }
}

/// The newest objects seen so far, `limit` at most.
#[derive(Debug)]
pub struct Newest {
    limit: usize,
    /// The oldest of them on top, ready to give way.
    heap: BinaryHeap<Reverse<Mark>>,
}

impl Newest {
    /// The `limit` newest; `seen` goes on where another call stopped.
    #[must_use]
    pub fn new(limit: usize, seen: Vec<Mark>) -> Self {
        Self { limit, heap: seen.into_iter().map(Reverse).collect() }
    }

    /// Takes an object in if it is among the newest.
    pub fn see(&mut self, written: OffsetDateTime, key: &str) {
        let mark = || Reverse(Mark { written, key: key.to_owned() });
        if self.heap.len() < self.limit {
            self.heap.push(mark());
        } else if let Some(mut oldest) = self.heap.peek_mut()
            && !oldest.0.is_after(written, key)
        {
            *oldest = mark();
        }
    }

    /// How many of them were last written before `cutoff`.
    #[must_use]
    pub fn before(&self, cutoff: OffsetDateTime) -> u64 {
        let old = self.heap.iter().filter(|Reverse(mark)| mark.written < cutoff);
        old.count() as u64
    }

    /// The oldest of them: it and whatever is newer stays.
    #[must_use]
    pub fn oldest(&self) -> Option<Mark> {
        self.heap.peek().map(|Reverse(mark)| mark.clone())
    }

    /// All of them, to go on with in another call.
    #[must_use]
    pub fn into_marks(self) -> Vec<Mark> {
        self.heap.into_iter().map(|Reverse(mark)| mark).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(second).unwrap()
    }

    #[test]
    fn of_objects_written_at_once_the_later_keys_are_the_newer() {
        let mut newest = Newest::new(2, Vec::new());
        for key in ["b", "d", "a", "c"] {
            newest.see(at(7), key);
        }
        let oldest = newest.oldest().unwrap();
        assert_eq!(oldest, Mark { written: at(7), key: "c".to_owned() });
        let older: Vec<&str> =
            ["a", "b", "c", "d"].into_iter().filter(|key| oldest.is_after(at(7), key)).collect();
        assert_eq!(older, ["a", "b"]);
        assert_eq!((newest.before(at(7)), newest.before(at(8))), (0, 2));
    }

    #[test]
    fn none_are_held_where_none_are_kept() {
        let mut newest = Newest::new(0, Vec::new());
        newest.see(at(1), "a");
        assert_eq!(newest.oldest(), None);
    }

    proptest! {
        #[test]
        fn it_holds_what_a_sorted_list_ends_with_also_where_it_was_interrupted(
            objects in prop::collection::btree_map("[a-d]{1,3}", 0i64..5, 0..40),
            limit in 0usize..8,
            cut in 0usize..40,
        ) {
            let mut sorted: Vec<Mark> =
                objects.iter().map(|(key, second)| Mark { written: at(*second), key: key.clone() }).collect();
            let cut = cut.min(sorted.len());
            let mut newest = Newest::new(limit, Vec::new());
            for mark in &sorted[..cut] {
                newest.see(mark.written, &mark.key);
            }
            let mut newest = Newest::new(limit, newest.into_marks());
            for mark in &sorted[cut..] {
                newest.see(mark.written, &mark.key);
            }
            sorted.sort();
            let expected = sorted[sorted.len().saturating_sub(limit)..].to_vec();
            prop_assert_eq!(newest.oldest(), expected.first().cloned());
            let mut held = newest.into_marks();
            held.sort();
            prop_assert_eq!(held, expected);
        }
    }
}
