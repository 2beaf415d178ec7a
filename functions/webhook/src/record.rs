//! Deals with: the record of one delivery: its key, its JSON, its two states.
//! Does not deal with: where it is kept.

use crate::providers::Provider;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt, str::FromStr};
use time::OffsetDateTime;

/// Names a delivery: its provider and a hash of its id and body. Nothing that a sender chose is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Key {
    provider: Provider,
    hash: String,
}

impl Key {
    /// The key of the delivery `id` with `body`.
    pub fn of(provider: Provider, id: &str, body: &[u8]) -> Self {
        let mut hash = Sha256::new();
        // The length keeps an id's end from being taken for the body's start.
        hash.update(id.len().to_string());
        hash.update(":");
        hash.update(id);
        hash.update(body);
        Self { provider, hash: hex::encode(hash.finalize()) }
    }

    /// 64 lower-case hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

impl fmt::Display for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.provider, self.hash)
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for Key {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for Key {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let is_hash = |hash: &&str| {
            hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let parts = text.split_once('/');
        parts
            .and_then(|(name, hash)| {
                Some((Provider::from_name(name)?, Some(hash).filter(is_hash)?))
            })
            .map(|(provider, hash)| Self { provider, hash: hash.to_owned() })
            .ok_or_else(|| {
                "not the key of a delivery, expected a provider, a slash and 64 hexadecimal \
                 digits, such as github/0a1b…"
                    .to_owned()
            })
    }
}

/// The message in the queue: which record to archive, never the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The record's key.
    pub key: Key,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Recorded; the message may or may not have been sent.
    Pending,
    /// The message was sent.
    Queued,
}

/// One delivery, as kept in the store `deliveries`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// How far it has come.
    pub state: State,
    /// Who sent it.
    pub provider: Provider,
    /// What the sender calls it: any text at all.
    pub id: String,
    /// When it came first. Says under which day it is archived, however late that happens.
    #[serde(with = "time::serde::rfc3339")]
    pub received_at: OffsetDateTime,
    /// The [headers of interest](Provider::headers_of_interest) that were there, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The payload, byte for byte; base64 in JSON.
    #[serde(with = "base64_bytes")]
    pub body: Bytes,
}

impl Record {
    /// As stored.
    ///
    /// # Errors
    /// Where the time is outside the years 0 to 9999.
    pub fn to_json(&self) -> Result<Bytes, serde_json::Error> {
        serde_json::to_vec(self).map(Bytes::from)
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn from_json(json: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The key it is kept under.
    pub fn key(&self) -> Key {
        Key::of(self.provider, &self.id, &self.body)
    }
}

impl Serialize for Provider {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Provider {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::from_name(&name).ok_or_else(|| serde::de::Error::custom("unknown provider"))
    }
}

mod base64_bytes {
    use super::{BASE64, Bytes, Deserialize};
    use base64::Engine as _;

    pub(super) fn serialize<S: serde::Serializer>(bytes: &Bytes, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&BASE64.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        from: D,
    ) -> Result<Bytes, D::Error> {
        let text = String::deserialize(from)?;
        BASE64.decode(text).map(Bytes::from).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(id: &str, body: &'static [u8]) -> Record {
        Record {
            state: State::Pending,
            provider: Provider::GitHub,
            id: id.to_owned(),
            received_at: OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap(),
            headers: BTreeMap::from([("x-github-event".to_owned(), "push".to_owned())]),
            body: Bytes::from_static(body),
        }
    }

    #[test]
    fn a_record_is_readable_json_with_the_body_in_base64() {
        let json = record("72d3162e", b"\xff{}").to_json().unwrap();
        assert_eq!(
            std::str::from_utf8(&json).unwrap(),
            r#"{"state":"pending","provider":"github","id":"72d3162e","received_at":"2023-11-14T22:13:20Z","headers":{"x-github-event":"push"},"body":"/3t9"}"#
        );
        assert_eq!(Record::from_json(&json).unwrap(), record("72d3162e", b"\xff{}"));
    }

    #[test]
    fn another_id_or_another_body_is_another_key() {
        let key = |id, body| record(id, body).key().to_string();
        assert_eq!(key("a", b"bc"), key("a", b"bc"));
        assert_ne!(key("a", b"bc"), key("ab", b"c"));
        assert_ne!(key("a", b"bc"), key("a", b"bd"));
        assert_ne!(key("1", b":a"), key("", b"1:a"));
    }

    #[test]
    fn a_key_is_read_back_and_anything_else_is_refused() {
        let key = record("a", b"b").key();
        assert_eq!(key.to_string().parse(), Ok(key));
        for wrong in ["", "github", "github/", "github/../../etc", "nobody/00", "github/0g"] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong}");
        }
        assert!(format!("github/{}", "A".repeat(64)).parse::<Key>().is_err());
    }

    proptest! {
        #[test]
        fn whatever_the_id_is_the_key_is_plain(id in any::<String>(), body in any::<Vec<u8>>()) {
            let key = Key::of(Provider::Slack, &id, &body).to_string();
            prop_assert_eq!(key.len(), "slack/".len() + 64);
            prop_assert!(key.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'/')));
        }

        #[test]
        fn no_json_makes_reading_panic(json in any::<Vec<u8>>()) {
            let _ = Record::from_json(&json);
        }
    }
}
