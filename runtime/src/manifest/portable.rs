//! The portable event: what a person writes to `anyfn invoke --event`, whatever the host.
//!
//! Deals with: its JSON Schema by trigger. Does not deal with: turning it into a provider's payload;
//! that is the emulator's, which shares no wire struct with this crate.

use serde_json::{Value, json};

use super::TriggerSpec;

pub(super) fn schema(trigger: &TriggerSpec) -> Value {
    let object = |properties: Value, required: Value| {
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false
        })
    };
    match trigger {
        TriggerSpec::Http { methods, .. } => {
            let method = match methods.as_slice() {
                [] => json!({"type": "string"}),
                some => json!({"enum": some}),
            };
            object(
                json!({
                    "method": method,
                    "path": {"type": "string", "pattern": "^/"},
                    "query": {"type": "string"},
                    "headers": {"type": "object", "additionalProperties": {"type": "string"}},
                    "body": {"type": "string"},
                    "body_base64": {"type": "string", "contentEncoding": "base64"}
                }),
                json!(["path"]),
            )
        }
        TriggerSpec::Schedule { .. } => {
            object(json!({"scheduled_at": {"type": "string", "format": "date-time"}}), json!([]))
        }
        TriggerSpec::Queue { batch, .. } => {
            let message = object(json!({"body": true}), json!(["body"]));
            match batch {
                false => message,
                true => json!({
                    "anyOf": [message, {"type": "array", "items": message, "minItems": 1}]
                }),
            }
        }
        TriggerSpec::Blob { .. } => object(
            json!({
                "store": {"type": "string"},
                "key": {"type": "string", "minLength": 1},
                "size": {"type": "integer", "minimum": 0},
                "etag": {"type": "string"}
            }),
            json!(["key"]),
        ),
    }
}
