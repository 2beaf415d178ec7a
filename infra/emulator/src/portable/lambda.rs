//! The payload that Lambda would have passed.
//!
//! Deals with: function URLs (payload format 2.0), SQS batches of one, S3 events inside them, EventBridge
//! rules. Does not deal with: calling the function.

use std::time::SystemTime;

use anyfn::manifest::{Function, TriggerSpec};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Http, Portable, change, read};
use crate::aws::{ACCOUNT, REGION};
use crate::clock::millis;
use crate::events;

/// The payload of `function` for the portable `event`, at the instant `now`.
///
/// # Errors
/// A sentence with the JSON path, what was expected there, and a right event.
pub fn payload(function: &Function, event: &[u8], now: SystemTime) -> Result<Value, String> {
    Ok(match read(&function.trigger, event)? {
        Portable::Http(http) => request(&function.trigger, &http, now)?,
        Portable::Schedule(tick) => {
            let time = tick.scheduled_at.unwrap_or_else(|| events::rfc3339(millis(now)));
            json!({
                "version": "0", "id": uuid::Uuid::new_v4().to_string(), "detail-type": "Scheduled Event",
                "source": "aws.events", "account": ACCOUNT, "time": time, "region": REGION,
                "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{}", function.name)],
                "detail": {}
            })
        }
        Portable::Queue(bodies) => batch(&function.name, &bodies, now),
        Portable::Blob(blob) => {
            let change =
                change(&function.trigger, &blob, millis(now)).ok_or("not a blob function")?;
            let notification = events::s3_notification(&function.name, &change);
            batch(&function.name, &[notification.to_string()], now)
        }
    })
}

fn batch(queue: &str, bodies: &[String], now: SystemTime) -> Value {
    let records: Vec<Value> = bodies.iter().map(|body| record(queue, body, now)).collect();
    json!({ "Records": records })
}

fn record(queue: &str, body: &str, now: SystemTime) -> Value {
    use md5::Digest as _;
    let id = uuid::Uuid::new_v4();
    let sent = millis(now).to_string();
    json!({
        "messageId": id.to_string(), "receiptHandle": id.simple().to_string(), "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1", "SentTimestamp": sent, "SenderId": "ANYFNLOCAL",
            "ApproximateFirstReceiveTimestamp": sent
        },
        "messageAttributes": {}, "md5OfBody": hex::encode(md5::Md5::digest(body)),
        "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"), "awsRegion": REGION
    })
}

fn request(trigger: &TriggerSpec, http: &Http, now: SystemTime) -> Result<Value, String> {
    let TriggerSpec::Http { methods, .. } = trigger else {
        return Err("not an HTTP function".to_owned());
    };
    let first = methods.first().map_or("GET", String::as_str);
    let method = http.method.as_deref().unwrap_or(first);
    let lower = |(name, value): (&String, &String)| (name.to_ascii_lowercase(), value.clone());
    let headers: serde_json::Map<String, Value> =
        http.headers.iter().map(lower).map(|(name, value)| (name, value.into())).collect();
    let mut payload = json!({
        "version": "2.0", "routeKey": "$default", "rawPath": http.path,
        "rawQueryString": http.query, "headers": headers,
        "requestContext": {
            "accountId": "anonymous", "apiId": "local", "domainName": "localhost",
            "requestId": uuid::Uuid::new_v4().to_string(), "routeKey": "$default", "stage": "$default",
            "timeEpoch": millis(now),
            "http": {
                "method": method, "path": http.path, "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1", "userAgent": "anyfn-invoke"
            }
        },
        "isBase64Encoded": false
    });
    let bytes = http.bytes()?;
    match String::from_utf8(bytes) {
        Ok(text) if text.is_empty() => {}
        Ok(text) => payload["body"] = text.into(),
        Err(binary) => {
            payload["body"] = STANDARD.encode(binary.as_bytes()).into();
            payload["isBase64Encoded"] = true.into();
        }
    }
    Ok(payload)
}
