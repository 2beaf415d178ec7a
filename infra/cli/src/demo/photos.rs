//! Photographs in, thumbnails out.
//!
//! Deals with: every photograph, a broken one, and that nothing else came out. Does not deal with:
//! what is expected (`expected.rs`).

use std::time::Instant;

use anyfn_services::Blob;

use super::dead_letters::DeadLetters;
use super::expected::{Photo, judged, names, widths};
use super::row::Step;
use super::stage::{PATIENCE, Stage, wait};

const FUNCTION: &str = "thumbnail";
/// It begins as a JPEG does, and that is all.
const BROKEN: (&str, &[u8]) = ("broken.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and nothing more");

/// Where pictures go in, where thumbnails and dead letters come out.
pub(crate) struct Gallery {
    host: &'static str,
    photos: Blob,
    thumbnails: Blob,
    letters: DeadLetters,
}

impl Gallery {
    pub(crate) fn open(stage: &Stage<'_>) -> Result<Self, String> {
        Ok(Self {
            host: stage.host,
            photos: stage.store("photos")?,
            thumbnails: stage.store("thumbnails")?,
            letters: DeadLetters::new(stage.dead_letters(FUNCTION)?),
        })
    }

    /// Uploads a photograph and waits for all its thumbnails.
    pub(crate) async fn photo(&mut self, photo: &Photo) -> Step {
        let begun = Instant::now();
        let got = self.developed(photo).await.unwrap_or_else(|error| error);
        Step::done((FUNCTION, "photo"), &photo.name, (widths(photo), got), begun)
    }

    async fn developed(&mut self, photo: &Photo) -> Result<String, String> {
        let Photo { name, bytes, .. } = photo;
        let wanted = names(photo).len();
        // Both clouds see the same stores.
        let key = format!("{}/{name}", self.host);
        self.put(&key, bytes.clone()).await?;
        let (store, letters) = (&self.thumbnails, tokio::sync::Mutex::new(&mut self.letters));
        let prefix = format!("{key}/");
        let found = wait(|| async {
            let keys = keys(store, &prefix).await?;
            if wanted > 0 && keys.len() >= wanted {
                return Ok(Some(Ok(keys)));
            }
            Ok(letters.lock().await.about(name).await?.map(Err))
        });
        match found.await? {
            None => {
                let keys = keys(store, &prefix).await?;
                Ok(format!("{} in {} s", counted(keys.len(), "thumbnail"), PATIENCE.as_secs()))
            }
            Some(Err(reason)) => Ok(format!("rejected: {reason}")),
            Some(Ok(mut keys)) => {
                keys.sort_by_key(|key| (key.len(), key.clone()));
                let mut found = Vec::new();
                for key in keys {
                    let thumbnail = store.get(&key).await.map_err(|error| error.to_string())?;
                    found.push((key, thumbnail.bytes));
                }
                Ok(judged(photo, found.iter().map(|(key, bytes)| (&**key, &**bytes))))
            }
        }
    }

    /// Uploads what only looks like a picture and waits for its dead letter.
    pub(crate) async fn broken(&mut self) -> Step {
        let begun = Instant::now();
        let got = self.refused().await.unwrap_or_else(|error| error);
        Step::done((FUNCTION, "corrupt"), BROKEN.0, ("dead letter".to_owned(), got), begun)
    }

    async fn refused(&mut self) -> Result<String, String> {
        let (name, bytes) = BROKEN;
        self.put(&format!("{}/{name}", self.host), bytes.to_vec()).await?;
        let letters = tokio::sync::Mutex::new(&mut self.letters);
        let found = wait(|| async { letters.lock().await.about(name).await }).await?;
        Ok(found.map_or("no dead letter", |_| "dead letter").to_owned())
    }

    /// Counts all thumbnails: there must be those of `photos` and no other.
    pub(crate) async fn total(&self, photos: &[Photo]) -> Step {
        let begun = Instant::now();
        let mut wanted: Vec<String> = Vec::new();
        for photo in photos {
            let key = |file: String| format!("{}/{}/{file}", self.host, photo.name);
            wanted.extend(names(photo).into_iter().map(key));
        }
        let expected = format!("{} in all", wanted.len());
        let got = match keys(&self.thumbnails, &format!("{}/", self.host)).await {
            Err(error) => error,
            Ok(keys) => match keys.iter().find(|key| !wanted.contains(key)) {
                Some(surplus) => format!("also {surplus}"),
                None => format!("{} in all", keys.len()),
            },
        };
        let input = format!("{} + {}", counted(photos.len(), "photo"), BROKEN.0);
        Step::done((FUNCTION, "total"), &input, (expected, got), begun)
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), String> {
        self.photos.put(key, bytes).await.map(drop).map_err(|error| error.to_string())
    }
}

async fn keys(store: &Blob, prefix: &str) -> Result<Vec<String>, String> {
    let entries = store.list(prefix).await.map_err(|error| error.to_string())?;
    Ok(entries.into_iter().map(|entry| entry.key).collect())
}

/// `1 file`, `2 files`.
pub(crate) fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
