//! The one way out to a provider.
//!
//! Deals with: TLS, proxies, time limits, and which answers are worth another try and when.
//! Does not deal with: signing, or what an answer means beyond that.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, StatusCode};
use url::Url;

use crate::address;
use crate::error::{Error, ErrorKind, Result};
use crate::reply;

/// Tries of one call, the first included.
const TRIES: u32 = 4;
/// The longest pause before the second try; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const CONNECT: Duration = Duration::from_secs(5);
/// Without a byte for so long an answer is given up.
const SILENCE: Duration = Duration::from_secs(30);

/// The most bytes that a good answer may have: an extension of a request. Without it, any number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Longest(pub(crate) u64);

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    /// A header's value, where it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Connections, made at first use: a function that never calls pays nothing.
#[derive(Debug, Default)]
pub(crate) struct Http {
    direct: OnceLock<reqwest::Client>,
    by_proxy: OnceLock<reqwest::Client>,
}

impl Http {
    /// One try.
    pub(crate) async fn attempt(
        &self,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Reply> {
        let failed = |error: reqwest::Error| {
            // What cannot even be sent will not be sent later. URLs may hold a SAS token.
            let kind = if error.is_builder() { ErrorKind::Config } else { ErrorKind::Unavailable };
            Error::new(kind, operation, "the provider was not reached").because(error.without_url())
        };
        let longest = request.extensions().get().map_or(u64::MAX, |Longest(bytes)| *bytes);
        let request = reqwest::Request::try_from(request).map_err(failed)?;
        let host = request.url().host_str().unwrap_or_default().to_owned();
        let sent = async {
            let client = self.client(request.url())?;
            let response = client.execute(request).await.map_err(failed)?;
            let (status, headers) = (response.status(), response.headers().clone());
            if !status.is_success() || longest == u64::MAX {
                let body = response.bytes().await.map_err(failed)?;
                return Ok(Reply { status, headers, body });
            }
            let body = bounded(operation, response, longest).await?.map_err(failed)?;
            Ok(Reply { status, headers, body })
        };
        sent.await.map_err(|error: Error| error.with("host", host))
    }

    /// Calls that carry no signature: to the givers of credentials.
    pub(crate) async fn send_plain(
        &self,
        operation: &'static str,
        request: &Request<Bytes>,
    ) -> Result<Reply> {
        let mut tries = Tries::default();
        loop {
            let result = self.attempt(operation, request.clone()).await;
            if !tries.another(&result).await {
                return result;
            }
        }
    }

    fn client(&self, url: &Url) -> Result<&reqwest::Client> {
        let direct = address::is_local(url);
        let slot = if direct { &self.direct } else { &self.by_proxy };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = build(direct)?;
        Ok(slot.get_or_init(|| client))
    }
}

/// Counts tries, and pauses between them.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// Whether to try again; by then the pause is over. The pause is random up to a bound that
    /// doubles, so that callers who failed together do not return together.
    pub(crate) async fn another(&mut self, result: &Result<Reply>) -> bool {
        self.0 += 1;
        let temporary = match result {
            Ok(reply) => !reply.status.is_success() && reply::kind(reply) == ErrorKind::Unavailable,
            Err(error) => error.is_temporary(),
        };
        if !temporary || self.0 >= TRIES {
            return false;
        }
        let bound = FIRST_PAUSE * 2u32.pow(self.0 - 1);
        let share = f64::from(u16::from_le_bytes(random())) / f64::from(u16::MAX);
        tokio::time::sleep(bound.mul_f64(share)).await;
        true
    }
}

/// The body, unless it is over `longest` bytes: by its own word, before any of it is read, or else as
/// soon as it is.
async fn bounded(
    operation: &'static str,
    mut response: reqwest::Response,
    longest: u64,
) -> Result<reqwest::Result<Bytes>> {
    let over = |length: u64| -> Result<()> {
        let text = || format!("there are {length} bytes or more, over the limit of {longest}");
        let error = || Error::new(ErrorKind::TooLarge, operation, text());
        if length > longest { Err(error()) } else { Ok(()) }
    };
    over(response.content_length().unwrap_or(0))?;
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(Ok(body.freeze())),
            Err(error) => return Ok(Err(error)),
        }
        over(u64::try_from(body.len()).unwrap_or(u64::MAX))?;
    }
}

fn random() -> [u8; 2] {
    let [a, b, ..] = uuid::Uuid::new_v4().into_bytes();
    [a, b]
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
