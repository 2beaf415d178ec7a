//! The body of a default invocation: `{"Data": {…}, "Metadata": {…}}`.
//!
//! Deals with: how the host writes a value (strings become JSON text inside a JSON string), binding
//! data, its pollution by a message that is a JSON object.
//! Does not deal with: which binding data a trigger has (`queue_listener`, `timer`, `http_trigger`).

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

/// A value as the host holds it; its type decides how it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Datum {
    /// `byte[]`: base64, once.
    Bytes(Vec<u8>),
    /// `DateTime`: sub-seconds and zone are lost.
    #[cfg_attr(not(test), expect(dead_code, reason = "no emulated trigger has one; the rule does"))]
    DateTime(SystemTime),
    /// `DateTimeOffset` (always UTC here): sub-seconds are lost.
    DateTimeOffset(SystemTime),
    /// Anything that JSON can say. An object stays one; everything else, text first of all, becomes
    /// its JSON text inside a string.
    Json(Value),
}

impl Datum {
    pub(crate) fn text(text: &str) -> Self {
        Self::Json(Value::String(text.to_owned()))
    }
}

/// Writes a value the way the host does.
pub(crate) fn encode(datum: &Datum) -> Value {
    match datum {
        Datum::Bytes(bytes) => Value::String(STANDARD.encode(bytes)),
        Datum::DateTime(time) => Value::String(utc(*time).format("%Y-%m-%dT%H:%M:%S").to_string()),
        Datum::DateTimeOffset(time) => {
            Value::String(utc(*time).format("%Y-%m-%dT%H:%M:%S+00:00").to_string())
        }
        Datum::Json(Value::Object(map)) => Value::Object(map.clone()),
        Datum::Json(value) => Value::String(value.to_string()),
    }
}

pub(crate) fn utc(time: SystemTime) -> DateTime<Utc> {
    DateTime::<Utc>::from(time)
}

/// Binding data: names without case, the first spelling is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct BindingData(Vec<(String, Datum)>);

impl BindingData {
    /// Sets `name`, whatever its case.
    pub(crate) fn set(&mut self, name: &str, datum: Datum) {
        match self.0.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, old)) => *old = datum,
            None => self.0.push((name.to_owned(), datum)),
        }
    }

    /// What the host does to every trigger value that is text: if that is a JSON object, its
    /// properties (lists and nulls apart) overwrite binding data of the same name, the message's id
    /// and dequeue count included.
    pub(crate) fn pollute(&mut self, text: &str) {
        let Ok(Value::Object(object)) = serde_json::from_str(text) else { return };
        for (name, value) in object {
            let datum = match value {
                Value::Array(_) | Value::Null => continue,
                Value::Object(_) => Datum::Json(value),
                Value::String(text) => Datum::text(&text),
                // .NET's spelling of a boolean as text.
                Value::Bool(flag) => Datum::text(if flag { "True" } else { "False" }),
                Value::Number(number) => Datum::text(&number.to_string()),
            };
            self.set(&name, datum);
        }
    }

    fn metadata(&self) -> Map<String, Value> {
        let kept = self.0.iter().filter(|(name, datum)| {
            !name.to_ascii_lowercase().ends_with("trigger") && *datum != Datum::Json(Value::Null)
        });
        kept.map(|(name, datum)| (name.clone(), encode(datum))).collect()
    }
}

