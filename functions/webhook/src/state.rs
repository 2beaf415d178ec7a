//! Deals with: what both functions share: stores, queue, secrets, the time.
//! Does not deal with: using them.

use crate::providers::{Provider, Secrets};
use anyfn::{Error, Settings};
use anyfn_services::{Blob, Queue, blob, queue};
use std::time::SystemTime;
use time::OffsetDateTime;

/// Shared by both functions.
#[derive(Clone)]
pub struct Webhook {
    /// Records: see [`Record`](crate::record::Record).
    pub deliveries: Blob,
    /// Payloads, filed by provider and day.
    pub archive: Blob,
    /// Keys of records to archive.
    pub queue: Queue,
    /// Of every provider, set up or not.
    pub secrets: Vec<Secrets>,
    /// The time: [`SystemTime::now`], but in tests.
    pub now: fn() -> SystemTime,
}

impl Webhook {
    /// Opens what the environment binds.
    ///
    /// # Errors
    /// [`Kind::Config`](anyfn::Kind::Config) where a secret is malformed or a binding is wrong.
    pub async fn from_env(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            deliveries: blob::from_env("deliveries").map_err(Error::config)?,
            archive: blob::from_env("archive").map_err(Error::config)?,
            queue: queue::from_env("deliveries").map_err(Error::config)?,
            secrets: secrets(&settings)?,
            now: SystemTime::now,
        })
    }

    /// The secrets of the provider of that name; `None` if it is unknown or has none.
    pub(crate) fn secrets_of(&self, name: &str) -> Option<&Secrets> {
        let provider = Provider::from_name(name)?;
        self.secrets.iter().find(|secrets| secrets.provider() == provider && !secrets.is_empty())
    }

    /// The time in UTC, to the second.
    pub(crate) fn received_at(&self) -> OffsetDateTime {
        let now = OffsetDateTime::from((self.now)());
        now.replace_nanosecond(0).unwrap_or(now)
    }
}

/// The secrets of every provider, as set.
fn secrets(settings: &Settings) -> Result<Vec<Secrets>, Error> {
    let secrets: Vec<Secrets> = Provider::ALL
        .into_iter()
        .map(|provider| {
            Secrets::parse(provider, settings.get(provider.setting())?).map_err(Error::config)
        })
        .collect::<Result<_, Error>>()?;
    if secrets.iter().all(Secrets::is_empty) {
        tracing::warn!("no secret is set: every webhook is answered with 404");
    }
    Ok(secrets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_secret_is_a_start_up_error_that_names_its_setting() {
        let settings = |standard| {
            Settings::test([
                ("WEBHOOK_SECRET_GITHUB", "a,b"),
                ("WEBHOOK_SECRET_STRIPE", ""),
                ("WEBHOOK_SECRET_SLACK", ""),
                ("WEBHOOK_SECRET_STANDARD", standard),
            ])
        };
        let found = secrets(&settings("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let empty: Vec<bool> = found.iter().map(Secrets::is_empty).collect();
        assert_eq!(empty, [false, true, true, false]);

        let error = secrets(&settings("whsec_%%")).unwrap_err();
        assert_eq!(error.kind(), anyfn::Kind::Config);
        assert!(error.to_string().starts_with("WEBHOOK_SECRET_STANDARD: "), "{error}");
    }
}
