//! Azure credentials.
//!
//! Deals with: SAS, account key, workload identity and managed identity, in this order: what was
//! set by hand comes before what a platform set. Does not deal with: the metadata service of virtual
//! machines, client secrets, or the command line's login.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use serde::Deserialize;
use url::Url;

use super::{Cache, Lease, together, wrong};
use crate::address;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use crate::reply;

const OPERATION: &str = "fetch an Azure token";
/// What the token is for: every storage account.
const RESOURCE: &str = "https://storage.azure.com/";

/// What proves the right to call.
#[derive(Clone)]
pub(crate) enum AzureSecret {
    Key(Vec<u8>),
    Token(String),
    Sas(String),
}

/// Never the secret.
impl fmt::Debug for AzureSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key",
            Self::Token(_) => "Token",
            Self::Sas(_) => "Sas",
        })
    }
}

/// Where the secret comes from.
#[derive(Debug)]
pub(crate) struct AzureSource {
    origin: Origin,
    cache: Cache<String>,
}

enum Origin {
    Given(AzureSecret),
    Workload { token_file: PathBuf, client: String, url: String },
    Managed { url: String, header: String },
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(secret) => secret.fmt(f),
            Self::Workload { url, .. } => write!(f, "Workload({url})"),
            Self::Managed { url, .. } => write!(f, "Managed({url})"),
        }
    }
}

impl AzureSource {
    /// Finds the source; asks nobody yet.
    pub(crate) fn find(environment: &Environment) -> Result<Self> {
        Ok(Self { origin: origin(environment)?, cache: environment.access().azure_token.clone() })
    }

    /// A secret that is good for a while.
    pub(crate) async fn secret(&self, http: &Http, now: SystemTime) -> Result<AzureSecret> {
        let token = match &self.origin {
            Origin::Given(secret) => return Ok(secret.clone()),
            Origin::Workload { token_file, client, url } => {
                self.cache.get(now, exchange(http, token_file, client, url, now)).await
            }
            Origin::Managed { url, header } => {
                self.cache.get(now, ask(http, url, header, now)).await
            }
        };
        Ok(AzureSecret::Token(token?))
    }
}

fn origin(env: &Environment) -> Result<Origin> {
    if let Some(sas) = env.get("AZURE_STORAGE_SAS_TOKEN") {
        return Ok(Origin::Given(AzureSecret::Sas(sas)));
    }
    if let Some(key) = env.get("AZURE_STORAGE_KEY") {
        let key = STANDARD.decode(key.trim());
        let key = key.map_err(|_| wrong("AZURE_STORAGE_KEY is not the account's key in base64"))?;
        return Ok(Origin::Given(AzureSecret::Key(key)));
    }
    let workload = ["AZURE_FEDERATED_TOKEN_FILE", "AZURE_CLIENT_ID", "AZURE_TENANT_ID"];
    // Client and tenant alone mean nothing: managed identity and other tools read them too.
    if env.get("AZURE_FEDERATED_TOKEN_FILE").is_some()
        && let Some([token_file, client, tenant]) = together(env, workload)?
    {
        let authority = env.get("AZURE_AUTHORITY_HOST");
        let authority = authority.as_deref().unwrap_or("https://login.microsoftonline.com");
        let authority = authority.trim_end_matches('/');
        let url = format!("{authority}/{}/oauth2/v2.0/token", address::encode(&tenant));
        let parsed = checked("AZURE_AUTHORITY_HOST", &url)?;
        if parsed.scheme() != "https" && !address::is_loopback(&parsed) {
            return Err(wrong("AZURE_AUTHORITY_HOST must be an https:// URL"));
        }
        return Ok(Origin::Workload { token_file: token_file.into(), client, url });
    }
    if let Some([endpoint, header]) = together(env, ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"])? {
        checked("IDENTITY_ENDPOINT", &endpoint)?;
        let mut query = vec![("api-version", "2019-08-01"), ("resource", RESOURCE)];
        let client = env.get("AZURE_CLIENT_ID");
        query.extend(client.as_deref().map(|client| ("client_id", client)));
        let url = format!("{endpoint}{}", address::query(&query));
        return Ok(Origin::Managed { url, header });
    }
    Err(wrong(
        "no Azure credentials: set AZURE_STORAGE_SAS_TOKEN, or AZURE_STORAGE_KEY, or \
         AZURE_FEDERATED_TOKEN_FILE with AZURE_CLIENT_ID and AZURE_TENANT_ID; on Azure Functions a \
         managed identity sets IDENTITY_ENDPOINT and IDENTITY_HEADER",
    ))
}

fn checked(variable: &str, text: &str) -> Result<Url> {
    let wrong = |_| wrong(format!("{variable} is no URL such as http://127.0.0.1:8081/msi/token"));
    Url::parse(text).map_err(wrong)
}

async fn ask(http: &Http, url: &str, header: &str, now: SystemTime) -> Result<Lease<String>> {
    let request = Request::get(url).header("x-identity-header", header).body(Bytes::new());
    token(http, request, now).await
}

async fn exchange(
    http: &Http,
    token_file: &PathBuf,
    client: &str,
    url: &str,
    now: SystemTime,
) -> Result<Lease<String>> {
    let failed = |error| wrong(format!("{} cannot be read", token_file.display())).because(error);
    // Read each time: its owner rotates it.
    let text: std::io::Result<String> = tokio::fs::read_to_string(token_file).await;
    let assertion = text.map_err(failed)?;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", client)
        .append_pair("scope", &format!("{RESOURCE}.default"))
        .append_pair("grant_type", "client_credentials")
        .append_pair(
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        )
        .append_pair("client_assertion", assertion.trim())
        .finish();
    let request = Request::post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form));
    token(http, request, now).await
}

async fn token(
    http: &Http,
    request: http::Result<Request<Bytes>>,
    now: SystemTime,
) -> Result<Lease<String>> {
    let whole = |error| wrong("a variable of the credentials is malformed").because(error);
    let reply = http.send_plain(OPERATION, &request.map_err(whole)?).await?;
    if !reply.status.is_success() {
        return Err(reply::error(OPERATION, &reply));
    }
    let unread =
        |error| Error::new(ErrorKind::Other, OPERATION, "the answer is no token").because(error);
    let issued: Issued = serde_json::from_slice(&reply.body).map_err(unread)?;
    Ok(issued.lease(now))
}

#[derive(Deserialize)]
struct Issued {
    access_token: String,
    /// Managed identity: seconds since the epoch, as a string.
    expires_on: Option<Seconds>,
    /// Entra: seconds from now, as a number.
    expires_in: Option<Seconds>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(u64),
    Text(String),
}

impl Seconds {
    fn duration(&self) -> Duration {
        Duration::from_secs(match self {
            Self::Number(seconds) => *seconds,
            Self::Text(text) => text.parse().unwrap_or_default(),
        })
    }
}

impl Issued {
    fn lease(self, now: SystemTime) -> Lease<String> {
        let on = self.expires_on.and_then(|at| SystemTime::UNIX_EPOCH.checked_add(at.duration()));
        let after = self.expires_in.and_then(|after| now.checked_add(after.duration()));
        // Without an end it counts as over: the next call asks again.
        Lease { value: self.access_token, until: on.or(after).unwrap_or(now) }
    }
}

#[cfg(test)]
mod tests;
