//! The variables that a function's process gets.
//!
//! Deals with: binding URLs, the app's settings, what each platform sets besides. Does not deal with:
//! what Lambda reserves for itself (`aws::lambda`) and what a custom handler is told
//! (`azure::functions`).

use std::collections::BTreeMap;
use std::time::Duration;

use anyfn::manifest::NeedKind;
use anyfn::name::variable;

use super::names;
use crate::apps::{App, queues};
use crate::aws::{ACCOUNT, REGION};
use crate::cloud::Cloud;
use crate::identity::{AZURE_ACCOUNT, AppCredentials};

/// Where the emulated APIs are: `http://127.0.0.1:PORT`.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// S3.
    pub s3: String,
    /// SQS.
    pub sqs: String,
    /// Azure Blob, without the account.
    pub blob: String,
    /// Azure Queue, without the account.
    pub queue: String,
    /// The managed identity endpoint, with its path.
    pub identity: String,
    /// Lambda, which refuses by name what is not emulated: where AWS's other services would be.
    pub lambda: String,
}

/// What an app logs unless its settings say otherwise: calls that succeed too, as the platforms' own logs
/// would tell.
const LOG: &str = "info,anyfn::call=debug";

/// The variables of `app` in `cloud`; `all` are the apps that run beside it.
#[must_use]
pub fn of(cloud: Cloud, app: &App, all: &[App], endpoints: &Endpoints) -> BTreeMap<String, String> {
    let kinds = queues(all);
    let mut variables = BTreeMap::from([("ANYFN_LOG".to_owned(), LOG.to_owned())]);
    variables.extend(app.settings.clone());
    variables.extend(walls(endpoints));
    for need in &app.manifest.needs {
        let name = &need.name;
        let (prefix, url) = match need.kind {
            NeedKind::Blob => ("ANYFN_BLOB", store_url(cloud, name, endpoints)),
            NeedKind::Queue => {
                let fifo = kinds.get(name).copied().unwrap_or_default();
                ("ANYFN_QUEUE", queue_url(cloud, &names::queue(cloud, name, fifo), endpoints))
            }
        };
        variables.insert(variable(prefix, name), url);
    }
    for function in &app.manifest.functions {
        if let Some(queue) = names::dead_letter(cloud, &function.name, &function.trigger) {
            let url = queue_url(cloud, &queue, endpoints);
            variables.insert(variable("ANYFN_DEAD_LETTER", &function.name), url);
        }
        if cloud == Cloud::Azure
            && let Some(queue) = names::source(cloud, &function.name, &function.trigger)
        {
            variables.insert(variable("ANYFN_SOURCE", &function.name), queue);
        }
    }
    variables
}

/// What keeps clients of the clouds away from the person's own accounts: without a home folder they would
/// look one up, and services that are not emulated would be the real ones.
fn walls(endpoints: &Endpoints) -> [(String, String); 6] {
    [
        ("HOME", "/nonexistent"),
        ("AWS_CONFIG_FILE", "/dev/null"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AZURE_CONFIG_DIR", "/nonexistent"),
        ("AWS_ENDPOINT_URL", &endpoints.lambda),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// What AWS's own clients read, so that an author's SDK reaches the emulator, whichever host runs it.
#[must_use]
pub fn aws_endpoints(endpoints: &Endpoints) -> [(String, String); 3] {
    [
        ("AWS_ENDPOINT_URL_S3", &endpoints.s3),
        ("AWS_ENDPOINT_URL_SQS", &endpoints.sqs),
        ("AWS_ENDPOINT_URL_LAMBDA", &endpoints.lambda),
    ]
    .map(|(name, url)| (name.to_owned(), url.clone()))
}

/// Who the app is on AWS, for a host that is not AWS's own: there an author would set the same.
#[must_use]
pub fn aws_identity(credentials: &AppCredentials) -> [(String, String); 4] {
    [
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", &credentials.secret_access_key),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
}

/// App settings of the platform: identity, and the limits that Terraform would set.
#[must_use]
pub fn azure_settings(
    credentials: &AppCredentials,
    endpoints: &Endpoints,
    max_attempts: u32,
    timeout: Duration,
) -> [(String, String); 7] {
    let seconds = timeout.as_secs();
    let span = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    [
        ("IDENTITY_ENDPOINT".to_owned(), endpoints.identity.clone()),
        ("IDENTITY_HEADER".to_owned(), credentials.identity_header.clone()),
        ("AzureWebJobsStorage__accountName".to_owned(), AZURE_ACCOUNT.to_owned()),
        ("FUNCTIONS_WORKER_RUNTIME".to_owned(), "custom".to_owned()),
        ("ANYFN_TIMEOUT".to_owned(), seconds.to_string()),
        ("AzureFunctionsJobHost__functionTimeout".to_owned(), span),
        (
            "AzureFunctionsJobHost__extensions__queues__maxDequeueCount".to_owned(),
            max_attempts.to_string(),
        ),
    ]
}

fn store_url(cloud: Cloud, name: &str, endpoints: &Endpoints) -> String {
    match cloud {
        Cloud::Aws => {
            format!("s3://{name}?{}", query(&[("region", REGION), ("endpoint", &endpoints.s3)]))
        }
        Cloud::Azure => {
            format!("azblob://{AZURE_ACCOUNT}/{name}?{}", query(&[("endpoint", &endpoints.blob)]))
        }
    }
}

fn queue_url(cloud: Cloud, name: &str, endpoints: &Endpoints) -> String {
    match cloud {
        Cloud::Aws => {
            format!("sqs://{REGION}/{ACCOUNT}/{name}?{}", query(&[("endpoint", &endpoints.sqs)]))
        }
        Cloud::Azure => {
            format!("azqueue://{AZURE_ACCOUNT}/{name}?{}", query(&[("endpoint", &endpoints.queue)]))
        }
    }
}

fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
