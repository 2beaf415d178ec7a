//! Signing requests.
//!
//! Deals with: who signs how, and sending what was signed. Does not deal with: where keys come from.

mod aws;
mod azure;

use std::time::SystemTime;

use bytes::Bytes;
use http::Request;

use crate::credentials::{AwsSource, AzureSecret, AzureSource};
use crate::error::Result;
use crate::http::{Http, Reply, Tries};

/// The storage API that every call to Azure names: old enough for emulators and sovereign clouds.
pub(crate) const AZURE_VERSION: &str = "2021-12-02";

/// One service of one provider, with the right to call it.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) http: Http,
    pub(crate) signer: Signer,
}

#[derive(Debug)]
pub(crate) enum Signer {
    Aws { source: AwsSource, service: &'static str, region: String },
    Azure { source: AzureSource, account: String },
}

impl Client {
    /// Sends the request, signed anew for each try: signatures carry the time.
    pub(crate) async fn send(
        &self,
        operation: &'static str,
        request: Request<Bytes>,
    ) -> Result<Reply> {
        let mut tries = Tries::default();
        loop {
            let signed = self.signed(request.clone()).await?;
            let result = self.http.attempt(operation, signed).await;
            if !tries.another(&result).await {
                return result;
            }
        }
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
                match source.secret(&self.http, now).await? {
                    AzureSecret::Key(key) => azure::shared_key(&mut request, account, &key)?,
                    AzureSecret::Token(token) => azure::bearer(&mut request, &token)?,
                    AzureSecret::Sas(sas) => azure::append_sas(&mut request, &sas)?,
                }
            }
        }
        Ok(request)
    }
}
