//! Who calls.
//!
//! Deals with: finding a source of credentials in the environment, asking it, and keeping its answer
//! until shortly before it ends. Does not deal with: signing.

mod aws;
mod azure;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::Mutex;

pub(crate) use aws::{AwsKeys, AwsSource};
pub(crate) use azure::{AzureSecret, AzureSource};

use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};

/// Fresh credentials are asked for so long before the old ones end.
const MARGIN: Duration = Duration::from_secs(300);

/// Something that ends.
#[derive(Clone)]
struct Lease<T> {
    value: T,
    until: SystemTime,
}

/// The last answer of a source. One caller asks; the others wait for what it gets. Clones share it.
#[derive(Clone)]
pub(crate) struct Cache<T>(Arc<Mutex<Option<Lease<T>>>>);

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone> Cache<T> {
    /// `fetch` is only polled where it is needed. Where it fails, what is not over yet still serves.
    async fn get(
        &self,
        now: SystemTime,
        fetch: impl Future<Output = Result<Lease<T>>>,
    ) -> Result<T> {
        let mut kept = self.0.lock().await;
        if let Some(lease) = kept.as_ref()
            && now + MARGIN < lease.until
        {
            return Ok(lease.value.clone());
        }
        match (fetch.await, kept.as_ref()) {
            (Ok(lease), _) => Ok(kept.insert(lease).value.clone()),
            (Err(_), Some(lease)) if now < lease.until => Ok(lease.value.clone()),
            (Err(error), _) => Err(error),
        }
    }
}

/// Secrets stay out of every log.
impl<T> fmt::Debug for Cache<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cache")
    }
}

/// All of the variables, none of them (`None`), or an error that names what is missing.
fn together<const N: usize>(
    environment: &Environment,
    names: [&'static str; N],
) -> Result<Option<[String; N]>> {
    let values = names.map(|name| environment.get(name));
    if values.iter().all(Option::is_none) {
        return Ok(None);
    }
    if let Some((name, _)) = names.iter().zip(&values).find(|(_, value)| value.is_none()) {
        let text = format!("{} belong together, but {name} is not set", names.join(" and "));
        return Err(wrong(text));
    }
    Ok(Some(values.map(Option::unwrap_or_default)))
}

fn wrong(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Config, "find credentials", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lease(value: u32, until: SystemTime) -> Lease<u32> {
        Lease { value, until }
    }

    #[tokio::test]
    async fn an_answer_serves_until_shortly_before_its_end() {
        let (cache, now) = (Cache::default(), SystemTime::now());
        let hour = Duration::from_secs(3600);
        let first = cache.get(now, async { Ok(lease(1, now + hour)) }).await.unwrap();
        let kept = cache.get(now + hour / 2, async { Ok(lease(2, now)) }).await.unwrap();
        let later = now + hour - Duration::from_secs(299);
        let renewed = cache.get(later, async { Ok(lease(3, later + hour)) }).await.unwrap();
        assert_eq!((first, kept, renewed), (1, 1, 3));
    }

    #[tokio::test]
    async fn a_failed_renewal_is_forgiven_until_the_end() {
        let (cache, now) = (Cache::default(), SystemTime::now());
        let minute = Duration::from_secs(60);
        cache.get(now, async { Ok(lease(1, now + minute)) }).await.unwrap();
        assert_eq!(cache.get(now, async { Err(wrong("down")) }).await.unwrap(), 1);
        assert!(cache.get(now + minute, async { Err(wrong("down")) }).await.is_err());
    }
}
