//! Opening a store.
//!
//! Deals with: from a variable, or from a URL. Does not deal with: the URL's grammar ([`Binding`]).

use std::sync::Arc;

use super::{Backend, Blob, azure, s3};
use crate::binding::Binding;
use crate::environment::Environment;
use crate::error::{Error, ErrorKind, Result};

/// Opens the store that `ANYFN_BLOB_<NAME>` binds: a [`Binding`] URL.
///
/// ```
/// let error = anyfn_services::blob::from_env("photos-x").err().map(|e| e.to_string());
/// assert!(error.is_some_and(|text| text.contains("ANYFN_BLOB_PHOTOS_X")));
/// ```
///
/// # Errors
/// [`ErrorKind::Config`] where the variable, or a credential it needs, is missing or malformed.
/// Nothing is connected yet.
pub fn from_env(name: &str) -> Result<Blob> {
    bound(name, &Environment::process())
}

/// As [`from_env`], from given variables.
///
/// # Errors
/// As [`from_env`].
pub fn bound(name: &str, environment: &Environment) -> Result<Blob> {
    let example = "s3://my-photos?region=eu-central-1 or azblob://myaccount/photos";
    let (variable, url) = environment.binding("BLOB", name, example)?;
    open_in(&url, environment).map_err(|error| error.with("variable", variable))
}

/// Opens the store at a [`Binding`] URL, with the process's credentials.
///
/// # Errors
/// As [`from_env`].
pub fn open(url: &str) -> Result<Blob> {
    open_in(url, &Environment::process())
}

/// Opens the store at a [`Binding`] URL, with credentials from given variables.
///
/// # Errors
/// As [`from_env`].
pub fn open_in(url: &str, environment: &Environment) -> Result<Blob> {
    match Binding::parse(url)? {
        Binding::Memory { .. } => Ok(Blob::memory()),
        Binding::S3 { bucket, prefix, region, endpoint } => {
            let region = region_of(&bucket, region, environment)?;
            let store = s3::S3::open(&bucket, prefix, region, endpoint.as_ref(), environment)?;
            Ok(Blob(Backend::S3(Arc::new(store))))
        }
        Binding::AzureBlob { account, container, endpoint } => {
            let store = azure::Azure::open(account, &container, endpoint.as_ref(), environment)?;
            Ok(Blob(Backend::Azure(Arc::new(store))))
        }
        Binding::Sqs { .. } | Binding::AzureQueue { .. } => {
            let text = "a queue is bound where a store is wanted, such as s3://my-photos or azblob://myaccount/photos";
            Err(Error::new(ErrorKind::Config, "open", text))
        }
    }
}

/// The region that the bucket's URL names, or the process's.
fn region_of(bucket: &str, named: Option<String>, environment: &Environment) -> Result<String> {
    let own = || environment.get("AWS_REGION").or_else(|| environment.get("AWS_DEFAULT_REGION"));
    named.or_else(own).ok_or_else(|| {
        let text = format!(
            "no region: write s3://{bucket}?region=eu-central-1 or set AWS_REGION=eu-central-1"
        );
        Error::new(ErrorKind::Config, "open", text)
    })
}
