//! Structured content mode: the whole event as one JSON object.
//!
//! Deals with: the JSON event format
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>), where the
//! data is. Does not deal with: which attributes an event must have (`cloud_event`), batches.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::value::RawValue;
use serde_json::{Value, from_str};

use super::cloud_event::{Attributes, READ};
use crate::host::json;

pub(super) fn read(body: &[u8]) -> Result<(Attributes, Bytes), String> {
    let members: BTreeMap<String, &RawValue> = json::read("a CloudEvent in JSON", body)?;
    let mut attributes = Attributes::new();
    for name in READ.into_iter().chain(["datacontenttype"]) {
        let text = match members.get(name).map(|raw| from_str(raw.get())) {
            None | Some(Ok(Value::Null)) => continue,
            Some(Ok(Value::String(text))) => text,
            Some(Ok(value @ (Value::Number(_) | Value::Bool(_)))) => value.to_string(),
            Some(_) => {
                return Err(format!("not a CloudEvent in JSON: at `{name}`: expected a string"));
            }
        };
        attributes.insert(name.to_owned(), text);
    }
    let present = |name| members.get(name).map(|raw| raw.get()).filter(|text| *text != "null");
    let data = match (present("data"), present("data_base64")) {
        (Some(_), Some(_)) => {
            return Err("a CloudEvent has `data` or `data_base64`, not both".to_owned());
        }
        (None, None) => Bytes::new(),
        (None, Some(text)) => {
            let text: String = json::read("a string of base64", text.as_bytes())?;
            json::base64("`data_base64`", text.as_bytes())?
        }
        (Some(json), None) => {
            let of_json = attributes.get("datacontenttype").is_none_or(|kind| is_json(kind));
            // Data of another kind is in a string; of JSON a string is just that.
            match from_str::<String>(json) {
                Ok(text) if !of_json => text.into(),
                _ => Bytes::copy_from_slice(json.as_bytes()),
            }
        }
    };
    Ok((attributes, data))
}

/// Whether a media type says JSON: `application/json`, `text/json`, `…+json`.
fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.ends_with("/json") || kind.ends_with("+json")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn data(more: &str) -> Result<String, String> {
        let text = format!(r#"{{"specversion":"1.0","id":"1"{more}}}"#);
        let (attributes, data) = read(text.as_bytes())?;
        assert_eq!(attributes.get("id").map(String::as_str), Some("1"));
        Ok(String::from_utf8(data.into()).unwrap())
    }

    #[test]
    fn data_is_json_as_it_stands_or_text_or_bytes() {
        for (more, expected) in [
            ("", ""),
            (r#","data":null"#, ""),
            (r#","data":{"a": 1.0 }"#, r#"{"a": 1.0 }"#),
            (r#","data":"x""#, r#""x""#),
            (r#","datacontenttype":"application/json; charset=utf-8","data":"x""#, r#""x""#),
            (r#","datacontenttype":"application/geo+json","data":"x""#, r#""x""#),
            (r#","datacontenttype":"text/xml","data":"<a/>""#, "<a/>"),
            (r#","datacontenttype":"text/xml","data":{"a":1}"#, r#"{"a":1}"#),
            (r#","data_base64":"ZGF0YQ==""#, "data"),
        ] {
            assert_eq!(data(more).unwrap(), expected, "{more}");
        }
    }

    #[test]
    fn what_is_no_event_is_refused_with_the_place() {
        for (more, why) in [
            (r#","data":1,"data_base64":"""#, "not both"),
            (r#","data_base64":"*""#, "`data_base64` is not base64"),
            (r#","data_base64":1"#, "a string of base64"),
            (r#","time":{}"#, "at `time`: expected a string"),
        ] {
            let fault = data(more).unwrap_err();
            assert!(fault.contains(why), "{fault}");
        }
        assert!(read(b"[]").unwrap_err().contains("a CloudEvent in JSON"));
        assert!(read(b"{}{}").is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), value in ".{0,20}") {
            let _ = read(&bytes);
            let _ = read(format!(r#"{{"data":{value},"data_base64":"{value}"}}"#).as_bytes());
            let _ = read(format!(r#"{{"time":{value:?},"data_base64":{value:?}}}"#).as_bytes());
        }
    }
}
