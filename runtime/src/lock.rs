//! Taking a lock whatever became of whoever had it.
//!
//! Deals with: mutexes whose holder panicked; what they guard is whole after every statement. Does not
//! deal with: locks that are held across an `.await`; there are none.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The lock of `what`, poisoned or not.
pub(crate) fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
