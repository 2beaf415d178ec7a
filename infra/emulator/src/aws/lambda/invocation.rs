//! One call of a function: what goes in, what comes out, and the platform's own error payloads.
//!
//! Deals with: ids, trace headers, the JSON of timeouts and exits.
//! Does not deal with: who calls, nor how an answer is carried back.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::json;
use uuid::Uuid;

use crate::process::Exit;

/// One event on its way to a function.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    /// The same for every attempt of an asynchronous event.
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    /// `X-Amzn-Trace-Id`: never that of an earlier call.
    pub(super) trace_id: String,
    /// JSON, decoded.
    pub(super) client_context: Option<String>,
    /// Whether the caller asked for the end of the log.
    pub(super) tail: bool,
}

impl Invocation {
    pub(super) fn new(payload: Bytes) -> Self {
        Self {
            request_id: Uuid::new_v4().to_string(),
            payload,
            trace_id: new_trace_id(),
            client_context: None,
            tail: false,
        }
    }
}

/// What a call came to. A failed function is a result, not an error of the platform.
#[derive(Clone, Debug)]
pub struct Invoked {
    /// `x-amzn-RequestId`.
    pub request_id: String,
    /// The function's response, or its error's JSON.
    pub payload: Bytes,
    /// Whether `X-Amz-Function-Error` is set (`Unhandled`).
    pub failed: bool,
    /// The end of the log, at most 4 KB; empty unless it was asked for.
    pub log_tail: Vec<u8>,
    /// How long the function took, without its initialisation.
    pub duration: Duration,
}

/// How a call ended inside an environment.
#[derive(Debug)]
pub(super) enum Ended {
    Success(Bytes),
    /// The runtime reported it; passed on word for word.
    Failure(Bytes),
    TooLarge,
    TimedOut(Duration),
    Exited(Exit),
    /// The runtime could not be started at all.
    NoEntrypoint(String),
    /// The runtime used something the emulator does not have.
    Unsupported(String),
}

impl Ended {
    /// Whether the environment may serve another call.
    pub(super) const fn keeps_environment(&self) -> bool {
        matches!(self, Self::Success(_) | Self::Failure(_) | Self::TooLarge | Self::Unsupported(_))
    }

    /// The payload for the caller, and whether it is an error.
    pub(super) fn into_payload(self, request_id: &str) -> (Bytes, bool) {
        let error = |kind: &str, message: String| {
            (Bytes::from(json!({"errorType": kind, "errorMessage": message}).to_string()), true)
        };
        let about = |text: String| format!("RequestId: {request_id} Error: {text}");
        match self {
            Self::Success(payload) => (payload, false),
            Self::Failure(payload) => (payload, true),
            Self::TooLarge => {
                let limit = super::spec::RESPONSE_LIMIT;
                let message = format!(
                    "Response payload size exceeded maximum allowed payload size ({limit} bytes)."
                );
                error("Function.ResponseSizeTooLarge", message)
            }
            Self::TimedOut(limit) => {
                let seconds = limit.as_secs_f64();
                let message = about(format!("Task timed out after {seconds:.2} seconds"));
                error("Sandbox.Timedout", message)
            }
            Self::Exited(Exit { code: Some(0), .. }) => {
                let message = about("Runtime exited without providing a reason".to_owned());
                error("Runtime.ExitError", message)
            }
            Self::Exited(exit) => {
                error("Runtime.ExitError", about(format!("Runtime exited with error: {exit}")))
            }
            Self::NoEntrypoint(why) => error("Runtime.InvalidEntrypoint", about(why)),
            Self::Unsupported(what) => error("Emulator.NotSupported", about(what)),
        }
    }
}

/// A fresh sampled-out X-Ray trace.
pub(super) fn new_trace_id() -> String {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let random = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let (root, parent) = (&random[..24], &random[32..48]);
    format!("Root=1-{:08x}-{root};Parent={parent};Sampled=0", since.as_secs())
}
