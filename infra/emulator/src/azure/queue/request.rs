//! A request taken apart.
//!
//! Deals with: the path, query parameters and their bounds, metadata headers, permission.
//! Does not deal with: what is done.

use std::collections::BTreeMap;

use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::super::error::StorageError;
use super::error;
use crate::identity::{AZURE_ACCOUNT, Action, Principal};
use crate::queues::Queues;

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Account,
    Queue(String),
    Messages(String),
    Message(String, String),
}

/// One request that is known to be somebody's.
pub(super) struct Call<'a> {
    pub(super) queues: &'a Queues,
    pub(super) target: Target,
    pub(super) body: &'a [u8],
    who: &'a Principal,
    parts: &'a Parts,
    query: BTreeMap<String, String>,
}

impl<'a> Call<'a> {
    pub(super) fn new(
        queues: &'a Queues,
        who: &'a Principal,
        parts: &'a Parts,
        body: &'a [u8],
    ) -> Result<Self, StorageError> {
        let query = parts.uri.query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned()))
            .collect();
        Ok(Self { queues, target: target(parts.uri.path())?, body, who, parts, query })
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// A whole number, or what is wrong with it.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, StorageError> {
        let Some(text) = self.query(name) else { return Ok(None) };
        let number = text.parse().map_err(|_| error::parameter(name, text, "a whole number"))?;
        Ok(Some(number))
    }

    /// A whole number from `min` to `max`.
    pub(super) fn bounded(
        &self,
        name: &str,
        min: u32,
        max: u32,
    ) -> Result<Option<u32>, StorageError> {
        let Some(number) = self.number(name)? else { return Ok(None) };
        let bounded = u32::try_from(number).ok().filter(|number| (min..=max).contains(number));
        let wanted = || format!("from {min} to {max}");
        bounded.map(Some).ok_or_else(|| error::out_of_range(name, number, &wanted()))
    }

    /// The headers `x-ms-meta-*` by the rest of their names.
    pub(super) fn metadata_headers(&self) -> BTreeMap<String, String> {
        let headers = self.parts.headers.iter();
        let metadata = headers.filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix("x-ms-meta-")?;
            Some((name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        });
        metadata.collect()
    }

    /// Whether the principal may do one of `actions` to the queue; with none of them, only the owner may.
    pub(super) fn may(
        &self,
        queue: &str,
        actions: &[fn(String) -> Action],
    ) -> Result<(), StorageError> {
        let owner = matches!(self.who, Principal::Owner);
        if owner || actions.iter().any(|action| self.who.allows(&action(queue.to_owned()))) {
            return Ok(());
        }
        let declare = format!(".needs(queue::named(\"{queue}\").send()) or .receive()");
        Err(StorageError::forbidden(self.who.name(), &declare))
    }
}

fn target(path: &str) -> Result<Target, StorageError> {
    let decoded: Vec<String> = path
        .trim_matches('/')
        .split('/')
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let target = match segments.as_slice() {
        [AZURE_ACCOUNT] => Target::Account,
        [AZURE_ACCOUNT, queue] => Target::Queue((*queue).to_owned()),
        [AZURE_ACCOUNT, queue, "messages"] => Target::Messages((*queue).to_owned()),
        [AZURE_ACCOUNT, queue, "messages", id] => {
            Target::Message((*queue).to_owned(), (*id).to_owned())
        }
        _ => {
            return Err(error::bad(
                "InvalidUri",
                format!(
                    "The requested URI does not represent any resource on the server: \"{path}\" is \
                     not like /{AZURE_ACCOUNT}/queue/messages."
                ),
            ));
        }
    };
    Ok(target)
}
