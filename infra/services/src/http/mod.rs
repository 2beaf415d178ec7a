//! The one way out to a provider.
//!
//! Deals with: TLS, proxies, time limits, and one try of a call. Does not deal with: signing, further
//! tries (`tries`), or what an answer means.

mod answer;
pub(crate) mod tries;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use url::Url;

pub(crate) use answer::{Longest, Reply, Streaming, Verdict};
pub(crate) use tries::{Call, Tries};

use crate::address;
use crate::error::{Error, ErrorKind, Result};

const CONNECT: Duration = Duration::from_secs(5);
/// Without a byte for so long an answer is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// Connections, made at first use: a function that never calls pays nothing. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Http(Arc<Clients>);

#[derive(Debug, Default)]
struct Clients {
    direct: OnceLock<reqwest::Client>,
    by_proxy: OnceLock<reqwest::Client>,
}

impl Http {
    /// One try, up to the answer's headers.
    pub(crate) async fn open(
        &self,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Streaming> {
        let request = reqwest::Request::try_from(request)
            .map_err(|error| not_reached(operation, error, None))?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let client = self.client(request.url())?;
        match client.execute(request).await {
            Ok(response) => Ok(Streaming::new(operation, host, response)),
            Err(error) => Err(not_reached(operation, error, Some(&host))),
        }
    }

    /// One try, its answer read to its end.
    pub(crate) async fn attempt(
        &self,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Reply> {
        let longest = request.extensions().get().map_or(u64::MAX, |Longest(bytes)| *bytes);
        let verdict = request.extensions().get().copied().unwrap_or(Verdict::Status);
        let reply = self.open(operation, request).await?.read(longest).await?;
        Ok(reply.judged_by(verdict))
    }

    /// Calls that carry no signature: to the givers of credentials.
    pub(crate) async fn send_plain(
        &self,
        operation: &'static str,
        request: &Request<Bytes>,
    ) -> Result<Reply> {
        let mut tries = Tries::begin();
        loop {
            let result = self.attempt(operation, request.clone()).await;
            let call = Call { operation, host: request.uri().host() };
            if !tries.another(call, &result).await {
                return result;
            }
        }
    }

    fn client(&self, url: &Url) -> Result<&reqwest::Client> {
        let direct = address::is_local(url);
        let slot = if direct { &self.0.direct } else { &self.0.by_proxy };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = build(direct)?;
        Ok(slot.get_or_init(|| client))
    }
}

/// What cannot even be sent will not be sent later. URLs may hold a SAS token.
fn not_reached(operation: &'static str, error: reqwest::Error, host: Option<&str>) -> Error {
    let kind = if error.is_builder() { ErrorKind::Config } else { ErrorKind::Unavailable };
    let error =
        Error::new(kind, operation, "the provider was not reached").because(error.without_url());
    match host {
        Some(host) => error.with("host", host),
        None => error,
    }
}

fn build(direct: bool) -> Result<reqwest::Client> {
    let broken = |error: Box<dyn std::error::Error + Send + Sync>| {
        Error::new(ErrorKind::Config, "open connections", "TLS cannot be set up").because(error)
    };
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(error.into()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        // A redirect would carry the signature of another host; providers mean "wrong region".
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE)
        .tcp_nodelay(true)
        .user_agent(concat!("anyfn-services/", env!("CARGO_PKG_VERSION")));
    let builder = if direct { builder.no_proxy() } else { builder };
    builder.build().map_err(|error| broken(error.into()))
}
