//! The answer to an HTTP caller in default mode.
//!
//! Deals with: `{"statusCode", "body", "headers"}` of the HTTP output, with the real host's losses.
//! Does not deal with: forwarded and proxied answers, which go back as they are (`passthrough`).

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use serde_json::{Map, Value};

use super::function_json::{Function, Target};
use super::outputs::{OutputValue, pick, text};
use super::reply::Reply;

/// Makes the response of an HTTP function from its reply.
///
/// # Errors
/// Why the output cannot be an HTTP response; the invocation has then failed.
pub(crate) fn response(function: &Function, reply: &Reply) -> Result<Response<Bytes>, String> {
    let outputs = &function.outputs;
    let Some(output) = outputs.iter().find(|output| output.target == Target::Http) else {
        return Ok(empty(StatusCode::NO_CONTENT));
    };
    let value = match pick(output, outputs, reply) {
        // The binding exists and got an empty response object.
        None if reply.outputs.is_some() && output.name != "$return" => Value::Object(Map::new()),
        None => return Ok(empty(StatusCode::NO_CONTENT)),
        Some(OutputValue::Bytes(bytes)) => {
            return plain(StatusCode::OK, Bytes::from(bytes), "application/octet-stream");
        }
        Some(OutputValue::Json(value)) => value,
    };
    // A text may itself be JSON; then it is what it says.
    let value = match value {
        Value::String(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        other => other,
    };
    match value {
        Value::Object(object) if output.name != "$return" => from_object(&object),
        Value::Object(object) if field(&object, "body").is_some() => from_object(&object),
        other if output.name == "$return" => content(StatusCode::OK, &other, None),
        _ => Err(
            "the http output must be an object, like {\"statusCode\": 200, \"body\": \"hello\"}"
                .to_owned(),
        ),
    }
}

fn field<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn from_object(object: &Map<String, Value>) -> Result<Response<Bytes>, String> {
    // `status` is read, and then ignored, by the real host's custom handler path.
    let status = field(object, "statusCode").map(text).unwrap_or_default();
    let status = status.trim().parse().ok().and_then(|code| StatusCode::from_u16(code).ok());
    let headers = match field(object, "headers") {
        None | Some(Value::Null) => None,
        Some(Value::Object(headers)) => Some(headers),
        Some(_) => return Err("the http output's headers must be an object of strings".to_owned()),
    };
    let body = field(object, "body").unwrap_or(&Value::Null);
    content(status.unwrap_or(StatusCode::OK), body, headers)
}

fn content(
    status: StatusCode,
    body: &Value,
    headers: Option<&Map<String, Value>>,
) -> Result<Response<Bytes>, String> {
    let mut response = plain(status, Bytes::from(text(body)), "text/plain; charset=utf-8")?;
    for (name, value) in headers.into_iter().flatten() {
        if value.is_null() {
            return Err(format!("the http output's header '{name}' is null"));
        }
        let bad = || format!("the http output's header '{name}' is not a header");
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad())?;
        // A list becomes its JSON text in one header: several Set-Cookie are not possible.
        let text = text(value).replace(['\r', '\n'], " ");
        let value = HeaderValue::from_str(&text).map_err(|_| bad())?;
        response.headers_mut().insert(key, value);
    }
    response.headers_mut().remove(http::header::CONTENT_LENGTH);
    response.headers_mut().remove(http::header::TRANSFER_ENCODING);
    Ok(response)
}

fn plain(status: StatusCode, body: Bytes, kind: &'static str) -> Result<Response<Bytes>, String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}

fn empty(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::super::{function_json, reply, settings::Settings};
    use super::*;

    fn answer(output: &str, json: &str) -> Result<Response<Bytes>, String> {
        let file = format!(
            r#"{{"bindings": [{{"type": "httpTrigger", "name": "req"}},
                {{"type": "http", "direction": "out", "name": "{output}"}}]}}"#
        );
        let function = function_json::parse("f", &file, &Settings::default()).unwrap();
        let json = reply::decode(StatusCode::OK, Some("application/json"), json.as_bytes());
        response(&function, &json.unwrap())
    }

    fn seen(output: &str, json: &str) -> (u16, String, String) {
        let response = answer(output, json).unwrap();
        let kind = response.headers().get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap());
        let body = String::from_utf8_lossy(response.body()).into_owned();
        (response.status().as_u16(), kind.unwrap_or_default().to_owned(), body)
    }

    const TEXT: &str = "text/plain; charset=utf-8";

    #[test]
    fn status_body_and_headers_are_taken_from_the_output() {
        let text = r#"{"Outputs":{"res":{"statusCode":"201","body":"hi"}}}"#;
        assert_eq!(seen("res", text), (201, TEXT.to_owned(), "hi".to_owned()));
        let object = r#"{"Outputs":{"res":{"StatusCode":202,"body":{"a":1},
            "headers":{"Content-Type":"application/json"}}}}"#;
        let expected = (202, "application/json".to_owned(), "{\n  \"a\": 1\n}".to_owned());
        assert_eq!(seen("res", object), expected);
        assert_eq!(seen("res", r#"{"Outputs":{"res":{"statusCode":"teapot"}}}"#).0, 200);
    }

    #[test]
    fn a_body_in_base64_stays_text_so_no_answer_is_binary() {
        let (_, _, body) = seen("res", r#"{"Outputs":{"res":{"body":"AAH/"}}}"#);
        assert_eq!(body, "AAH/");
    }

    #[test]
    fn several_cookies_collapse_into_one_header() {
        let json = r#"{"Outputs":{"res":{"headers":{"Set-Cookie":["a=1","b=2"]}}}}"#;
        let response = answer("res", json).unwrap();
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 1);
    }

    #[test]
    fn a_null_header_and_an_output_that_is_no_object_fail() {
        assert!(answer("res", r#"{"Outputs":{"res":{"headers":{"x":null}}}}"#).is_err());
        assert!(answer("res", r#"{"Outputs":{"res":"SomeBlah"}}"#).is_err());
    }

    #[test]
    fn without_an_output_there_is_no_content() {
        assert_eq!(seen("res", "{}").0, 204);
        assert_eq!(seen("$return", "{}").0, 204);
        assert_eq!(seen("res", r#"{"Outputs":{}}"#).0, 200);
    }

    #[test]
    fn a_return_binding_answers_with_the_value() {
        assert_eq!(seen("$return", r#"{"ReturnValue":"hi you"}"#).2, "hi you");
        let object = r#"{"ReturnValue":{"statusCode":404,"body":"gone"}}"#;
        assert_eq!(seen("$return", object), (404, TEXT.to_owned(), "gone".to_owned()));
    }
}