/// The body for one invocation. `data` is already encoded: one value by binding name.
pub(crate) fn body(
    function: &str,
    input: &str,
    data: Value,
    binding_data: &BindingData,
    now: SystemTime,
) -> Vec<u8> {
    let mut metadata = binding_data.metadata();
    // A message may have a "sys" of its own, and then it wins.
    if !metadata.keys().any(|name| name.eq_ignore_ascii_case("sys")) {
        let sys = json!({
            "MethodName": function,
            "UtcNow": utc(now).to_rfc3339_opts(SecondsFormat::Micros, true),
            "RandGuid": uuid::Uuid::new_v4().to_string(),
        });
        metadata.insert("sys".to_owned(), sys);
    }
    let mut named = Map::new();
    named.insert(input.to_owned(), data);
    json!({"Data": named, "Metadata": metadata}).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::instant;

    /// 2019-10-16T17:58:31.987Z.
    const INSTANT_MS: i64 = 1_571_248_711_987;

    #[test]
    fn values_are_written_like_the_real_host_writes_them() {
        let at = instant(INSTANT_MS);
        for (name, datum, written) in [
            ("byte[]", Datum::Bytes(vec![0, 1, 255]), json!("AAH/")),
            ("DateTime", Datum::DateTime(at), json!("2019-10-16T17:58:31")),
            ("DateTimeOffset", Datum::DateTimeOffset(at), json!("2019-10-16T17:58:31+00:00")),
            ("object", Datum::Json(json!({"a": [1]})), json!({"a": [1]})),
            ("string", Datum::text("hello"), json!("\"hello\"")),
            ("string of JSON", Datum::text("{\"a\":1}"), json!("\"{\\\"a\\\":1}\"")),
            ("int", Datum::Json(json!(4)), json!("4")),
            ("bool", Datum::Json(json!(true)), json!("true")),
            ("null", Datum::Json(Value::Null), json!("null")),
            ("uri", Datum::text("http://x/"), json!("\"http://x/\"")),
            ("array", Datum::Json(json!(["m1", "m2"])), json!("[\"m1\",\"m2\"]")),
        ] {
            assert_eq!(encode(&datum), written, "{name}");
        }
    }

    fn written(binding_data: &BindingData) -> Value {
        let bytes = body("f", "item", json!("x"), binding_data, instant(INSTANT_MS));
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn json_in_a_queue_takes_three_decodes() {
        let bytes = body(
            "f",
            "item",
            encode(&Datum::text("{\"a\":1}")),
            &BindingData::default(),
            instant(0),
        );
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        let literal = body["Data"]["item"].as_str().unwrap();
        let text: String = serde_json::from_str(literal).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({"a": 1}));
    }

    #[test]
    fn metadata_drops_triggers_and_nulls_and_has_sys() {
        let mut data = BindingData::default();
        data.set("QueueTrigger", Datum::text("x"));
        data.set("Nothing", Datum::Json(Value::Null));
        data.set("DequeueCount", Datum::Json(json!(1)));
        let metadata = written(&data)["Metadata"].clone();
        assert_eq!(metadata["DequeueCount"], "1");
        assert_eq!(metadata.as_object().unwrap().len(), 2);
        assert_eq!(metadata["sys"]["MethodName"], "f");
        assert_eq!(metadata["sys"]["UtcNow"], "2019-10-16T17:58:31.987000Z");
    }

    #[test]
    fn a_json_message_overwrites_metadata_whatever_the_case() {
        let mut data = BindingData::default();
        data.set("Id", Datum::text("real"));
        data.set("DequeueCount", Datum::Json(json!(1)));
        data.pollute(
            r#"{"id":"forged","dequeuecount":99,"ok":true,"list":[1],"none":null,"o":{"x":1}}"#,
        );
        let metadata = written(&data)["Metadata"].clone();
        assert_eq!(metadata["Id"], "\"forged\"");
        assert_eq!(metadata["DequeueCount"], "\"99\"");
        assert_eq!(metadata["ok"], "\"True\"");
        assert_eq!(metadata["o"], json!({"x": 1}));
        assert!(metadata.get("list").is_none() && metadata.get("none").is_none());
        assert!(metadata.get("id").is_none());
    }

    #[test]
    fn only_an_object_pollutes() {
        let mut data = BindingData::default();
        for text in ["[{\"id\":1}]", "\"id\"", "{\"id\":", ""] {
            data.pollute(text);
        }
        assert_eq!(written(&data)["Metadata"].as_object().unwrap().len(), 1);
    }
}
