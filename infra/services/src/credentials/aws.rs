//! AWS credentials.
//!
//! Deals with: keys in the environment, web identity (STS), and the container endpoint, in this
//! order. Does not deal with: profiles, SSO, or the instance metadata service: a function has none.

use std::fmt;
use std::path::PathBuf;
use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use serde::Deserialize;
use url::Url;

use super::{Cache, Lease, together, wrong};
use crate::address;
use crate::dates;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};
use crate::http::Http;
use crate::reply;

const OPERATION: &str = "fetch AWS credentials";
/// Where ECS answers the relative form.
const ECS: &str = "http://169.254.170.2";

/// What signs.
#[derive(Clone)]
pub(crate) struct AwsKeys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// Only who, never the secret.
impl fmt::Debug for AwsKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwsKeys({})", self.id)
    }
}

/// Where keys come from.
#[derive(Debug)]
pub(crate) struct AwsSource {
    origin: Origin,
    cache: Cache<AwsKeys>,
}

#[derive(Debug)]
enum Origin {
    Environment(AwsKeys),
    WebIdentity { token_file: PathBuf, role: String, session: String, sts: String },
    Container { url: Url, token: ContainerToken },
}

#[derive(Debug)]
enum ContainerToken {
    None,
    Given(Hidden),
    File(PathBuf),
}

struct Hidden(String);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl AwsSource {
    /// Finds the source; asks nobody yet.
    pub(crate) fn find(environment: &Environment, region: &str) -> Result<Self> {
        let origin = origin(environment, region)?;
        Ok(Self { origin, cache: environment.access().aws_keys.clone() })
    }

    /// Keys that are good for a while.
    pub(crate) async fn keys(&self, http: &Http, now: SystemTime) -> Result<AwsKeys> {
        match &self.origin {
            Origin::Environment(keys) => Ok(keys.clone()),
            Origin::WebIdentity { token_file, role, session, sts } => {
                let fetch = assume_role(http, token_file, role, session, sts);
                self.cache.get(now, fetch).await
            }
            Origin::Container { url, token } => self.cache.get(now, ask(http, url, token)).await,
        }
    }
}

fn origin(env: &Environment, region: &str) -> Result<Origin> {
    if let Some([id, secret]) = together(env, ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])? {
        let token = env.get("AWS_SESSION_TOKEN");
        return Ok(Origin::Environment(AwsKeys { id, secret, token }));
    }
    let web = ["AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"];
    // A role alone means nothing: other tools read it too.
    if env.get("AWS_WEB_IDENTITY_TOKEN_FILE").is_some()
        && let Some([token_file, role]) = together(env, web)?
    {
        let session = env.get("AWS_ROLE_SESSION_NAME").unwrap_or_else(|| "anyfn".to_owned());
        let endpoint =
            env.get("AWS_ENDPOINT_URL_STS").map(|text| url("AWS_ENDPOINT_URL_STS", &text));
        let sts = address::aws("sts", region, endpoint.transpose()?.as_ref());
        return Ok(Origin::WebIdentity { token_file: token_file.into(), role, session, sts });
    }
    let url = match env.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        Some(path) => url("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", &format!("{ECS}{path}"))?,
        None => match env.get("AWS_CONTAINER_CREDENTIALS_FULL_URI") {
            Some(full) => url("AWS_CONTAINER_CREDENTIALS_FULL_URI", &full)?,
            None => {
                return Err(wrong(
                    "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and perhaps \
                     AWS_SESSION_TOKEN), or AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN, or \
                     AWS_CONTAINER_CREDENTIALS_FULL_URI; profiles and SSO are not read",
                ));
            }
        },
    };
    if url.scheme() != "https" && !address::is_local(&url) {
        return Err(wrong("AWS_CONTAINER_CREDENTIALS_FULL_URI must be https, or on this machine"));
    }
    let file = env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    let given = env.get("AWS_CONTAINER_AUTHORIZATION_TOKEN");
    let token = match (file, given) {
        (Some(file), _) => ContainerToken::File(file.into()),
        (None, Some(token)) => ContainerToken::Given(Hidden(token)),
        (None, None) => ContainerToken::None,
    };
    Ok(Origin::Container { url, token })
}

fn url(variable: &str, text: &str) -> Result<Url> {
    let wrong =
        |_| wrong(format!("{variable} is no URL such as http://127.0.0.1:8080/credentials"));
    Url::parse(text).map_err(wrong)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Issued {
    access_key_id: String,
    secret_access_key: String,
    #[serde(alias = "SessionToken")]
    token: Option<String>,
    expiration: String,
}

impl Issued {
    fn lease(self) -> Lease<AwsKeys> {
        let Self { access_key_id: id, secret_access_key: secret, token, expiration } = self;
        // A date that cannot be read counts as past: the next call asks again.
        let until = dates::read(&expiration).unwrap_or(SystemTime::UNIX_EPOCH);
        Lease { value: AwsKeys { id, secret, token }, until }
    }
}

async fn ask(http: &Http, url: &Url, token: &ContainerToken) -> Result<Lease<AwsKeys>> {
    let mut request = Request::get(url.as_str());
    let token = match token {
        ContainerToken::None => None,
        ContainerToken::Given(Hidden(token)) => Some(token.clone()),
        ContainerToken::File(path) => Some(read(path).await?),
    };
    if let Some(token) = token {
        request = request.header("authorization", token);
    }
    let reply = http.send_plain(OPERATION, &whole(request.body(Bytes::new()))?).await?;
    if !reply.status.is_success() {
        return Err(reply::error(OPERATION, &reply));
    }
    let issued: Issued = serde_json::from_slice(&reply.body).map_err(unread)?;
    Ok(issued.lease())
}

async fn assume_role(
    http: &Http,
    token_file: &PathBuf,
    role: &str,
    session: &str,
    sts: &str,
) -> Result<Lease<AwsKeys>> {
    let token = read(token_file).await?;
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("Action", "AssumeRoleWithWebIdentity")
        .append_pair("Version", "2011-06-15")
        .append_pair("RoleArn", role)
        .append_pair("RoleSessionName", session)
        .append_pair("WebIdentityToken", &token)
        .finish();
    let request = Request::post(format!("{sts}/"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from(form));
    let reply = http.send_plain(OPERATION, &whole(request)?).await?;
    if !reply.status.is_success() {
        return Err(reply::error(OPERATION, &reply));
    }
    assumed(&String::from_utf8_lossy(&reply.body))
}

fn assumed(xml: &str) -> Result<Lease<AwsKeys>> {
    #[derive(Deserialize)]
    struct Response {
        #[serde(rename = "AssumeRoleWithWebIdentityResult")]
        result: Outcome,
    }
    #[derive(Deserialize)]
    struct Outcome {
        #[serde(rename = "Credentials")]
        credentials: Issued,
    }
    let response: Response = quick_xml::de::from_str(xml).map_err(unread)?;
    Ok(response.result.credentials.lease())
}

/// A token's file is read each time: its owner rotates it.
async fn read(path: &PathBuf) -> Result<String> {
    let failed = |error| wrong(format!("{} cannot be read", path.display())).because(error);
    let text: std::io::Result<String> = tokio::fs::read_to_string(path).await;
    Ok(text.map_err(failed)?.trim().to_owned())
}

fn whole(request: http::Result<Request<Bytes>>) -> Result<Request<Bytes>> {
    request.map_err(|error| wrong("a variable of the credentials is malformed").because(error))
}

fn unread(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::new(ErrorKind::Other, OPERATION, "the answer is no credentials").because(error)
}

#[cfg(test)]
mod tests;
