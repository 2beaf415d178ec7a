//! Deals with: filing one delivery's payload, once, under the day on which it came.
//! Does not deal with: who sent it; a record exists only of what was verified.
//!
//! The file is `{provider}/{yyyy}/{mm}/{dd}/{id}.json` in the store `archive`, holding the payload byte
//! for byte. `{id}` is the sender's id where that is 1 to 63 letters, digits, `-` and `_`, else the
//! record's hash. If another delivery has taken that name (the same id with another payload), it is
//! `{id}-{hash}`.

use crate::{
    Webhook,
    record::{Note, Record},
};
use anyfn::{Context, Error};
use anyfn_services::{ErrorKind, blob::Content};

/// Longest id that becomes part of a key. Below the 64 digits of a hash, so that no sender can
/// choose the name that another delivery gets.
const MAX_ID: usize = 63;

/// Files the delivery whose record the message names. A message that comes twice files nothing new.
///
/// # Errors
/// Rejects a message without a record, and a record that cannot be read; retries what stores report.
pub async fn run(note: Note, cx: Context<Webhook>) -> Result<(), Error> {
    let stored = match cx.deliveries.get(&note.key.to_string()).await {
        Ok(stored) => stored,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Error::reject(format!("there is no record of the delivery {}", note.key)));
        }
        Err(error) => return Err(error.into()),
    };
    let record = Record::from_json(&stored.bytes)
        .map_err(|error| Error::reject(format!("the record {} is damaged: {error}", note.key)))?;

    let day = record.received_at.date();
    let (year, month, date) = (day.year(), u8::from(day.month()), day.day());
    let folder = format!("{}/{year:04}/{month:02}/{date:02}", record.provider);
    let hash = note.key.hash();
    let name = if is_plain(&record.id) { record.id.as_str() } else { hash };
    let first_choice = format!("{folder}/{name}.json");
    let second_choice = format!("{folder}/{name}-{hash}.json");
    if !file(&cx, &first_choice, &record).await? && !file(&cx, &second_choice, &record).await? {
        return Err(Error::reject(format!("{second_choice} is taken by another payload")));
    }
    Ok(())
}

/// Whether `key` now holds this delivery's payload; false if it holds another one.
async fn file(cx: &Webhook, key: &str, record: &Record) -> Result<bool, Error> {
    let payload = Content::new(record.body.clone()).content_type(media_type(record));
    match cx.archive.create(key, payload).await {
        Ok(_) => {
            tracing::info!(key, "archived");
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Ok(cx.archive.get(key).await?.bytes == record.body)
        }
        Err(error) => Err(error.into()),
    }
}

/// The payload's media type as the sender gave it, unless a store would refuse it.
fn media_type(record: &Record) -> &str {
    let sent = record.headers.get("content-type").map_or("", |text| text.trim());
    let sound = (1..=255).contains(&sent.len()) && sent.bytes().all(|b| (b' '..=b'~').contains(&b));
    if sound { sent } else { "application/octet-stream" }
}

/// Whether an id may be part of a key as it is.
fn is_plain(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_ids_become_part_of_a_key() {
        for plain in
            ["evt_1", "72d3162e-cc78-11e3-81ab-4c9367dc0958", "Ev08MFMKH6", &"x".repeat(63)]
        {
            assert!(is_plain(plain), "{plain}");
        }
        for hostile in ["", ".", "..", "../x", "a/b", "a\0b", "ä", "a b", "a.b", &"x".repeat(64)] {
            assert!(!is_plain(hostile), "{hostile}");
        }
    }
}
