//! Signing requests.
//!
//! Deals with: who signs how, and sending what was signed. Does not deal with: where keys come from.

mod aws;
mod azure;

use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use http::request::Builder;

use crate::credentials::{AwsSource, AzureSecret, AzureSource};
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{Call, Http, Reply, Streaming, Tries};
use crate::reply;

/// The storage API that every call to Azure names: old enough for emulators and sovereign clouds.
pub(crate) const AZURE_VERSION: &str = "2021-12-02";

/// One service of one provider, with the right to call it.
#[derive(Debug)]
pub(crate) struct Client {
    http: Http,
    pub(crate) signer: Signer,
}

#[derive(Debug)]
pub(crate) enum Signer {
    Aws { source: AwsSource, service: &'static str, region: String },
    Azure { source: AzureSource, account: String },
}

impl Client {
    /// With the connections that belong to `environment`.
    pub(crate) fn new(environment: &Environment, signer: Signer) -> Self {
        Self { http: environment.access().http.clone(), signer }
    }

    /// Sends the request, signed anew for each try: signatures carry the time.
    pub(crate) async fn send(
        &self,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Reply> {
        let mut tries = Tries::begin();
        loop {
            let signed = self.signed(request.clone()).await?;
            let result = self.http.attempt(operation, signed).await;
            let call = Call { operation, host: request.uri().host() };
            if !tries.another(call, &result).await {
                return result;
            }
        }
    }

    /// As [`Client::send`]; an answer that is no success is an error.
    pub(crate) async fn call(
        &self,
        operation: &'static str,
        request: Builder,
        body: Bytes,
    ) -> Result<Reply> {
        let reply = self.send(operation, whole(operation, request, body)?).await?;
        if reply.status.is_success() { Ok(reply) } else { Err(reply::error(operation, &reply)) }
    }

    /// As [`Client::call`], with the body of a success still to come.
    pub(crate) async fn open(
        &self,
        operation: &'static str,
        request: Builder,
    ) -> Result<Streaming> {
        let request = whole(operation, request, Bytes::new())?;
        let mut tries = Tries::begin();
        loop {
            let signed = self.signed(request.clone()).await?;
            let result = match self.http.open(operation, signed).await {
                Ok(streaming) if streaming.status().is_success() => return Ok(streaming),
                Ok(refusal) => refusal.read(u64::MAX).await,
                Err(error) => Err(error),
            };
            let call = Call { operation, host: request.uri().host() };
            if !tries.another(call, &result).await {
                return Err(reply::error(operation, &result?));
            }
        }
    }

    /// Requests that go inside of a batch to Azure, each with its own signature, in their order.
    pub(crate) async fn signed_parts(
        &self,
        mut parts: Vec<Request<Bytes>>,
    ) -> Result<Vec<Request<Bytes>>> {
        if let Signer::Azure { source, account } = &self.signer {
            let now = SystemTime::now();
            let secret = source.secret(&self.http, now).await?;
            for part in &mut parts {
                azure::prepare_part(part, now)?;
                azure::prove(part, account, &secret)?;
            }
        }
        Ok(parts)
    }

    /// A URL of the same account as another service of the provider must see it, to read from it.
    pub(crate) async fn readable(&self, url: String) -> Result<String> {
        if let Signer::Azure { source, .. } = &self.signer
            && let AzureSecret::Sas(sas) = source.secret(&self.http, SystemTime::now()).await?
        {
            return Ok(azure::with_sas(&url, &sas));
        }
        Ok(url)
    }

    async fn signed(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>> {
        let now = SystemTime::now();
        match &self.signer {
            Signer::Aws { source, service, region } => {
                let keys = source.keys(&self.http, now).await?;
                aws::sign(&mut request, &keys, service, region, now)?;
            }
            Signer::Azure { source, account } => {
                azure::prepare(&mut request, now)?;
                let secret = source.secret(&self.http, now).await?;
                azure::prove(&mut request, account, &secret)?;
            }
        }
        Ok(request)
    }
}

fn whole(operation: &'static str, request: Builder, body: Bytes) -> Result<Request<Bytes>> {
    request.body(body).map_err(|error| {
        Error::new(ErrorKind::Config, operation, "the request is malformed").because(error)
    })
}
