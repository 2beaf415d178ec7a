//! AWS's own SDK as the way to S3 and SQS: the feature `aws-sdk`.
//!
//! Deals with: its connections, keys from the same places as everywhere here, its errors as ours.
//! Does not deal with: single calls (`blob::s3`, `queue::sqs`).

use std::error::Error as StdError;
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_s3::config::SharedHttpClient;
use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::SdkError;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use crate::credentials::AwsSource;
use crate::error::{Error, ErrorKind};
use crate::http::{Http, Reply};
use crate::reply;

/// Connections with rustls and ring. The certificates of the system are trusted: the SDK takes none
/// that are bundled.
pub(crate) fn connections() -> SharedHttpClient {
    Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}

/// Keys from where every client here has them.
#[derive(Debug)]
pub(crate) struct Keys {
    source: AwsSource,
    http: Http,
}

impl Keys {
    pub(crate) fn of(source: AwsSource) -> Self {
        Self { source, http: Http::default() }
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
