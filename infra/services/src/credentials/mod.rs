//! Who calls.
//!
//! Deals with: finding a source of credentials in the environment, asking it, and keeping its answer
//! until shortly before it ends. Does not deal with: signing.

mod aws;
mod azure;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{Mutex, RwLock};
use tokio::time::Instant;

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

/// The last answer of a source. One caller asks at a time; the others go on with what is not over yet, or
/// wait for what it gets, be it a failure. Clones share it.
#[derive(Clone)]
pub(crate) struct Cache<T>(Arc<Kept<T>>);

struct Kept<T> {
    lease: RwLock<Option<Lease<T>>>,
    /// Held by who asks: the last failure, and when it was.
    asking: Mutex<Option<(Instant, Error)>>,
}

impl<T> Default for Cache<T> {
    fn default() -> Self {
        Self(Arc::new(Kept { lease: RwLock::default(), asking: Mutex::default() }))
    }
}

impl<T: Clone> Cache<T> {
    /// `fetch` is only polled where it is needed. Where it fails, what is not over yet still serves.
    async fn get(
        &self,
        now: SystemTime,
        fetch: impl Future<Output = Result<Lease<T>>>,
    ) -> Result<T> {
        if let Some(fresh) = self.until(now + MARGIN).await {
            return Ok(fresh);
        }
        let begun = Instant::now();
        let mut failure = match self.until(now).await {
            // Nobody waits who need not.
            Some(old) => match self.0.asking.try_lock() {
                Ok(turn) => turn,
                Err(_) => return Ok(old),
            },
            None => self.0.asking.lock().await,
        };
        if let Some(fresh) = self.until(now + begun.elapsed() + MARGIN).await {
            return Ok(fresh);
        }
        if let Some((at, error)) = failure.as_ref().filter(|(at, _)| *at > begun) {
            tracing::debug!(since = ?at.elapsed(), "somebody else asked for credentials in vain");
            return Err(error.clone());
        }
        match fetch.await {
            Ok(lease) => Ok(self.0.lease.write().await.insert(lease).value.clone()),
            Err(error) => {
                *failure = Some((Instant::now(), error.clone()));
                self.until(now + begun.elapsed()).await.ok_or(error)
            }
        }
    }

    /// What is good at `time`.
    async fn until(&self, time: SystemTime) -> Option<T> {
        let lease = self.0.lease.read().await;
        lease.as_ref().filter(|lease| time < lease.until).map(|lease| lease.value.clone())
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
    async fn nobody_waits_for_a_renewal_while_the_old_is_good() {
        let (cache, now) = (Cache::default(), SystemTime::now());
        cache.get(now, async { Ok(lease(1, now + MARGIN)) }).await.unwrap();
        let renewal = cache.get(now, std::future::pending());
        let other = cache.get(now, async { panic!("two ask at once") });
        tokio::select! {
            biased;
            _ = renewal => panic!("it hangs"),
            value = other => assert_eq!(value.unwrap(), 1),
        }
    }

    #[tokio::test]
    async fn who_waits_in_vain_does_not_ask_again() {
        let (cache, now) = (Cache::<u32>::default(), SystemTime::now());
        let first = cache.get(now, async {
            tokio::task::yield_now().await;
            Err(wrong("down"))
        });
        let second = cache.get(now, async { panic!("it has waited for the first") });
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first.unwrap_err().to_string(), second.unwrap_err().to_string());
        let later = cache.get(now, async { Ok(lease(2, now + 2 * MARGIN)) }).await;
        assert_eq!(later.unwrap(), 2);
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
