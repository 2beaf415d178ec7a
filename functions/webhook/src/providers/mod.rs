//! Deals with: whose request this is: each provider's signature over the raw bytes, its replay window,
//! and the id it gives a delivery.
//! Does not deal with: what a delivery says, nor what is done with it.

mod github;
mod signature;
mod slack;
mod standard;
mod stripe;
#[cfg(test)]
mod tests;

pub use slack::challenge;

use http::HeaderMap;
use signature::Key;
use std::{fmt, time::SystemTime};

/// A sender of webhooks whose signature is understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provider {
    /// `X-Hub-Signature-256`. It covers the body alone, neither a time nor `X-GitHub-Delivery`. Who
    /// captured a request can send it again at any time: with the same id it is the same delivery,
    /// with an id of their choice it is accepted as another delivery of the same body.
    GitHub,
    /// `Stripe-Signature`, scheme v1.
    Stripe,
    /// `X-Slack-Signature`, version v0.
    Slack,
    /// The Standard Webhooks specification, symmetric scheme v1.
    Standard,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::GitHub, Self::Stripe, Self::Slack, Self::Standard];

    /// As in the path `/hooks/{provider}` and in keys.
    pub fn name(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::Stripe => "stripe",
            Self::Slack => "slack",
            Self::Standard => "standard",
        }
    }

    /// The setting with its secrets.
    pub fn setting(self) -> &'static str {
        match self {
            Self::GitHub => "WEBHOOK_SECRET_GITHUB",
            Self::Stripe => "WEBHOOK_SECRET_STRIPE",
            Self::Slack => "WEBHOOK_SECRET_SLACK",
            Self::Standard => "WEBHOOK_SECRET_STANDARD",
        }
    }

    /// The provider of that [`name`](Self::name), in exactly that spelling.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }

    /// Headers that tell what a delivery is about; they are kept in its record.
    pub fn headers_of_interest(self) -> &'static [&'static str] {
        match self {
            Self::GitHub => &["content-type", "user-agent", "x-github-event", "x-github-hook-id"],
            Self::Stripe => &["content-type", "user-agent"],
            Self::Slack => &["content-type", "x-slack-retry-num", "x-slack-retry-reason"],
            Self::Standard => &["content-type", "user-agent", "webhook-timestamp"],
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The secrets of one provider, each as good as any other: while one is being replaced, both are here.
#[derive(Clone)]
pub struct Secrets {
    provider: Provider,
    keys: Vec<Key>,
}

impl Secrets {
    /// Reads a setting: secrets separated by commas, spaces around each ignored, none at all if
    /// `setting` is blank. A Standard Webhooks secret is base64 of at least 24 bytes, with or without
    /// `whsec_`; all others are taken letter by letter.
    ///
    /// # Errors
    /// Names the setting and shows a right one, never the secret.
    pub fn parse(provider: Provider, setting: &str) -> Result<Self, String> {
        let parts = setting.split(',').map(str::trim).filter(|part| !part.is_empty());
        let keys = parts.map(|part| match provider {
            Provider::Standard => standard::key(part),
            Provider::Stripe => stripe::key(part),
            Provider::GitHub | Provider::Slack => Ok(Key::new(part.as_bytes())),
        });
        let keys: Result<Vec<Key>, String> = keys.collect();
        let keys = keys.map_err(|error| format!("{}: {error}", provider.setting()))?;
        Ok(Self { provider, keys })
    }

    /// Whose they are.
    pub fn provider(&self) -> Provider {
        self.provider
    }

    /// Whether there is none: the provider is not set up.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }
}

/// Says whose and how many, not what.
impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} secrets of {}", self.keys.len(), self.provider)
    }
}

/// Why a request was not taken for its provider's. For the log; the client learns nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// A header of the scheme is missing, is there twice, or is not what the scheme prescribes.
    Malformed(&'static str),
    /// The timestamp is more than five minutes off, in either direction.
    Stale,
    /// No secret made this signature of these bytes.
    Forged,
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(header) => write!(out, "the header {header} is missing or malformed"),
            Self::Stale => out.write_str("the timestamp is more than five minutes off"),
            Self::Forged => out.write_str("no secret made this signature of this body"),
        }
    }
}

/// Checks that the provider sent `body`, and gives the id of the delivery: the provider's own, of any
/// length and content, or the SHA-256 of the body where it gave none.
///
/// # Errors
/// [`Refused`], which must not reach the client.
pub fn verify(
    secrets: &Secrets,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<String, Refused> {
    let keys = &secrets.keys;
    let id = match secrets.provider {
        Provider::GitHub => github::verify(keys, headers, body)?,
        Provider::Stripe => stripe::verify(keys, headers, body, now)?,
        Provider::Slack => slack::verify(keys, headers, body, now)?,
        Provider::Standard => Some(standard::verify(keys, headers, body, now)?),
    };
    Ok(id.filter(|id| !id.is_empty()).unwrap_or_else(|| signature::sha256_hex(&[body])))
}

/// The value of a header that must be there once. Bytes: a header may hold more than ASCII.
fn single<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a [u8], Refused> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Ok(value.as_bytes()),
        _ => Err(Refused::Malformed(name)),
    }
}

/// The text of foreign bytes: as it is if UTF-8, else escaped.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.escape_ascii().to_string(),
    }
}
