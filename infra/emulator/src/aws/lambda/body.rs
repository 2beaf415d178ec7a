//! Reading a request's body up to a limit.
//!
//! Deals with: reading on past the limit, so that the sender hears the refusal instead of a broken pipe.
//! Does not deal with: what is in it.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;

/// Beyond this the sender is cut off.
const PATIENCE: usize = 64 * 1024 * 1024;

/// A body, or why there is none.
pub(super) enum Read {
    Whole(Bytes),
    TooLarge,
    /// The connection broke.
    Truncated,
}

pub(super) async fn read(mut body: Body, limit: usize) -> Read {
    let mut whole = BytesMut::new();
    let mut size = 0usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return Read::Truncated };
        let Some(data) = frame.data_ref() else { continue };
        size = size.saturating_add(data.len());
        if size > PATIENCE {
            return Read::TooLarge;
        }
        if size <= limit {
            whole.extend_from_slice(data);
        }
    }
    if size <= limit { Read::Whole(whole.freeze()) } else { Read::TooLarge }
}
