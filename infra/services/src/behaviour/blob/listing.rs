//! Listings.
//!
//! Deals with: which keys they give, in which order, page by page. Does not deal with: deleting what
//! was listed (`deleting`).

use super::{AWKWARD_KEYS, clear, done, fill, hold, keys, recent, unconditional};
use crate::blob::{Blob, Content};

pub(super) async fn awkward(store: &Blob) -> Result<(), String> {
    for key in AWKWARD_KEYS {
        done(key, store.put(key, Content::new(key.as_bytes())).await)?;
        let read = done(key, store.get(key).await)?;
        hold(read.bytes == key, || format!("{key} reads what was put, got {:?}", read.bytes))?;
    }
    done("put outside the prefix", store.put("awk", "x").await)?;
    let entries = done("list", store.list("awkward/").await)?;
    let mut expected = AWKWARD_KEYS.map(str::to_owned);
    expected.sort();
    let found: Vec<_> = entries.iter().map(|entry| entry.key.clone()).collect();
    hold(found == expected, || format!("list gives all keys of the prefix, sorted: {found:?}"))?;
    for entry in &entries {
        let head = done(&entry.key, store.head(&entry.key).await)?;
        let same =
            head.etag == entry.etag && head.size == entry.size && recent(entry.last_modified);
        hold(same, || format!("list agrees with head: {entry:?}, {head:?}"))?;
    }
    for prefix in AWKWARD_KEYS {
        let found = keys(store, prefix).await?;
        hold(found == [prefix], || format!("the prefix {prefix:?} lists its key: {found:?}"))?;
    }
    let none = done("list nothing", store.list("awkward/zzz").await)?;
    hold(none.is_empty(), || format!("a prefix of nothing lists nothing: {none:?}"))?;
    clear(store, &AWKWARD_KEYS).await?;
    clear(store, &["awk"]).await
}

pub(super) async fn pages(store: &Blob) -> Result<(), String> {
    let mut all: Vec<_> = (0..7).map(|i| format!("page/{i} +&")).collect();
    // Beside the prefix on both sides.
    let beside = ["page".to_owned(), "page0".to_owned()];
    fill(store, &all).await?;
    fill(store, &beside).await?;
    for limit in [1, 2, 3, 6, 7, 8, u32::MAX] {
        let (mut found, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = done("page", store.page("page/", limit, after.as_deref()).await)?;
            let count = u32::try_from(page.entries.len()).unwrap_or(u32::MAX);
            hold(count <= limit, || format!("a page of {limit} has no more, but {count}"))?;
            found.extend(page.entries.into_iter().map(|entry| entry.key));
            hold(found.len() <= all.len(), || format!("pages repeat nothing: {found:?}"))?;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        hold(found == all, || format!("pages of {limit} give all in order: {found:?}"))?;
    }
    // What was given is gone before the next page is asked for, as when a cleanup deletes as it goes.
    let first = done("page", store.page("page/", 3, None).await)?;
    let given: Vec<_> = first.entries.into_iter().map(|entry| entry.key).collect();
    clear(store, &given.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let next = first.next.ok_or("a page of 3 of 7 has a next one")?;
    let rest = done("page", store.page("page/", 10, Some(&next)).await)?;
    let rest: Vec<_> = rest.entries.into_iter().map(|entry| entry.key).collect();
    hold(all.split_off(3) == rest, || format!("the rest follows a deleted page: {rest:?}"))?;
    let empty = done("page", store.page("page/zzz", 3, None).await)?;
    hold(empty.entries.is_empty() && empty.next.is_none(), || format!("nothing: {empty:?}"))?;
    let rest = [rest, beside.to_vec()].concat();
    let failed = done("delete", store.delete_many(unconditional(&rest)).await)?;
    hold(failed.is_empty(), || format!("all are deleted, but {failed:?}"))
}
