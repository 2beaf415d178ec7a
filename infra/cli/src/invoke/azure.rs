//! A call of a function on the Azure host.
//!
//! Deals with: HTTP functions by their URL, all others by the host's admin API. Does not deal with:
//! which function is called.

use std::process::ExitCode;
use std::time::SystemTime;

use anyfn::manifest::TriggerSpec;
use anyfn_emulator::portable::{self, Portable};
use bytes::Bytes;
use http::Request;
use serde_json::json;

use super::{Event, PATIENCE, declared};
use crate::fault::Fault;
use crate::http::send;
use crate::output;
use crate::running::Function;

pub(super) async fn invoke(
    function: &Function,
    event: &Event,
    raw: bool,
) -> Result<ExitCode, Fault> {
    match (&function.trigger, raw) {
        (TriggerSpec::Http { .. }, true) => Err(Fault::usage(format!(
            "an HTTP function on azure has no payload but the request; hint: curl {}",
            function.url.as_deref().unwrap_or_default()
        ))),
        (TriggerSpec::Http { .. }, false) => call(function, event).await,
        (_, true) => {
            let input = std::str::from_utf8(&event.bytes)
                .map_err(|_| event.wrong("the host's own payload is text: UTF-8 is expected"))?;
            start(function, input).await
        }
        (_, false) => {
            let input =
                portable::azure::input(&declared(function), &event.bytes, SystemTime::now());
            start(function, &input.map_err(|why| event.wrong(&why))?).await
        }
    }
}

/// An HTTP function answers at its URL.
async fn call(function: &Function, event: &Event) -> Result<ExitCode, Fault> {
    let request = request(function, &event.bytes).map_err(|why| event.wrong(&why))?;
    let answer = send(request, PATIENCE).await.map_err(Fault::failed)?;
    output::note(&format!("HTTP {}", answer.status));
    output::bytes(&answer.body);
    if answer.status.is_server_error() {
        output::note(&format!("\nthe function failed; its log: {}", function.log.display()));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn request(function: &Function, event: &[u8]) -> Result<Request<Bytes>, String> {
    let TriggerSpec::Http { methods, .. } = &function.trigger else {
        return Err("not an HTTP function".to_owned());
    };
    let Portable::Http(http) = portable::read(&function.trigger, event)? else {
        return Err("not a request".to_owned());
    };
    let first = methods.first().map_or("GET", String::as_str);
    let base = function.url.as_deref().unwrap_or_default().trim_end_matches('/');
    let mark = if http.query.is_empty() { "" } else { "?" };
    let url = format!("{base}{}{mark}{}", http.path, http.query);
    let mut builder = Request::builder().method(http.method.as_deref().unwrap_or(first)).uri(url);
    for (name, value) in &http.headers {
        builder = builder.header(name, value);
    }
    if let Some(key) = &function.key {
        builder = builder.header("x-functions-key", key);
    }
    builder.body(http.bytes()?.into()).map_err(|fault| format!("the event: {fault}"))
}

/// Any other function is started by the host, which does not wait for it.
async fn start(function: &Function, input: &str) -> Result<ExitCode, Fault> {
    let admin = function.admin.as_deref().unwrap_or_default();
    let request = Request::post(format!("{admin}/admin/functions/{}", function.name))
        .header("content-type", "application/json")
        .body(Bytes::from(json!({"input": input}).to_string()))
        .map_err(|fault| Fault::failed(fault.to_string()))?;
    let answer = send(request, PATIENCE).await.map_err(Fault::failed)?;
    if !answer.status.is_success() {
        return Err(Fault::failed(format!(
            "azure refused the call: {} {}",
            answer.status,
            answer.text()
        )));
    }
    let done = json!({"host": "azure", "app": function.app, "function": function.name, "outcome": "started"});
    output::data(&done.to_string());
    output::note(&format!("how it goes, its log says: {}", function.log.display()));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receive() -> Function {
        serde_json::from_value(json!({
            "app": "webhook", "name": "receive", "host": "azure", "log": "/l",
            "url": "http://127.0.0.1:1/api", "admin": "http://127.0.0.1:1", "key": "k",
            "trigger": {"type": "http", "methods": ["POST"], "path": "/hooks/{provider}", "public": false}
        }))
        .unwrap()
    }

    #[test]
    fn a_portable_request_becomes_the_request_with_the_key() {
        let event = br#"{"path":"/hooks/github","query":"a=1","headers":{"x-a":"b"},"body":"hi"}"#;
        let request = request(&receive(), event).unwrap();
        assert_eq!(request.method(), "POST");
        assert_eq!(request.uri(), "http://127.0.0.1:1/api/hooks/github?a=1");
        assert_eq!(request.headers()["x-a"], "b");
        assert_eq!(request.headers()["x-functions-key"], "k");
        assert_eq!(request.body(), "hi");
    }

    #[test]
    fn a_wrong_event_is_told_with_its_place_and_a_right_one() {
        for (event, part) in [
            (r#"{"path":1}"#, "`path`"),
            (r#"{"pth":"/"}"#, "pth"),
            (r#"{"path":"/","body":"a","body_base64":"YQ=="}"#, "not both"),
            ("", "EOF"),
        ] {
            let error = request(&receive(), event.as_bytes()).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
        assert!(request(&receive(), br#"{"path":"/a","method":"N O"}"#).is_err());
    }
}
