//! Conditions.
//!
//! Deals with: writing and deleting one blob on its ETag. Does not deal with: conditions of many
//! (`deleting`).

use super::{done, fails, hold};
use crate::blob::Blob;
use crate::error::ErrorKind;

pub(super) async fn writes(store: &Blob) -> Result<(), String> {
    let first = done("create", store.create("record", "1").await)?;
    fails("create again", store.create("record", "2").await, ErrorKind::AlreadyExists)?;
    let second = done("replace", store.replace("record", "3", &first).await)?;
    hold(first != second, || format!("a replaced blob has another ETag than {first}"))?;
    let stale = store.replace("record", "4", &first).await;
    fails("replace with an old ETag", stale, ErrorKind::Precondition)?;
    let read = done("get", store.get("record").await)?;
    hold(read.bytes == "3", || format!("a refused write changes nothing, got {:?}", read.bytes))?;
    done("delete", store.delete("record").await)?;
    done("create after delete", store.create("record", "5").await)?;
    done("delete", store.delete("record").await)
}

pub(super) async fn race(store: &Blob) -> Result<(), String> {
    let tries = (0..8).map(|i| store.create("race", format!("{i}")));
    let results = futures_util::future::join_all(tries).await;
    let won = results.iter().filter(|result| result.is_ok()).count();
    hold(won == 1, || format!("of 8 creates at once one succeeds, but {won} did: {results:?}"))?;
    for result in results.into_iter().filter(Result::is_err) {
        fails("a create that lost", result, ErrorKind::AlreadyExists)?;
    }
    done("delete", store.delete("race").await)
}

pub(super) async fn deletes(store: &Blob) -> Result<(), String> {
    let key = "delete/a b+%";
    let first = done("put", store.put(key, "1").await)?;
    let second = done("put", store.put(key, "2").await)?;
    let stale = store.delete_if(key, &first).await;
    fails("delete with an old ETag", stale, ErrorKind::Precondition)?;
    let read = done("get", store.get(key).await)?;
    hold(read.bytes == "2", || format!("a refused delete changes nothing, got {:?}", read.bytes))?;
    done("delete with its ETag", store.delete_if(key, &second).await)?;
    fails("get a deleted blob", store.get(key).await, ErrorKind::NotFound)?;
    done("delete again", store.delete_if(key, &second).await)
}
