//! What all stores and queues opened with the same variables share.
//!
//! Deals with: connections, and credentials that somebody was asked for. Does not deal with: making either.

use std::sync::LazyLock;

use crate::credentials::{AwsKeys, Cache};
use crate::http::Http;

/// Clones share. All of it is made at first use: what never calls pays nothing.
#[derive(Clone, Default)]
pub(crate) struct Access {
    pub(crate) http: Http,
    pub(crate) aws_keys: Cache<AwsKeys>,
    pub(crate) azure_token: Cache<String>,
}

impl Access {
    /// Of whatever uses the variables of this process.
    pub(crate) fn process() -> Self {
        static OWN: LazyLock<Access> = LazyLock::new(Access::default);
        OWN.clone()
    }
}
