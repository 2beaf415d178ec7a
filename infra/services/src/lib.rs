//! Portable clients for blobs and queues: one API over memory, AWS and Azure.
//!
//! Deals with: named stores and queues ([`blob::from_env`], [`queue::from_env`]), the URLs that bind
//! them to a provider ([`Binding`]), credentials, and what the providers' APIs have in common.
//! Does not deal with: events, triggers or functions; whatever only one provider can do.
//!
//! ```
//! # async fn example() -> Result<(), anyfn_services::Error> {
//! let photos = anyfn_services::Blob::memory();          // or blob::from_env("photos")?
//! photos.put("in/a.jpg", "bytes").await?;
//! let photo = photos.get("in/a.jpg").await?;
//! assert_eq!(photo.bytes, "bytes");
//! # Ok(()) }
//! ```
//!
//! # Errors and tries
//!
//! Every call ends in one [`Error`], whose [`ErrorKind`] says what a caller can do about it, whichever
//! provider refused in whichever words. What may pass ([`ErrorKind::Unavailable`],
//! [`ErrorKind::Throttled`]) was tried four times by then, each try signed anew, with random pauses that
//! double, from 100 ms (500 ms where the provider is over its limits), and at least as long as it asked
//! for by `Retry-After`; no try begins later than 20 s after the first. With the feature `aws-sdk` S3
//! and SQS are tried at most as often, by the SDK's own rules: what may pass, and when the next try is.
//!
//! # Credentials
//!
//! They are read from the environment when a store or queue is opened, and used at the first call.
//! The first of each list that is there wins; half of one (a key id without its secret) is an error.
//!
//! AWS: `AWS_ACCESS_KEY_ID` + `AWS_SECRET_ACCESS_KEY` (+ `AWS_SESSION_TOKEN`);
//! `AWS_WEB_IDENTITY_TOKEN_FILE` + `AWS_ROLE_ARN` (+ `AWS_ROLE_SESSION_NAME`);
//! `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `AWS_CONTAINER_CREDENTIALS_FULL_URI`
//! (+ `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` or `AWS_CONTAINER_AUTHORIZATION_TOKEN`).
//!
//! Azure: `AZURE_STORAGE_SAS_TOKEN`; `AZURE_STORAGE_KEY`;
//! `AZURE_FEDERATED_TOKEN_FILE` + `AZURE_CLIENT_ID` + `AZURE_TENANT_ID` (+ `AZURE_AUTHORITY_HOST`);
//! `IDENTITY_ENDPOINT` + `IDENTITY_HEADER` (+ `AZURE_CLIENT_ID` for a user-assigned identity).

mod access;
// The SDK finds S3 and signs for AWS by itself.
#[cfg_attr(feature = "aws-sdk", allow(dead_code))]
mod address;
#[cfg(any(test, feature = "behaviour"))]
pub mod behaviour;
mod binding;
pub mod blob;
mod credentials;
mod dates;
mod dead_letters;
mod environment;
mod error;
// Not all of its answers are asked for where the SDK reads them.
#[cfg_attr(feature = "aws-sdk", allow(dead_code))]
#[cfg(test)]
mod fake;
mod http;
pub mod queue;
mod reply;
#[cfg(feature = "aws-sdk")]
mod sdk;
#[cfg_attr(feature = "aws-sdk", allow(dead_code))]
mod sign;

pub use binding::Binding;
pub use blob::Blob;
pub use dead_letters::{dead_letters, dead_letters_in};
pub use environment::Environment;
pub use error::{Error, ErrorKind, Result};
pub use queue::Queue;
