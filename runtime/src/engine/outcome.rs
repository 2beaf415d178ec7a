//! The last line of a call: how long it took and what came of it.
//!
//! Deals with: level, message and fields of that line. Does not deal with: the fields that all lines of
//! a call have (`context`).

use std::time::Duration;

use tracing::{debug, error, info, warn};

use crate::error::{Error, Kind};
use crate::host::{CALL, OWN};
use crate::trigger::Reply;

/// Logs `outcome`. A client's mistake is no error of the function. That a call succeeded is told by the
/// platforms too, and whoever runs there pays for each line: it has a target of its own.
pub(super) fn tell(outcome: &Result<Reply, Error>, took: Duration) {
    let duration_ms = took.as_micros() as f64 / 1e3;
    let told = match outcome {
        Ok(Reply::Done) => return debug!(target: CALL, outcome = "done", duration_ms, "done"),
        Ok(Reply::Http(response)) => {
            let status = response.status().as_u16();
            return debug!(target: CALL, outcome = "done", duration_ms, status, "done");
        }
        Ok(Reply::Failed(failed)) if failed.is_empty() => {
            return debug!(target: CALL, outcome = "done", duration_ms, "done");
        }
        Ok(Reply::Failed(failed)) => {
            let failed = failed.len();
            return warn!(
                target: OWN,
                outcome = "partly",
                duration_ms,
                failed,
                "messages of the batch failed"
            );
        }
        Err(told) => told,
    };
    let error = told.to_string();
    match told.kind() {
        Kind::Status(status @ 400..500) => {
            info!(target: OWN, outcome = "refused", duration_ms, kind = "status", status, error, "request refused");
        }
        Kind::Status(status) => {
            error!(target: OWN, outcome = "failed", duration_ms, kind = "status", status, error, "call failed");
        }
        Kind::Reject => {
            error!(target: OWN, outcome = "rejected", duration_ms, kind = "reject", error, "event rejected");
        }
        Kind::Retry => {
            error!(target: OWN, outcome = "failed", duration_ms, kind = "retry", error, "call failed");
        }
        Kind::Config => {
            error!(target: OWN, outcome = "failed", duration_ms, kind = "config", error, "call failed");
        }
    }
}
