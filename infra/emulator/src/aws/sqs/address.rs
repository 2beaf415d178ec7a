//! How SQS names a queue.
//!
//! Deals with: names, URLs, ARNs. Does not deal with: whether there is such a queue.

use super::error::SqsError;
use crate::aws::{ACCOUNT, REGION};

/// The queue's ARN.
pub(crate) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// The queue's name in an ARN of whatever region; `None` if it is no SQS ARN of this account.
pub(crate) fn name_of_arn(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        ["arn", "aws", "sqs", _, ACCOUNT, name] if !name.is_empty() => Some(name),
        _ => None,
    }
}

/// The queue's URL at the server that listens on `port`.
pub(super) fn url(port: u16, name: &str) -> String {
    format!("http://127.0.0.1:{port}/{ACCOUNT}/{name}")
}

/// The queue's name in a URL, whatever its host: a container may reach the emulator under another.
pub(super) fn name_of_url(url: &str) -> Result<&str, SqsError> {
    let mut segments = url.rsplit('/');
    match (segments.next(), segments.next()) {
        (Some(name), Some(ACCOUNT)) if !name.is_empty() => Ok(name),
        _ => Err(SqsError::address(url)),
    }
}

/// What a queue may be called: 80 characters, and the end says whether it is a FIFO queue.
pub(super) fn check_name(name: &str, fifo: bool) -> Result<(), SqsError> {
    let stem = if fifo { name.strip_suffix(".fifo").unwrap_or_default() } else { name };
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !stem.is_empty() && name.len() <= 80 && stem.chars().all(plain) {
        return Ok(());
    }
    Err(SqsError::parameter(if fifo {
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or \
         underscores, must end with .fifo suffix and be 1 to 80 in length."
    } else {
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length; the \
         suffix .fifo needs the attribute FifoQueue=true."
    }))
}
