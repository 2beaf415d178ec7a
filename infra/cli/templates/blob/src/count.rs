//! Deals with: one new text. Does not deal with: how it got there.

use crate::State;
use anyfn::{Context, Error, blob::BlobEvent};
use anyfn_services::ErrorKind;

/// Files the number of words under `{key}/words`. An event may come twice: the same bytes are written
/// again, which does no harm.
///
/// # Errors
/// Rejects what is no text: it is dead-lettered at once. Any other error is tried again first.
pub async fn run(event: BlobEvent, cx: Context<State>) -> Result<(), Error> {
    let text = match cx.texts.get(&event.key).await {
        Ok(object) => object.bytes,
        // Deleted before its event came: nothing is left to do.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let words = std::str::from_utf8(&text).map_err(Error::reject)?.split_whitespace().count();
    cx.counts.put(&format!("{}/words", event.key), words.to_string()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyfn::{Kind, manifest::Change};
    use anyfn_services::Blob;

    fn state() -> State {
        State { texts: Blob::memory(), counts: Blob::memory() }
    }

    fn created(key: &str) -> BlobEvent {
        let (store, key) = ("texts".to_owned(), key.to_owned());
        BlobEvent { store, key, size: None, etag: None, change: Change::Created }
    }

    #[tokio::test]
    async fn the_words_of_a_new_text_are_counted() {
        let state = state();
        state.texts.put("a.txt", "to be or not to be").await.unwrap();
        run(created("a.txt"), Context::test(state.clone())).await.unwrap();
        assert_eq!(state.counts.get("a.txt/words").await.unwrap().bytes, "6");
    }

    #[tokio::test]
    async fn what_is_no_text_is_rejected() {
        let state = state();
        state.texts.put("a.txt", &b"\xff"[..]).await.unwrap();
        let error = run(created("a.txt"), Context::test(state)).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Reject);
    }
}
