//! The deleting pass: page by page, in batches, several of them under way while the next page comes.
//!
//! Deals with: one pass over a rule's prefix, what failed in it. Does not deal with: whether it may
//! run at all (`turn`).
//!
//! Memory does not grow with the number of objects: a page, a batch that fills, `FLIGHTS` under way.

use crate::count::{PAGE, Progress};
use crate::follow::Enough;
use crate::report::Line;
use crate::selection::{Selection, Verdict};
use crate::tally::{EXAMPLES, Failure};
use anyfn_services::blob::{Deletion, Entry};
use anyfn_services::{Blob, Error, ErrorKind};
use std::collections::HashMap;
use tokio::task::{JoinError, JoinSet};

/// Objects deleted by one request at most: as many as S3 takes.
const BATCH: usize = 1_000;
/// Batches under way at once.
const FLIGHTS: usize = 4;

/// What became of one batch.
pub(crate) struct Landed {
    sizes: HashMap<String, u64>,
    result: Result<Vec<(String, Error)>, Error>,
}

/// Deletes from `cursor` on, one page at least, and moves it. All before the cursor is dealt with when
/// this returns, also where it fails. `counts`: this pass is the counting pass too.
///
/// An object is deleted only if it is what was listed; where a provider does not heed that in bulk
/// ([`Capability::conditional_delete_many`](anyfn_services::blob::Capability)), one that is
/// overwritten within the seconds between is deleted all the same.
///
/// # Errors
/// In words: a page could not be had. An object that cannot be deleted is no error but in `line`.
pub async fn prune(
    store: &Blob,
    line: &mut Line,
    selection: &Selection,
    cursor: &mut Option<String>,
    counts: bool,
    enough: Enough<'_>,
) -> Result<Progress, String> {
    let full = store.capability().max_deletions.clamp(1, BATCH);
    let mut flying = JoinSet::new();
    let mut batch = Vec::new();
    let end = loop {
        let page = match store.page(&line.rule.prefix, PAGE, cursor.as_deref()).await {
            Ok(page) => page,
            Err(error) => break Err(error.to_string()),
        };
        for entry in page.entries {
            let verdict = selection.verdict(&entry);
            if counts {
                line.tally.counted += 1;
                line.tally.matched += u64::from(verdict != Verdict::Young);
            }
            if verdict != Verdict::Due {
                continue;
            }
            if line.rule.dry_run {
                line.tally.would_delete += 1;
                line.tally.would_free += entry.size;
            } else {
                batch.push(entry);
                if batch.len() >= full {
                    take_off(&mut flying, store, std::mem::take(&mut batch), line).await?;
                }
            }
        }
        *cursor = page.next;
        if cursor.is_none() {
            break Ok(Progress::Done);
        }
        if enough() {
            break Ok(Progress::Stopped);
        }
    };
    take_off(&mut flying, store, batch, line).await?;
    while let Some(landed) = flying.join_next().await {
        land(line, landed)?;
    }
    end
}

/// Starts on a batch as soon as fewer than [`FLIGHTS`] are under way.
async fn take_off(
    flying: &mut JoinSet<Landed>,
    store: &Blob,
    batch: Vec<Entry>,
    line: &mut Line,
) -> Result<(), String> {
    while flying.len() >= FLIGHTS
        && let Some(landed) = flying.join_next().await
    {
        land(line, landed)?;
    }
    if !batch.is_empty() {
        flying.spawn(delete(store.clone(), batch));
    }
    Ok(())
}

pub(crate) async fn delete(store: Blob, batch: Vec<Entry>) -> Landed {
    let sizes = batch.iter().map(|entry| (entry.key.clone(), entry.size)).collect();
    let deletions = batch.into_iter().map(Deletion::unchanged).collect();
    Landed { sizes, result: store.delete_many(deletions).await }
}

pub(crate) fn land(line: &mut Line, landed: Result<Landed, JoinError>) -> Result<(), String> {
    let Landed { mut sizes, result } =
        landed.map_err(|error| format!("a batch was given up: {error}"))?;
    match result {
        Ok(failures) => {
            for (key, error) in failures {
                sizes.remove(&key);
                match error.kind() {
                    ErrorKind::Precondition => line.tally.kept += 1,
                    // Somebody else was faster.
                    ErrorKind::NotFound => {}
                    _ => fail(line, key, &error),
                }
            }
            line.tally.deleted += sizes.len() as u64;
            line.tally.bytes_freed += sizes.values().sum::<u64>();
        }
        Err(error) => sizes.into_keys().for_each(|key| fail(line, key, &error)),
    }
    Ok(())
}

fn fail(line: &mut Line, key: String, error: &Error) {
    line.tally.failed += 1;
    if line.failures.len() < EXAMPLES {
        line.failures.push(Failure::new(key, error.to_string()));
    }
}
