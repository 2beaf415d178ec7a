//! The URLs that bind a name to a provider's store or queue.
//!
//! Deals with: their grammar. Does not deal with: opening what they name.

mod parse;

use url::Url;

use crate::error::Result;

/// Where a store or a queue is.
///
/// # Grammar
///
/// ```text
/// s3://BUCKET[/PREFIX][?region=REGION][&endpoint=URL]
/// sqs://REGION/ACCOUNT/NAME[?endpoint=URL]
/// azblob://ACCOUNT/CONTAINER[?endpoint=URL]
/// azqueue://ACCOUNT/NAME[?endpoint=URL]
/// memory://NAME
/// ```
///
/// - `BUCKET`: 1 to 63 of a-z, 0-9, `.` and `-`. `PREFIX`: percent-encoded where needed; every key of
///   the store gets `PREFIX/` in front and listings lose it again.
/// - `REGION`: a-z, 0-9 and `-`, e.g. `eu-central-1`. Where an `s3` URL names none, `AWS_REGION`,
///   then `AWS_DEFAULT_REGION` is read.
/// - `ACCOUNT` of `sqs`: 12 digits; `NAME`: 1 to 80 of A-Z, a-z, 0-9, `-`, `_`, perhaps with `.fifo`.
/// - `ACCOUNT` of Azure: 1 to 24 of a-z and 0-9; `CONTAINER` and `NAME` of Azure: 1 to 63 of a-z, 0-9
///   and `-`.
/// - `endpoint`: an `http` or `https` URL, percent-encoded, without a query. It replaces the
///   provider's public address: an emulator, a private endpoint, another cloud's domain. With one,
///   S3 is addressed path-style. An Azure endpoint at an IP address or `localhost` gets the account
///   as the first part of its path (unless it has it), as emulators expect.
/// - `memory`: lives in this process and in clones of what was opened; each opening starts empty.
///
/// Anything else (another scheme, parameter, a user, a port or a fragment) is an error that shows a
/// right URL.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binding {
    /// `memory://NAME`
    Memory {
        /// Only for messages.
        name: String,
    },
    /// `s3://BUCKET[/PREFIX]`
    S3 {
        /// The bucket.
        bucket: String,
        /// What every key starts with: empty, or ending in `/`.
        prefix: String,
        /// `None`: from the environment.
        region: Option<String>,
        /// `None`: the provider's public address.
        endpoint: Option<Url>,
    },
    /// `azblob://ACCOUNT/CONTAINER`
    AzureBlob {
        /// The storage account.
        account: String,
        /// The container.
        container: String,
        /// `None`: the provider's public address.
        endpoint: Option<Url>,
    },
    /// `sqs://REGION/ACCOUNT/NAME`
    Sqs {
        /// The region.
        region: String,
        /// The account's 12 digits.
        account: String,
        /// The queue's name, with `.fifo` where it is one.
        name: String,
        /// `None`: the provider's public address.
        endpoint: Option<Url>,
    },
    /// `azqueue://ACCOUNT/NAME`
    AzureQueue {
        /// The storage account.
        account: String,
        /// The queue.
        name: String,
        /// `None`: the provider's public address.
        endpoint: Option<Url>,
    },
}

impl Binding {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`ErrorKind::Config`](crate::ErrorKind::Config), with what is wrong and a right URL.
    pub fn parse(url: &str) -> Result<Self> {
        parse::binding(url)
    }
}

#[cfg(test)]
mod tests;
