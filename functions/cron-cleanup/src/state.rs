//! Deals with: what both functions share: rules, stores, queue.
//! Does not deal with: using them.

use crate::STORES;
use crate::rules::{self, Rule};
use anyfn::{Error, Settings};
use anyfn_services::{Blob, Queue, blob, queue};
use std::collections::BTreeMap;
use std::time::Duration;

/// The default of `CLEANUP_CALL_TIME`: no less than any host gives a call.
pub(crate) const CALL_TIME: &str = "1day";

/// Shared by both functions.
#[derive(Clone)]
pub struct Cleanup {
    /// In their order.
    pub rules: Vec<Rule>,
    /// Those of [`STORES`], by name.
    pub stores: BTreeMap<String, Blob>,
    /// Where reports go.
    pub reports: Blob,
    /// Where continuations go.
    pub queue: Queue,
    /// The longest that one call works before it hands over.
    pub call_time: Duration,
}

impl Cleanup {
    /// Opens what the environment binds.
    ///
    /// # Errors
    /// [`Kind::Config`](anyfn::Kind::Config) where a rule is malformed or a binding is wrong.
    pub async fn from_env(settings: Settings) -> Result<Self, Error> {
        let rules = rules::parse(settings.get("CLEANUP_RULES")?, &STORES).map_err(Error::config)?;
        if rules.is_empty() {
            tracing::warn!("CLEANUP_RULES names no rule: nothing is ever deleted");
        }
        let open = |name: &str| Ok((name.to_owned(), blob::from_env(name).map_err(Error::config)?));
        Ok(Self {
            rules,
            stores: STORES.into_iter().map(open).collect::<Result<_, Error>>()?,
            reports: blob::from_env("reports").map_err(Error::config)?,
            queue: queue::from_env("cleanups").map_err(Error::config)?,
            call_time: settings
                .parse::<humantime::Duration>("CLEANUP_CALL_TIME", CALL_TIME)?
                .into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_malformed_rule_is_a_start_up_error() {
        let settings = Settings::test([("CLEANUP_RULES", r#"[{"store":"photos"}]"#)]);
        let error = Cleanup::from_env(settings).await.err().unwrap();
        assert_eq!(error.kind(), anyfn::Kind::Config);
        assert!(error.to_string().starts_with("CLEANUP_RULES: at `[0]`: missing"), "{error}");
    }
}
