//! Values on their way to an output binding.
//!
//! Deals with: strings that happen to be base64, lists and `[…]` texts that become several messages,
//! a `ReturnValue` whose properties are outputs.
//! Does not deal with: sending (`invoke`), the HTTP output (`http_reply`).

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::function_json::{Output, Target};
use super::reply::Reply;

/// .NET does not care about the unused bits of the last character.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// A value after the host looked whether it is base64.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum OutputValue {
    /// It was base64, or looked like it.
    Bytes(Vec<u8>),
    /// Everything else.
    Json(Value),
}

/// The host decodes every string that happens to be valid base64, unless the binding is binary.
pub(crate) fn value(binary: bool, value: Value) -> OutputValue {
    if !binary
        && let Value::String(text) = &value
        && let Some(bytes) = from_base64(text)
    {
        return OutputValue::Bytes(bytes);
    }
    OutputValue::Json(value)
}

/// Decodes base64 as .NET does: white space between the characters is ignored.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    let bare: String = text.chars().filter(|c| !" \t\r\n".contains(*c)).collect();
    BASE64.decode(bare).ok()
}

/// The value for one declared output; `None` where the reply has none for it.
pub(crate) fn pick(output: &Output, all: &[Output], reply: &Reply) -> Option<OutputValue> {
    let returned = reply.return_value.as_ref();
    let picked = if output.name == "$return" {
        returned.cloned()
    } else {
        let implicit = all.iter().all(|output| output.name != "$return");
        // Without a `$return` binding an object's properties are outputs, and win. They are not tried
        // as base64.
        let merged = returned.and_then(Value::as_object).filter(|_| implicit);
        if let Some(value) = merged.and_then(|object| object.get(&output.name))
            && !value.is_null()
        {
            return Some(OutputValue::Json(value.clone()));
        }
        let outputs: Option<&Map<String, Value>> = reply.outputs.as_ref();
        outputs.and_then(|outputs| outputs.get(&output.name)).cloned()
    };
    let picked = picked.filter(|value| !value.is_null())?;
    // The HTTP output is read as the object it is.
    let http = output.target == Target::Http && output.name != "$return";
    Some(if http { OutputValue::Json(picked) } else { value(output.binary, picked) })
}

/// The messages that a queue gets: one, or one for each element of a list or of a `[…]` text.
pub(crate) fn messages(value: OutputValue) -> Result<Vec<Vec<u8>>, String> {
    let json = match value {
        OutputValue::Bytes(bytes) => return Ok(vec![bytes]),
        OutputValue::Json(json) => json,
    };
    let items = match json {
        Value::Array(items) => items,
        Value::String(text) if looks_like_json(&text) => {
            let parsed = serde_json::from_str(&text)
                .map_err(|error| format!("a text in brackets must be JSON: {error}"))?;
            match parsed {
                Value::Array(items) => items,
                other => vec![other],
            }
        }
        other => vec![other],
    };
    Ok(items.iter().map(|item| text(item).into_bytes()).collect())
}

fn looks_like_json(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with('[') && text.ends_with(']')) || (text.starts_with('{') && text.ends_with('}'))
}

/// A value as .NET turns it into text: objects come out indented.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(_) | Value::Object(_) => format!("{value:#}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn output(name: &str, binary: bool) -> Output {
        Output { name: name.to_owned(), target: Target::Queue("orders".to_owned()), binary }
    }

    fn reply(text: &str) -> Reply {
        super::super::reply::decode(http::StatusCode::OK, Some("application/json"), text.as_bytes())
            .unwrap()
    }

    #[test]
    fn a_text_that_happens_to_be_base64_is_decoded_unless_binary() {
        assert_eq!(value(false, json!("test")), OutputValue::Bytes(vec![0xb5, 0xeb, 0x2d]));
        assert_eq!(value(true, json!("test")), OutputValue::Json(json!("test")));
        assert_eq!(value(false, json!("te\nst")), OutputValue::Bytes(vec![0xb5, 0xeb, 0x2d]));
        for text in ["tes", "tes!", "{\"a\":1}", "te=="] {
            let decoded = value(false, json!(text));
            assert_eq!(decoded == OutputValue::Json(json!(text)), text != "te==", "{text}");
        }
        assert_eq!(value(false, json!(12345678)), OutputValue::Json(json!(12345678)));
    }

    #[test]
    fn a_list_and_a_text_in_brackets_are_split() {
        let split = |json| messages(OutputValue::Json(json)).unwrap();
        assert_eq!(split(json!("[1,2]")), [b"1".to_vec(), b"2".to_vec()]);
        assert_eq!(split(json!(["a", "b"])), [b"a".to_vec(), b"b".to_vec()]);
        assert_eq!(split(json!("plain")), [b"plain".to_vec()]);
        assert_eq!(split(json!({"a": 1})), [b"{\n  \"a\": 1\n}".to_vec()]);
        assert_eq!(split(json!("{\"a\":1}")), [b"{\n  \"a\": 1\n}".to_vec()]);
        assert!(messages(OutputValue::Json(json!("[1,"))).is_ok());
        assert!(messages(OutputValue::Json(json!("[nope]"))).is_err());
    }

    #[test]
    fn an_undeclared_output_goes_nowhere_and_a_returned_object_is_outputs() {
        let all = [output("q", false)];
        let pick = |text| pick(&all[0], &all, &reply(text));
        assert_eq!(pick(r#"{"Outputs":{"other":"x y"}}"#), None);
        assert_eq!(pick(r#"{"Outputs":{"q":null}}"#), None);
        assert_eq!(pick(r#"{"Outputs":{"q":"x y"}}"#), Some(OutputValue::Json(json!("x y"))));
        assert_eq!(pick(r#"{"ReturnValue":{"q":"r r"}}"#), Some(OutputValue::Json(json!("r r"))));
        assert_eq!(pick(r#"{"ReturnValue":"text"}"#), None);
    }

    #[test]
    fn a_return_binding_takes_the_whole_value() {
        let all = [output("$return", false), output("q", false)];
        let reply = reply(r#"{"ReturnValue":{"q":1}}"#);
        assert_eq!(pick(&all[0], &all, &reply), Some(OutputValue::Json(json!({"q": 1}))));
        assert_eq!(pick(&all[1], &all, &reply), None);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[\\[{a-z0-9=\\]} ]{0,20}|\\PC{0,20}") {
            let _ = messages(value(false, Value::String(text)));
        }
    }
}
