//! AWS's own SDK as the way to S3 and SQS: the feature `aws-sdk`.
//!
//! Deals with: its connections, keys from the same places as everywhere here, its errors as ours.
//! Does not deal with: single calls (`blob::s3`, `queue::sqs`).

use std::error::Error as StdError;
use std::sync::OnceLock;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::error::SdkError;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::credentials::AwsSource;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::tries::TRIES;
use crate::http::{Http, Reply};
use crate::reply;

/// The process's connections with rustls and ring, made at first use. The certificates of the system are trusted: the
/// SDK takes none that are bundled.
pub(crate) fn connections() -> SharedHttpClient {
    static MADE: OnceLock<SharedHttpClient> = OnceLock::new();
    let make = || Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    MADE.get_or_init(make).clone()
}

/// As many as everywhere here; the pauses between them are the SDK's.
pub(crate) fn tries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(TRIES)
}

/// Keys from where every client here has them.
#[derive(Debug)]
pub(crate) struct Keys {
    source: AwsSource,
    http: Http,
}

impl Keys {
    pub(crate) fn find(environment: &Environment, region: &str) -> Result<Self> {
        let source = AwsSource::find(environment, region)?;
        Ok(Self { source, http: environment.access().http.clone() })
    }
}

impl ProvideCredentials for Keys {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let keys = self.source.keys(&self.http, SystemTime::now()).await;
            let keys = keys.map_err(CredentialsError::provider_error)?;
            Ok(Credentials::new(keys.id, keys.secret, keys.token, None, "anyfn"))
        })
    }
}

/// What the SDK says of a failure, by our kinds.
pub(crate) fn failed<E>(operation: &'static str, error: SdkError<E, HttpResponse>) -> Error
where
    E: StdError + Send + Sync + 'static,
{
    let (kind, text) = match &error {
        SdkError::ServiceError(refusal) => {
            return reply::error(operation, &answer(refusal.raw()));
        }
        SdkError::ConstructionFailure(_) => (ErrorKind::Config, "the request is malformed"),
        SdkError::ResponseError(_) => (ErrorKind::Other, "the answer cannot be read"),
        _ => (ErrorKind::Unavailable, "the provider was not reached"),
    };
    let mut cause = error.source();
    while let Some(inner) = cause {
        // Looking for keys fails in our own words.
        if let Some(own) = inner.downcast_ref::<Error>() {
            return own.clone();
        }
        cause = inner.source();
    }
    Error::new(kind, operation, text).because(error)
}

/// The answer as `reply` reads it.
fn answer(raw: &HttpResponse) -> Reply {
    let pair = |(name, value): (&str, &str)| {
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
    };
    let headers: HeaderMap = raw.headers().iter().filter_map(pair).collect();
    let status = StatusCode::from_u16(raw.status().as_u16());
    Reply {
        status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        headers,
        body: Bytes::copy_from_slice(raw.body().bytes().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::Fake;

    #[tokio::test(start_paused = true)]
    async fn what_stays_unavailable_is_tried_as_often_as_by_the_clients_here() {
        let fake = Fake::start().await;
        let keys = [("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "s")];
        let environment = Environment::of(keys);
        let (calls, end) = (TRIES as usize, &fake.endpoint);
        for _ in 0..2 * calls {
            fake.answer(503, &[], "");
        }
        let store = format!("s3://photos?region=eu-west-1&endpoint={end}");
        let store = crate::blob::open_in(&store, &environment).unwrap();
        assert!(store.get("a").await.unwrap_err().is_temporary());
        assert_eq!(fake.asked().len(), calls);
        let queue = format!("sqs://eu-west-1/123456789012/q?endpoint={end}");
        let queue = crate::queue::open_in(&queue, &environment).unwrap();
        assert!(queue.send("a").await.unwrap_err().is_temporary());
        assert_eq!(fake.asked().len(), calls);
    }
}
