//! What a worker answers to a default invocation: `{"Outputs", "Logs", "ReturnValue"}`.
//!
//! Deals with: decoding it as strictly and as oddly as the real host, with a diagnosis for each way in
//! which a worker gets it wrong.
//! Does not deal with: where outputs go (`outputs`, `http_reply`).

use http::StatusCode;
use serde_json::{Map, Value};

/// A decoded reply. All parts may be absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reply {
    /// `None` differs from empty for an HTTP output.
    pub(crate) outputs: Option<Map<String, Value>>,
    pub(crate) logs: Vec<String>,
    /// Never null.
    pub(crate) return_value: Option<Value>,
}

/// Decodes a reply.
///
/// An empty success makes the real host wait until `functionTimeout`; here it fails at once with a
/// sentence, because a laptop that hangs teaches nobody.
///
/// # Errors
/// Why the invocation failed, in a sentence.
pub(crate) fn decode(
    status: StatusCode,
    content_type: Option<&str>,
    body: &[u8],
) -> Result<Reply, String> {
    if !status.is_success() {
        return Err(format!(
            "the worker answered {status}: its body, outputs and logs are thrown away; print errors \
             to standard output before answering so"
        ));
    }
    if body.is_empty() {
        return Err(hang("an empty body"));
    }
    let media = content_type.unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media != "application/json" && media != "text/json" {
        let got = if media.is_empty() { "no content type" } else { &media };
        return Err(format!(
            "the worker's answer has {got}; it must have content-type: application/json"
        ));
    }
    let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let value: Value = serde_json::from_slice(text)
        .map_err(|error| format!("the worker's answer is not JSON: {error}"))?;
    match value {
        Value::Null => Err(hang("null")),
        Value::Object(object) => from_object(object),
        other => Err(format!(
            "the worker's answer must be an object, like {{\"Outputs\": {{}}}}, not {}",
            kind(&other)
        )),
    }
}

fn hang(what: &str) -> String {
    format!(
        "the worker answered success with {what}: the real host never completes such an invocation \
         and waits until functionTimeout, then restarts the worker; answer {{}} at least (the \
         emulator fails it at once)"
    )
}

fn from_object(object: Map<String, Value>) -> Result<Reply, String> {
    let mut reply = Reply::default();
    for (name, value) in object {
        match (name.to_ascii_lowercase().as_str(), value) {
            (_, Value::Null) => {}
            ("outputs", Value::Object(outputs)) => reply.outputs = Some(outputs),
            ("outputs", other) => {
                return Err(format!("Outputs must be an object, not {}", kind(&other)));
            }
            ("logs", Value::Array(lines)) => {
                reply.logs = lines.into_iter().map(line).collect::<Result<_, _>>()?;
            }
            ("logs", other) => {
                return Err(format!("Logs must be a list of strings, not {}", kind(&other)));
            }
            ("returnvalue", value) => reply.return_value = Some(value),
            // Unknown properties are a success without outputs.
            _ => {}
        }
    }
    Ok(reply)
}

fn line(value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Array(_) | Value::Object(_) => {
            Err(format!("Logs must be a list of strings, not of {}", kind(&value)))
        }
        scalar => Ok(scalar.to_string()),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn ok(body: &str) -> Result<Reply, String> {
        decode(StatusCode::OK, Some("application/json; charset=utf-8"), body.as_bytes())
    }

    #[test]
    fn names_have_no_case_and_unknown_ones_are_ignored() {
        let reply = ok(r#"{"outputs":{"a":1},"LOGS":["x",2],"returnValue":[3],"key1":1}"#).unwrap();
        assert_eq!(reply.outputs.unwrap().get("a"), Some(&json!(1)));
        assert_eq!(reply.logs, ["x", "2"]);
        assert_eq!(reply.return_value, Some(json!([3])));
        let nothing = r#"{"Outputs":null,"Logs":null,"ReturnValue":null}"#;
        assert_eq!(ok(nothing), Ok(Reply::default()));
        assert_eq!(ok("{}"), Ok(Reply::default()));
    }

    #[test]
    fn an_empty_success_is_diagnosed_as_the_hang_it_would_be() {
        for body in ["", "null"] {
            assert!(ok(body).unwrap_err().contains("waits until functionTimeout"), "{body:?}");
        }
    }

    #[test]
    fn what_is_not_json_fails() {
        let text = |kind| decode(StatusCode::OK, kind, b"{}").unwrap_err();
        assert!(text(None).contains("no content type"));
        assert!(text(Some("text/plain")).contains("text/plain"));
        assert!(ok("{").unwrap_err().contains("not JSON"));
        assert!(ok("[]").unwrap_err().contains("not a list"));
        assert!(ok(r#"{"Logs":"x"}"#).unwrap_err().contains("Logs must be a list"));
        assert!(ok(r#"{"Outputs":[]}"#).unwrap_err().contains("Outputs must be an object"));
    }

    #[test]
    fn no_other_status_than_success_counts_not_even_404() {
        for status in [StatusCode::NOT_FOUND, StatusCode::INTERNAL_SERVER_ERROR, StatusCode::FOUND]
        {
            let failed = decode(status, Some("application/json"), b"{}").unwrap_err();
            assert!(failed.contains("thrown away"), "{failed}");
        }
        assert!(decode(StatusCode::ACCEPTED, Some("text/json"), b"{}").is_ok());
    }

    proptest! {
        #[test]
        fn no_reply_panics(body in prop::collection::vec(any::<u8>(), 0..100), json in "\\PC{0,40}") {
            let _ = decode(StatusCode::OK, Some("application/json"), &body);
            let _ = ok(&json);
        }
    }
}
