//! A call through Lambda's front door.
//!
//! Deals with: the payload, the signed request, what the answer means. Does not deal with: which
//! function is called.

use std::process::ExitCode;
use std::time::SystemTime;

use anyfn::manifest::TriggerSpec;
use anyfn_emulator::portable;
use bytes::Bytes;
use http::Request;

use super::{Event, PATIENCE, declared};
use crate::fault::Fault;
use crate::http::{Answer, send, sign_for_lambda};
use crate::output;
use crate::running::{Function, Running};

/// Set where the function failed, with the kind of failure.
const FUNCTION_ERROR: &str = "x-amz-function-error";

pub(super) async fn invoke(
    running: &Running,
    function: &Function,
    event: Event,
    raw: bool,
) -> Result<ExitCode, Fault> {
    let payload = if raw {
        event.bytes
    } else {
        let payload =
            portable::lambda::payload(&declared(function), &event.bytes, SystemTime::now());
        payload.map_err(|why| event.wrong(&why))?.to_string().into_bytes()
    };
    let aws = &running.aws;
    let url = format!("{}/2015-03-31/functions/{}/invocations", aws.lambda, function.name);
    let mut request = Request::post(url)
        .header("content-type", "application/json")
        .header("x-amz-invocation-type", "RequestResponse")
        .body(Bytes::from(payload))
        .map_err(|fault| Fault::failed(fault.to_string()))?;
    sign_for_lambda(&mut request, &aws.region, &aws.access_key_id, &aws.secret_access_key)
        .map_err(Fault::failed)?;
    let answer = send(request, PATIENCE).await.map_err(Fault::failed)?;
    if !answer.status.is_success() {
        return Err(Fault::failed(format!(
            "lambda refused the call: {} {}",
            answer.status,
            answer.text()
        )));
    }
    output::data(&answer.text());
    if failed(&function.trigger, &answer) {
        output::note(&format!("the function failed; its log: {}", function.log.display()));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether the function failed: Lambda says so, or it is its own answer to an HTTP request, or to the
/// one message it was given.
fn failed(trigger: &TriggerSpec, answer: &Answer) -> bool {
    let payload = serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap_or_default();
    let of_http = || payload["statusCode"].as_u64().is_some_and(|status| status >= 500);
    let of_batch = || payload["batchItemFailures"].as_array().is_some_and(|all| !all.is_empty());
    answer.headers.contains_key(FUNCTION_ERROR)
        || match trigger {
            TriggerSpec::Http { .. } => of_http(),
            TriggerSpec::Queue { .. } | TriggerSpec::Blob { .. } => of_batch(),
            TriggerSpec::Schedule { .. } => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue, StatusCode};

    fn answer(body: &'static str, error: bool) -> Answer {
        let mut headers = HeaderMap::new();
        if error {
            headers.insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
        }
        Answer { status: StatusCode::OK, headers, body: body.into() }
    }

    #[test]
    fn a_failure_is_seen_in_whatever_form_it_comes() {
        let http = TriggerSpec::Http { methods: vec![], path: "/".into(), public: true };
        let queue = TriggerSpec::Queue { queue: "q".into(), fifo: false, batch: false };
        assert!(!failed(&http, &answer(r#"{"statusCode":404}"#, false)));
        assert!(failed(&http, &answer(r#"{"statusCode":500}"#, false)));
        assert!(!failed(&queue, &answer(r#"{"batchItemFailures":[]}"#, false)));
        assert!(failed(
            &queue,
            &answer(r#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#, false)
        ));
        assert!(failed(&queue, &answer(r#"{"errorMessage":"no"}"#, true)));
        assert!(!failed(&queue, &answer("null", false)));
        assert!(!failed(&queue, &answer("no JSON", false)));
    }
}
