//! Deals with: a continuation message: goes on with the run that it names.
//! Does not deal with: what a run does (`turn`, `follow`).

use crate::Cleanup;
use crate::rest::Rest;
use crate::{report, turn};
use anyfn::{Context, Error};

/// Goes on where a call stopped.
///
/// # Errors
/// Rejects a message of another format, one whose run has no report, and one that differs from its
/// report. Retries what store and queue report.
pub async fn run(rest: Rest, cx: Context<Cleanup>) -> Result<(), Error> {
    let position = match rest {
        Rest::Position(position) => position,
        Rest::Unreadable(why) => return Err(Error::reject(why)),
    };
    match report::load(&cx.reports, &position.report).await? {
        Some((report, etag)) => turn::go_on(&cx, report, &etag, Some(&position)).await,
        None => Err(Error::reject(format!(
            "there is no report {}; without it the run {} cannot go on",
            position.report, position.run
        ))),
    }
}
